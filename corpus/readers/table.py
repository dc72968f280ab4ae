"""CSV and TSV: each row a document, streamed; separator, header, lines above it and encoding are found out."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from statistics import median_low

from corpus.cleaning import one_line
from corpus.document import Document, Dropped, Section
from corpus.language import detect
from corpus.readers import grid
from corpus.readers.encoding import encoding_of
from corpus.readers.fields import IDENTIFIERS, TEXTS, TITLES, document
from corpus.readers.text import title_of
from corpus.tables import CELL, is_figure, named_row, rows

SAMPLE = 64_000  # characters
RECORDS = 50  # that are looked at to find the header
SEPARATORS = (";", "\t", "|", ",")  # where all fit equally well, a comma may be a decimal one
COMMENT = "#"


def read(path: Path) -> Iterator[Document | Dropped]:
    """A document for each row below the header, its row number in the path; empty rows are Dropped.

    What stands above the header, and comments, are documents named after the file.
    """
    return (read for _, read in records(path))


def records(path: Path) -> Iterator[tuple[dict[str, str] | None, Document | Dropped]]:
    """What `read` gives, each row with its cells by column; None beside what is no row of the table."""
    encoding = encoding_of(path)
    shape = _shape(path, encoding)
    table: Iterator[list[str]] = islice(rows(path, encoding, shape.delimiter), shape.skipped, None)
    above = list(islice(table, shape.above))
    if notes := list(_notes(above)):
        yield None, _note(path, notes, "above the table")
    first = next(table, [])
    header = _names(first, shape.body) if shape.has_header else []
    if not header:
        table = chain([first], table)
    for number, row in enumerate(table, start=1):
        if _is_comment(row, shape.width):
            yield None, _note(path, list(_notes([row])), f"row {number}")
        else:
            yield _row(row, header, path, number)


def _row(row: list[str], header: list[str], path: Path, number: int) -> tuple[dict[str, str], Document | Dropped]:
    names = [name or f"column {at}" for at, name in enumerate(header, start=1)]
    names += [f"column {at}" for at in range(len(names) + 1, len(row) + 1)]
    fields: dict[str, str] = {}
    for name, value in zip(names, row, strict=False):
        fields[name if name not in fields else f"{name} ({len(fields) + 1})"] = value
    line = CELL.join(named_row(header, [one_line(cell) for cell in row])) if header else ""
    return fields, document(fields, f"{path}, row {number}", f"row {number}", first_is_title=True, row=line)


def _note(path: Path, lines: list[str], place: str) -> Document:
    text = "\n".join(lines)
    return Document(title_of(path), (Section(text),), path=f"{path}, {place}", language=detect(text))


def _notes(records: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines beside the table: "IBAN: XX00 1111" of two fields, else the fields as they follow each other."""
    for record in records:
        cells = [one_line(cell) for cell in record if cell.strip()]
        if cells and cells[0].startswith(COMMENT):
            cells[0] = cells[0].lstrip(f"{COMMENT} ")
        if len(cells) == 2 and not cells[0].endswith((".", "!", "?")):
            yield f"{cells[0].rstrip(' :')}: {cells[1]}"
        elif any(cells):
            yield ", ".join(filter(None, cells))


def _is_comment(row: Sequence[str], width: int) -> bool:
    """Whether a row is a remark: begins with "#" and has fewer fields than the table."""
    return bool(row) and row[0].lstrip().startswith(COMMENT) and _filled(row) < width


@dataclass(frozen=True)
class _Shape:
    """How a file is laid out."""

    delimiter: str
    skipped: int  # lines that only a program reads: "sep=;"
    above: int  # records in front of the header
    has_header: bool
    width: int  # fields that most records have filled
    body: tuple[tuple[str, ...], ...]  # some records below the header


def _shape(path: Path, encoding: str) -> _Shape:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(SAMPLE)
        if len(sample) == SAMPLE and "\n" in sample:
            sample = sample[: sample.rindex("\n") + 1]  # the last record may be cut
    first = sample[:40].lstrip("\ufeff").partition("\n")[0].strip().strip('"')
    declared = first[4:] if first.lower().startswith("sep=") else ""
    stated = first.lower() in ("sep=", "sep=\t") or len(declared) == 1
    if path.suffix.lower() == ".tsv":
        delimiter = "\t"
    elif stated:
        delimiter = declared or "\t"
    else:
        delimiter = max(SEPARATORS, key=lambda sign: _evenness(sample, sign))
    records = _records(sample, delimiter)[int(stated) :]
    width = _width(records)
    above = _above(records, width)
    has_header = bool(records) and bool(_names(records[above], _body(records, above, width)))
    if above and not has_header and not all(_is_comment(each, width) or not _filled(each) for each in records[:above]):
        above = 0  # shorter rows of a table without a header
        has_header = bool(_names(records[0], _body(records, 0, width)))
    body = tuple(_body(records, above, width))
    return _Shape(delimiter, int(stated), above, has_header, width, body)


def _records(sample: str, delimiter: str) -> list[list[str]]:
    lines = csv.reader(sample.replace("\0", "").splitlines(keepends=True), delimiter=delimiter)
    found: list[list[str]] = []
    with suppress(csv.Error):  # `rows` will say where
        found.extend(islice(lines, RECORDS))
    return found


def _filled(record: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)


def _width(records: Sequence[Sequence[str]]) -> int:
    """How many fields most records have filled; of equally frequent numbers the largest."""
    counts = Counter(filled for record in records if (filled := _filled(record)))
    return max(counts, key=lambda filled: (counts[filled], filled), default=0)


def _body(records: Sequence[Sequence[str]], above: int, width: int) -> list[tuple[str, ...]]:
    behind = (record for record in records[above + 1 :] if not _is_comment(record, width))
    return [tuple(map(str.strip, record)) for record in behind]


def _above(records: Sequence[Sequence[str]], width: int) -> int:
    """How many records stand above the table: shorter ones, and what an empty line sets apart from a header."""
    counts = [0 if _is_comment(record, width) else _filled(record) for record in records]
    for at, (record, filled) in enumerate(zip(records, counts, strict=True)):
        behind = [count for count in counts[at + 1 :] if count]
        if filled and filled + (not record[0].strip()) >= (median_low(behind) if behind else width):
            break
    else:
        return 0
    empty = next((place for place, count in enumerate(counts[:20]) if not count and not any(records[place])), 0)
    is_apart = at < empty < len(records) - 1 and max(counts[:empty]) <= 2
    return empty + 1 if is_apart and _names(records[empty + 1], _body(records, empty + 1, width)) else at


def _names(record: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """The names of the columns, none where the record is no header. A comment may be one: "# id,name"."""
    names = [name.strip() for name in record]
    if names and names[0].startswith(COMMENT):
        names[0] = names[0].lstrip(f"{COMMENT} ")
    return names if is_header(names) or (len(names) > 1 and body and grid.header_depth([names, *body[:8]])) else []


def _evenness(sample: str, delimiter: str) -> tuple[float, bool, int]:
    """How well a separator fits: the share of records with as many fields as most, and not between figures alone."""
    records = [record for record in _records(sample, delimiter) if record]
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0, False, 0
    width = max(widths, key=lambda each: (widths[each], each))
    decimal = delimiter == "," and all(
        left[-1:].isdigit() and right[:1].isdigit() for record in records for left, right in pairwise(record)
    )
    return widths[width] / len(records), not decimal, width


def is_header(row: Sequence[str]) -> bool:
    """Names are short, different, no numbers and no sentences."""
    names = [cell.strip().lower() for cell in row]
    filled = [name for name in names if name]
    if any(name in (*TITLES, *TEXTS, *IDENTIFIERS) for name in filled):
        return True
    named = all(len(name) <= 40 and not is_figure(name) and not name.endswith((".", "!", "?")) for name in filled)
    return bool(filled) and named and len(set(filled)) == len(filled) and len(filled) >= len(names) - 1
