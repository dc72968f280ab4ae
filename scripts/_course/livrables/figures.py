"""Figures of stored runs in the deliverables: `{{measure/table/value}}` in a text becomes the run's own number.

For each key, `livrables/chiffres.json` keeps the mean with its 95 % interval, over how many questions it is and when
it was measured; `python -m scripts.livrables figures RUN.json` puts it there. What was counted of the data sets is
known as `donnees/SET/...`, out of `04-donnees/comptes.json`; what the comparison and the ablation measured as
`comparaison/TABLE/VALUE` and `optimisation/RUN/TABLE/VALUE`, out of their stored runs; what they conclude as
`conclusion/...`. A place without its figure is plainly marked.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assistant.evaluation import runs
from corpus.errors import SourcierError
from scripts._course.livrables.conclusions import drafting, kept_answers
from scripts._course.livrables.data import FIGURES as COUNTS
from scripts._course.livrables.data import french
from scripts._course.livrables.parts import LIVRABLES

KEPT = "chiffres.json"
PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
# What fills the places of a measure; the questions are made once by `evaluate questions`.
COMMANDS = {
    "retrieval": "python -m scripts.evaluate retrieval questions --systems sourcier keyword dense --out RUN.json",
    "refusal": "python -m scripts.evaluate refusal --out RUN.json",
    "grounding": "python -m scripts.evaluate grounding --out RUN.json",
    "answers": "python -m scripts.evaluate answers questions --mode grounded quotes --out RUN.json",
    "dialogue": "python -m scripts.evaluate dialogue --data medquad --out RUN.json",
    "donnees": "python -m scripts.livrables build donnees",
    "comparaison": "python -m scripts.compare",
    "optimisation": "python -m scripts.ablation --measure",
    "conclusion": "python -m scripts.ablation --measure",
}


def of_runs(paths: Sequence[Path]) -> dict[str, dict]:
    """Key → figure of every value of every table. Raises SourcierError for a file that is no run."""
    found: dict[str, dict] = {}
    for path in paths:
        run = runs.load(path)
        for table in run.tables:
            found |= {f"{run.measure}/{name}": figure for name, figure in _figures(table, run.made[:10])}
    return found


def _figures(table: runs.Table, day: str) -> Iterator[tuple[str, dict]]:
    """(table/value, figure) of every value."""
    for name, value in table.estimates().items():
        interval = [round(value.low, 4), round(value.high, 4)]
        figure = {"valeur": round(value.mean, 4), "intervalle": interval, "questions": value.count}
        yield f"{table.name}/{name}", {**figure, "mesure": day}
    for name, fact in table.facts.items():
        yield f"{table.name}/{name}", {"valeur": round(fact, 4), "mesure": day}


def _stored(folder: Path) -> Iterator[tuple[str, str]]:
    """Key and text of what the comparison and the ablation keep beside their reports, and of what they conclude."""
    places = {"comparaison": folder / "07-comparaison" / "mesures.json"}
    places |= {f"optimisation/{path.stem}": path for path in sorted((folder / "08-optimisation" / "mesures").glob("*"))}
    for start, path in places.items():
        if path.is_file():
            for table in runs.load(path).tables:
                yield from ((f"{start}/{name}", written(figure)) for name, figure in _figures(table, ""))
    if end_to_end := drafting(kept_answers(folder)):
        yield "conclusion/rediger-ou-citer", end_to_end.sentence


def keep(figures: Mapping[str, dict], folder: Path = LIVRABLES) -> Path:
    """Adds the figures to those that are kept, newer ones in place of older. Raises OSError."""
    path = folder / KEPT
    text = json.dumps(dict(sorted({**kept(folder), **figures}.items())), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def kept(folder: Path = LIVRABLES) -> dict[str, dict]:
    """The figures that are kept; none where there is no file. Raises SourcierError for a damaged one."""
    try:
        return json.loads((folder / KEPT).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SourcierError("livrables.bad_figures", name=KEPT) from error


def known(folder: Path = LIVRABLES) -> dict[str, str]:
    """Key → text of every figure that a place can name."""
    texts = {key: written(figure) for key, figure in kept(folder).items()}
    texts |= dict(_stored(folder))
    counts = folder / "04-donnees" / COUNTS
    if counts.is_file():
        texts |= dict(_counted("donnees", json.loads(counts.read_text("utf-8"))))
    return texts


def written(figure: Mapping) -> str:
    """ "0,87 [0,84 ; 0,90]", or the number alone where it has no interval."""
    value = _rounded(figure["valeur"])
    if "intervalle" not in figure:
        return value
    low, high = map(_rounded, figure["intervalle"])
    return f"{value} [{low} ; {high}]"


def fill(text: str, figures: Mapping[str, str]) -> str:
    """The text with every place filled, or marked as still to be measured."""
    return PLACE.sub(lambda match: figures.get(match[1], "<mark>à mesurer</mark>"), text)


def places(text: str) -> list[str]:
    """The keys that a text asks for, in its order."""
    return list(dict.fromkeys(PLACE.findall(text)))


def commands(keys: Sequence[str]) -> list[str]:
    """What to run so that these keys can be filled."""
    return list(dict.fromkeys(COMMANDS.get(key.split("/")[0], f"(nothing makes {key})") for key in keys))


def _counted(start: str, value: float | Mapping) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _counted(f"{start}/{name}", inner)
    else:
        yield start, french(value)


def _rounded(value: float) -> str:
    return f"{value:.2f}".replace(".", ",") if abs(value) < 10 else french(round(value, 1))
