"""All parts of the deliverables. A new deliverable adds its own here: `check`, `build` and the test then know it."""

from datetime import date
from pathlib import Path

from scripts._livrables.parts import LIVRABLES, Part

COURSE = "pip install -e .[course]"
PLANNING = "01-equipe-et-planification"
REPORTS = ("modele-rapport-individuel", "modele-passation")


def _plan(folder: Path) -> None:
    from scripts import plan

    start = date(2023, 10, 20)  # the course's first day: nothing is late yet
    plan.main([str(LIVRABLES / PLANNING / "taches.csv"), "--today", str(start), "--out", str(folder)])


def _reports(folder: Path) -> None:
    from scripts._livrables.documents import to_word

    for name in REPORTS:
        to_word(LIVRABLES / PLANNING / f"{name}.md", folder / f"{name}.docx")


PARTS = (
    Part(
        "plan",
        PLANNING,
        (f"livrables/{PLANNING}/taches.csv", "scripts/_plan/*.py"),
        ("planification.xlsx", "gantt.png"),
        _plan,
    ),
    Part(
        "modeles",
        PLANNING,
        tuple(f"livrables/{PLANNING}/{name}.md" for name in REPORTS),
        tuple(f"{name}.docx" for name in REPORTS),
        _reports,
        needs=COURSE,
    ),
)
