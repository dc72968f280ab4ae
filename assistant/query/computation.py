"""What a question that asks for a count, a total, a mean, the least or the greatest comes to over one table.

A table answers only where it explains the whole question: each word is one of its columns, one of its values, its name,
or a word that such questions are put with. What is left over makes it an ordinary question, and what asks for more than
named values ("not", "more than 100", totals by group) is declined. Names of columns are compared by their words, then,
for words in another language, by the embedder.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.query import figures
from assistant.query.classifier import stem as head
from assistant.query.operations import OTHER, Operation, frame_words
from assistant.query.replies import language_of_reply
from assistant.text.lexicon import ENGLISH, FRENCH
from assistant.text.words import NEGATIONS, stem
from corpus.language import detect
from index.retrieval.candidates import ELISION
from index.retrieval.stopwords import STOPWORDS
from index.storage.forms import common
from index.storage.stems import folded
from index.views.tables import Row, Table

if TYPE_CHECKING:
    import pandas as pd

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

# Cosine of a word and the name of its column, and how much nearer it is than the next name: in another language, and in
# the same, where a column that is meant mostly bears the word ("weight" is 0.90 and 0.03 apart from an "Amount").
NEAR, APART = 0.89, 0.015
NEAR_ALIKE, APART_ALIKE = 0.93, 0.035
NEAR_TARGET = 0.85  # where one of the columns with figures must be meant
LONGEST_VALUE = 8  # words
MOST_VALUES = 5_000  # distinct ones of a column that are looked for in a question
APART_VALUES = 0.8  # of a column's values differ, where it tells the rows apart
FEW_VALUES = 20  # of a column whose values are compared with words of another language, too: states, kinds
TOKEN = re.compile(r"\w+(?:-\w+)*")
WORD = re.compile(r"\w+")
FUNCTION = STOPWORDS | ENGLISH.function | FRENCH.function | ENGLISH.prepositions | FRENCH.prepositions
SAME_TIME = ("during", "pendant", "durant")  # "during 2024" is 2024; "before 2024" is none of its values
BOUNDS = (NEGATIONS | {"than"} | set(ENGLISH.relations) | set(FRENCH.relations)) - set(SAME_TIME)
JOINS = frozenset(("is", "=", "of", "est", "de", "equals"))  # may stand between a column and its number


@dataclass(frozen=True)
class Filter:
    """Rows whose `column` holds this value. `shown` is the value as it is said."""

    column: str
    shown: str
    is_in: "Callable[[Sequence[str]], Sequence[bool]]" = field(compare=False)


@dataclass(frozen=True)
class Computed:
    """The result over one table. `rows` are those that it came from: for the least and the greatest those that have
    it. `counted` is how many rows were looked at, `empty` how many of them hold no number. `distinct` says that
    different values of `column` were counted, not rows."""

    operation: Operation
    table: Table
    column: str
    filters: tuple[Filter, ...]
    value: float | str
    rows: tuple[Row, ...]
    counted: int
    empty: int = 0
    unit: str = ""
    in_front: bool = False
    decimals: int = 0
    distinct: bool = False
    is_day: bool = False
    explained: float = 0.0


class Declined(Exception):
    """The question is about the table, and cannot be computed here."""


class Ordinary(Exception):
    """The table does not explain the question."""


def compute(question: str, operation: Operation, table: Table, encode: Encode | None) -> Computed:
    """The result. Raises Declined or Ordinary where there is none."""
    return _Reading(question, operation, table, encode).computed()


@dataclass
class _Token:
    text: str  # as typed
    lower: str
    stems: frozenset[str]
    said_by: str = ""  # what explains it: "value", "column", "table", "frame", "function"


class _Reading:
    """One question read with one table at hand."""

    def __init__(self, question: str, operation: Operation, table: Table, encode: Encode | None):
        self.operation, self.table, self.encode = operation, table, encode
        typed = TOKEN.findall(ELISION.sub("", question))
        self.tokens = [_token(text) for text in TOKEN.findall(ELISION.sub("", common(question)))]
        if len(typed) == len(self.tokens):  # no date was put together: capitals are kept
            self.tokens = [_token(text) for text in typed]
        self.names = {name: _stems(name) for name in table.columns}
        self.cells = {name: [row.cells.get(name, "").strip() for row in table.rows] for name in table.columns}
        told = detect(" ".join((*table.columns, table.named)))
        self.alike = told in ("", language_of_reply(question))
        self.called = _stems(f"{table.named} {table.file}")
        self.columns_said: dict[str, list[int]] = {}  # column -> places of the words that name it

    def computed(self) -> Computed:
        filters = self._values()
        self._columns()
        filters += self._dates() + self._numbers({each.column for each in filters})
        filters += self._others()
        left = [token for token in self.tokens if not token.said_by]
        on_table = bool(filters or self.columns_said)
        if self.operation == OTHER or any(map(self._bounds, self.tokens)):
            raise Declined if on_table and not _names(left) else Ordinary
        if left:
            raise Declined if on_table and all(token.text.isdigit() for token in left) else Ordinary
        if len({each.column for each in filters}) < len(filters):
            raise Declined  # "open or closed", "between 2020 and 2022"
        return self._result(filters)

    def _bounds(self, token: _Token) -> bool:
        """Whether a word asks for other rows than those that hold a value: "not", "before", "than"."""
        wording = head(token.lower) in frame_words()[self.operation]  # « le moins cher »
        return token.lower in BOUNDS and token.said_by != "value" and not wording

    # --- what the words are ---------------------------------------------------------------------------------

    def _values(self) -> list[Filter]:
        """The cells whose whole text stands in the question, the longest first."""
        found: list[Filter] = []
        known: dict[tuple[str, ...], dict[str, str]] = {}
        for name, cells in self.cells.items():
            if figures.numbers(cells) is not None or figures.days(cells) is not None:
                continue
            for value in list(dict.fromkeys(cells))[:MOST_VALUES]:
                words = tuple(_key(word) for word in TOKEN.findall(ELISION.sub("", common(value)))[: LONGEST_VALUE + 1])
                if words and len(words) <= LONGEST_VALUE:
                    known.setdefault(words, {}).setdefault(name, value)
        keys = [_key(token.lower) for token in self.tokens]
        for length in range(min(LONGEST_VALUE, len(keys)), 0, -1):
            for at in range(len(keys) - length + 1):
                inside = self.tokens[at : at + length]
                columns = known.get(tuple(keys[at : at + length]))
                if columns is None or any(token.said_by for token in inside):
                    continue
                if chosen := self._column_of(columns, inside):
                    for token in inside:
                        token.said_by = "value"
                    found.append(_equal(chosen, columns[chosen]))
        return found

    def _column_of(self, columns: dict[str, str], inside: Sequence[_Token]) -> str:
        """Which of the columns that hold a value is meant; "" where the words need not be a value. Raises Declined
        where several may be."""
        said = [name for name in columns if self._says(name, but=inside)]
        weak = all(token.lower in FUNCTION or len(token.lower) < 2 for token in inside)
        names_column = len(inside) == 1 and any(inside[0].stems & stems for stems in self.names.values())
        is_wording = all(head(token.lower) in frame_words()[self.operation] for token in inside)  # "Total"
        if len(said) == 1:
            return said[0]
        if weak or names_column or is_wording:
            return ""
        if len(columns) > 1:
            raise Declined
        return next(iter(columns))

    def _says(self, name: str, but: Sequence[_Token]) -> bool:
        return any(token.stems & self.names[name] for token in self.tokens if token not in but)

    def _columns(self) -> None:
        """The columns that words name. A word of several columns ("Apples" in 2024 and 2025) means those that most
        words name."""
        share = {
            name: sum(bool(token.stems & stems) for token in self.tokens if not token.said_by)
            for name, stems in self.names.items()
        }
        for at, token in enumerate(self.tokens):
            if token.said_by or token.lower in FUNCTION:
                continue
            named = [name for name, stems in self.names.items() if token.stems & stems]
            if token.stems & self.called and (len(named) > 1 or all(map(self._tells_rows, named))):
                continue  # the rows themselves: "orders" of orders.csv, whatever column is called so, too
            most = max((share[name] for name in named), default=0)
            for name in named:
                if share[name] == most:
                    self.columns_said.setdefault(name, []).append(at)
                    token.said_by = "column"

    def _dates(self) -> list[Filter]:
        """Days, years and months that are named, as filters on a column of dates."""
        dated = {name: when for name, cells in self.cells.items() if (when := figures.moments(cells)) is not None}
        found: list[Filter] = []
        for token in self.tokens:
            if token.said_by or not dated:
                continue
            month = figures.month_of(token.lower) if len(token.lower) > 3 or token.text[0].isupper() else 0
            is_year = token.lower.isdigit() and len(token.lower) == 4
            is_day = token.lower.isdigit() and len(token.lower) == 8
            if not (month or is_year or is_day):
                continue
            said = [name for name in dated if name in self.columns_said] or list(dated)
            if len(said) > 1:
                raise Declined
            token.said_by = "value"
            found.append(_dated(said[0], token.text, int(token.lower) if is_year or is_day else -month))
        return _joined_dates(found)

    def _numbers(self, taken: set[str]) -> list[Filter]:
        """A number right behind the name of its column."""
        found = []
        for at, token in enumerate(self.tokens):
            if token.said_by or not token.lower.isdigit():
                continue
            before = next((one for one in reversed(self.tokens[:at]) if one.lower not in JOINS), None)
            for name in self.columns_said:
                cells = self.cells[name]
                if (
                    before is not None
                    and before.stems & self.names[name]
                    and token.lower in cells
                    and name not in taken
                ):
                    token.said_by = "value"
                    found.append(_equal(name, token.lower))
                    break
        return found

    def _others(self) -> list[Filter]:
        """The table's name, the words of the wording, function words; what is left is compared with the names of the
        columns and with values that come again and again. Gives the filters among them."""
        frame = frame_words()[self.operation]
        for token in self.tokens:
            if token.said_by:
                continue
            if token.stems & self.called:
                token.said_by = "table"
            elif head(token.lower) in frame:
                token.said_by = "frame"
            elif token.lower in FUNCTION:
                token.said_by = "function"
        found = []
        values = {
            value: name
            for name, cells in self.cells.items()
            if figures.numbers(cells) is None and len(distinct := set(filter(None, cells))) <= FEW_VALUES
            for value in distinct
        }
        for at, token in enumerate(self.tokens):
            if token.said_by or any(map(str.isdigit, token.text)):
                continue
            near = self._near(token.lower, [*filter(None, self.table.columns), *values])
            if not near:
                continue
            if near in self.names:
                token.said_by = "near"
                self.columns_said.setdefault(near, []).append(at)
            elif near:
                token.said_by = "near"
                found.append(_equal(values[near], near))
        return found

    def _near(self, word: str, names: Sequence[str], least: float = NEAR) -> str:
        """The name that says nearly the same as a word, "" where none does, or two do."""
        names = list(dict.fromkeys(names))
        if self.encode is None or not names:
            return ""
        apart = APART
        if self.alike and least == NEAR:
            least, apart = NEAR_ALIKE, APART_ALIKE
        vectors = self.encode([word, *names])
        likeness = vectors[1:] @ vectors[0]
        order = np.argsort(-likeness)
        if likeness[order[0]] < least or (len(names) > 1 and likeness[order[0]] - likeness[order[1]] < apart):
            return ""
        return names[int(order[0])]

    # --- what comes of it -----------------------------------------------------------------------------------

    def _result(self, filters: list[Filter]) -> Computed:
        import pandas as pd

        rows = pd.Series(range(len(self.table.rows)))
        if self._ends_in_total():
            rows = rows[:-1]
        kept = pd.Series(True, index=rows.index)
        for each in filters:
            holding = pd.Series(each.is_in(self.cells[each.column]))[rows.index]
            if not holding.any():
                raise Ordinary  # "in 1850", of which the table knows nothing
            kept &= holding
        free = [name for name in self.columns_said if name not in {each.column for each in filters}]
        chosen = rows[kept]
        if self.operation == "count":
            return self._counted(filters, chosen, free)
        target = self._target(free)
        free = [name for name in free if name != target and not self._tells_rows(name)]
        if len(free) > (1 if self.operation in ("least", "greatest") else 0):
            raise Declined  # a column without a part to play: "total amount by customer"
        return self._over(target, filters, chosen)

    def _counted(self, filters: list[Filter], chosen: "pd.Series", free: Sequence[str]) -> Computed:
        import pandas as pd

        if len(free) > 1:
            raise Declined
        if not free:
            return self._made("count", "", filters, float(len(chosen)), chosen, len(chosen))
        name = free[0]
        if figures.numbers(self.cells[name], self.table.language) is not None and not self._tells_rows(name):
            if len(chosen) < 2:
                raise Ordinary  # "how many frames has hive H2?" asks for what stands there
            return self._over(name, filters, chosen, "sum")
        cells = pd.Series(self.cells[name])[chosen.index]
        different = cells[cells != ""].nunique()
        return self._made(
            "count", name, filters, float(different), chosen, len(chosen), distinct=different < len(chosen)
        )

    def _target(self, free: Sequence[str]) -> str:
        """The column to compute over."""
        ordered = self.operation in ("least", "greatest")
        able = [
            name
            for name, cells in self.cells.items()
            if figures.numbers(cells, self.table.language) is not None or (ordered and figures.days(cells) is not None)
        ]
        named = [name for name in free if name in able]
        if len(named) > 1:  # "which order has the highest amount": a number of an order is no amount
            named = [name for name in named if not self._tells_rows(name)]
        most = max((len(self.columns_said[name]) for name in named), default=0)
        named = [name for name in named if len(self.columns_said[name]) == most]
        if len(named) == 1:
            return named[0]
        able = [name for name in able if not self._tells_rows(name)]
        if len(named) > 1 or not able or (not ordered and not all(map(self._tells_rows, free))):
            raise Declined  # names a column that holds no numbers, or two that do
        if len(able) == 1:
            return able[0]
        frame = [token.lower for token in self.tokens if token.said_by == "frame" and token.lower not in FUNCTION]
        near = {name for word in frame if (name := self._near(word, able, NEAR_TARGET))}  # "the cheapest": the price
        if len(near) != 1:
            raise Declined if free else Ordinary
        return near.pop()

    def _over(
        self, name: str, filters: list[Filter], chosen: "pd.Series", operation: Operation | None = None
    ) -> Computed:
        import pandas as pd

        operation = operation or self.operation
        cells = self.cells[name]
        column = figures.numbers(cells, self.table.language)
        if column is None:
            found = figures.days(cells)
            if found is None or operation not in ("least", "greatest"):
                raise Declined
            values = pd.Series([int(day) if day else None for day in found], dtype=float)
        else:
            values = pd.Series(column.values, dtype=float)
        values = values[chosen.index]
        filled = values.dropna()
        if filled.empty:
            raise Declined
        if operation in ("least", "greatest"):
            best = filled.min() if operation == "least" else filled.max()
            rows = chosen[values == best]
            value: float | str = cells[int(rows.iloc[0])]
        else:
            total = float(filled.sum() if operation == "sum" else filled.mean())
            value = total if len(filled) > 1 else cells[int(filled.index[0])]
            rows = chosen[values.notna()]
        empty = len(chosen) - len(filled)
        made = self._made(operation, name, filters, value, rows, len(filled), empty=empty)
        if column is None:
            return replace(made, is_day=True)
        return replace(made, unit=column.unit, in_front=column.in_front, decimals=column.decimals)

    def _tells_rows(self, name: str) -> bool:
        """Whether a column tells the rows apart, which are then called as it is: the first one, or one of words, with
        hardly any value twice."""
        cells = [cell for cell in self.cells[name] if cell]
        if len(set(cells)) < APART_VALUES * len(cells):
            return False
        return name == self.table.columns[0] or (figures.numbers(cells) is None and figures.days(cells) is None)

    def _ends_in_total(self) -> bool:
        """Whether the last row holds the sum of a column and is no entry: it is called so, or has no entry where all
        others have one."""
        if len(self.table.rows) < 3:
            return False
        sums = (column for cells in self.cells.values() if (column := figures.numbers(cells, self.table.language)))
        if not any(_is_sum(column.values) for column in sums):
            return False
        first = next((cell for cells in self.cells.values() if (cell := cells[-1])), "")
        wording = frame_words()["sum"] - {head(word) for word in FUNCTION}
        called = any(head(word) in wording for word in WORD.findall(first))
        return called or any(not cells[-1] and all(cells[:-1]) for cells in self.cells.values())

    def _made(
        self,
        operation: Operation,
        column: str,
        filters: list[Filter],
        value: float | str,
        rows: "pd.Series",
        counted: int,
        **more,
    ) -> Computed:
        worth = {"value": 1.0, "column": 1.0, "table": 1.0, "near": 0.5}
        explained = sum(worth.get(token.said_by, 0.0) for token in self.tokens)
        return Computed(
            operation,
            self.table,
            column,
            tuple(filters),
            value,
            tuple(self.table.rows[int(at)] for at in rows),
            counted,
            explained=explained,
            **more,
        )


def _token(text: str) -> _Token:
    return _Token(text, text.lower(), _forms(text.lower()))


def _forms(word: str) -> frozenset[str]:
    """Stems that two words share if they are one, in either language."""
    return frozenset(folded(stem(word, language)) for language in ("en", "fr"))


def _key(word: str) -> str:
    return folded(stem(word, "en"))


def _stems(text: str) -> frozenset[str]:
    words = TOKEN.findall(ELISION.sub("", common(text))) + WORD.findall(ELISION.sub("", common(text)))
    return frozenset(form for word in words if word not in FUNCTION for form in _forms(word))


def _names(left: Sequence[_Token]) -> bool:
    """Whether a word that nothing explains is a name, or most words are unexplained: the question is about more than
    the table."""
    words = [token for token in left if not token.text.isdigit()]
    return len(words) > 1 or any(token.text[0].isupper() for token in words)


def _is_sum(values: Sequence[float | None]) -> bool:
    """Whether the last number is the sum of at least two others, and not 0."""
    above = [value for value in values[:-1] if value is not None]
    total = values[-1]
    return bool(total) and len(above) > 1 and bool(np.isclose(total or 0.0, sum(above), rtol=1e-9, atol=1e-6))


def _equal(column: str, value: str) -> Filter:
    key = " ".join(value.lower().split())
    return Filter(column, value, lambda cells: [" ".join(cell.lower().split()) == key for cell in cells])


def _dated(column: str, shown: str, number: int) -> Filter:
    """`number` is a day (yyyymmdd), a year, or minus a month."""
    if number > 9999:
        return Filter(column, shown, lambda cells: [day == str(number) for day in figures.days(cells) or cells])

    def is_in(cells: Sequence[str]) -> Sequence[bool]:
        moments = figures.moments(cells) or ()
        return [year == number if number > 0 else month == -number for year, month in moments]

    return Filter(column, shown, is_in)


def _joined_dates(found: list[Filter]) -> list[Filter]:
    """ "March 2024" as one filter; two years stay two."""
    if len(found) == 2 and found[0].shown.isdigit() != found[1].shown.isdigit():
        one, other = found

        def both(cells: Sequence[str]) -> Sequence[bool]:
            return [first and second for first, second in zip(one.is_in(cells), other.is_in(cells), strict=True)]

        return [Filter(one.column, f"{one.shown} {other.shown}", both)]
    return found
