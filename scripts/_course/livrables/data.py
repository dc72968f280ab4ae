"""The deliverable on the data: pictures of words, counts as JSON and as tables, and the notebook that explains them."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus.errors import SourcierError
from corpus.home import Home
from scripts._course.livrables.notebooks import run_all
from scripts._course.livrables.parts import ROOT

VARIABLE = "SOURCIER_CORPORA"
NOTEBOOK, FIGURES, TABLES = "analyse-des-donnees.ipynb", "comptes.json", "comptes.md"
REASONS = {
    "exact duplicate": "double exact",
    "same text with another label": "même texte, autre étiquette",
    "nothing left without handles and links": "rien que des comptes et des liens",
}
LENGTHS = ("min", "q5", "q25", "q50", "q75", "q95", "max", "moyenne")


def corpora() -> Path:
    """The folder with the data sets: `SOURCIER_CORPORA`, copies beside the repository, else the fetched ones."""
    named = [os.environ.get(VARIABLE, ""), str(ROOT.parent / "shared" / "corpora")]
    return next((Path(name) for name in named if name and Path(name).is_dir()), Home.find().datasets)


def pictures(folder: Path) -> None:
    """Writes word clouds and counts. Raises SourcierError where a data set is missing."""
    from scripts import wordcloud

    source = str(corpora())
    images = str(folder / "images")
    if wordcloud.main(["--from", source, "--out", images, "--figures", str(folder / FIGURES)]):
        raise SourcierError("livrables.no_data", folder=source, variable=VARIABLE)
    figures = json.loads((folder / FIGURES).read_text("utf-8"))
    (folder / TABLES).write_text(tables(figures), encoding="utf-8", newline="\n")


def notebook(folder: Path) -> None:
    """Runs the notebook on the real data. Raises SourcierError."""
    run_all(folder / NOTEBOOK, folder / NOTEBOOK, {VARIABLE: str(corpora())})


def tables(figures: Mapping[str, Mapping]) -> str:
    """The counts as Markdown, in French."""
    parts = [
        "# Comptages des jeux de données",
        "Écrit par `python -m scripts.livrables build donnees` ; ne pas modifier à la main.",
        "## Lignes et documents",
        _table(("jeu", "lignes", "documents", "titres répétés", "textes répétés", "mots distincts"), _rows(figures)),
        "## Lignes écartées",
        _table(("jeu", "raison", "lignes"), _dropped(figures)),
        "## Mots par document",
        _table(("jeu", "min.", "5 %", "25 %", "médiane", "75 %", "95 %", "max.", "moyenne"), _lengths(figures)),
        "## Classes",
        _table(("jeu", "classe", "documents", "part"), _classes(figures)),
    ]
    return "\n\n".join(parts) + "\n"


def _rows(figures: Mapping[str, Mapping]) -> list[Sequence]:
    keys = ("lignes", "documents", "titres_repetes", "textes_repetes", "mots_distincts")
    return [(name, *(french(of[key]) for key in keys)) for name, of in figures.items()]


def _dropped(figures: Mapping[str, Mapping]) -> list[Sequence]:
    return [
        (name, REASONS.get(reason, reason), french(count))
        for name, of in figures.items()
        for reason, count in of["ecartes"].items()
    ]


def _lengths(figures: Mapping[str, Mapping]) -> list[Sequence]:
    return [(name, *(french(of["mots"][key]) for key in LENGTHS)) for name, of in figures.items()]


def _classes(figures: Mapping[str, Mapping]) -> list[Sequence]:
    return [
        (name, label, french(count), f"{french(round(100 * count / of['documents'], 1))} %")
        for name, of in figures.items()
        for label, count in of["classes"].items()
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def french(value: float) -> str:
    """A number as it is written in French: 16 407 or 194,4."""
    return f"{value:,}".replace(",", "\u202f").replace(".", ",")
