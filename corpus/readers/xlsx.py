"""Spreadsheets, streamed: a section a sheet, each row a line that names its columns, long sheets in parts."""

import datetime
import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from corpus.cleaning import one_line
from corpus.document import Document, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import package
from corpus.readers.table import is_header
from corpus.readers.text import title_of

KIND = Reason("kind.excel")
LAST_ROW = 1_048_576  # Excel's own limit, and what a row's number may claim here
BLOCK = 500  # rows that make a section at most
PART = 1_000_000  # characters after which the document is given and a new one begun
DECIMALS = re.compile(r"0\.?0*%")


def read(path: Path) -> Iterator[Document]:
    """One document, or several of a large workbook, or none when all cells are empty.

    Raises ReadingError when it is no workbook. Formulas give the values that were last saved with them.
    """
    import openpyxl

    package.check(path, KIND)
    workbook, parts = None, _Parts(path)
    try:
        with warnings.catch_warnings():  # about features that reading does not need
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        parts.title = one_line((workbook.properties and workbook.properties.title) or "") or title_of(path)
        for sheet in workbook.worksheets:
            for section in _sections(sheet):
                yield from parts.add(section)
    except Exception as error:  # the library lets errors of zip, XML and wrong numbers through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("office.unreadable", name=path.name, kind=KIND) from error
    finally:
        if workbook is not None:
            workbook.close()
    yield from parts.rest()


class _Parts:
    """Gathers sections into documents of about `PART` characters; a small workbook is one document."""

    def __init__(self, path: Path) -> None:
        self.title = title_of(path)
        self._path = str(path)
        self._sections: list[Section] = []
        self._size = self._given = 0

    def add(self, section: Section) -> Iterator[Document]:
        self._sections.append(section)
        self._size += len(section.text)
        if self._size >= PART:
            self._given += 1
            yield self._document(f"{self._path}, part {self._given}")

    def rest(self) -> Iterator[Document]:
        if self._sections:
            yield self._document(f"{self._path}, part {self._given + 1}" if self._given else self._path)

    def _document(self, path: str) -> Document:
        sections, self._sections, self._size = tuple(self._sections), [], 0
        language = detect(" ".join(section.text for section in sections[:5]))
        return Document(self.title, sections, path=path, language=language)


def _sections(sheet) -> Iterator[Section]:
    """The sheet's text; only a sheet of more than a block of rows says which ones in its headings."""
    rows = _rows(sheet)
    block, following = _block(rows), _block(rows)
    name, several = one_line(sheet.title), bool(following)
    header: list[str] | None = None
    while block:
        lines = []
        for _, cells in block:
            if header is None and sum(map(bool, cells)) > 1:  # a single cell above the table is its caption
                header = cells if is_header(cells) else []
                if header:
                    continue
            lines.append(_line(header or [], cells))
        if lines or not following:
            text = "\n".join(lines) or " | ".join(header or [])
            yield Section(text, f"{name}, rows {block[0][0]}–{block[-1][0]}" if several else name)
        block, following = following, _block(rows)


def _block(rows: Iterator[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    with warnings.catch_warnings():  # about dates that are none
        warnings.simplefilter("ignore")
        return list(islice(rows, BLOCK))


def _rows(sheet) -> Iterator[tuple[int, list[str]]]:
    """(number, cells as text) of each row that holds something."""
    sheet.reset_dimensions()  # what a file says about its own size is often wrong
    for number, row in enumerate(sheet.iter_rows(max_row=LAST_ROW), start=1):
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _line(header: Sequence[str], cells: Sequence[str]) -> str:
    """ "Name: Sencha | Price: 5" below a header, "Sencha | 5" without one; empty cells are left out below a header."""
    if not header or sum(map(bool, cells)) == 1:
        return " | ".join(cells).strip(" |")
    names = [*header, *[""] * len(cells)]
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell)


def _text(cell) -> str:
    """The value as a reader of the sheet would see it, near enough."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        style = cell.number_format or ""
        if "%" in style and DECIMALS.search(style):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    return one_line(str(value))
