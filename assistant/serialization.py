"""Answers to JSON and back: the object of the command contract, and the full record that the history keeps."""

import json
from dataclasses import asdict, fields, replace
from types import UnionType
from typing import get_args

from assistant.schema import Answer, Citation, Sentence, Timings
from corpus.files import parsed
from index.retrieval.hit import Hit, Span

PLAIN = (str, int, float, bool, type(None))
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
        record = parsed(text)
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
        record["collections"] = tuple(record.get("collections", ()))
        return _make(Answer, record)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a stored answer") from error


def _without_metadata(answer: Answer) -> Answer:
    """A mapping proxy cannot be copied by `asdict`; plain dictionaries can. Scores of single sentences are not kept."""
    kept = (replace(hit, metadata=dict(hit.metadata), sentences=()) for hit in answer.sources)
    return replace(answer, sources=tuple(kept))


def _hit(record: dict) -> Hit:
    evidence = tuple(_make(Span, item) for item in record.get("evidence", ()))
    return _make(Hit, {**record, "evidence": evidence, "sentences": ()})


def _make(kind, record: dict):
    """An instance from the fields of a record that this version knows. Raises TypeError for values of other types."""
    known = {field.name: field.type for field in fields(kind)}
    values = {key: value for key, value in record.items() if key in known}
    for key, value in values.items():
        kinds = get_args(known[key]) if isinstance(known[key], UnionType) else (known[key],)
        if all(each in PLAIN for each in kinds) and not isinstance(value, (*kinds, int) if float in kinds else kinds):
            raise TypeError(f"{kind.__name__}.{key} is no {known[key]}")
    return kind(**values)
