"""CSV and TSV: each row a document, streamed; separator, header and encoding are found out."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document, Dropped
from corpus.readers.encoding import encoding_of
from corpus.readers.fields import IDENTIFIERS, TEXTS, TITLES, document
from corpus.tables import rows

SAMPLE = 64_000  # characters
NUMBER = re.compile(r"[-+]?[\d.,\s%€$£:/-]+")


def read(path: Path) -> Iterator[Document | Dropped]:
    """A document for each row below the header, its row number in the path; empty rows are Dropped."""
    encoding = encoding_of(path)
    table = rows(path, encoding, _delimiter(path, encoding))
    first = next(table, [])
    header = [name.strip() for name in first] if is_header(first) else None
    if header is None:
        yield _row(first, [f"column {number}" for number in range(1, len(first) + 1)], path, 1)
    for number, row in enumerate(table, start=1 if header else 2):
        yield _row(row, header or [f"column {number}" for number in range(1, len(row) + 1)], path, number)


def _row(row: list[str], header: list[str], path: Path, number: int) -> Document | Dropped:
    names = [name or f"column {at}" for at, name in enumerate(header, start=1)]
    names += [f"column {at}" for at in range(len(names) + 1, len(row) + 1)]
    fields: dict[str, str] = {}
    for name, value in zip(names, row, strict=False):
        fields[name if name not in fields else f"{name} ({len(fields) + 1})"] = value
    return document(fields, f"{path}, row {number}", f"row {number}", first_is_title=True)


def _delimiter(path: Path, encoding: str) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(SAMPLE)
    return max(",;\t|", key=lambda sign: _evenness(sample, sign))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """How many of the first records have as many fields as the first one, where that has at least two."""
    records = [row for row in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter) if row][:50]
    width = len(records[0]) if records else 0
    return (sum(len(row) == width for row in records) / len(records), width) if width > 1 else (0.0, 0)


def is_header(row: list[str]) -> bool:
    """Names are short, different, no numbers and no sentences."""
    names = [cell.strip().lower() for cell in row]
    filled = [name for name in names if name]
    if any(name in (*TITLES, *TEXTS, *IDENTIFIERS) for name in filled):
        return True
    named = all(
        len(name) <= 40 and not NUMBER.fullmatch(name) and not name.endswith((".", "!", "?")) for name in filled
    )
    return bool(filled) and named and len(set(filled)) == len(filled) and len(filled) >= len(names) - 1
