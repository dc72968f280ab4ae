"""Which reader is used: the learnt one, or the word counts that need no weights."""

import os
from pathlib import Path

from index.reader.overlap import OverlapReader
from index.reader.reading import PassageReader
from index.vectors.embedder import HashingEmbedder, chosen_name

VARIABLE = "SOURCIER_READER"
LEARNT, OVERLAP, NONE = "learnt", "overlap", "none"


def chosen_reader() -> str:
    """What SOURCIER_READER names; without it the learnt one, or word counts beside the embedder of word counts."""
    light = chosen_name() == HashingEmbedder.name
    return os.environ.get(VARIABLE) or (OVERLAP if light else LEARNT)


def load_reader(models: Path, name: str | None = None) -> PassageReader | None:
    """The reader called `name`, None for "none". `models` is the folder of the converted embedder.

    Raises ReaderUnavailable when the learnt one cannot be had.
    """
    name = name or chosen_reader()
    if name == NONE:
        return None
    if name == OVERLAP:
        return OverlapReader()
    from index.reader.reader import Reader

    reader = Reader(models)
    reader.load()
    return reader
