"""Vectors of the starter collections, shipped with the program: a first start is searchable by meaning at once.

`python -m index.vectors.starter` makes the file. A vector belongs to a passage's text and to an embedder: a passage
that was cut otherwise, or another embedder, finds nothing here and is embedded as any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("wikipedia.npz")
PREFIX = 8  # bytes of a passage's key: enough to tell some ten thousand texts from all others


@dataclass(frozen=True)
class Shipped:
    """Unit vectors as int8 (n, d) with a float16 scale each (n,), in the order of `keys` (n,) uint64, which grow."""

    embedder: str
    keys: np.ndarray
    scales: np.ndarray
    vectors: np.ndarray

    def known(self, keys: Sequence[bytes]) -> tuple[list[int], np.ndarray]:
        """Which of the passage keys are here, as places in `keys`, and their unit vectors (n, d) float32."""
        asked = prefixes(keys)
        places = np.minimum(np.searchsorted(self.keys, asked), max(len(self.keys) - 1, 0))
        found = np.flatnonzero(self.keys[places] == asked) if len(self.keys) else np.empty(0, np.int64)
        rows = places[found]
        vectors = self.vectors[rows].astype(np.float32) * self.scales[rows].astype(np.float32)[:, None]
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return found.tolist(), vectors

    def save(self, path: Path) -> None:
        """Writes the file, some megabytes."""
        np.savez_compressed(
            path, embedder=np.array(self.embedder), keys=self.keys, scales=self.scales, vectors=self.vectors
        )


def packed(embedder: str, keys: Sequence[bytes], vectors: np.ndarray) -> Shipped:
    """Unit vectors (n, d) float32 of the passages with these keys, rounded to eight bits."""
    numbers, order = np.unique(prefixes(keys), return_index=True)
    vectors = vectors[order]
    scales = (np.abs(vectors).max(axis=1) / 127).astype(np.float16)
    rounded = np.clip(np.rint(vectors / scales.astype(np.float32)[:, None]), -127, 127).astype(np.int8)
    return Shipped(embedder, numbers, scales, rounded)


def prefixes(keys: Sequence[bytes]) -> np.ndarray:
    """The first bytes of passage keys, as numbers (n,) uint64."""
    return np.frombuffer(b"".join(key[:PREFIX] for key in keys), ">u8").astype(np.uint64)


@cache
def shipped(embedder: str, file: Path = FILE) -> Shipped | None:
    """The vectors that were shipped for an embedder; None when there are none, or the file is not what it should be."""
    try:
        with np.load(file, allow_pickle=False) as data:
            if str(data["embedder"]) != embedder:
                return None
            return Shipped(embedder, data["keys"], data["scales"], data["vectors"])
    except (OSError, ValueError, KeyError):
        return None
