"""The runs as a French report with a table and a picture of their curves."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from assistant.training.finetune.settings import Settings
from scripts._course.livrables.data import french
from scripts._course.livrables.typography import spaced
from scripts._course.training.summary import Summary

REPORT, PICTURE = "rapport.md", "courbes.png"
SETTINGS = {
    "base": "modèle de départ",
    "data": "données",
    "epochs": "époques",
    "batch": "exemples par lot",
    "accumulate": "lots par mise à jour",
    "rate": "taux d’apprentissage maximal",
    "warmup": "part d’échauffement",
    "length": "longueur des exemples (tokens)",
    "answer": "longueur des réponses (tokens)",
    "lora_rank": "rang LoRA (0 : tous les poids)",
    "precision": "précision des calculs",
    "validate_every": "pas entre deux validations",
    "patience": "validations sans progrès avant l’arrêt",
    "passages": "passages dans l’invite",
    "seed": "graine",
}
COUNTS = {
    "examples": "exemples d’apprentissage",
    "held_out": "exemples mis de côté",
    "cut": "réponses raccourcies à une phrase",
    "left_out": "exemples trop longs, laissés de côté",
    "steps": "pas prévus",
}
MEASURES = {
    "perte (nats par token de réponse)": ("validation", "nats"),
    "tokens de réponse devinés": ("validation", "accuracy"),
    "… avec le bon passage parmi d’autres": ("use_of_passages", "accuracy", "with"),
    "… sans passage": ("use_of_passages", "accuracy", "without"),
    "… avec les passages d’une autre question": ("use_of_passages", "accuracy", "other"),
}
SHARES = 2  # digits; losses have one more


def write(runs: Sequence[Summary], folder: Path) -> Path:
    """Writes the report and the picture; returns the report's path. Raises OSError."""
    picture(runs, folder / PICTURE)
    path = folder / REPORT
    path.write_text(spaced("\n\n".join(_parts(runs)) + "\n"), encoding="utf-8", newline="\n")
    return path


def picture(runs: Sequence[Summary], path: Path) -> None:
    """Draws the losses of training and of validation, a pair of axes a run."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 2.8 * len(runs)), layout="constrained")
    for number, run in enumerate(runs, 1):
        axes = figure.add_subplot(len(runs), 1, number, xlabel="pas", ylabel="perte (nats par token)")
        for key, label, colour in (
            ("loss", "apprentissage", "#9fb8b5"),
            ("validation_loss", "mis de côté", "#0f6b63"),
        ):
            if points := run.curves.get(key):
                axes.plot(*zip(*points, strict=True), label=label, color=colour, marker="o" if "val" in key else "")
        axes.set_title(run.name, fontsize=10)
        axes.yaxis.set_major_formatter(lambda value, _: french(round(value, 4)))
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _parts(runs: Sequence[Summary]) -> Iterator[str]:
    yield "# Fine-tuning : les entraînements et leurs mesures"
    yield (
        "Ce rapport est écrit par `python -m scripts.training` à partir des dossiers des entraînements ; le texte qui "
        "l’accompagne est dans le [README](README.md)."
    )
    yield "## Données"
    yield _table(runs, COUNTS, lambda run, key: run.counts.get(key))
    yield _table(
        runs,
        {"train": "sujets d’apprentissage", "held_out": "sujets des exemples mis de côté"},
        lambda run, key: run.groups.get(key),
    )
    yield (
        "Un dixième des sujets est mis de côté, d’après l’empreinte de leur nom ; les exemples mis de côté en sont un "
        "tirage, et le tableau compte leurs sujets."
    )
    yield "## Réglages"
    yield _table(runs, SETTINGS, lambda run, key: run.settings.get(key))
    yield "## Courbes"
    yield f"![Pertes d’apprentissage et de validation]({PICTURE})"
    yield from (f"- **{run.name}** : {_course(run)}" for run in runs)
    yield "## Avant et après"
    yield (
        "Mesuré sur les exemples mis de côté : leurs sujets n’ont pas servi à apprendre. La part de tokens devinés est "
        "celle des tokens de la bonne réponse qui sont aussi le premier choix du modèle."
    )
    yield _table(runs, MEASURES, lambda run, key: _before_after(run, MEASURES[key]), keys_are_labels=True)
    yield "## Ce que ces entraînements n’établissent pas"
    yield "\n".join(f"- **{run.name}** : {limit}." for run in runs for limit in _limits(run))
    yield (
        "La perte est mesurée avec des passages mêlés au hasard ; la [comparaison](../07-comparaison/README.md) range "
        "les passages comme la recherche les rangerait, et n’y voit pas le même progrès. Les deux ordres n’ont pas "
        "été mesurés l’un et l’autre de chaque côté : on ne peut pas dire quelle part du progrès en vient."
    )
    yield "## Coût"
    yield _table(runs, _COST, lambda run, key: _COST[key](run), keys_are_labels=True)

    yield "## Refaire"
    yield "```\n" + "\n".join(map(_command, runs)) + "\n```"


OPTIONS = {
    "epochs": "--epochs",
    "batch": "--batch",
    "rate": "--rate",
    "length": "--length",
    "lora_rank": "--lora-rank",
    "precision": "--precision",
    "seed": "--seed",
}


def _command(run: Summary) -> str:
    """The command that does the same, with what is not its default."""
    usual = {item.name: item.default for item in fields(Settings)}
    data = run.settings.get("data")
    words = ["python -m scripts.finetune", run.name, "--data", *(data if isinstance(data, list | tuple) else ())]
    if run.settings.get("base") != usual["base"]:
        words += ["--base", str(run.settings.get("base"))]
    for key, option in OPTIONS.items():
        if key in run.settings and run.settings[key] != usual[key]:
            words += [option, str(run.settings[key])]
    return " ".join(words)


def _limits(run: Summary) -> Iterator[str]:
    """What a reader must not conclude, from the run's own facts."""
    epochs = run.settings.get("epochs")
    if isinstance(epochs, int | float) and epochs < 1:
        yield f"{french(epochs)} époque, donc moins d’une : la plupart des exemples n’ont pas été vus"
    points, patience = run.curves.get("validation_loss") or [], run.settings.get("patience")
    if isinstance(patience, int) and len(points) <= patience:
        made = max(0, len(points) - 1)
        many = "aucune validation" if not made else "une seule validation" if made == 1 else f"{made} validations"
        yield (
            f"{many} après le départ, pour un arrêt qui en attend {french(patience)} sans progrès : l’arrêt anticipé "
            "n’a pas pu agir, et la courbe ne dit pas où elle remonterait"
        )
    yield "une seule graine et un seul taux d’apprentissage : la part du hasard n’est pas mesurée"


_COST = {
    "pas faits": lambda run: run.metrics.get("step"),
    "meilleur pas (celui qui est gardé)": lambda run: run.metrics.get("best_step"),
    "durée d’apprentissage (minutes)": lambda run: round(run.seconds / 60, 1),
    "exemples vus": lambda run: _seen(run),
    "exemples vus par seconde": lambda run: round(_seen(run) / run.seconds, 1) if run.seconds and _seen(run) else None,
    "appareils": lambda run: run.metrics.get("devices"),
    "machine": lambda run: run.machine,
}


def _seen(run: Summary) -> int | None:
    steps, batch = run.metrics.get("step"), run.settings.get("batch")
    return steps * batch if isinstance(steps, int) and isinstance(batch, int) and steps and batch else None


def _course(run: Summary) -> str:
    """What the curve of validation says, in a sentence."""
    points = run.curves.get("validation_loss") or []
    if len(points) < 2:
        return "trop peu de validations pour parler d’une courbe."
    first, last_step = points[0][1], points[-1][0]
    best_step, best = min(points, key=lambda point: point[1])
    start, stop = (f"{_number(loss, 3)} (pas {step})" for step, loss in (points[0], points[-1]))
    said = f"perte sur les exemples mis de côté de {start} à {stop}"
    if best >= first:
        return f"{said} ; aucune validation n’est meilleure que le départ."
    end = "" if best_step == last_step else ", puis elle remonte : les poids de ce pas sont gardés"
    return f"{said} ; au plus bas, {_number(best, 3)} au pas {best_step}{end}."


def _before_after(run: Summary, path: Sequence[str]) -> str | None:
    digits = 3 if path[-1] == "nats" else SHARES
    pair = [_at(run.metrics, (when, *path)) for when in ("before", "after")]
    return None if pair == [None, None] else " → ".join("?" if v is None else _number(v, digits) for v in pair)


def _at(value: object, path: Sequence[str]) -> float | None:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, int | float) else None


def _table(runs: Sequence[Summary], labels: dict, of, keys_are_labels: bool = False) -> str:
    """A row a label, a column a run."""
    lines = [["", *(f"`{run.name}`" for run in runs)], ["---"] * (len(runs) + 1)]
    for key, label in labels.items():
        lines.append([key if keys_are_labels else label, *(_cell(of(run, key)) for run in runs)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float) and 0 < abs(value) < 0.001:
        return f"{value:.6f}".rstrip("0").replace(".", ",")
    if isinstance(value, int | float):
        return french(value)
    return str(value).replace("|", "/") if value is not None else ""


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
