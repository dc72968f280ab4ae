"""CSV files row by row, streamed: files may have gigabytes and fields megabytes."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason


def rows(path: Path, encoding: str, delimiter: str = ",") -> Iterator[list[str]]:
    """The records of a CSV file, line breaks inside quoted fields kept. Raises ReadingError for a broken file."""
    _lift_field_limit()
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(_without_nul(file), delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            raise ReadingError("table.broken", name=path.name, line=reader.line_num, error=str(error)) from error


def records(path: Path, encoding: str, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str] | Dropped]]:
    """(row number from 1, fields by column name), or a Dropped for a row with too few fields.

    Raises ReadingError when a required column is missing.
    """
    table = rows(path, encoding)
    header = [name.strip().lstrip("\ufeff") for name in next(table, [])]
    missing = [name for name in required if name not in header]
    if missing:
        raise ReadingError("table.no_column", name=path.name, column=missing[0], found=", ".join(header))
    needed = max(header.index(name) for name in required)
    for number, row in enumerate(table, start=1):
        if len(row) > needed:
            yield number, dict(zip(header, row, strict=False))
        else:
            reason = Reason("dropped.few_columns") if row else Reason("dropped.empty_line")
            yield number, Dropped(f"{path.name}, row {number}", reason)


def _without_nul(lines: Iterator[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


def _lift_field_limit() -> None:
    # The module's 128 KB would refuse a long article; C longs are 32 bits on Windows.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
