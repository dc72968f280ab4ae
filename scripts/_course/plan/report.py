"""The tables of a manager's report as Markdown: what the plan knows of a period, and the cells to be filled in."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from corpus.document import ReadingError
from scripts._course.plan.tasks import Period, Plan, Task


def tables(plan: Plan, number: int) -> str:
    """Due days, allocation and evaluation sheet of period `number`, from 1. Raises ReadingError for no such period."""
    if not 1 <= number <= len(plan.periods):
        raise ReadingError("plan.no_period", number=number, count=len(plan.periods))
    return "\n\n".join(_parts(plan, plan.periods[number - 1])) + "\n"


def _parts(plan: Plan, period: Period) -> Iterator[str]:
    days = f"du {french(period.start)} au {french(period.end)}"
    yield f"**Période P{period.number}, {days} ; gestionnaire : {period.manager}.**"
    due = [task for task in plan.milestones if period.start <= task.start <= period.end + timedelta(days=14)]
    if due:
        yield "Échéances de la période et de la suivante :"
        yield table(
            ("livrable", "échéance", "rendu"), [(task.deliverable, french(task.start), task.hand_in) for task in due]
        )
    yield "Répartition (heures du plan qui tombent dans la période) :"
    names = ("membre", "tâches comme responsable", "tâches comme participant", "heures")
    yield table(names, [_allocation(plan, period, member) for member in plan.members])
    yield "Évaluation des tâches de chaque membre, par le gestionnaire :"
    heads = ("membre", "tâche", "rôle", "fait à mi-période", "note", "fait à la fin", "note", "commentaire")
    yield table(heads, list(_evaluation(plan, period)))


def hours(plan: Plan, period: Period, member: str) -> float:
    """A member's hours in a period: of each task the member's share, in proportion to its days in the period."""
    found = 0.0
    for task in plan.during(period):
        people = task.people(plan.members)
        if member in people:
            days = (min(task.end, period.end) - max(task.start, period.start)).days + 1
            found += task.hours / len(people) * days / task.days
    return found


def _allocation(plan: Plan, period: Period, member: str) -> Sequence[str]:
    mine = [task for task in plan.during(period) if member in task.people(plan.members)]
    leads = ", ".join(task.id for task in mine if task.lead == member)
    helps = ", ".join(task.id for task in mine if task.lead != member)
    return member, leads or "–", helps or "–", f"{hours(plan, period, member):.1f}".replace(".", ",")


def _evaluation(plan: Plan, period: Period) -> Iterator[Sequence[str]]:
    for member in plan.members:
        for task in plan.during(period):
            if member in task.people(plan.members):
                yield member, f"{task.id} {task.name}", _role(task, member), "…", "…", "…", "…", "…"


def _role(task: Task, member: str) -> str:
    return "responsable" if task.lead == member else "participant"


def french(day: date) -> str:
    """A date as 20/10/2023."""
    return f"{day:%d/%m/%Y}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *rows))
