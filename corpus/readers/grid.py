"""Tables with merged cells, as Word, PowerPoint and Excel draw them: filled, their header found, rows as lines."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.tables import CELL, column_names, facts, has_header, is_figure

DEEPEST = 4  # rows of a header
LONGEST_NAME = 60  # characters of a column's name
LONGEST_FILLED = 200  # characters of a cell that is said again in each row that it spans
MOST_IN_A_FORM = 8  # rows of labels with what is entered
YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Merged:
    """Cells that are one; rows and columns count from 0, the last ones are included."""

    top: int
    left: int
    bottom: int
    right: int


def lines(rows: Sequence[Sequence[str]], merged: Collection[Merged] = (), headers: int | None = None) -> list[str]:
    """The table as lines that name their columns; a merged cell holds its text in its first row and column.

    A cell that is merged downwards is said in each of its rows, one that is merged sideways once. Single cells above
    the header are captions, on lines of their own. `headers` is how many rows name the columns where the file says so.
    """
    grid = [list(row) for row in rows]
    found: list[str] = []
    start = 0
    while headers is None and start < len(grid) - 1 and len(grid[start]) > 1 and _count(grid[start]) < 2:
        if _goes_down(merged, start):
            break
        found += filter(None, grid[start])
        start += 1
    grid, merged = grid[start:], moved(merged, start)
    if not grid:
        return found
    depth = header_depth(grid, merged) if headers is None else min(headers, len(grid))
    head = filled_header(grid[:depth], merged)
    body = _with_groups(filled_down(grid, merged), merged)[depth:]
    if depth == 0 and is_form(body):
        return [*found, *(_form_row(row) for row in body if any(row))]
    if not any(map(any, body)):
        return [*found, *(CELL.join(filter(None, row)) for row in grid[:depth] if any(row))]
    return [*found, *facts([*_named(head), *body], min(1, depth))]


def _named(head: list[list[str]]) -> list[list[str]]:
    return [column_names(head)] if head else []


def header_depth(rows: Sequence[Sequence[str]], merged: Collection[Merged] = ()) -> int:
    """How many of the first rows name the columns: more than one where names stand below a common one.

    `rows` are the table's first ones: at least two more than the header may have, where there are so many.
    """
    if len(rows) < 2 or not _is_header(rows, merged):
        return 0
    depth = 1
    while depth < min(DEEPEST, len(rows) - 1) and are_names(rows[depth]) and _goes_on(rows, merged, depth):
        depth += 1
    return depth


def _is_header(rows: Sequence[Sequence[str]], merged: Collection[Merged]) -> bool:
    first = rows[0]
    if _has_group(rows, merged, 0):
        return are_names(first)
    if has_header([list(row) for row in rows]):
        return True
    if _is_list(rows):
        return True
    return _names_years(first) and len(rows) > 1 and not _names_years(rows[1])


def _is_list(rows: Sequence[Sequence[str]]) -> bool:
    """Whether two columns of text are a list below names: forms are short, and what is entered does not repeat."""
    body = [row for row in rows[1:] if _count(row) == 2]
    if len(rows[0]) != 2 or not are_names(rows[0]) or len(body) < 3 or rows[0][0].endswith(":"):
        return False
    values = [row[1] for row in body]
    return not any(map(is_figure, values)) and (len(set(values)) < len(values) or len(body) > MOST_IN_A_FORM)


def _names_years(row: Sequence[str]) -> bool:
    """Whether years run on behind a name or an empty corner: "", "2024", "2025"."""
    years = [cell for cell in row[1:] if YEAR.fullmatch(cell)]
    in_order = sorted(set(years))
    return len(years) > 1 and not is_figure(row[0]) and are_names(row) and years in (in_order, in_order[::-1])


def are_names(row: Sequence[str]) -> bool:
    """Whether every cell that is filled could name a column: short, no sentence, no figure but a year."""
    cells = [cell for cell in row if cell]
    return bool(cells) and all(
        len(cell) <= LONGEST_NAME
        and not cell.endswith((".", "!", "?"))
        and (not is_figure(cell) or YEAR.fullmatch(cell) is not None)
        for cell in cells
    )


def _goes_on(rows: Sequence[Sequence[str]], merged: Collection[Merged], depth: int) -> bool:
    """Whether row `depth` still belongs to the header above it."""
    if any(each.top < depth <= each.bottom for each in merged) or _has_group(rows, merged, depth - 1):
        return True
    # Units and the like stand beside an empty corner: "", "mm", "kg", above the first row that has a name of its own.
    row, following = rows[depth], rows[depth + 1]
    return _count(row) > 1 and not row[0] and bool(following) and bool(following[0])


def _has_group(rows: Sequence[Sequence[str]], merged: Collection[Merged], at: int) -> bool:
    """Whether a name in row `at` stands over several columns: merged, or beside empty cells above other names."""
    if any(each.top <= at <= each.bottom and each.right > each.left for each in merged):
        return True
    if at + 2 >= len(rows) or not are_names(rows[at + 1]) or _count(rows[at + 1]) < 2 or rows[at + 1][0]:
        return False
    return any(not _at(rows[at], column) and _at(rows[at], column - 1) for column in range(2, len(rows[at + 1])))


def filled_header(head: Sequence[Sequence[str]], merged: Collection[Merged]) -> list[list[str]]:
    """The rows of a header with each name in all columns below it, whether its cells are merged or left empty."""
    width = max(map(len, head), default=0)
    grid = [[_at(row, column) for column in range(width)] for row in head]
    owned = set()
    for each in merged:
        if each.top < len(grid) and each.left < width and (each.top, each.left) not in owned:
            text = grid[each.top][each.left]
            for row in range(each.top, min(each.bottom, len(grid) - 1) + 1):
                for column in range(each.left, min(each.right, width - 1) + 1):
                    grid[row][column] = text
                    owned.add((row, column))
    for at, (names, below) in enumerate(pairwise(grid)):
        for column in range(2, width):
            if not names[column] and below[column] and (at, column) not in owned:
                names[column] = names[column - 1]
    return grid


def filled_down(rows: Sequence[Sequence[str]], merged: Collection[Merged]) -> list[list[str]]:
    """The rows with what is merged over them from above."""
    grid = [list(row) for row in rows]
    for each in merged:
        text = _at(grid[each.top], each.left) if each.top < len(grid) else ""
        for row in grid[each.top + 1 : each.bottom + 1] if 0 < len(text) <= LONGEST_FILLED else ():
            if any(row):
                row += [""] * (each.left + 1 - len(row))
                row[each.left] = text
    return grid


def _with_groups(grid: list[list[str]], merged: Collection[Merged]) -> list[list[str]]:
    """A row of one cell as wide as the table repeats it: `facts` takes that for a heading of the rows below."""
    width = max(map(len, grid), default=0)
    for each in merged:
        if each.top == each.bottom < len(grid) and each.left == 0 and each.right >= width - 1 > 0:
            grid[each.top] = [grid[each.top][0]] * width
    return grid


def is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether two columns without a header hold labels and what is entered: "Tenant:", "Anna Berg"."""
    pairs = [row for row in rows if any(row)]
    return (
        bool(pairs)
        and all(len(row) == 2 and row[0] and len(row[0]) <= LONGEST_NAME for row in pairs)
        and not any(is_figure(row[0]) for row in pairs)
        and len({row[0] for row in pairs}) == len(pairs)
    )


def _form_row(row: Sequence[str]) -> str:
    return f"{row[0].rstrip(' :')}: {row[1]}" if row[1] else row[0]


def moved(merged: Collection[Merged], up: int) -> list[Merged]:
    """The merged cells of a table from which the first `up` rows were taken."""
    below = (each for each in merged if each.bottom >= up)
    return [Merged(max(0, each.top - up), each.left, each.bottom - up, each.right) for each in below]


def _goes_down(merged: Collection[Merged], at: int) -> bool:
    return any(each.top <= at < each.bottom for each in merged)


def _count(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _at(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""
