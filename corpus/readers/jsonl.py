"""JSON lines: each line an object with fields like title, text, question, answer."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from corpus.document import Document, Dropped
from corpus.errors import Reason
from corpus.readers.encoding import encoding_of
from corpus.readers.fields import document


def read(path: Path) -> Iterator[Document | Dropped]:
    """A document for each line, streamed; lines that are no objects or hold no text are Dropped."""
    for number, line in enumerate(_lines(path), start=1):
        fields = _fields(line)
        if isinstance(fields, Reason):
            yield Dropped(f"row {number}", fields)
        else:
            yield document(fields, f"{path}, row {number}", f"row {number}")


def record(value: Mapping[str, object], place: str, label: str) -> Document | Dropped:
    """One object of JSON as a document; a Dropped called `label` where it holds no text."""
    return document(_named(value), place, label)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding=encoding_of(path), errors="replace") as file:
        yield from file


def _fields(line: str) -> dict[str, str] | Reason:
    """The object's fields as text, or the reason why there are none."""
    if not line.strip():
        return Reason("dropped.empty_line")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Reason("dropped.invalid_json")
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, dict):
        return Reason("dropped.no_object")
    return _named(value)


def _named(value: Mapping[str, object]) -> dict[str, str]:
    return {str(name): _text(field) for name, field in value.items() if field is not None}


def _text(field: object) -> str:
    """Text as it is, lists of texts as lines, anything deeper as JSON."""
    if isinstance(field, str):
        return field
    if isinstance(field, list) and all(isinstance(part, str) for part in field):
        return "\n".join(field)
    return json.dumps(field, ensure_ascii=False) if field not in ({}, []) else ""
