"""Tables: rows that name their columns, and CSV files row by row, streamed (files may have gigabytes)."""

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.cleaning import one_line, shortened
from corpus.document import Dropped, ReadingError
from corpus.errors import Reason

CELL = " | "  # stands between the cells of a row, in every format
LONGEST_ROW = 450  # characters of a line: figures and codes take a token for two or three of them
LONGEST_NAME = 120  # characters of a column's name, and of a first cell that is said again
FIGURE = re.compile(r"[-+−.,\s%€$£:/–]*\d[-+−.,\s%€$£:/–\d]*[^\W\d_]{0,4}")


def facts(table: Sequence[Sequence[str]], headers: int | None = None) -> list[str]:
    """The rows below the header, each a line that says its columns: "Room: Double | Winter: 870".

    `headers` counts the rows of column names at the top; left out, it is found out. Names that stand above each other
    are said together ("Season, Winter"). A row that is too long for one line goes on in lines that begin with its
    first cell. Without column names the cells stand alone; a table that is all header is given as it is.
    """
    cleaned = [[one_line(cell) for cell in row] for row in table]
    cleaned = [row for row in cleaned if any(row)]
    if headers is None:
        headers = 1 if has_header(cleaned) else 0
    if headers >= len(cleaned):
        return [CELL.join(filter(None, row)) for row in cleaned]
    names = column_names(cleaned[:headers])
    lines: list[str] = []
    group = ""
    for row in cleaned[headers:]:
        # One cell over the whole width is a heading of the rows below it.
        if len(names) > 1 and (len(row) == 1 or (len(row) > 2 and len(set(row)) == 1)):
            group = row[0]
            lines.append(group)
        else:
            lines += named_row(names, row, group)
    return lines


def named_row(names: Sequence[str], cells: Sequence[str], group: str = "") -> list[str]:
    """One row as a line, or as several where it is too long; empty cells are left out."""
    named = [
        f"{name.rstrip(' :')}: {cell}" if (name := names[at] if at < len(names) else "") else cell
        for at, cell in enumerate(cells)
        if cell
    ]
    if group and named:
        named[0] = f"{group}{CELL}{named[0]}"
    key = named[0] if named and len(named[0]) <= LONGEST_NAME else ""  # said again where the row goes on
    lines: list[list[str]] = []
    size = 0
    for part in named:
        if not lines or (size + len(part) > LONGEST_ROW and len(lines[-1]) > 1):
            lines.append([key] if lines and key else [])
            size = len(key) if lines[0] else 0
        lines[-1].append(part)
        size += len(part) + len(CELL)
    return [CELL.join(line) for line in lines]


def column_names(headers: Sequence[Sequence[str]]) -> list[str]:
    """One name a column, from the rows of a header; a name that spans rows or columns is said once in each."""
    width = max(map(len, headers), default=0)
    columns = ([row[at] for row in headers if at < len(row) and row[at]] for at in range(width))
    return [shortened(", ".join(dict.fromkeys(column)), LONGEST_NAME) for column in columns]


def has_header(table: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: short, different words above figures, or above two rows and more."""
    if len(table) < 2 or len(table[0]) < 2:
        return False
    first, body = table[0], table[1:]
    filled = [cell for cell in first if cell]
    if len(filled) < 2 or len(set(filled)) < len(filled) or len(filled) < len(first) - 1:
        return False
    if any(len(cell) > 40 or is_figure(cell) or cell.endswith((".", "!", "?", ":")) for cell in filled):
        return False
    if any(_all_figures(body, at) for at in range(len(first))):
        return True
    return len(first) > 2 and len(body) > 1


def is_figure(cell: str) -> bool:
    """Whether the cell holds a number, an amount or a date in figures, perhaps with a unit: "24 m", "1,240"."""
    return FIGURE.fullmatch(cell[:60]) is not None


def _all_figures(body: Sequence[Sequence[str]], at: int) -> bool:
    cells = [row[at] for row in body if at < len(row) and row[at]]
    return bool(cells) and all(map(is_figure, cells))


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
