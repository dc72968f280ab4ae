"""Data sets that TensorFlow Datasets has prepared, read back from its folders."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import SupportsInt

from corpus.document import ReadingError
from corpus.frameworks import importing_tensorflow

logger = logging.getLogger(__name__)


def prepared(folder: Path, name: str) -> list[Path]:
    """Version folders of builder `name` ("scientific_papers/pubmed") below a TFDS data folder, newest last."""
    at = folder.joinpath(*name.replace(":", "__").split("/"))
    return sorted(path.parent for path in at.glob("*/dataset_info.json"))


def splits(version: Path) -> list[str]:
    """The names of the splits of a prepared version."""
    try:
        info = json.loads((version / "dataset_info.json").read_text(encoding="utf-8"))
        return [split["name"] for split in info["splits"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadingError("tfds.not_prepared", name=version.name, error=str(error)) from error


def examples(version: Path, split: str) -> Iterator[dict]:
    """The examples of a split as dicts of str and int, streamed. Imports TensorFlow. Raises ReadingError."""
    with importing_tensorflow():
        import tensorflow_datasets

    try:
        builder = tensorflow_datasets.builder_from_directory(str(version))
        for example in tensorflow_datasets.as_numpy(builder.as_dataset(split=split, shuffle_files=False)):
            yield {key: _plain(value) for key, value in example.items()}
    except (OSError, ValueError, AssertionError) as error:
        logger.debug("reading %s", version, exc_info=True)
        raise ReadingError("tfds.unreadable", folder=str(version), error=_first_line(error)) from error


def prepare(name: str, folder: Path) -> None:
    """Downloads and prepares a data set below `folder`. Raises ReadingError when that fails."""
    with importing_tensorflow():
        import tensorflow_datasets

    try:
        tensorflow_datasets.builder(name, data_dir=str(folder)).download_and_prepare()
    except Exception as error:  # the library lets whatever the network raises through
        logger.debug("preparing %s", name, exc_info=True)
        raise ReadingError("tfds.failed", name=name, error=_first_line(error)) from error


def _plain(value: bytes | SupportsInt) -> str | int:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else int(value)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200].removesuffix(".")
