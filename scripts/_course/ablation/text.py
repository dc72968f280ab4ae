"""The ablation as a French table: each change, before and after, the difference with its interval, and the time."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assistant.evaluation.runs import Comparison, Run, Table, paired
from scripts._course.ablation.steps import RUNS, STEPS, Step
from scripts._course.livrables.conclusions import UNEXPLAINED, drafting, established, holm
from scripts._course.livrables.typography import spaced

REPORT = "tableau.md"
MEASURES = {
    "rouge_l": "ROUGE-L",
    "ROUGE-L": "ROUGE-L",
    "token_f1": "F1 des mots",
    "looping_answers": "réponses en boucle",
    "nDCG@10": "nDCG@10",
}
HEAD = ("changement", "questions", "mesure", "avant", "après", "différence", "p corrigé", "temps médian, avant → après")
SETS = {
    "original": "telles quelles",
    "reworded": "reformulées",
    "mistyped": "mal tapées",
    "letters": "dans une lettre",
    "synonyms": "synonymes",
    "medquad": "MedQuAD, sujets mis de côté",
}


def write(runs: Mapping[str, Run], folder: Path) -> Path:
    """Writes the report; returns its path. Raises OSError."""
    path = folder / REPORT
    path.write_text(spaced("\n\n".join(_parts(runs)) + "\n"), encoding="utf-8", newline="\n")
    return path


def _parts(runs: Mapping[str, Run]) -> Iterator[str]:
    yield "# Tableau d’ablation"
    yield (
        "Chaque ligne compare deux mesures gardées dans `mesures/`, question par question. La différence est « après "
        "» moins « avant », avec son intervalle à 95 % (*bootstrap*, graine fixée) ; *p* vient d’un test apparié, "
        "corrigé pour le nombre de lignes (Holm, 1979). En gras : la différence est établie, c’est-à-dire que "
        "l’intervalle ne contient pas 0 et que *p* corrigé est sous 0,05. Écrit par `python -m scripts.ablation`."
    )
    yield (
        "Les questions : *telles quelles*, comme dans MedQuAD ; *reformulées* ; *mal tapées*, avec une faute de "
        "frappe ; *dans une lettre*, où la question est glissée entre des phrases de politesse et de contexte ; "
        "*synonymes*, où la maladie porte un autre de ses noms."
    )
    yield _table(HEAD, _rows(runs))
    missing = [f"« {step.name} »" for step in STEPS if not list(_pairs(step, runs))]
    if missing:
        yield f"Pas encore mesuré : {', '.join(missing)}. `python -m scripts.ablation --measure` le fait."
    if found := drafting(runs.get("reponses")):
        yield "## Rédiger ou citer ?"
        yield (
            f"Ici, {found.sentence}. La [comparaison](../07-comparaison/README.md) trouve l’inverse, en donnant "
            f"toujours le bon passage au générateur. {UNEXPLAINED}"
        )
    yield "## Ce que veut chaque changement"
    yield "\n".join(f"- **{step.name}** : {step.why}." for step in STEPS)
    yield "## Les mesures"
    lines = [
        (
            f"`{name}`",
            f"`scripts.evaluate {' '.join(RUNS[name])} --count {len(run.tables[0].keys)}`",
            str(len(run.tables[0].keys)),
            run.made[:10],
        )
        for name, run in runs.items()
    ]
    yield _table(("nom", "commande", "questions", "mesuré le"), lines)
    yield "Les temps dépendent de la machine et de sa charge ; seuls ceux d’une même mesure se comparent sans réserve."


def _pairs(step: Step, runs: Mapping[str, Run]) -> Iterator[tuple[str, Table, Table]]:
    """(questions, before, after) of the tables over the same questions."""
    before = _tables(step.before, runs)
    for name, after in _tables(step.after, runs).items():
        if name in before and before[name].data_sha256 == after.data_sha256:
            yield name, before[name], after


def _tables(place: tuple[str, str], runs: Mapping[str, Run]) -> dict[str, Table]:
    name, end = place
    tables = runs[name].tables if name in runs else ()
    return {table.name.removesuffix(end): table for table in tables if table.name.endswith(end)}


def _rows(runs: Mapping[str, Run]) -> list[tuple[str, ...]]:
    found = [
        (step, before, after, paired(questions, measure, after.values[measure], before.values[measure]))
        for step in STEPS
        for questions, before, after in _pairs(step, runs)
        for measure in step.measures
        if measure in before.values and measure in after.values
    ]
    corrected = holm([gap.p_value for *_, gap in found])
    return [_row(*of, p) for of, p in zip(found, corrected, strict=True)]


def _row(step: Step, before: Table, after: Table, gap: Comparison, p: float) -> tuple[str, ...]:
    value = gap.difference
    words = f"{_signed(value.mean)} [{_signed(value.low)} ; {_signed(value.high)}]"
    return (
        step.name,
        f"{SETS.get(gap.name, gap.name)} ({value.count})",
        MEASURES[gap.measure],
        _number(gap.second),
        _number(gap.first),
        f"**{words}**" if established(gap, p) else words,
        "< 0,001" if p < 0.001 else _number(p),
        _times(before, after),
    )


def _times(before: Table, after: Table) -> str:
    pair = [table.facts.get("median_s") for table in (before, after)]
    return " → ".join("?" if value is None else f"{_number(value, 2)} s" for value in pair)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace(".", ",").replace("-", "−")
