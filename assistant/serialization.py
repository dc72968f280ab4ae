"""Answers to JSON and back: the object of the command contract, and the full record that the history keeps."""

import json
from dataclasses import asdict, fields, replace

from assistant.schema import Answer, Citation, Sentence, Timings
from index.retrieval.hit import Hit, Span

REFUSAL = "The documents do not hold an answer to this question."


def contract(answer: Answer) -> dict:
    """The object that `scripts.ask --json` prints. Its keys are kept stable."""
    return {
        "question": answer.question,
        "answer": REFUSAL if answer.refused else answer.text,
        "refused": answer.refused,
        "confidence": round(answer.confidence, 4),
        "threshold": answer.threshold,
        "mode": answer.mode,
        "model": answer.model,
        "query": answer.query,
        "notices": list(answer.notices),
        "sentences": [
            {
                "text": sentence.text,
                "supported": sentence.supported,
                "support": round(sentence.support, 4),
                "citations": [citation.n for citation in sentence.citations],
                "highlight": [list(span) for span in sentence.highlight],
            }
            for sentence in answer.sentences
        ],
        "sources": [source(n, hit) for n, hit in enumerate(answer.sources, 1)],
        "timings": {
            key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(answer.timings).items()
        },
    }


def source(n: int, hit: Hit) -> dict:
    """A passage as the contract has it."""
    return {
        "n": n,
        "document_id": hit.document_id,
        "title": hit.title,
        "path": hit.path,
        "page": hit.page,
        "collection": hit.collection,
        "passage": hit.text,
        "score": round(hit.score, 4),
        "rank_keyword": hit.rank_keyword,
        "rank_dense": hit.rank_dense,
        "reader": None if hit.reader is None else round(hit.reader, 4),
        "evidence": [[span.start, span.end, round(span.probability, 4)] for span in hit.evidence],
    }


def dump(answer: Answer) -> str:
    """The whole answer as JSON text."""
    record = asdict(_without_metadata(answer))
    return json.dumps(record, ensure_ascii=False)


def load(text: str) -> Answer:
    """The answer that `dump` wrote; fields of a newer version are left out. Raises ValueError for anything else."""
    try:
        record = json.loads(text)
        record["sentences"] = tuple(
            _make(
                Sentence,
                {
                    **item,
                    "citations": tuple(_make(Citation, c) for c in item["citations"]),
                    "highlight": tuple((int(start), int(end)) for start, end in item.get("highlight", ())),
                },
            )
            for item in record["sentences"]
        )
        record["sources"] = tuple(_hit(item) for item in record["sources"])
        record["timings"] = _make(Timings, record["timings"])
        record["notices"] = tuple(record["notices"])
        return _make(Answer, record)
    except (KeyError, TypeError) as error:
        raise ValueError("not a stored answer") from error


def _without_metadata(answer: Answer) -> Answer:
    """A mapping proxy cannot be copied by `asdict`; plain dictionaries can. Scores of single sentences are not kept."""
    kept = (replace(hit, metadata=dict(hit.metadata), sentences=()) for hit in answer.sources)
    return replace(answer, sources=tuple(kept))


def _hit(record: dict) -> Hit:
    evidence = tuple(_make(Span, item) for item in record.get("evidence", ()))
    return _make(Hit, {**record, "evidence": evidence, "sentences": ()})


def _make(kind, record: dict):
    known = {field.name for field in fields(kind)}
    return kind(**{key: value for key, value in record.items() if key in known})
