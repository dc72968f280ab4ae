"""Spreadsheets, streamed: a section a sheet, each row a line that names its columns, long sheets in parts."""

import datetime
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from corpus.cleaning import one_line
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import drawing, grid, package
from corpus.readers.limits import BEYOND_LIMIT, LimitReached, TextLimit, unread
from corpus.readers.number_format import shown_moment, shown_number
from corpus.readers.outline import SEPARATOR
from corpus.readers.sheet_parts import NOT_CALCULATED, SheetParts, sheet_members, sheet_parts
from corpus.readers.text import beside_name, title_of
from corpus.tables import LONGEST_ROW, column_names, is_figure, named_row

KIND = Reason("kind.excel")
LAST_ROW = 1_048_576  # Excel's own limit, and what a row's number may claim here
BLOCK = 500  # rows that make a section at most
PART = 1_000_000  # characters after which the document is given and a new one begun
HEAD = 12  # rows of a table that are looked at to find its header
LONGEST_CAPTION = 100  # characters


def read(path: Path) -> Iterator[Document | Dropped]:
    """One document, or several of a large workbook, or none when all cells are empty, and a Dropped for what is unread.

    Raises ReadingError when it is no workbook. Formulas give the values that were last saved with them; one that was
    never calculated is given as it stands, and said to be so.
    """
    import openpyxl

    package.check(path, KIND)
    workbook, parts, limit = None, _Parts(path), TextLimit(path)
    left_out: Counter[str] = Counter()
    try:
        with warnings.catch_warnings():  # about features that reading does not need
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        title = one_line((workbook.properties and workbook.properties.title) or "")
        parts.title = beside_name(title, path, "", " ".join(workbook.sheetnames)[:500])
        with ZipFile(path) as archive:
            members = sheet_members(archive)
            printed: dict[str, None] = {}
            for sheet in workbook.worksheets:
                member = members.get(sheet.title, "")
                beside = sheet_parts(archive, member) if member in archive.namelist() else SheetParts()
                printed.update(dict.fromkeys(beside.around))
                left_out.update({"dropped.pictures": beside.pictures, "dropped.embedded": beside.embedded})
                left_out["dropped.drawing"] += beside.damaged
                for section in _sections(sheet, beside, limit):
                    yield from parts.add(section)
                if limit.is_reached:
                    left_out[BEYOND_LIMIT] += 1
                    break
            if printed:
                yield from parts.add(Section("\n".join(printed)))
    except Exception as error:  # the library lets errors of zip, XML and wrong numbers through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("office.unreadable", name=path.name, kind=KIND) from error
    finally:
        if workbook is not None:
            workbook.close()
    yield from parts.rest()
    yield from unread(path.name, left_out)


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


@dataclass(frozen=True)
class _Row:
    """A row that holds something: its number from 1, its cells as text, whether all that are filled are bold."""

    number: int
    cells: list[str]
    is_bold: bool = False


@dataclass
class _Stretch:
    """Lines of one table, or of several small ones, before they become a section."""

    caption: str = ""
    lines: list[str] = field(default_factory=list)
    first: int = 0
    last: int = 0
    rows: int = 0

    def section(self, name: str, numbered: bool) -> Section:
        heading = f"{name}, rows {self.first}–{self.last}" if numbered else name
        heading = f"{heading}{SEPARATOR}{self.caption}" if self.caption else heading
        return Section("\n".join(self.lines), heading)


def _sections(sheet: Any, beside: SheetParts, limit: TextLimit) -> Iterator[Section]:
    """The sheet's text; only a sheet of more than a block of rows says which ones in its headings."""
    name = one_line(sheet.title) + ("" if sheet.sheet_state == "visible" else " (hidden sheet)")
    stretches = _stretches(_lines(_filled(_rows(sheet, beside, limit), beside.merged), beside, limit))
    stretch, following = next(stretches, None), next(stretches, None)
    numbered = False
    while stretch:
        numbered = numbered or bool(following and following.caption == stretch.caption)
        if stretch.lines:
            yield stretch.section(name, numbered)
        stretch, following = following, next(stretches, None)
    rest = [f"{label} on {_reference(at)}: {text}" for at, label, text in _left(beside)]
    text = "\n\n".join([*beside.boxes, *rest])
    if text and not limit.is_reached:
        with suppress(LimitReached):
            yield Section(limit.take(text), name)


def _left(beside: SheetParts) -> Iterator[tuple[tuple[int, int], str, str]]:
    for at, comments in sorted(beside.comments.items()):
        for comment in comments:
            label, _, text = comment.partition("\0")
            yield at, label, text


def _stretches(lines: Iterable[tuple[int, str, list[str]]]) -> Iterator[_Stretch]:
    """Blocks of rows, cut where a table with a caption of its own begins, and where the file gives too much text."""
    stretch = _Stretch()
    for number, caption, texts in _until_limit(lines):
        begins = caption != stretch.caption and stretch.lines
        if stretch.rows >= BLOCK or begins:
            yield stretch
            stretch = _Stretch(first=number)
        stretch.caption = caption
        stretch.first = stretch.first or number
        stretch.last = number
        stretch.rows += 1
        stretch.lines += texts
    if stretch.rows:
        yield stretch


def _until_limit(lines: Iterable[tuple[int, str, list[str]]]) -> Iterator[tuple[int, str, list[str]]]:
    with suppress(LimitReached):
        yield from lines


def _lines(rows: Iterator[_Row], beside: SheetParts, limit: TextLimit) -> Iterator[tuple[int, str, list[str]]]:
    """(number, caption of its table, lines) of each row; rows that name the columns have no lines of their own."""
    names: list[str] = []
    caption = ""
    pending = next(rows, None)
    while pending is not None:
        region = _Region(pending, rows)
        head = list(islice(region, HEAD))
        captions = list(_captions(head, is_alone=len(head) < HEAD and not region.more()))
        table = head[len(captions) :]
        depth, found = _header(table, beside)
        if captions and (table or region.following is not None):
            caption = "".join(captions[-1].cells)[:LONGEST_CAPTION]
        for row in captions:
            yield row.number, caption, _shown([], row, beside, limit)
        is_new = bool(depth) and (not names or _is_new_table(table, depth, len(names)))
        if captions and not is_new and any(len(row.cells) > len(names) for row in table):
            names = []  # a table of its own, without a header
        if is_new:
            names = found
            for row in table[:depth]:
                yield row.number, caption, [limit.take(text) for text in _comments(names, row, beside)]
            table = table[depth:]
            if not table and not region.more():
                yield head[-1].number, caption, [limit.take(" | ".join(filter(None, found)))]
        form = not names and len(captions) + len(table) == len(head) and not region.more() and _is_form(table)
        for row in chain(table, region):
            yield row.number, caption, _shown(names, row, beside, limit, form)
        pending = region.following


class _Region(Iterator[_Row]):
    """The rows from `first` on that follow each other without an empty one; `following` is the first behind it."""

    def __init__(self, first: _Row, rows: Iterator[_Row]) -> None:
        self.following: _Row | None = first
        self._rows = rows
        self._next = first.number

    def __next__(self) -> _Row:
        if not self.more() or self.following is None:
            raise StopIteration
        row, self.following = self.following, next(self._rows, None)
        self._next = row.number + 1
        return row

    def more(self) -> bool:
        """Whether another row belongs to it."""
        return self.following is not None and self.following.number == self._next


def _captions(head: list[_Row], is_alone: bool) -> Iterator[_Row]:
    """The rows above a table that hold one text: its caption, or a note on it."""
    for at, row in enumerate(head):
        filled = [cell for cell in row.cells if cell]
        behind = head[at + 1 :]
        below = (not behind and is_alone) or any(sum(map(bool, each.cells)) > 1 for each in behind[:3])
        if len(filled) > 1 or is_figure(filled[0]) or not below:
            return
        yield row


def _header(table: list[_Row], beside: SheetParts) -> tuple[int, list[str]]:
    """(how many rows name the columns, the names) of a table's first rows."""
    if len(table) < 2:
        return 0, []
    rows = [row.cells for row in table]
    top = table[0].number - 1
    merged = [each for each in grid.moved(beside.merged, top) if each.top < HEAD] if beside.merged else []
    left = min(next((at for at, cell in enumerate(row) if cell), 0) for row in rows)
    inner = [["0" if cell.endswith(NOT_CALCULATED) else cell for cell in row[left:]] for row in rows]
    inside = (each for each in merged if each.left >= left)
    shifted = [grid.Merged(each.top, each.left - left, each.bottom, each.right - left) for each in inside]
    bold = next((at for at, row in enumerate(table) if not row.is_bold), 0)
    bold = bold if bold <= grid.DEEPEST and all(grid.are_names(row) for row in inner[:bold]) else 0
    depth = max(bold, grid.header_depth(inner, shifted))
    names = column_names(grid.filled_header(inner[:depth], shifted)) if depth else []
    return depth, [*[""] * left, *(_column(name, at + left + 1, beside) for at, name in enumerate(names))]


def _column(name: str, number: int, beside: SheetParts) -> str:
    hidden = any(first <= number <= last for first, last in beside.hidden_columns)
    return f"{name or _letters(number)} (hidden column)" if hidden else name


def _is_new_table(table: list[_Row], depth: int, width: int) -> bool:
    """Whether what looks like a header behind an empty row is one: other columns, or names above figures."""
    if len(table[0].cells) != width or table[0].is_bold:
        return True
    below = table[depth].cells if depth < len(table) else []
    return any(is_figure(cell) and not is_figure(name) for name, cell in zip(table[0].cells, below, strict=False))


def _is_form(table: list[_Row]) -> bool:
    left = min((next((at for at, cell in enumerate(row.cells) if cell), 0) for row in table), default=0)
    return len(table) > 1 and grid.is_form([row.cells[left:] for row in table])


def _shown(names: list[str], row: _Row, beside: SheetParts, limit: TextLimit, form: bool = False) -> list[str]:
    cells = row.cells
    if form and sum(map(bool, cells)) == 2:
        label, value = filter(None, cells)
        lines = [f"{label.rstrip(' :')}: {value}"]
    else:
        shown = names if sum(map(bool, cells)) > 1 else []
        if not names and beside.hidden_columns:
            shown = [_column("", at, beside) if cell else "" for at, cell in enumerate(cells, start=1)]
        lines = named_row(shown, cells)
    comments = list(_comments(names, row, beside))
    if comments and lines and len(lines[-1]) + sum(map(len, comments)) < LONGEST_ROW:
        lines = [*lines[:-1], " | ".join([lines[-1], *comments])]
    elif comments:
        key = next(filter(None, cells), "")
        lines += [f"{key}: {comment}" for comment in comments]
    if row.number in beside.hidden_rows:
        lines = [f"{line} (hidden row)" for line in lines]
    return [limit.take(line) for line in lines]


def _comments(names: list[str], row: _Row, beside: SheetParts) -> Iterator[str]:
    """The comments on the row's cells, each with its column; what is given is taken off the sheet's list."""
    if not beside.comments:
        return
    for column in range(1, len(row.cells) + 1):
        for comment in beside.comments.pop((row.number, column), ()):
            label, _, text = comment.partition("\0")
            name = names[column - 1] if column <= len(names) else ""
            yield f"{label} on {name or _reference((row.number, column))}: {text}"


def _reference(at: tuple[int, int]) -> str:
    return f"{_letters(at[1])}{at[0]}"


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column) if 0 < column <= 18_278 else ""


def _rows(sheet: Any, beside: SheetParts, limit: TextLimit) -> Iterator[_Row]:
    """Each row that holds something."""
    sheet.reset_dimensions()  # what a file says about its own size is often wrong
    rows = enumerate(sheet.iter_rows(max_row=LAST_ROW), start=1)
    while True:
        with warnings.catch_warnings():  # about dates that are none
            warnings.simplefilter("ignore")
            block = list(islice(rows, BLOCK))
        if not block:
            return
        for number, row in block:
            cells = [limit.take(_text(cell)) for cell in row]
            for column in range(1, len(cells) + 1) if beside.formulas or beside.links else ():
                at = number, column
                cells[column - 1] = cells[column - 1] or beside.formulas.get(at, "")
                if at in beside.links:
                    cells[column - 1] += drawing.target_beside(cells[column - 1], beside.links[at])
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                filled = [cell for cell, text in zip(row, cells, strict=False) if text]
                yield _Row(number, cells, number <= LAST_ROW and len(filled) > 1 and all(map(_is_bold, filled)))


def _is_bold(cell: Any) -> bool:
    with suppress(AttributeError, IndexError):
        return bool(cell.font.b)
    return False


def _filled(rows: Iterator[_Row], merged: list[grid.Merged]) -> Iterator[_Row]:
    """The rows with what is merged over them from above."""
    if not merged:
        yield from rows
        return
    todo = iter(merged)
    coming = next(todo, None)
    active: dict[int, tuple[int, str]] = {}  # column -> (last row, text)
    for row in rows:
        at = row.number - 1
        cells = list(row.cells)
        while coming is not None and coming.top <= at:
            text = cells[coming.left] if coming.top == at and coming.left < len(cells) else ""
            if coming.bottom > at and 0 < len(text) <= grid.LONGEST_FILLED:
                active[coming.left] = coming.bottom, text
            coming = next(todo, None)
        for column, (bottom, text) in list(active.items()):
            if bottom < at:
                del active[column]
            else:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or text
        yield _Row(row.number, cells, row.is_bold)


def _text(cell: Any) -> str:
    """The value as a reader of the sheet would see it; of entered numbers, every digit."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return shown_number(value, cell.number_format or "")
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return shown_moment(value, cell.number_format or "")
    return one_line(str(value))
