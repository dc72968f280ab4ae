"""All parts of the deliverables. A new deliverable adds its own here: `check`, `build` and the test then know it."""

from datetime import date
from pathlib import Path

from scripts._livrables.parts import LIVRABLES, Part

DOCUMENTS = "scripts/_livrables/documents.py"
COURSE = "pip install -e .[course]"
PLANNING = "01-equipe-et-planification"
LAW = "02-analyse-juridique"
TALK = "09-presentation-et-documentation"
USERS = "tests-utilisateurs"
GUIDES = ("guide-utilisateur", "guide-developpeur", "demonstration")
REPORTS = ("modele-rapport-individuel", "modele-passation")


def _plan(folder: Path) -> None:
    from scripts import plan

    start = date(2023, 10, 20)  # the course's first day: nothing is late yet
    plan.main([str(LIVRABLES / PLANNING / "taches.csv"), "--today", str(start), "--out", str(folder)])


def _reports(folder: Path) -> None:
    from scripts._livrables.documents import to_word

    for name in REPORTS:
        to_word(LIVRABLES / PLANNING / f"{name}.md", folder / f"{name}.docx")


def _law(folder: Path) -> None:
    from scripts._livrables.documents import to_pdf

    to_pdf(LIVRABLES / LAW / "README.md", folder / "analyse-juridique.pdf")


def _guides(folder: Path) -> None:
    from scripts._livrables.documents import to_pdf

    for name in GUIDES:
        to_pdf(LIVRABLES / TALK / f"{name}.md", folder / f"{name}.pdf")


def _form(folder: Path) -> None:
    from scripts._livrables.documents import to_word

    (folder / USERS).mkdir(exist_ok=True)
    to_word(LIVRABLES / TALK / USERS / "formulaire.md", folder / USERS / "formulaire.docx")


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
        (*(f"livrables/{PLANNING}/{name}.md" for name in REPORTS), DOCUMENTS),
        tuple(f"{name}.docx" for name in REPORTS),
        _reports,
        needs=COURSE,
    ),
    Part(
        "juridique",
        LAW,
        (f"livrables/{LAW}/README.md", DOCUMENTS),
        ("analyse-juridique.pdf",),
        _law,
        needs=COURSE,
    ),
    Part(
        "guides",
        TALK,
        (*(f"livrables/{TALK}/{name}.md" for name in GUIDES), "livrables/images/answer.png", DOCUMENTS),
        tuple(f"{name}.pdf" for name in GUIDES),
        _guides,
        needs=COURSE,
    ),
    Part(
        "formulaire",
        TALK,
        (f"livrables/{TALK}/{USERS}/formulaire.md", DOCUMENTS),
        (f"{USERS}/formulaire.docx",),
        _form,
        needs=COURSE,
    ),
)
