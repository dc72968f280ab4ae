"""A run's folder: the names of its files, what identifies a run, and whether the disk has room for it."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from assistant.training.errors import TrainingError
from assistant.training.runs.json_file import read_json, write_json

CONFIG, CHECKPOINT, BEST, SPLIT, METRICS = "config.json", "checkpoint.npz", "best.npz", "split.json", "metrics.json"
IDENTITY = ("settings", "base", "data_sha256")


def refuse_another(folder: Path, identity: dict, defaults: dict) -> None:
    """Raises TrainingError when the folder's checkpoint was made with other settings or data than `identity` says.

    `defaults` are those of the settings: a run of an earlier version recorded fewer of them.
    """
    if not (folder / CHECKPOINT).is_file():
        return
    before = read_json(folder / CONFIG)
    if not isinstance(before.get("settings"), dict) or not isinstance(before.get("data_sha256"), str):
        raise TrainingError("training.config_damaged", path=folder / CONFIG)
    before["settings"] = defaults | before["settings"]
    if {key: before.get(key) for key in IDENTITY} != json.loads(json.dumps(identity)):
        raise TrainingError("training.other_run", folder=folder)


def describe(folder: Path, identity: dict, counts: dict, groups: dict[str, set[str]]) -> None:
    """Writes config.json and split.json. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / CONFIG, identity | counts)
    write_json(folder / SPLIT, {name: sorted(names) for name, names in groups.items()})


def refuse_a_full_disk(folder: Path, trained: int, parameters: int) -> None:
    """Raises TrainingError when the disk is too full for the run; `trained` of the model's `parameters` are learnt."""
    needed, there = room_needed(trained, parameters), _existing(folder)
    used = sum(path.stat().st_size for path in folder.glob("*.npz"))
    free = room_free(folder)
    if free + used < needed:
        needed_mb, free_mb = (f"{size / 1e6:,.0f}" for size in (needed, free))
        raise TrainingError("training.no_room", folder=there, needed=needed_mb, free=free_mb)


def room_needed(trained: int, parameters: int) -> int:
    """Bytes that a run takes at most: two checkpoints (weights and Adam's two moments; one replaces the other), the
    best weights, and the preset twice while its weights are merged."""
    return 4 * (7 * trained + 2 * parameters)


def room_free(folder: Path) -> int:
    """Bytes that are free where the folder is or will be."""
    return shutil.disk_usage(_existing(folder)).free


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Raises a failed reading or writing again as TrainingError."""
    try:
        yield
    except OSError as error:
        raise TrainingError("training.cannot_go_on", reason=error.strerror or str(error)) from error
