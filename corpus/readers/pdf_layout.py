"""The layout of a PDF page: lines, tables and columns out of pieces of text with their places.

A PDF only says which signs stand where. Its own order is kept, for it is mostly the order of reading; what is put
right is what it cannot say: rows of a table, columns that were drawn line by line, a header or footer that stands
between two halves of a sentence, superscripts. Lengths are in points, y grows upwards.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from corpus.cleaning import one_line, raised, tidy
from corpus.readers.outline import joined as item_joined
from corpus.sentences import spans
from corpus.tables import CELL, facts, has_header

# PDFium writes U+FFFE or U+0002 where a hyphen only breaks a word at the line's end.
SOFT_HYPHENS = "\ufffe\u0002"
SOFT_HYPHEN = re.compile(f"[{SOFT_HYPHENS}]\n?")
BROKEN_NAME = re.compile(r"(?<=[^\W\d_]-)\n(?=[A-ZÀ-ÖØ-Þ])")  # "North-East" keeps its hyphen
BROKEN_WORD = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zà-öø-ÿ])")
ITEM = re.compile(r"(?:[•◦▪‣·*–-]|\d{1,3}[.)]|[a-z]\))(?:\s|$)")
BULLET = re.compile(r"^[^\S\n]*[•◦▪‣·](?=\s)", re.MULTILINE)
DIGITS = re.compile(r"\d+")
ENDS = (".", "!", "?", ":", ";", "”", '"', ")")
PAGE_WORDS = frozenset("page pages p of sur de von seite s - – — / |".split(" "))
GAP = 1.2  # of a line's height: a wider one parts cells and columns
TALL = 1.5  # of the usual distance of lines: a larger one parts paragraphs
EDGE = 2  # lines at a page's top and bottom that may be a header or footer
PROSE_WORDS = 4  # of a line in a column of prose
PROSE_FILL = 0.6  # of the column's width
LONGEST_CELL = 25  # words of a cell in the middle of a table's cells
AIRY = 1.25  # of the usual distance of lines: rows that stand further apart are a table's, not lines of prose
LEADER = re.compile(r"\s?(?:\.\s?){5,}")  # of a table of contents
CONTENTS = re.compile(r"… ?\d+$")


@dataclass
class Line:
    """A piece of a line that was drawn without a wide gap.

    `is_fact`: it stands by itself, a field of a form with its value. `is_whole`: it is a text of paragraphs, whose
    lines are not known.
    """

    text: str
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0
    is_fact: bool = False
    is_whole: bool = False

    @property
    def is_line(self) -> bool:
        return not self.is_fact and not self.is_whole

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass
class Table:
    """Cells as text, row by row, all rows of one width."""

    rows: list[list[str]]

    def text(self, names: Sequence[str] | None = None) -> str:
        """The rows with the names of their columns: those of the page before where the table goes on here."""
        if names is not None and not has_header(self.rows):
            return "\n".join(facts([list(names), *self.rows], 1))
        return "\n".join(facts(self.rows))


@dataclass
class PageText:
    """A page in the order of reading. `headers` stand before, `notes` and `footers` behind its own text."""

    blocks: list[Line | Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)


def lines_of(pieces: Iterable[Line]) -> list[Line]:
    """Pieces in the order in which they were drawn, joined where one goes on in the next."""
    lines: list[Line] = []
    for piece in pieces:
        if not piece.text.strip():
            continue
        before = lines[-1] if lines else None
        if before is not None and _goes_on(before, piece):
            _append(before, piece)
        else:
            lines.append(Line(piece.text, piece.left, piece.bottom, piece.right, piece.top))
    for line in lines:
        line.text = LEADER.sub(" … ", line.text.rstrip())
    return lines


def _goes_on(before: Line, piece: Line) -> bool:
    size = max(before.height, piece.height)
    return _same_row(before, piece) and -0.5 * size < piece.left - before.right <= GAP * size


def _same_row(one: Line, other: Line) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared >= 0.4 * min(one.height, other.height)


def _append(line: Line, piece: Line) -> None:
    is_raised = piece.bottom - line.bottom > 0.2 * line.height and piece.height < 0.9 * line.height
    if is_raised and not line.text.endswith(" ") and piece.text.strip(" +-−[]").isdecimal():
        line.text += raised(line.text, piece.text.strip()) + " " * piece.text.endswith(" ")
    else:
        line.text += piece.text
        line.top, line.bottom = max(line.top, piece.top), min(line.bottom, piece.bottom)
    line.right = max(line.right, piece.right)


def arranged(lines: Sequence[Line]) -> list[Line | Table]:
    """The lines of a page with its tables in their place, and columns one after the other."""
    order = {id(line): at for at, line in enumerate(lines)}
    blocks: dict[int, list[Line | Table]] = {}
    taken: set[int] = set()
    rows = _rows([line for line in lines if line.is_line])
    pitch = _pitch(rows)
    for run in _runs(rows):
        members = [line for row in run for line in row]
        found = _columns(run, order, pitch) or _table(run, pitch)
        if found:
            taken.update(map(id, members))
            blocks[min(order[id(line)] for line in members)] = found
    arranged_blocks: list[Line | Table] = []
    for at, line in enumerate(lines):
        arranged_blocks += blocks.get(at, ())
        if id(line) not in taken:
            arranged_blocks.append(line)
    return arranged_blocks


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand at one height, from the top down, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.middle):
        if rows and _same_row(rows[-1][0], line) and abs(rows[-1][0].middle - line.middle) < 0.6 * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _runs(rows: Sequence[list[Line]]) -> Iterator[list[list[Line]]]:
    """Rows below each other that may make a table or columns: they begin and end with rows of several pieces."""
    run: list[list[Line]] = []
    several = 0  # rows of the run up to the last one with several pieces
    for before, row in zip([None, *rows], rows, strict=False):
        far = before is not None and min(line.bottom for line in before) - max(line.top for line in row) > (
            4 * max(line.height for line in row)
        )
        lone = len(row) == 1 and (not run or _spans(row[0], run) or len(run) - several >= 3)
        if run and (far or lone):
            if several > 1:
                yield _ended(run, several)
            run, several = [], 0
        if len(row) > 1:
            run.append(row)
            several = len(run)
        elif run:
            run.append(row)
    if several > 1:
        yield _ended(run, several)


def _ended(run: list[list[Line]], several: int) -> list[list[Line]]:
    """The run with lines behind its last row that go on in cells other than the first."""
    second = run[several - 1][1].left
    while several < len(run) and run[several][0].left > second - 3:
        several += 1
    return run[:several]


def _spans(line: Line, run: Sequence[list[Line]]) -> bool:
    """Whether the line reaches over a gap of the row above: it belongs to neither column."""
    above = next(row for row in reversed(run) if len(row) > 1)
    return any(line.left < left.right and line.right > right.left for left, right in pairwise(above))


def _pitch(rows: Sequence[list[Line]]) -> float:
    """The usual distance of two lines, 0 where there are no two."""
    return median(_steps(rows) or [0.0])


def _steps(rows: Sequence[list[Line]]) -> list[float]:
    return [above[0].middle - below[0].middle for above, below in pairwise(rows)]


def _is_airy(rows: Sequence[list[Line]], pitch: float) -> bool:
    """Whether rows of several cells stand further apart than the lines of the page, or than lines in their cells."""
    least = min((step for step in _steps(rows) if step > 0), default=0.0)
    between = _pitch([row for row in rows if len(row) > 1])
    return between > AIRY * pitch or (least > 0 and between > AIRY * least)


def _columns(run: Sequence[list[Line]], order: dict[int, int], pitch: float) -> list[Line | Table]:
    """The lines of columns of prose that were drawn row by row, column after column; [] for anything else."""
    several = [row for row in run if len(row) > 1]
    count = max(map(len, several))
    if len(several) < 4 or not _is_prose(run, count, pitch):
        return []
    neighbours = [order[id(right)] == order[id(left)] + 1 for row in several for left, right in pairwise(row)]
    if sum(neighbours) < 0.5 * len(neighbours):
        return []  # the file has the columns in their order
    starts = [median(row[at].left for row in several if len(row) == count) for at in range(count)]
    columns: list[list[Line | Table]] = [[] for _ in range(count)]
    for row in run:
        for line in row:
            columns[min(range(count), key=lambda at: abs(starts[at] - line.left))].append(line)
    return [line for column in columns for line in column]


def _is_prose(rows: Sequence[list[Line]], count: int, pitch: float) -> bool:
    """Whether each column holds long lines that mostly fill it, no further apart than the page's lines are."""
    if _is_airy(rows, pitch) or _pitch(rows) > 2.2 * median(line.height for row in rows for line in row):
        return False
    for at in range(count):
        lines = [row[at] for row in rows if len(row) == count]
        width = max(line.right for line in lines) - min(line.left for line in lines)
        if median(len(line.text.split()) for line in lines) < PROSE_WORDS:
            return False
        if median(line.right - line.left for line in lines) < PROSE_FILL * width:
            return False
    return True


def _table(run: Sequence[list[Line]], pitch: float) -> list[Line | Table]:
    """The run as a table, or as lines "label: value"; [] where its pieces stand in no columns."""
    count = max(map(len, run))
    whole = [row for row in run if len(row) == count]
    edges = [(min(row[at].left for row in whole), max(row[at].right for row in whole)) for at in range(count)]
    apart = all(left[1] < right[0] for left, right in pairwise(edges))
    cells = [line for row in whole for line in row]
    if len(whole) < 2 or not apart or median(len(line.text.split()) for line in cells) > LONGEST_CELL:
        return []
    if all(ITEM.match(f"{row[0].text.strip()} ") and len(row[0].text.strip()) <= 4 for row in whole):
        return []  # a list, whose marks stand apart
    if _is_prose(run, count, pitch):
        return []
    rows: list[list[str]] = []
    least = min((step for step in _steps(run) if step > 0), default=0.0) if _is_airy(run, pitch) else 0.0
    for row, step in zip(run, [0.0, *_steps(run)], strict=True):
        filled = [""] * count
        for line in row:
            for at in _reached(line, edges):
                filled[at] = _cell(filled[at], line.text)
        goes_on = (not filled[0] and len(row) < count) or 0 < step <= 1.1 * least
        if rows and goes_on:  # a cell of several lines
            rows[-1] = [_cell(above, below) for above, below in zip(rows[-1], filled, strict=True)]
        else:
            rows.append(filled)
    rows = [[one_line(cell.rstrip(SOFT_HYPHENS)) for cell in row] for row in rows]
    if count == 2 and sum(row[0].endswith(":") for row in rows) > len(rows) / 2:
        first = run[0][0]
        return [Line(" ".join(row), first.left, 0.0, first.right, 0.0, is_fact=True) for row in rows]
    return [Table(rows)]


def _cell(above: str, below: str) -> str:
    """A cell's lines as one, a word that a line's end broke made whole."""
    if above[-1:] and above[-1:] in SOFT_HYPHENS:
        return above[:-1] + below.strip()
    if above[-1:] == "-" and above[-2:-1].isalpha() and below[:1].islower():
        return above[:-1] + below.strip()
    return f"{above} {below.strip()}".strip()


def _reached(line: Line, edges: Sequence[tuple[float, float]]) -> list[int]:
    reached = [at for at, (left, right) in enumerate(edges) if line.left < right and line.right > left]
    return reached or [min(range(len(edges)), key=lambda at: abs(edges[at][0] - line.left))]


def without_furniture(pages: Sequence[PageText]) -> None:
    """Takes out headers and footers that stand on several pages; one that says more than a number is kept once.

    A header is kept on the first of its pages, a footer on the last one.
    """
    if len(pages) < 2:
        return
    places: dict[tuple[bool, str], list[tuple[int, Line]]] = {}
    for number, page in enumerate(pages):
        rows = _rows([block for block in page.blocks if isinstance(block, Line) and block.is_line])
        if len(rows) < 2:
            continue
        for is_top, edge in ((True, rows[:EDGE]), (False, rows[max(EDGE, len(rows) - EDGE) :])):
            for line in (line for row in edge for line in row):
                key = is_top, DIGITS.sub("#", one_line(line.text).casefold())
                places.setdefault(key, []).append((number, line))
    for (is_top, shown), found in places.items():
        numbers = sorted({number for number, _ in found})
        if len(numbers) < 2 or not _is_furniture(shown, numbers, len(pages)):
            continue
        lines = {id(line) for _, line in found}
        for number in numbers:
            pages[number].blocks = [block for block in pages[number].blocks if id(block) not in lines]
        if any(word.strip("#.,:()") and word not in PAGE_WORDS for word in shown.split()):
            if is_top:
                pages[numbers[0]].headers.append(one_line(found[0][1].text))
            else:
                pages[numbers[-1]].footers.append(one_line(found[-1][1].text))


def _is_furniture(shown: str, numbers: Sequence[int], pages: int) -> bool:
    """Whether a line that stands at the edge of these pages is no text of theirs."""
    near = sum(later - earlier <= 2 for earlier, later in pairwise(numbers))
    return len(shown) < 200 and (len(numbers) > pages / 3 or near >= 2)


def texts(pages: Sequence[PageText]) -> list[str]:
    """The text of each page; a sentence that a page's end cuts stands whole on the page where it begins."""
    without_furniture(pages)
    made: list[list[str]] = []
    names: list[str] | None = None  # of the columns of the table at the end of the page before
    for page in pages:
        blocks, names = _page_blocks(page, names)
        made.append(blocks)
    for before, after in pairwise(made):
        if before and after:
            before[-1], after[0] = _rejoined(before[-1], after[0])
    ends = SOFT_HYPHENS
    found = []
    for blocks, page in zip(made, pages, strict=True):
        own = [block.rstrip(ends) for block in blocks if block]
        found.append(tidy(item_joined([*page.headers, *own, *(f"- {note}" for note in page.notes), *page.footers])))
    return found


def _page_blocks(page: PageText, names: Sequence[str] | None) -> tuple[list[str], list[str] | None]:
    """(paragraphs and tables as text, the column names of a table that may go on overleaf)."""
    lengths = sorted(len(block.text) for block in page.blocks if isinstance(block, Line))
    width = lengths[int(len(lengths) * 0.8)] if lengths else 0  # of a full line; headings and last lines are shorter
    blocks: list[str] = []
    run: list[Line] = []

    def close() -> None:
        if run:
            blocks.append(joined("\n".join(_spaced(run)), width))
            run.clear()

    following: list[str] | None = None
    for at, block in enumerate(page.blocks):
        if isinstance(block, Line) and block.is_line:
            run.append(block)
            continue
        close()
        if isinstance(block, Line):
            blocks.append(block.text if block.is_whole else f"- {one_line(block.text)}")
            continue
        same = names is not None and at == 0 and len(names) == len(block.rows[0])
        if same and block.rows[0] == names:
            block.rows.pop(0)  # the header, said again
        if block.rows:
            blocks.append(block.text(names if same else None))
        if at == len(page.blocks) - 1 and block.rows:
            following = list(names) if same and names else (block.rows[0] if has_header(block.rows) else None)
    close()
    return [block for block in blocks if block], following


def _spaced(lines: Sequence[Line]) -> list[str]:
    """The lines' texts, an empty one where a wide space parts two paragraphs."""
    steps = [above.bottom - below.bottom for above, below in pairwise(lines)]
    usual = median([step for step in steps if step > 0] or [0])
    spaced = [lines[0].text]
    for line, step in zip(lines[1:], steps, strict=True):
        if usual and step > TALL * usual and spaced[-1][-1:] not in SOFT_HYPHENS:
            spaced.append("")
        spaced.append(line.text)
    return spaced


def _rejoined(before: str, after: str) -> tuple[str, str]:
    """A sentence that goes on overleaf, whole at the end of the first text and gone from the second."""
    last = before[-1:]
    broken = bool(last) and last in SOFT_HYPHENS
    first = after[:1]
    lines = before.rstrip().rpartition("\n")[2]
    if CELL in lines or ITEM.match(after) or not first.isalpha():
        return before.rstrip(SOFT_HYPHENS), after
    if not broken and (before.endswith(ENDS) or not first.islower()):
        return before, after
    paragraph = after.partition("\n\n")[0]
    if CELL in paragraph:
        return before, after
    end = next((end for _, end in spans(paragraph)), 0)
    moved, rest = after[:end], after[end:].lstrip()
    if broken:
        return before[:-1] + moved, rest
    if before.endswith("-") and before[-2:-1].isalpha():
        return before[:-1] + moved, rest
    return f"{before} {moved}", rest


def joined(text: str, width: int = 0) -> str:
    """Lines as paragraphs: a line that fills the page's width and ends no sentence goes on in the next.

    `width` is the length of a full line in characters; left out, that of most lines. A soft hyphen at the end stays.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    tail = text[-1:] if text[-1:] and text[-1:] in SOFT_HYPHENS else ""
    text = SOFT_HYPHEN.sub("", text)
    text = BULLET.sub("-", BROKEN_NAME.sub("", BROKEN_WORD.sub("", text)))
    lines = [line.strip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return ""
    width = width or lengths[int(len(lengths) * 0.8)]
    pieces = [lines[0]]
    for before, line in pairwise(lines):
        pieces.append(_joint(before, line, width) + line)
    return tidy("".join(pieces)) + tail


def _joint(before: str, line: str, width: int) -> str:
    if not before or not line:
        return "\n"
    if ITEM.match(line) or CONTENTS.search(before[-8:]):
        return "\n"
    full = len(before) >= 0.7 * width
    if line[0].islower() or (full and not before.endswith(ENDS)):
        return " "
    return " " if full and len(before) >= 0.9 * width else "\n\n"
