"""What the cells of a column are worth: numbers with their unit, and dates.

Nothing is guessed: a column with a cell that holds figures and is no plain number ("E-301", "=B2*C2", "26:15") has no
numbers, one with two units has none either.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from index.storage.forms import MONTHS, forms

LONGEST = 60  # characters of a cell that is a number or a date
DATED = 0.8  # of a column's filled cells are dates, or it is no column of dates
# A currency in front: its sign, or three capitals and a space ("EUR 5"; "HX 4471" is a number of something else).
BEFORE = r"(?P<before>[A-Z]{3} |[$€£¥₹] ?)?"
NUMBER = re.compile(
    rf"{BEFORE}(?P<sign>[-+−–] ?)?(?P<behind>[$€£¥₹] ?)?(?P<digits>\d[\d.,'’ \u00a0\u202f]*)(?P<after>[^\d.,()=|]*)"
)
ACTUAL = re.compile(r"[^()]*\((?P<value>[-−]?\d[\d.,-]*)\)")  # "12.5 M (12500000)": what a format hides
DAY = re.compile(r"\d{8}")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
YEAR_AND_MONTH = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d\d)(?!\d)")
COMMA_LANGUAGES = frozenset("fr de es it nl pt da sv no fi pl cs ru tr".split())  # write 1,5 for one and a half
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Numbers:
    """A column as numbers, None where a cell is empty or holds no figure; `unit` is written behind a result, or in
    front of it where `in_front`; `decimals` is the most that a cell has."""

    values: tuple[float | None, ...]
    unit: str = ""
    in_front: bool = False
    decimals: int = 0


def numbers(cells: Sequence[str], language: str = "") -> Numbers | None:
    """A column's numbers; None where one of its cells cannot be read as one, where units differ, or where they are
    numbers of things: "004711"."""
    cells = [_actual(cell) for cell in cells]
    found = [NUMBER.fullmatch(cell) if len(cell) <= LONGEST else None for cell in cells]
    pairs = list(zip(cells, found, strict=True))
    if not any(found) or any(match is None and any(map(str.isdigit, cell)) for cell, match in pairs):
        return None
    digits = [match["digits"].strip() for match in found if match]
    if any(len(each) > 1 and each.isdigit() and each[0] == "0" for each in digits):
        return None
    units = {_unit(match) for match in found if match}
    if len(units) > 1:
        return None
    ((unit, in_front),) = units
    decimal = _decimal_sign(digits, language)
    values: list[float | None] = []
    decimals = 0
    for match in found:
        if match is None:
            values.append(None)
            continue
        plain = _plain(match["digits"], decimal)
        if plain is None:
            return None
        decimals = max(decimals, len(plain.partition(".")[2]))
        values.append(float(plain) * (-1 if (match["sign"] or "").strip() in tuple("-−–") else 1))
    return Numbers(tuple(values), unit, in_front, decimals)


def days(cells: Sequence[str]) -> tuple[str, ...] | None:
    """A column's dates as yyyymmdd, "" for an empty cell; None where one is no date."""
    found = tuple(_day(cell) for cell in cells)
    return found if any(found) and all(day or not cell for day, cell in zip(found, cells, strict=True)) else None


def moments(cells: Sequence[str]) -> tuple[tuple[int, int], ...] | None:
    """The (year, month) of each cell of a column of dates, 0 for what it does not say; None for any other column."""
    found = tuple(_moment(cell) for cell in cells)
    filled = [moment for moment, cell in zip(found, cells, strict=True) if cell]
    return found if filled and sum(map(any, filled)) >= DATED * len(filled) else None


def _actual(cell: str) -> str:
    cell = " ".join(unicodedata.normalize("NFKC", cell[: LONGEST + 1]).split())
    match = ACTUAL.fullmatch(cell)
    return match["value"] if match else cell


def _unit(match: re.Match[str]) -> tuple[str, bool]:
    before = (match["before"] or match["behind"] or "").strip()
    after = match["after"].strip()
    return (before, True) if before and not after else (f"{before}{after}", False)


def _decimal_sign(digits: Sequence[str], language: str) -> str:
    """The sign before decimals: what the numbers of a column prove, else what their language writes."""
    for each in digits:
        signs = [sign for sign in each if sign in ".,"]
        if len(set(signs)) == 2:
            return signs[-1]
    for sign, other in (",.", ".,"):
        # "84,50" can be no thousands, and "1.234.567" no decimals.
        if any(sign in each and not re.fullmatch(rf"\d{{1,3}}(?:[{sign}]\d{{3}})+", each) for each in digits):
            return sign
        if any(each.count(sign) > 1 for each in digits):
            return other
    return "," if language in COMMA_LANGUAGES else "."


def _plain(digits: str, decimal: str) -> str | None:
    """The number as Python writes it; None where its groups are none: "12.5.3"."""
    thousands = "," if decimal == "." else "."
    whole, _, rest = digits.strip().partition(decimal)
    groups = re.split(rf"[{thousands}'’ ]", whole)
    if not all(map(str.isdigit, groups)) or any(len(group) != 3 for group in groups[1:]):
        return None
    if rest and not rest.isdigit():
        return None
    return "".join(groups) + (f".{rest}" if rest else "")


def _day(cell: str) -> str:
    if len(cell) > LONGEST:
        return ""
    return next((word for word in forms(cell) if DAY.fullmatch(word)), "")


def _moment(cell: str) -> tuple[int, int]:
    if day := _day(cell):
        return int(day[:4]), int(day[4:6])
    if len(cell) > LONGEST:
        return 0, 0
    if both := YEAR_AND_MONTH.search(cell):
        return int(both["year"]), int(both["month"])
    year = YEAR.search(cell)
    month = next((number for word in WORD.findall(cell) if (number := month_of(word))), 0)
    return int(year[0]) if year else 0, month


def month_of(word: str) -> int:
    """The number of the month that a word names, 0 for any other word."""
    folded = unicodedata.normalize("NFKD", word.lower())
    return MONTHS.get("".join(sign for sign in folded if not unicodedata.combining(sign)), 0)
