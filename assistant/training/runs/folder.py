"""A run's folder: what a run is known by, and whether the disk has room for it."""

import json
import shutil
from pathlib import Path

from assistant.generation.presets import ModelError
from assistant.training.runs.json_file import read_json, write_json

CONFIG, CHECKPOINT, BEST, SPLIT = "config.json", "checkpoint.npz", "best.npz", "split.json"
IDENTITY = ("settings", "base", "data_sha256")


def refuse_another(folder: Path, identity: dict, usual: dict) -> None:
    """Raises ModelError when the folder's checkpoint is of other settings or data than `identity` says.

    `usual` are the settings' defaults: a run of an earlier version had fewer settings.
    """
    if not (folder / CHECKPOINT).is_file():
        return
    before = read_json(folder / CONFIG)
    if not isinstance(before.get("settings"), dict) or not isinstance(before.get("data_sha256"), str):
        raise ModelError(f"{folder / CONFIG} is damaged, so its checkpoint cannot be used: choose another name.")
    before["settings"] = usual | before["settings"]
    if {key: before.get(key) for key in IDENTITY} != json.loads(json.dumps(identity)):
        raise ModelError(f"{folder} holds a run with other settings or other data: choose another name.")


def describe(folder: Path, identity: dict, counts: dict, groups: dict[str, set[str]]) -> None:
    """Writes config.json and split.json. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / CONFIG, identity | counts)
    write_json(folder / SPLIT, {name: sorted(names) for name, names in groups.items()})


def refuse_a_full_disk(folder: Path, trained: int, parameters: int) -> None:
    """Raises ModelError where the run could not end; `trained` of the model's `parameters` are learnt.

    Two checkpoints (weights and Adam's moments) stand there while one replaces the other, then the best weights; the
    preset twice, while its weights are merged.
    """
    needed = 4 * (7 * trained + 2 * parameters)
    there = next(path for path in (folder, *folder.parents) if path.exists())
    used = sum(path.stat().st_size for path in folder.glob("*.npz"))
    free = shutil.disk_usage(there).free
    if free + used < needed:
        raise ModelError(
            f"There is too little room in {there}: the run needs {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are "
            "free."
        )
