"""Quantities that several deliverables give: where each value comes from, and where it is said. None may say another.

A mention is a file below `livrables/` and a pattern with one group, the number. A number is compared to as many digits
as it is written with. A pattern that fits nothing is told, too: the text was changed, and its number is no longer read.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.evaluation.runs import load, paired
from assistant.ui.i18n.errors import sentence
from corpus.datasets import get
from scripts._course.livrables.conclusions import drafting, kept_answers
from scripts._course.livrables.parts import LIVRABLES

COUNTS, DATA_BOOK = "04-donnees/comptes.md", "04-donnees/analyse-des-donnees.ipynb"
GPT2_BOOK, TRAINING = "03-prise-en-main/gpt2.ipynb", "05-fine-tuning/rapport.md"
COMPARISON, ABLATION = "07-comparaison/README.md", "08-optimisation/tableau.md"
LAW, SLIDES = "02-analyse-juridique/README.md", "09-presentation-et-documentation/diapositives.html"
NUMBER = r"(−?\d[\d\u00a0\u202f ]*(?:,\d+)?)"
BLANKS = re.compile(r"[\s\u00a0\u202f]+")


@dataclass(frozen=True)
class Quantity:
    """A name for people, the file that its value comes from, how it is read below a folder, and its mentions."""

    name: str
    source: str
    value: Callable[[Path], float]
    said: Sequence[tuple[str, str]]


def contradictions(registry: Sequence[Quantity] | None = None, folder: Path = LIVRABLES) -> list[str]:
    """A sentence for every mention that differs from its source, and for every one that is no longer there."""
    found = []
    for quantity in REGISTRY if registry is None else registry:
        value = quantity.value(folder)
        for name, pattern in quantity.said:
            path = folder / name
            written = re.findall(pattern, _text(path)) if path.is_file() else []
            if not written:
                found.append(f"{quantity.name}: livrables/{name} no longer says it.")
            for number in dict.fromkeys(written):
                if not _agrees(number, value):
                    found.append(
                        f"{quantity.name}: livrables/{name} says {number.strip()}, but {quantity.source} {value:g}."
                    )
    return found


def _agrees(written: str, value: float) -> bool:
    plain = BLANKS.sub("", written).replace("−", "-")
    digits = len(plain.partition(",")[2])
    return abs(float(plain.replace(",", ".")) - value) <= 0.5 * 10**-digits + 1e-9


def _text(path: Path) -> str:
    """What a file says: of a notebook its cells and what they printed; blanks are all one blank."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(_cells(json.loads(text)))
    return re.sub(r"[^\S\n]+", " ", text)


def _cells(notebook: dict) -> Iterator[str]:
    for cell in notebook["cells"]:
        yield "".join(cell["source"])
        for output in cell.get("outputs", ()):
            yield "".join(output.get("text", ()))
            yield "".join(output.get("data", {}).get("text/plain", ()))


@cache
def _json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _count(*keys: str) -> Callable[[Path], float]:
    def value(folder: Path) -> float:
        found = _json(folder / "04-donnees" / "comptes.json")
        for key in keys:
            found = found[key]
        return float(found)  # type: ignore[arg-type]

    return value


def _share(data_set: str, label: str) -> Callable[[Path], float]:
    return lambda folder: 100 * _count(data_set, "classes", label)(folder) / _count(data_set, "documents")(folder)


def _size(number: int) -> Callable[[Path], float]:
    """One of the numbers in what the program says of the size of "Cancer text"."""

    def value(folder: Path) -> float:
        said = sentence(get("cancer_text").size, "en").replace(",", "")
        return float(re.findall(r"\d+", said)[number])

    return value


def _training(*keys: str) -> Callable[[Path], float]:
    def value(folder: Path) -> float:
        (run,) = (run for run in _runs(folder) if run["name"] == "specialise")
        return float(run[keys[0]][keys[1]])

    return value


def _runs(folder: Path) -> list[dict]:
    return json.loads((folder / "05-fine-tuning" / "entrainements.json").read_text(encoding="utf-8"))


def _gap(first: str, second: str) -> Callable[[Path], float]:
    def value(folder: Path) -> float:
        tables = {table.name: table for table in load(folder / "07-comparaison" / "mesures.json").tables}
        pair = (tables[name].values["rouge_l"] for name in (first, second))
        return paired("", "rouge_l", *pair).difference.mean

    return value


def _found(questions: str) -> Callable[[Path], float]:
    def value(folder: Path) -> float:
        tables = {table.name: table for table in load(folder / "08-optimisation/mesures/recherche.json").tables}
        return tables[f"{questions}/sourcier"].estimates()["nDCG@10"].mean

    return value


def _worse(folder: Path) -> float:
    found = drafting(kept_answers(folder))
    return float(found.worse) if found else 0.0


def _parameters(folder: Path) -> float:
    return float(_json(folder / "07-comparaison" / "mesures.json")["settings"]["generic"]["parameters"])


def _documents(data_set: str, title: str) -> Quantity:
    row = rf"<td>{re.escape(title)}</td>\s*<td>{NUMBER}</td>"
    others = r" [\d ]+ \|" * 3 + r"\n"  # the table of lengths has more columns
    said = ((COUNTS, rf"\| {data_set} \| [\d ]+ \| {NUMBER} \|{others}"), (SLIDES, row))
    return Quantity(f"documents of {data_set}", "04-donnees/comptes.json", _count(data_set, "documents"), said)


def _retrieved(questions: str, french: str, slide: str) -> Quantity:
    row = rf"\| Recherche hybride[^|]*\| {french} \(\d+\) \| nDCG@10 \| [\d,]+ \| {NUMBER} \|"
    return Quantity(
        f"nDCG@10, questions {french}",
        "08-optimisation/mesures/recherche.json",
        _found(questions),
        ((ABLATION, row), (SLIDES, rf"(?s)questions sur MedQuAD</th>.*?<td>{slide}</td>\s*<td>{NUMBER} \[")),
    )


REGISTRY: tuple[Quantity, ...] = (
    _documents("medquad", "MedQuAD"),
    _documents("scientific_papers", "Scientific papers (extrait)"),
    _documents("financial_phrasebank", "Financial PhraseBank"),
    _documents("cancer_text", "Cancer text (extraits coupés)"),
    _documents("corona_tweets", "Tweets"),
    Quantity(
        "share of neutral sentences, per cent",
        "04-donnees/comptes.json",
        _share("financial_phrasebank", "neutral"),
        ((COUNTS, rf"\| neutral \| [\d ]+ \| {NUMBER} %"), (DATA_BOOK, rf"neutral +{NUMBER} %")),
    ),
    Quantity(
        "share of lung cancer, per cent",
        "04-donnees/comptes.json",
        _share("cancer_text", "Lung Cancer"),
        ((COUNTS, rf"\| Lung Cancer \| [\d ]+ \| {NUMBER} %"), (DATA_BOOK, rf"Lung Cancer +{NUMBER} %")),
    ),
    Quantity(
        "rows of the whole cancer text",
        "the catalogue",
        _size(0),
        ((LAW, rf"environ {NUMBER} lignes, mais"), (DATA_BOOK, rf"a {NUMBER} lignes mais")),
    ),
    Quantity(
        "distinct texts of the whole cancer text",
        "the catalogue",
        _size(1),
        ((LAW, rf"mais {NUMBER} textes distincts"), (DATA_BOOK, rf"mais {NUMBER} textes distincts")),
    ),
    Quantity(
        "parameters of starter",
        "07-comparaison/mesures.json",
        _parameters,
        ((COMPARISON, rf"\| paramètres \| {NUMBER} \|"), (GPT2_BOOK, rf"starter : {NUMBER} paramètres")),
    ),
    Quantity(
        "examples to learn from",
        "05-fine-tuning/entrainements.json",
        _training("counts", "examples"),
        ((TRAINING, rf"exemples d’apprentissage \| {NUMBER} \|"), (COMPARISON, rf"exemples : {NUMBER} appris")),
    ),
    Quantity(
        "examples held out",
        "05-fine-tuning/entrainements.json",
        _training("counts", "held_out"),
        ((TRAINING, rf"\| exemples mis de côté \| {NUMBER} \|"), (COMPARISON, rf"appris, {NUMBER} mis de côté")),
    ),
    Quantity(
        "verified answers less quotations, right passage given, ROUGE-L",
        "07-comparaison/mesures.json",
        _gap("specialised checked", "quotes"),
        ((COMPARISON, rf"citations seules » : le premier fait \*\*mieux\*\* \({NUMBER} \["),),
    ),
    Quantity(
        "sets on which drafting is worse than quoting",
        "08-optimisation/mesures/reponses.json",
        _worse,
        tuple((name, rf"seules sur {NUMBER} jeux de questions") for name in (COMPARISON, ABLATION, SLIDES)),
    ),
    _retrieved("original", "telles quelles", "telles quelles"),
    _retrieved("reworded", "reformulées", "reformulées"),
    _retrieved("mistyped", "mal tapées", "mal tapées"),
    _retrieved("letters", "dans une lettre", "dans une lettre"),
    _retrieved("synonyms", "synonymes", r"<strong>synonymes \(le plus faible\)</strong>"),
)
