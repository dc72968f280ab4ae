"""Runs of the measures, kept as JSON with every question's value, so that two of them can be compared.

A run is a list of tables; a table holds the values of some measures for the same questions, in the same order. A hash
identifies the questions: tables of two runs are compared, question by question, only where their hashes are equal.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from types import MappingProxyType

from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.intervals import Estimate, Share, estimate, paired_p
from corpus.files import parsed, replacing

FORMAT = "sourcier-evaluation-1"
FOLDER = "evaluation"  # of the data folder
DIGITS = 6  # kept of a value


@dataclass(frozen=True)
class Table:
    """Values by measure, one for each of `keys`. `facts` are figures that are no mean over the questions (a median, an
    area under a curve). With `shares` every value is 0 or 1."""

    name: str
    data_sha256: str
    keys: tuple[str, ...]
    values: Mapping[str, tuple[float, ...]]
    facts: Mapping[str, float] = field(default_factory=dict)
    shares: bool = False

    def estimates(self) -> dict[str, Estimate]:
        """The mean of each measure with its 95 % interval: Wilson's for shares, else the bootstrap's."""
        of = _share if self.shares else estimate
        return {measure: of(values) for measure, values in self.values.items()}


@dataclass(frozen=True)
class Run:
    """What one call measured, when (UTC, ISO 8601) and with which settings."""

    measure: str
    made: str
    settings: Mapping[str, object]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Comparison:
    """Two means over the same questions; `difference` is first less second, `p_value` of the paired test that it is 0,
    not corrected for the number of tests, `differing` the number of questions with another value."""

    name: str
    measure: str
    first: float
    second: float
    difference: Estimate
    p_value: float
    differing: int


def table(
    name: str,
    asked: Sequence[Sequence],
    values: Mapping[str, Sequence[float]],
    *,
    shares: bool = False,
    facts: Mapping[str, float] = MappingProxyType({}),
) -> Table:
    """A table over `asked`: for each question its key, then what else identifies it (text, expected answer ...)."""
    rounded = {measure: tuple(round(float(v), DIGITS) for v in numbers) for measure, numbers in values.items()}
    return Table(name, sha256(asked), tuple(str(row[0]) for row in asked), rounded, dict(facts), shares)


def sha256(data: object) -> str:
    """Of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


def now() -> str:
    """The time as runs bear it."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


# --- comparing --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """A run against a baseline; `other` tables are not over the same questions, `missing` ones not in the baseline."""

    comparisons: tuple[Comparison, ...] = ()
    other: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def compare(run: Run, baseline: Run) -> Compared:
    """Compares each table and measure that run and baseline both have over the same questions."""
    before = {table.name: table for table in baseline.tables}
    found: list[Comparison] = []
    other, missing = [], []
    for after in run.tables:
        old = before.get(after.name)
        if old is None:
            missing.append(after.name)
        elif old.data_sha256 != after.data_sha256 or len(old.keys) != len(after.keys):
            other.append(after.name)
        else:
            common = [measure for measure in after.values if measure in old.values]
            found += [paired(after.name, name, after.values[name], old.values[name]) for name in common]
    return Compared(tuple(found), tuple(other), tuple(missing))


def paired(name: str, measure: str, first: Sequence[float], second: Sequence[float]) -> Comparison:
    """Compares two values for each question. Raises ValueError for no questions."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    means = sum(first) / len(first), sum(second) / len(second)
    different = sum(difference != 0 for difference in differences)
    return Comparison(name, measure, *means, estimate(differences), paired_p(first, second), different)


def changed(run: Run, baseline: Run) -> dict[str, tuple[object, object]]:
    """Settings that differ, with the baseline's value first; None where there was none."""
    names = dict.fromkeys([*baseline.settings, *run.settings])
    pairs = {name: (baseline.settings.get(name), run.settings.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _share(values: Sequence[float]) -> Estimate:
    share = Share(round(sum(values)), len(values))
    return Estimate(share.mean, *share.interval, share.count)


# --- files ------------------------------------------------------------------------------------------------------


def place(home: Path, measure: str, made: str) -> Path:
    """A new file of the data folder for a run, named by time and measure. Raises EvaluationError."""
    folder = home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvaluationError("evaluation.no_folder", folder=folder, reason=_reason(error)) from error
    stem = f"{''.join(c for c in made[:19] if c.isalnum())}-{measure}"
    return next(path for path in _numbered(folder, stem) if not path.exists())


def save(run: Run, path: Path) -> None:
    """Writes the run, whole or not at all. Raises EvaluationError with the system's reason."""
    tables = [
        {
            "name": table.name,
            "data_sha256": table.data_sha256,
            "shares": table.shares,
            "facts": dict(table.facts),
            "keys": table.keys,
            "values": dict(table.values),
        }
        for table in run.tables
    ]
    record = {"format": FORMAT, "measure": run.measure, "made": run.made, "settings": dict(run.settings)}
    try:
        with replacing(path) as temporary:
            temporary.write_text(json.dumps({**record, "tables": tables}) + "\n", "utf-8")
    except OSError as error:
        raise EvaluationError("run.unwritable", path=path, reason=_reason(error)) from error


def load(path: Path) -> Run:
    """Reads what `save` wrote. Raises EvaluationError when the file is missing, damaged or something else."""
    try:
        record = parsed(path.read_text("utf-8"))
    except OSError as error:
        raise EvaluationError("run.unreadable", path=path, reason=_reason(error)) from error
    except ValueError as error:
        raise EvaluationError("run.no_json", path=path) from error
    try:
        if record["format"] != FORMAT:
            raise EvaluationError("run.other_format", path=path, format=FORMAT)
        tables = tuple(_table(row) for row in record["tables"])
        return Run(str(record["measure"]), str(record["made"]), dict(record["settings"]), tables)
    except KeyError as error:
        raise EvaluationError("run.incomplete", path=path, missing=error.args[0]) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise EvaluationError("run.damaged", path=path) from error


def _table(row: Mapping) -> Table:
    name, keys = str(row["name"]), tuple(str(key) for key in row["keys"])
    values = {str(measure): tuple(map(_number, numbers)) for measure, numbers in row["values"].items()}
    facts = {str(fact): _number(value) for fact, value in row["facts"].items()}
    if not keys or any(len(numbers) != len(keys) for numbers in values.values()):
        raise ValueError(f"the table {name} lacks values")
    return Table(name, str(row["data_sha256"]), keys, values, facts, bool(row["shares"]))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a value is not a number")
    return float(value)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _numbered(folder: Path, stem: str) -> Iterator[Path]:
    yield folder / f"{stem}.json"
    for number in range(2, 10_000):
        yield folder / f"{stem}-{number}.json"
