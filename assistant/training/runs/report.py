"""What a finished training run leaves to read: curves and a model card."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.generation import presets
from assistant.training.runs.json_file import read_json

JOURNAL, METRICS = "journal.jsonl", "metrics.json"


def journal(folder: Path) -> list[dict]:
    """The run's journal; a line that a kill cut short is left out."""
    lines = []
    path = Path(folder) / JOURNAL
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []:
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return lines


def by_step(lines: Sequence[dict]) -> list[dict]:
    """One line a step in order: what was done again after a kill replaces what it had done before."""
    whole: dict[int, dict] = {}
    last = 0
    for line in lines:
        if isinstance(line, dict) and isinstance(line.get("step"), int):
            last = line["step"]
            whole[last] = {**whole.get(last, {}), **line}
    return [whole[step] for step in sorted(whole) if step <= last]


def curves(folder: Path) -> Path:
    """Draws curves.png: loss of training and validation against steps. Returns its path."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel="loss (nats a token)")
    lines = by_step(journal(folder))
    for key, label in (("loss", "training"), ("validation_loss", "validation")):
        points = [(line["step"], line[key]) for line in lines if key in line]
        if points:
            axes.plot(*zip(*points, strict=True), label=label, marker="o" if "val" in key else "", markersize=3)
            axes.legend()
    axes.grid(alpha=0.3)
    path = Path(folder) / "curves.png"
    figure.savefig(path, dpi=120)
    return path


def scores(folder: Path) -> dict[str, str]:
    """What metrics.json of a run says, for its card: each measure on held-out groups, before → after."""
    metrics = read_json(Path(folder) / METRICS)
    names = {
        "loss, nats an answer token": ("validation", "nats"),
        "answer-token accuracy": ("validation", "accuracy"),
        "… with the right passage among others": ("use_of_passages", "accuracy", "with"),
        "… without passages": ("use_of_passages", "accuracy", "without"),
        "… with another question's passages": ("use_of_passages", "accuracy", "other"),
    }
    found = {name: [_at(metrics, (when, *path)) for when in ("before", "after")] for name, path in names.items()}
    known = {name: pair for name, pair in found.items() if pair != [None, None]}
    return {name: " → ".join("?" if v is None else f"{v:.3f}" for v in pair) for name, pair in known.items()}


def _at(value: object, path: Sequence[str]) -> float | None:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, int | float) else None


def card(preset: Path, title: str, facts: Mapping[str, str], data: list[str], scores: Mapping[str, object]) -> Path:
    """Writes README.md into the preset's folder: what it is, from what data under which licences, how good it is."""
    lines = ["---", "library_name: keras-hub", "pipeline_tag: text-generation", "language: en", "---", f"# {title}", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", "## Data", "", *(f"- {line}" for line in data)]
    lines += ["", "## Scores", "", "| measure | value |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in scores.items()]
    lines += [
        "",
        "A small language model: it may write what is wrong. Sourcier checks each sentence against passages.",
        "",
    ]
    path = Path(preset) / presets.CARD
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
