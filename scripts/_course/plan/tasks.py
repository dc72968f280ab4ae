"""The tasks of a project, read from one CSV file and checked, and the two-week periods of the rotating manager.

A line whose column `jalon` is filled in is a milestone: the day on which a deliverable is due, not work.
"""

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
from corpus.errors import Reason
from corpus.readers.encoding import read_text

REQUIRED = ("id", "livrable", "tache", "debut", "fin", "responsable")
OPTIONAL = ("participants", "etat", "avancement", "apres", "heures", "jalon")
STATES = ("à faire", "en cours", "terminée", "bloquée")
HAND_INS = ("rendu collectif", "rendu individuel")  # what a milestone can be
EVERYBODY = "tous"
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
MOST_TASKS, MOST_DAYS = 500, 400  # more is no plan of a course, and no sheet that anybody reads
_LIST = re.compile(r"\s*[;,]\s*")


@dataclass(frozen=True)
class Task:
    """One line of the plan. `end` is its last day; `after` names the tasks that must be finished before it starts.

    `hours` are those of all who work on it together. `hand_in` is one of HAND_INS where the line is a milestone.
    """

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
    hand_in: str = ""

    @property
    def days(self) -> int:
        """Its length, first and last day included."""
        return (self.end - self.start).days + 1

    @property
    def milestone(self) -> bool:
        """Whether it is the due day of a deliverable."""
        return bool(self.hand_in)

    def people(self, members: Sequence[str]) -> tuple[str, ...]:
        """Who works on it, its lead first."""
        named = members if EVERYBODY in (self.lead, *self.others) else (self.lead, *self.others)
        first = () if self.lead == EVERYBODY else (self.lead,)
        return tuple(dict.fromkeys((*first, *named)))

    def late(self, today: date) -> bool:
        """Whether its last day is over and it is not finished."""
        return self.state != "terminée" and today > self.end


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

    @property
    def work(self) -> tuple[Task, ...]:
        """The tasks that are no milestones."""
        return tuple(task for task in self.tasks if not task.milestone)

    @property
    def milestones(self) -> tuple[Task, ...]:
        """The due days, earliest first."""
        return tuple(sorted((task for task in self.tasks if task.milestone), key=lambda task: task.start))

    def load(self) -> dict[str, float]:
        """Hours of each member: those of a task are shared equally among all who work on it."""
        hours = dict.fromkeys(self.members, 0.0)
        for task in self.work:
            people = task.people(self.members)
            for member in people:
                hours[member] = hours.get(member, 0.0) + task.hours / len(people)
        return hours

    def during(self, period: Period) -> tuple[Task, ...]:
        """The work of which at least a day lies in a period."""
        return tuple(task for task in self.work if task.start <= period.end and task.end >= period.start)


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
        raise ReadingError("plan.ends_before_start", start=first, end=last)
    for task in tasks:
        if task.start < first or task.end > last:
            raise ReadingError(
                "plan.task_outside", task=task.id, start=task.start, end=task.end, first=first, last=last
            )
    if (last - first).days >= MOST_DAYS:
        raise ReadingError("plan.too_long", most=MOST_DAYS, first=first, last=last)
    team = tuple(members) or _named(tasks)
    return Plan(tuple(tasks), team, first, last, periods(team, first, last, period_days))


def periods(members: Sequence[str], start: date, end: date, days: int = 14) -> tuple[Period, ...]:
    """Every member in turn, `days` each; the last period ends with the plan."""
    found: list[Period] = []
    while start <= end:
        last = min(start + timedelta(days=days - 1), end)
        found.append(Period(len(found) + 1, start, last, members[len(found) % len(members)]))
        start = last + timedelta(days=1)
    return tuple(found)


def conflicts(tasks: Sequence[Task]) -> list[Reason]:
    """A reason for every task that starts before one that it waits for is finished.

    What a milestone waits for may end on its day.
    """
    known = {task.id: task for task in tasks}
    return [
        Reason("plan.conflict", {"task": task.id, "start": task.start, "before": name, "end": known[name].end})
        for task in tasks
        for name in task.after
        if known[name].end >= task.start + timedelta(days=task.milestone)
    ]


def missed(tasks: Sequence[Task]) -> list[Reason]:
    """A reason for every task that ends after its deliverable is due."""
    due: dict[str, date] = {}
    for task in tasks:
        if task.milestone:
            due[task.deliverable] = max(task.end, due.get(task.deliverable, task.end))
    return [
        Reason("plan.missed", {"task": task.id, "end": task.end, "due": due[task.deliverable]})
        for task in tasks
        if task.end > due.get(task.deliverable, task.end)
    ]


def read(path: Path) -> tuple[Task, ...]:
    """The tasks of a CSV file with commas or semicolons. Raises ReadingError, which names the line."""
    try:
        text = read_text(path)
    except OSError as error:
        raise ReadingError("plan.unreadable", path=path, reason=error.strerror or str(error)) from error
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    table = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        lines = [(table.line_num, row) for row in table if any(field.strip() for field in row)]
    except csv.Error as error:
        raise ReadingError("plan.not_csv", place=_line(path, table.line_num), reason=str(error)) from error
    if len(lines) < 2:
        raise ReadingError("plan.no_tasks", name=path.name)
    columns = _columns(path, lines[0][1])
    places = ((_line(path, at), row) for at, row in lines[1:])
    tasks = tuple(_task(_fields(columns, row, place), place) for place, row in places)
    _check(tasks, path.name)
    return tasks


def _line(path: Path, number: int) -> Reason:
    return Reason("csv.line", {"name": path.name, "line": number})


def _field(place: Reason, name: str) -> Reason:
    return Reason("csv.field", {"place": place, "field": name})


def _columns(path: Path, header: Sequence[str]) -> list[str]:
    columns = [_plain(name) for name in header]
    for name in REQUIRED:
        if name not in columns:
            raise ReadingError("csv.no_column", name=path.name, column=name, columns=", ".join(header))
    unknown = [name for name, plain in zip(header, columns, strict=True) if plain not in REQUIRED + OPTIONAL]
    if unknown:
        known = ", ".join(REQUIRED + OPTIONAL)
        raise ReadingError("plan.unknown_column", name=path.name, column=unknown[0], known=known)
    return columns


def _fields(columns: Sequence[str], row: Sequence[str], place: Reason) -> dict[str, str]:
    if len(row) > len(columns):
        raise ReadingError("plan.too_many_fields", place=place, fields=len(row), columns=len(columns))
    return {name: one_line(value) for name, value in zip(columns, row, strict=False)}


def _task(fields: dict[str, str], place: Reason) -> Task:
    for name in REQUIRED:
        if not fields.get(name):
            raise ReadingError("csv.empty_field", place=_field(place, name))
    start, end = _date(fields["debut"], place), _date(fields["fin"], place)
    if end < start:
        raise ReadingError("plan.task_ends_before_start", place=place, start=start, end=end)
    hand_in = _hand_in(fields.get("jalon", ""), place)
    if hand_in and start != end:
        raise ReadingError("plan.long_milestone", place=place, start=start, end=end)
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
        int(_number(fields.get("avancement", "").rstrip("% "), default, 100, _field(place, "avancement"))),
        _list(fields.get("apres", "")),
        _number(fields.get("heures", ""), 0, 10_000, _field(place, "heures")),
        hand_in,
    )


def _check(tasks: Sequence[Task], name: str) -> None:
    if len(tasks) > MOST_TASKS:
        raise ReadingError("plan.too_many_tasks", name=name, count=len(tasks), most=MOST_TASKS)
    known: dict[str, Task] = {}
    for task in tasks:
        if task.id in known:
            raise ReadingError("plan.two_tasks", name=name, task=task.id)
        known[task.id] = task
    for task in tasks:
        for before in task.after:
            if before not in known:
                raise ReadingError("plan.no_such_task", name=name, task=task.id, before=before)
    _check_circles(known, name)


def _check_circles(known: dict[str, Task], name: str) -> None:
    """Takes away, again and again, the tasks that wait for nothing that is left."""
    left = dict(known)
    while left:
        free = [task.id for task in left.values() if not any(before in left for before in task.after)]
        if not free:
            raise ReadingError("plan.circle", name=name, tasks=", ".join(left))
        for done in free:
            del left[done]


def _named(tasks: Iterable[Task]) -> tuple[str, ...]:
    names = {name for task in tasks for name in (task.lead, *task.others)} - {EVERYBODY}
    # "membre 10" after "membre 2".
    return tuple(sorted(names, key=lambda name: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)])) or (
        "membre 1",
    )


def _date(text: str, place: Reason) -> date:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ReadingError("csv.no_date", place=place, text=text)


def _state(text: str, place: Reason) -> str:
    states = {_plain(state): state for state in STATES}
    if not text:
        return STATES[0]
    if _plain(text) not in states:
        raise ReadingError("plan.no_state", place=place, text=text, states=", ".join(STATES))
    return states[_plain(text)]


def _hand_in(text: str, place: Reason) -> str:
    kinds = {_plain(kind): kind for kind in HAND_INS}
    if text and _plain(text) not in kinds:
        raise ReadingError("plan.no_milestone", place=place, text=text, kinds=", ".join(HAND_INS))
    return kinds.get(_plain(text), "")


def _number(text: str, default: float, most: float, place: Reason) -> float:
    if not text:
        return default
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise ReadingError("csv.no_number", place=place, text=text, least=0, most=f"{most:g}")
    return value


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in _LIST.split(text.strip()) if name))


def _plain(text: str) -> str:
    """Lower-case without accents: people and spreadsheets disagree about "Tâche" and "tache"."""
    parts = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
