"""What a fine-tuning is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from assistant.generation.presets import STARTER


@dataclass(frozen=True)
class Settings:
    """One fine-tuning. `lora_rank` 0 trains all weights; `batch` rows at a time, `accumulate` batches an update."""

    base: str = STARTER
    data: tuple[str, ...] = ("medquad",)
    epochs: float = 1.0
    batch: int = 8
    accumulate: int = 1
    rate: float = 1e-4  # the highest learning rate
    warmup: float = 0.05  # share of all updates
    length: int = 512  # tokens a row
    answer: int = 160  # tokens of the answer, at most
    lora_rank: int = 0
    precision: str = "float32"  # or "mixed_float16", "mixed_bfloat16"
    validate_every: int = 200  # steps
    validation: int = 128  # held-out examples
    patience: int = 3  # validations without improvement before it stops
    passages: bool = True  # False is the ablation: questions alone
    seed: int = 1
    measured: int = 100  # held-out questions on which the use of passages is measured, before and after; 0 for none


@dataclass(frozen=True)
class Request:
    """A fine-tuning as the app or the command line asks for it.

    `documents` are the user's files and folders. `datasets` is the folder of the data sets, "" for the fetched ones.
    `devices` GPUs share each batch, None for all there are; with `gpu` the run is refused where there is none.
    """

    name: str
    settings: Settings
    documents: tuple[str, ...] = ()
    datasets: str = ""
    devices: int | None = None
    gpu: bool = False


def request_from(values: Mapping[str, Any]) -> Request:
    """The request that `dataclasses.asdict` and JSON made `values` of. Raises KeyError, TypeError or ValueError."""
    settings = settings_from(values["settings"])
    return Request(**{**values, "settings": settings, "documents": tuple(map(str, values.get("documents", ())))})


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Settings as config.json keeps them; those that an earlier version lacked have their defaults."""
    known = {field.name: values[field.name] for field in fields(Settings) if field.name in values}
    return Settings(**{**known, "data": tuple(map(str, values["data"]))})
