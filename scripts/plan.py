"""A CSV file of tasks becomes an Excel workbook with a Gantt chart and tracking tables, and a picture of the chart."""

import argparse
import sys
from datetime import date
from pathlib import Path

from corpus.document import ReadingError
from corpus.errors import Reason, SourcierError
from scripts._common import reason, run, say
from scripts._setup.command_line import Parser, program

EXAMPLE = Path(__file__).parent.parent / "livrables" / "01-equipe-et-planification" / "taches.csv"
WORKBOOK, PICTURE, SUMMARY = "planification.xlsx", "gantt.png", "calendrier.png"
UNBALANCED = 0.1  # of the mean load: more is said
DESCRIPTION = """\
Turns a CSV file of tasks into a workbook (Gantt chart, tracking, the rotating manager's periods, reports, evaluation
sheets) and a picture of the chart. Without FILE, the course's own plan.

Columns: id, livrable, tâche, début, fin, responsable; and, if wanted: participants, état, avancement, après, heures,
jalon. Separators: commas or semicolons. Dates: 2023-10-20 or 20/10/2023. "après" names tasks to be finished before;
"jalon" ("rendu collectif", "rendu individuel") makes a line the due day of its deliverable. It is said when a task
starts too early, when one ends after its deliverable is due, and when the load of a member is far from the mean.

--period N writes the tables of that manager's report (due days, allocation, evaluation), as Markdown, and nothing else.
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; 1 when the tasks cannot be used or a file cannot be written; 2 for wrong usage."""
    options = _options(argv)
    from scripts._course.plan import picture, report, tasks, workbook

    found = tasks.read(options.file)
    members = tuple(f"membre {number}" for number in range(1, options.members + 1)) if options.members else ()
    plan = tasks.plan(found, members, options.start, options.end, options.period_days)
    unknown = {task.lead for task in found} - {*plan.members, tasks.EVERYBODY}
    if unknown:
        raise ReadingError("plan.strange_leads", leads=", ".join(sorted(unknown)), members=", ".join(plan.members))
    if options.period:
        print(report.tables(plan, options.period), end="")
        return 0
    for note in (*tasks.conflicts(found), *tasks.missed(found), *_unbalanced(plan)):
        print(say(Reason("plan.note", {"reason": note})), file=sys.stderr)
    folder = options.out or options.file.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workbook.write(plan, folder / WORKBOOK, options.today)
        picture.draw(plan, folder / PICTURE, options.today)
        picture.summary(plan, folder / SUMMARY, options.today)
    except OSError as error:
        raise SourcierError("output.unwritable", path=folder, reason=reason(error)) from error
    print(f"{len(found)} tasks, {plan.start} to {plan.end}, {len(plan.periods)} periods of {len(plan.members)} members")
    print(folder / WORKBOOK, folder / PICTURE, folder / SUMMARY, sep="\n")
    return 0


def _unbalanced(plan) -> list[Reason]:
    """A reason for every member who has far more or far less to do than the mean."""
    load = plan.load()
    mean = sum(load.values()) / len(load)
    return [
        Reason("plan.unbalanced", {"member": member, "hours": f"{hours:.0f}", "mean": f"{mean:.0f}"})
        for member, hours in load.items()
        if abs(hours - mean) > UNBALANCED * mean
    ]


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = Parser(
        prog=program("plan"),
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("file", nargs="?", type=Path, default=EXAMPLE, metavar="FILE")
    made.add_argument("--out", type=Path, metavar="DIR", help="default: the file's own folder")
    made.add_argument("--start", type=date.fromisoformat, metavar="DATE", help="default: the first task's first day")
    made.add_argument("--end", type=date.fromisoformat, metavar="DATE", help="default: the last task's last day")
    made.add_argument("--members", type=_count, metavar="N", help="membre 1 to N; default: those that the file names")
    made.add_argument("--period-days", type=_count, default=14, metavar="N", help="of a manager (default: 14)")
    made.add_argument("--period", type=_count, metavar="N", help="the tables of this manager's report, as Markdown")
    made.add_argument(
        "--today", type=date.fromisoformat, metavar="DATE", help="count lateness from here (default: when opened)"
    )
    return made.parse_args(argv)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 60")
    return int(text)


if __name__ == "__main__":
    run(main)
