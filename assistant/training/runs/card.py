"""The model card of a fine-tuned generator: what it is, from what data under which licences, how good it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.generation import presets
from assistant.training.runs.folder import METRICS
from assistant.training.runs.json_file import read_json

BASE = "Base"  # the fact that names what was fine-tuned
MEASURES = {
    "loss, nats an answer token": ("validation", "nats"),
    "answer-token accuracy": ("validation", "accuracy"),
    "… with the right passage among others": ("use_of_passages", "accuracy", "with"),
    "… without passages": ("use_of_passages", "accuracy", "without"),
    "… with another question's passages": ("use_of_passages", "accuracy", "other"),
}


def write(
    preset: Path, title: str, facts: Mapping[str, str], data: Sequence[str], scores: Mapping[str, object]
) -> Path:
    """Writes README.md into the preset's folder; `data` are lines on its sources. Returns the card's path."""
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


def base(text: str) -> str:
    """The base that a card's text names; "" where it names none."""
    start = f"- {BASE}:"
    return next((line[len(start) :].strip() for line in text.splitlines() if line.startswith(start)), "")


def scores(folder: Path) -> dict[str, str]:
    """The measures in a run's metrics.json, each as "before → after", on held-out groups."""
    metrics = read_json(Path(folder) / METRICS)
    found = {name: [_at(metrics, (when, *path)) for when in ("before", "after")] for name, path in MEASURES.items()}
    known = {name: pair for name, pair in found.items() if pair != [None, None]}
    return {name: " → ".join("?" if v is None else f"{v:.3f}" for v in pair) for name, pair in known.items()}


def sources(data: Sequence[str]) -> list[str]:
    """A line for each data set among the names: title, licence, address."""
    from corpus import datasets

    known = [datasets.get(name) for name in data if name in datasets.NAMES]
    lines = [f"{data_set.title}: {data_set.licence}, {data_set.homepage}" for data_set in known]
    return lines or ["The user's own documents"]


def _at(value: object, path: Sequence[str]) -> float | None:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, int | float) else None
