"""Nearest vectors by FAISS: a cache of what SQLite holds, replaced atomically, rebuilt when missing or doubtful.

A cache file is one line of JSON (which index, which embedder, up to which vector, a checksum), then the sequence
numbers, then FAISS's own bytes. Inner product over unit vectors is the cosine.
"""

import hashlib
import json
import logging
import math
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np

from corpus.files import replacing
from index.storage.store import Store

log = logging.getLogger(__name__)

SAVE_EVERY = 2000  # new vectors before the cache file is written again: re-reading them takes about 20 ms
COMPARED = 64  # newest vectors of a cache file that must equal those of SQLite
COUNT_EVERY_S = 5.0  # how often removed vectors are counted
REMOVED_KEPT = 0.25  # share of removed vectors that is kept in memory: they are never found, but take room


def _faiss():
    if sys.platform == "darwin":
        # On macOS the OpenMP libraries of FAISS and PyTorch clash unless PyTorch comes first and FAISS keeps to one
        # thread (faiss-wheels issue 73, sentence-transformers issue 2291).
        import torch  # noqa: F401
    import faiss

    if sys.platform == "darwin":
        faiss.omp_set_num_threads(1)
    return faiss


class VectorIndex:
    """Exact search over vectors known by increasing sequence numbers."""

    def __init__(self, dimension: int):
        self._faiss = _faiss()
        self._flat = self._faiss.IndexFlatIP(dimension)
        self.seqs = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self.seqs)

    @property
    def last(self) -> int:
        """The highest sequence number, 0 when empty."""
        return int(self.seqs[-1]) if len(self.seqs) else 0

    def add(self, seqs: np.ndarray, vectors: np.ndarray) -> None:
        """Appends vectors (n, d) float32; `seqs` (n,) must grow."""
        self._flat.add(np.ascontiguousarray(vectors, np.float32))
        self.seqs = np.concatenate([self.seqs, seqs.astype(np.int64)])

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> list[tuple[int, float]]:
        """The k best (seq, cosine) for one vector (d,), among `allowed` sequence numbers when given."""
        if not len(self) or k < 1:
            return []
        parameters = None
        if allowed is not None:
            positions = np.searchsorted(self.seqs, np.sort(allowed))
            positions = np.unique(positions[positions < len(self)])
            positions = positions[np.isin(self.seqs[positions], allowed)]
            if not len(positions):
                return []
            parameters = self._faiss.SearchParameters(sel=self._faiss.IDSelectorBatch(positions))
        scores, positions = self._flat.search(
            np.ascontiguousarray(query[None, :], np.float32), min(k, len(self)), params=parameters
        )
        return [
            (int(self.seqs[position]), float(score))
            for position, score in zip(positions[0], scores[0], strict=True)
            if position >= 0
        ]

    def vectors(self, positions: np.ndarray) -> np.ndarray:
        """The vectors (n, d) float32 at `positions` (n,)."""
        return self._faiss.rev_swig_ptr(self._flat.get_xb(), self._flat.ntotal * self._flat.d).reshape(
            self._flat.ntotal, self._flat.d
        )[positions]

    def without(self, kept: np.ndarray) -> "VectorIndex":
        """A new index of the vectors where `kept` (n,) bool holds."""
        index = VectorIndex(self._flat.d)
        index.add(self.seqs[kept], self.vectors(np.flatnonzero(kept)))
        return index

    def save(self, path: Path, stamp: dict[str, str]) -> None:
        """Writes the cache file atomically: readers see the old one or the new one."""
        body = self.seqs.astype("<i8").tobytes() + self._faiss.serialize_index(self._flat).tobytes()
        header = {**stamp, "count": len(self), "sha256": hashlib.sha256(body).hexdigest()}
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, temporary.open("wb") as file:
            file.write(json.dumps(header).encode() + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def load(cls, path: Path, stamp: dict[str, str]) -> "VectorIndex | None":
        """The cached index, or None when the file is missing, damaged or of another index or embedder."""
        try:
            line, _, body = path.read_bytes().partition(b"\n")
            header = json.loads(line)
            if not isinstance(header, dict) or any(header.get(key) != value for key, value in stamp.items()):
                return None
            if hashlib.sha256(body).hexdigest() != header["sha256"]:
                log.warning("the vector cache %s is damaged and will be rebuilt", path)
                return None
            seqs = np.frombuffer(body, "<i8", header["count"])
            faiss = _faiss()
            flat = faiss.deserialize_index(np.frombuffer(body, np.uint8, offset=8 * header["count"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, RuntimeError):
            log.warning("the vector cache %s cannot be read and will be rebuilt", path)
            return None
        index = cls.__new__(cls)
        index._faiss, index._flat, index.seqs = faiss, flat, seqs.astype(np.int64)
        return index


def cache_path(folder: Path, embedder: str) -> Path:
    """The cache file of an embedder, whose name may be a path or hold slashes."""
    return folder / f"{hashlib.sha256(embedder.encode()).hexdigest()[:12]}.faiss"


def load_cache(store: Store, path: Path, embedder: str) -> VectorIndex | None:
    """The cache file's index, None when it is missing, damaged, or not the store's."""
    index = VectorIndex.load(path, _stamp(store, embedder))
    if index is not None and not _agree(store, index, embedder):
        log.warning("the vector cache %s is ahead of the index and will be rebuilt", path)
        return None
    return index


def _stamp(store: Store, embedder: str) -> dict[str, str]:
    return {"index": store.uuid, "embedder": embedder}


def _stored(store: Store, embedder: str) -> np.ndarray:
    """Sequence numbers (n,) int64 of all stored vectors, in no order."""
    # By its index, which holds both columns: reading the table would read all vectors.
    sql = "SELECT seq FROM vectors INDEXED BY sqlite_autoindex_vectors_1 WHERE embedder = ?"
    rows = store.file.connection.execute(sql, (embedder,)).fetchall()
    return np.fromiter((row["seq"] for row in rows), np.int64, len(rows))


def _last_given(store: Store) -> int:
    """The highest sequence number that was ever given to a vector."""
    row = store.file.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'vectors'").fetchone()
    return row["seq"] if row else 0


def _agree(store: Store, index: VectorIndex, embedder: str) -> bool:
    """Whether the newest vectors equal SQLite's.

    A power cut can undo what SQLite stored last; the numbers of those vectors are then given to other ones.
    """
    if index.last > _last_given(store):
        return False
    newest = index.seqs[-COMPARED:]
    seqs, vectors = store.vectors_after(embedder, int(newest[0]) - 1 if len(newest) else 0)
    both, here, there = np.intersect1d(newest, seqs, return_indices=True)
    if not len(both):
        return True
    return bool(np.allclose(index.vectors(len(index) - len(newest) + here), vectors[there], atol=1e-3))


class VectorCache:
    """The vectors of one store and embedder, kept up to date with what SQLite holds. Thread-safe."""

    def __init__(self, store: Store, folder: Path, embedder: str):
        self._store = store
        self._embedder = embedder
        self._path = cache_path(folder, embedder)
        self._lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._uuid = ""
        self._saved = 0
        self._counted = (-1, -math.inf)  # generation and monotonic time of the last count of removed vectors

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> list[tuple[int, float]]:
        """The k best (seq, cosine) for one unit vector (d,) among all vectors stored so far."""
        with self._lock:  # FAISS may move its memory when vectors are added
            self._catch_up()
            return self._index.search(query, k, allowed) if self._index is not None else []

    def save(self) -> None:
        """Brings the cache file up to date."""
        with self._lock:
            self._catch_up()
            if self._index is not None and len(self._index) != self._saved:
                self._write(self._index)

    def _catch_up(self) -> None:
        if self._uuid != (uuid := self._store.uuid):  # first use, or another index was put in the place of this one
            self._uuid = uuid
            self._index = load_cache(self._store, self._path, self._embedder)
            self._saved = len(self._index) if self._index is not None else 0
        seqs, vectors = self._store.vectors_after(self._embedder, self._index.last if self._index is not None else 0)
        if len(seqs):
            if self._index is None:
                self._index = VectorIndex(vectors.shape[1])
            self._index.add(seqs, vectors)
        self._leave_out_removed()
        if self._index is not None and len(self._index) - self._saved >= SAVE_EVERY:
            self._write(self._index)

    def _leave_out_removed(self) -> None:
        generation, now = self._store.generation, time.monotonic()
        if self._index is None or self._counted[0] == generation or now - self._counted[1] < COUNT_EVERY_S:
            return
        self._counted = generation, now
        stored = _stored(self._store, self._embedder)
        kept = np.isin(self._index.seqs, stored)
        if len(kept) - kept.sum() > REMOVED_KEPT * len(kept):
            self._index = self._index.without(kept)
            self._write(self._index)

    def _write(self, index: VectorIndex) -> None:
        try:
            index.save(self._path, _stamp(self._store, self._embedder))
            self._saved = len(index)
        except OSError as error:
            log.warning("the vector cache could not be written (%s); search goes on from memory", error)
