"""Where generators are found: the shipped starter, the hub's presets where fetched, folders made by fine-tuning."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import SourcierError
from corpus.files import parsed

STARTER = "starter"
HUB_VARIABLE = "KAGGLEHUB_CACHE"
GENERIC = "gpt2_base_en"  # OpenAI's smallest: what a specialised generator is compared with


@dataclass(frozen=True)
class HubPreset:
    """A GPT-2 of OpenAI's as KerasNLP publishes it. `tuned` names the data of a fine-tuning after WebText."""

    parameters: int
    layers: int
    tuned: str = ""

    @property
    def bytes(self) -> int:
        """What it takes on disk, about: four bytes a parameter, and the vocabulary."""
        return 4 * self.parameters + 1_500_000


# The names are KerasNLP's own; a test compares names, sizes and version with its list.
HUB_PRESETS = {
    GENERIC: HubPreset(124_439_808, 12),
    "gpt2_medium_en": HubPreset(354_823_168, 24),
    "gpt2_large_en": HubPreset(774_030_080, 36),
    "gpt2_extra_large_en": HubPreset(1_557_611_200, 48),
    "gpt2_base_en_cnn_dailymail": HubPreset(124_439_808, 12, "CNN/DailyMail"),
}
HUB_VERSION = 3  # of the presets on Kaggle
LICENCE, LICENCE_URL = "Modified MIT (OpenAI)", "https://github.com/openai/gpt-2/blob/master/LICENSE"
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
    """A generator that can be chosen. `path` is None for a hub preset that is not on this machine."""

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
    found = [Preset(STARTER, starter(), "shipped")] if complete(starter()) else []
    folder = Path(models) if models else None
    if folder and folder.is_dir():
        own = (path for path in sorted(folder.iterdir()) if path.name not in HUB_PRESETS and complete(path))
        found += [Preset(path.name, path, "trained") for path in own]
    return found + [Preset(name, downloaded(name, models), "hub") for name in HUB_PRESETS]


def find(preset: str | os.PathLike, models: str | os.PathLike | None = None) -> Path:
    """The folder of `preset`: "starter", a name inside the folder `models`, a fetched hub preset, or a path.

    Raises ModelError when there is none; the folder is not yet validated.
    """
    name = os.fspath(preset)
    if name == STARTER:
        return starter()
    if name in HUB_PRESETS:
        folder = downloaded(name, models)
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


def downloaded(name: str, models: str | os.PathLike | None = None) -> Path | None:
    """The folder of a hub preset that is on this machine, else None.

    That is the one in `models`, which `assistant.generation.hubs` fetches, or else the newest version that KerasNLP
    itself has downloaded: it keeps them in kagglehub's cache.
    """
    if models and complete(Path(models) / name):
        return Path(models) / name
    cache = Path(os.environ.get(HUB_VARIABLE) or Path.home() / ".cache" / "kagglehub")
    versions = (cache / "models" / "keras" / "gpt2" / "keras" / name).glob("*")
    found = [folder for folder in versions if folder.name.isdigit() and complete(folder)]
    return max(found, key=lambda folder: int(folder.name), default=None)


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
        value = parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError("model.unreadable", path=path, reason=_first_line(error)) from error
    return value if isinstance(value, dict) else {}


def complete(folder: Path) -> bool:
    """Whether the files of a preset are there; what is in them is not looked at."""
    return (
        (folder / CONFIG).is_file() and (folder / VOCABULARY).is_file() and any((folder / w).is_file() for w in WEIGHTS)
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
