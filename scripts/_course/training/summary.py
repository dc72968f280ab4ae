"""What a run's folder tells, in a small JSON that can be kept where the folder itself, with its weights, cannot."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.training.runs import journal
from assistant.training.runs.folder import CONFIG, METRICS, SPLIT
from assistant.training.runs.json_file import read_json
from corpus.errors import SourcierError

POINTS = 400  # of a curve that are kept
CURVES = ("loss", "validation_loss")


@dataclass(frozen=True)
class Summary:
    """One run: its settings, what it learnt from, its curves as (step, value), its measures, its cost."""

    name: str
    settings: dict[str, object]
    counts: dict[str, int]
    groups: dict[str, int]  # subjects to learn from and held out
    curves: dict[str, list[tuple[int, float]]]
    metrics: dict[str, object]
    machine: str

    @property
    def seconds(self) -> float:
        """Of training, over all pieces; 0 where the run has not ended."""
        value = self.metrics.get("seconds", 0)
        return float(value) if isinstance(value, int | float) else 0.0


def of_folder(folder: Path) -> Summary:
    """Reads a run's folder. Raises SourcierError when it is none, or of another kind of run."""
    config = read_json(folder / CONFIG)
    settings = config.get("settings")
    if not isinstance(settings, dict):
        raise SourcierError("training_report.no_run", folder=folder, file=CONFIG)
    lines = journal.by_step(journal.read(folder))
    curves = {key: _thinned([(line["step"], line[key]) for line in lines if key in line]) for key in CURVES}
    names = ("steps", "examples", "held_out", "cut", "left_out")
    split = read_json(folder / SPLIT)
    return Summary(
        name=folder.name,
        settings={**settings, "base": Path(str(settings.get("base", ""))).name},
        counts={name: config[name] for name in names if isinstance(config.get(name), int)},
        groups={name: len(found) for name, found in split.items() if isinstance(found, list)},
        curves=curves,
        metrics=read_json(folder / METRICS),
        machine=f"{platform.system()} {platform.machine()}",
    )


def save(runs: Sequence[Summary], path: Path) -> None:
    """Raises OSError."""
    text = json.dumps([asdict(run) for run in runs], ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def load(path: Path) -> list[Summary]:
    """What `save` wrote; nothing where there is no file. Raises SourcierError for another file."""
    try:
        rows = json.loads(path.read_text("utf-8"))
        return [_summary(row) for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SourcierError("training_report.damaged", path=path) from error


def _summary(row: Mapping) -> Summary:
    curves = {name: [(int(step), float(value)) for step, value in points] for name, points in row["curves"].items()}
    return Summary(**{**row, "curves": curves})


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most POINTS of them, the last one always."""
    stride = max(1, -(-len(points) // POINTS))
    return [*points[:-1:stride], points[-1]] if points else []
