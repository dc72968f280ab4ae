"""What a finished training run leaves to read: curves and a model card."""

import json
from collections.abc import Mapping
from pathlib import Path

from assistant import presets


def journal(folder: Path) -> list[dict]:
    """The run's journal; a line that a kill cut short is left out."""
    lines = []
    path = Path(folder) / "journal.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return lines


def curves(folder: Path) -> Path:
    """Draws curves.png: loss of training and validation against steps. Returns its path."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel="loss (nats a token)")
    lines = journal(folder)
    for key, label in (("loss", "training"), ("validation_loss", "validation")):
        points = [(line["step"], line[key]) for line in lines if key in line]
        if points:
            axes.plot(*zip(*points, strict=True), label=label, marker="o" if "val" in key else "", markersize=3)
            axes.legend()
    axes.grid(alpha=0.3)
    path = Path(folder) / "curves.png"
    figure.savefig(path, dpi=120)
    return path


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
