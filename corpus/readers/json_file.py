"""JSON: a list of records as a document for each, anything else as one document of named values."""

import json
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import jsonl, nested_fields
from corpus.readers.encoding import read_text
from corpus.readers.fields import ANSWERS, QUESTIONS, TEXTS
from corpus.readers.text import title_of

KIND = Reason("kind.json")


def read(path: Path) -> Iterator[Document | Dropped]:
    """The documents of the file. Raises ReadingError for what is no JSON or lies too deep."""
    text = read_text(path)
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ReadingError("tree.too_deep", name=path.name, levels=nested_fields.DEEPEST) from error
    except ValueError as error:
        lines = [line for line in text.split("\n", 3)[:2] if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines):
            yield from jsonl.read(path)  # JSON lines under another name
            return
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    if nested_fields.is_too_deep(value):
        raise ReadingError("tree.too_deep", name=path.name, levels=nested_fields.DEEPEST)
    records = next((each for each in _lists(value) if _are_texts(each)), None)
    if records is not None:
        for number, record in enumerate(records, start=1):
            yield jsonl.record(record, f"{path}, row {number}", f"row {number}")
        return
    sections = tuple(nested_fields.sections(value))
    if sections:
        language = detect(" ".join(section.text for section in sections[:5]))
        yield Document(title_of(path), sections, path=str(path), language=language)


def _lists(value: object) -> Iterator[list]:
    """The list that the file is, or the only value of what it is ("data", "rows")."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    if isinstance(value, list):
        yield value


def _are_texts(records: list) -> bool:
    """Whether each of the records has a field that is named like a text or a question."""
    names = {*TEXTS, *QUESTIONS, *ANSWERS}
    return len(records) > 1 and all(
        isinstance(record, dict) and any(str(name).strip().lower() in names for name in record) for record in records
    )
