"""The tasks of a project, read from one CSV file and checked, and the two-week periods of the rotating manager."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from corpus.cleaning import one_line
from corpus.document import ReadingError
from corpus.readers.encoding import read_text

REQUIRED = ("id", "livrable", "tache", "debut", "fin", "responsable")
OPTIONAL = ("participants", "etat", "avancement", "apres", "heures")
STATES = ("à faire", "en cours", "terminée", "bloquée")
EVERYBODY = "tous"
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
MOST_TASKS, MOST_DAYS = 500, 400  # more is no plan of a course, and no sheet that anybody reads
_LIST = re.compile(r"\s*[;,]\s*")


@dataclass(frozen=True)
class Task:
    """One line of the plan. `end` is its last day; `after` names the tasks that must be finished before it starts."""

    id: str
    deliverable: str
    name: str
    start: date
    end: date
    lead: str
    others: tuple[str, ...] = ()
    state: str = STATES[0]
    progress: int = 0  # per cent
    after: tuple[str, ...] = ()
    hours: float = 0.0

    @property
    def days(self) -> int:
        """Its length, first and last day included."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Period:
    """The days, both included, during which one member manages the team."""

    number: int
    start: date
    end: date
    manager: str


@dataclass(frozen=True)
class Plan:
    """Tasks in the file's order, the members of the team, first and last day, and the manager's periods."""

    tasks: tuple[Task, ...]
    members: tuple[str, ...]
    start: date
    end: date
    periods: tuple[Period, ...]

    @property
    def deliverables(self) -> tuple[str, ...]:
        """Their names, in the order in which they first appear."""
        return tuple(dict.fromkeys(task.deliverable for task in self.tasks))


def plan(
    tasks: Sequence[Task],
    members: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    period_days: int = 14,
) -> Plan:
    """The plan over the tasks' own days, or over wider ones. Raises ReadingError where a task lies outside."""
    first, last = start or min(task.start for task in tasks), end or max(task.end for task in tasks)
    if first > last:
        raise ReadingError(f"The plan ends on {last}, before it starts on {first}.")
    for task in tasks:
        if task.start < first or task.end > last:
            raise ReadingError(f"Task {task.id} ({task.start} to {task.end}) lies outside {first} to {last}.")
    if (last - first).days >= MOST_DAYS:
        raise ReadingError(f"A plan has {MOST_DAYS} days at most; this one goes from {first} to {last}.")
    team = tuple(members) or _named(tasks)
    return Plan(tuple(tasks), team, first, last, periods(team, first, last, period_days))


def periods(members: Sequence[str], start: date, end: date, days: int = 14) -> tuple[Period, ...]:
    """Every member in turn, `days` each; the last period ends with the plan."""
    found = []
    while start <= end:
        last = min(start + timedelta(days=days - 1), end)
        found.append(Period(len(found) + 1, start, last, members[len(found) % len(members)]))
        start = last + timedelta(days=1)
    return tuple(found)


def conflicts(tasks: Sequence[Task]) -> list[str]:
    """A sentence for every task that starts before one that it waits for is finished."""
    known = {task.id: task for task in tasks}
    return [
        f"Task {task.id} starts on {task.start}, but task {name}, which it waits for, ends on {known[name].end}."
        for task in tasks
        for name in task.after
        if known[name].end >= task.start
    ]


def read(path: Path) -> tuple[Task, ...]:
    """The tasks of a CSV file with commas or semicolons. Raises ReadingError, which names the line."""
    try:
        text = read_text(path)
    except OSError as error:
        raise ReadingError(f"The tasks {path} cannot be read: {error.strerror}.") from error
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    table = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        lines = [(table.line_num, row) for row in table if any(field.strip() for field in row)]
    except csv.Error as error:
        raise ReadingError(f"{path.name} is not a readable CSV file near line {table.line_num}: {error}.") from error
    if len(lines) < 2:
        raise ReadingError(f"{path.name} holds no tasks: a header and at least one line are needed.")
    columns = _columns(path, lines[0][1])
    tasks = tuple(
        _task(_fields(columns, row, f"{path.name}, line {at}"), f"{path.name}, line {at}") for at, row in lines[1:]
    )
    _check(tasks, path.name)
    return tasks


def _columns(path: Path, header: Sequence[str]) -> list[str]:
    columns = [_plain(name) for name in header]
    for name in REQUIRED:
        if name not in columns:
            raise ReadingError(f"{path.name} lacks the column {name!r}; it has: {', '.join(header)}.")
    unknown = [name for name, plain in zip(header, columns, strict=True) if plain not in REQUIRED + OPTIONAL]
    if unknown:
        known = ", ".join(REQUIRED + OPTIONAL)
        raise ReadingError(f"{path.name} has a column {unknown[0]!r} that a plan does not know; it knows: {known}.")
    return columns


def _fields(columns: Sequence[str], row: Sequence[str], place: str) -> dict[str, str]:
    if len(row) > len(columns):
        raise ReadingError(
            f"{place} has {len(row)} fields for {len(columns)} columns; quote a text with the separator."
        )
    return {name: one_line(value) for name, value in zip(columns, row, strict=False)}


def _task(fields: dict[str, str], place: str) -> Task:
    for name in REQUIRED:
        if not fields.get(name):
            raise ReadingError(f"{place}: {name} is empty.")
    start, end = _date(fields["debut"], place), _date(fields["fin"], place)
    if end < start:
        raise ReadingError(f"{place}: the task ends on {end}, before it starts on {start}.")
    state = _state(fields.get("etat", ""), place)
    default = 100 if state == "terminée" else 0
    return Task(
        fields["id"],
        fields["livrable"],
        fields["tache"],
        start,
        end,
        fields["responsable"],
        _list(fields.get("participants", "")),
        state,
        int(_number(fields.get("avancement", "").rstrip("% "), default, 100, f"{place}: avancement")),
        _list(fields.get("apres", "")),
        _number(fields.get("heures", ""), 0, 10_000, f"{place}: heures"),
    )


def _check(tasks: Sequence[Task], name: str) -> None:
    if len(tasks) > MOST_TASKS:
        raise ReadingError(f"{name} has {len(tasks)} tasks; a plan holds {MOST_TASKS} at most.")
    known: dict[str, Task] = {}
    for task in tasks:
        if task.id in known:
            raise ReadingError(f"{name} has two tasks {task.id}.")
        known[task.id] = task
    for task in tasks:
        for before in task.after:
            if before not in known:
                raise ReadingError(f"{name}: task {task.id} waits for a task {before} that is not there.")
    _check_circles(known, name)


def _check_circles(known: dict[str, Task], name: str) -> None:
    """Takes away, again and again, the tasks that wait for nothing that is left."""
    left = dict(known)
    while left:
        free = [task.id for task in left.values() if not any(before in left for before in task.after)]
        if not free:
            raise ReadingError(f"{name}: the tasks {', '.join(left)} wait for each other in a circle.")
        for done in free:
            del left[done]


def _named(tasks: Iterable[Task]) -> tuple[str, ...]:
    names = {name for task in tasks for name in (task.lead, *task.others)} - {EVERYBODY}
    # "membre 10" after "membre 2".
    return tuple(sorted(names, key=lambda name: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)])) or (
        "membre 1",
    )


def _date(text: str, place: str) -> date:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ReadingError(f"{place}: {text!r} is no date; write 2023-10-20 or 20/10/2023.")


def _state(text: str, place: str) -> str:
    states = {_plain(state): state for state in STATES}
    if not text:
        return STATES[0]
    if _plain(text) not in states:
        raise ReadingError(f"{place}: there is no state {text!r}; there are: {', '.join(STATES)}.")
    return states[_plain(text)]


def _number(text: str, default: float, most: float, place: str) -> float:
    if not text:
        return default
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise ReadingError(f"{place} is {text!r}; a number from 0 to {most:g} is expected.")
    return value


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in _LIST.split(text.strip()) if name))


def _plain(text: str) -> str:
    """Lower-case without accents: people and spreadsheets disagree about "Tâche" and "tache"."""
    parts = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
