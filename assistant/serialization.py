"""Answers to JSON and back: the object of the command contract, and the full record that the history keeps."""

import json
from dataclasses import asdict, fields

from assistant.schema import Answer, Citation, Sentence, Timings
from index.retrieval.hit import Hit

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
            _make(Sentence, {**item, "citations": tuple(_make(Citation, c) for c in item["citations"])})
            for item in record["sentences"]
        )
        record["sources"] = tuple(_make(Hit, item) for item in record["sources"])
        record["timings"] = _make(Timings, record["timings"])
        record["notices"] = tuple(record["notices"])
        return _make(Answer, record)
    except (KeyError, TypeError) as error:
        raise ValueError("not a stored answer") from error


def _without_metadata(answer: Answer) -> Answer:
    """A mapping proxy cannot be copied by `asdict`; plain dictionaries can."""
    from dataclasses import replace

    return replace(answer, sources=tuple(replace(hit, metadata=dict(hit.metadata)) for hit in answer.sources))


def _make(kind, record: dict):
    known = {field.name for field in fields(kind)}
    return kind(**{key: value for key, value in record.items() if key in known})
