"""Where generators are found: the shipped starter, hub presets already downloaded, folders made by fine-tuning."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import SourcierError

STARTER = "starter"
HUB_VARIABLE = "KAGGLEHUB_CACHE"
# Parameters in millions; the hub's names are KerasNLP's own.
HUB_PRESETS = {
    "gpt2_base_en": 124,
    "gpt2_medium_en": 355,
    "gpt2_large_en": 774,
    "gpt2_extra_large_en": 1558,
    "gpt2_base_en_cnn_dailymail": 124,
}
ARCHITECTURE = (
    "vocabulary_size",
    "num_layers",
    "num_heads",
    "hidden_dim",
    "intermediate_dim",
    "dropout",
    "max_sequence_length",
)
CONFIG = "config.json"
WEIGHTS = ("model.weights.h5", "model.weights.json")
VOCABULARY = Path("assets") / "tokenizer" / "vocabulary.json"
MERGES = Path("assets") / "tokenizer" / "merges.txt"
CARD = "README.md"


class ModelError(SourcierError):
    """A generator that cannot be found, loaded or used."""


@dataclass(frozen=True)
class Preset:
    """A generator that can be chosen. `path` is None for a hub preset that has not been downloaded."""

    name: str
    path: Path | None
    origin: str  # "shipped", "hub", "trained"

    @property
    def ready(self) -> bool:
        """Whether it can be loaded without any download."""
        return self.path is not None


def starter() -> Path:
    """The folder of the GPT-2 that is shipped with the program."""
    return Path(__file__).parents[1] / STARTER


def available(models: str | os.PathLike | None = None) -> list[Preset]:
    """Every generator that can be named: starter, the presets in the folder `models`, the hub's (ready or not)."""
    found = [Preset(STARTER, starter(), "shipped")] if _complete(starter()) else []
    folder = Path(models) if models else None
    if folder and folder.is_dir():
        found += [Preset(p.name, p, "trained") for p in sorted(folder.iterdir()) if _complete(p)]
    return found + [Preset(name, downloaded(name), "hub") for name in HUB_PRESETS]


def find(preset: str | os.PathLike, models: str | os.PathLike | None = None) -> Path:
    """The folder of `preset`: "starter", a name inside the folder `models`, a downloaded hub preset, or a path.

    Raises ModelError when there is none; the folder is not yet validated.
    """
    name = os.fspath(preset)
    if name == STARTER:
        return starter()
    if name in HUB_PRESETS:
        folder = downloaded(name)
        if folder is None:
            raise ModelError("model.not_downloaded", name=name)
        return folder
    if models and Path(name).name == name and (Path(models) / name).is_dir():
        return Path(models) / name
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    raise ModelError("model.unknown", name=name)


def is_reserved(name: str) -> bool:
    """Whether a preset of the program or of the hub has this name, so that none of the user's may."""
    return name == STARTER or name in HUB_PRESETS


def downloaded(name: str) -> Path | None:
    """The newest downloaded version of a hub preset, or None. Looks where kagglehub keeps its files."""
    cache = Path(os.environ.get(HUB_VARIABLE) or Path.home() / ".cache" / "kagglehub")
    versions = (cache / "models" / "keras" / "gpt2" / "keras" / name).glob("*")
    complete = [folder for folder in versions if folder.name.isdigit() and _complete(folder)]
    return max(complete, key=lambda folder: int(folder.name), default=None)


def download(name: str) -> Path:
    """Fetches a hub preset (once) and returns its folder. Raises ModelError when the hub cannot be reached."""
    if name not in HUB_PRESETS:
        raise ModelError("model.not_of_hub", name=name, known=", ".join(HUB_PRESETS))
    folder = downloaded(name)
    if folder:
        return folder
    try:
        import kagglehub

        folder = Path(kagglehub.model_download(f"keras/gpt2/keras/{name}"))
    except Exception as error:  # kagglehub lets requests', urllib's and its own exceptions through
        raise ModelError("model.download_failed", name=name, reason=_first_line(error)) from error
    validate(folder)
    return folder


def validate(folder: str | os.PathLike) -> dict[str, Any]:
    """The architecture of the GPT-2 preset in `folder`, as GPT2Backbone's arguments.

    Only plain numbers are taken from its config.json, so nothing in an untrusted preset is ever deserialised.
    Raises ModelError with the first thing that is missing or wrong.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ModelError("model.no_folder", folder=folder)
    for needed in (Path(CONFIG), VOCABULARY, MERGES):
        if not (folder / needed).is_file():
            raise ModelError("model.incomplete", folder=folder, file=needed.as_posix())
    if not any((folder / name).is_file() for name in WEIGHTS):
        raise ModelError("model.no_weights", folder=folder, file=WEIGHTS[0])
    config = _json_object(folder / CONFIG)
    if config.get("class_name") != "GPT2Backbone":
        kind = config.get("class_name") or config.get("model_type") or "?"
        raise ModelError("model.other_kind", folder=folder, kind=kind)
    return _architecture(folder, config.get("config"))


def weights(folder: str | os.PathLike) -> Path:
    """The weights file of a validated preset."""
    return next(Path(folder) / name for name in WEIGHTS if (Path(folder) / name).is_file())


def _architecture(folder: Path, values: object) -> dict[str, Any]:
    if not isinstance(values, dict) or any(not isinstance(values.get(key), int | float) for key in ARCHITECTURE):
        raise ModelError("model.no_sizes", folder=folder)
    architecture = {key: values[key] if key == "dropout" else int(values[key]) for key in ARCHITECTURE}
    sizes = [architecture[key] for key in ARCHITECTURE if key != "dropout"]
    if min(sizes) < 1 or architecture["hidden_dim"] % architecture["num_heads"]:
        raise ModelError("model.sizes_conflict", folder=folder)
    return architecture


def _json_object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError("model.unreadable", path=path, reason=_first_line(error)) from error
    return value if isinstance(value, dict) else {}


def _complete(folder: Path) -> bool:
    return (
        (folder / CONFIG).is_file() and (folder / VOCABULARY).is_file() and any((folder / w).is_file() for w in WEIGHTS)
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
