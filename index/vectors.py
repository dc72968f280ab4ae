"""Nearest vectors by FAISS: a cache of what SQLite holds, replaced atomically, rebuilt whenever in doubt.

A cache file is one line of JSON (which index, which embedder, up to which vector, a checksum), then the sequence
numbers, then FAISS's own bytes. Inner product over unit vectors is the cosine.
"""

import hashlib
import json
import logging
import os
import sys
import threading
from pathlib import Path

import numpy as np

from index.store import Store

log = logging.getLogger(__name__)

SAVE_EVERY = 2000  # new vectors before the cache file is written again: re-reading them takes about 20 ms


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

    def save(self, path: Path, stamp: dict[str, str]) -> None:
        """Writes the cache file; readers see the old one or the new one, never a half."""
        body = self.seqs.astype("<i8").tobytes() + self._faiss.serialize_index(self._flat).tobytes()
        header = {**stamp, "count": len(self), "sha256": hashlib.sha256(body).hexdigest()}
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(json.dumps(header).encode() + b"\n" + body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)

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


class VectorCache:
    """The vectors of one store and embedder, kept up to date with what SQLite holds. Thread-safe."""

    def __init__(self, store: Store, folder: Path, embedder: str):
        self._store = store
        self._embedder = embedder
        safe = hashlib.sha256(embedder.encode()).hexdigest()[:12]  # a name may be a path or hold slashes
        self._path = folder / f"{safe}.faiss"
        self._lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._saved = 0

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> list[tuple[int, float]]:
        """The k best (seq, cosine) for one unit vector (d,) among all vectors stored so far."""
        with self._lock:  # FAISS may move its memory while vectors are added
            self._catch_up()
            return self._index.search(query, k, allowed) if self._index is not None else []

    def save(self) -> None:
        """Brings the cache file up to date."""
        with self._lock:
            self._catch_up()
            if self._index is not None and len(self._index) != self._saved:
                self._write()

    def _catch_up(self) -> None:
        if self._index is None:
            self._index = VectorIndex.load(self._path, self._stamp)
            self._saved = len(self._index) if self._index is not None else 0
        seqs, vectors = self._store.vectors_after(self._embedder, self._index.last if self._index is not None else 0)
        if len(seqs):
            if self._index is None:
                self._index = VectorIndex(vectors.shape[1])
            self._index.add(seqs, vectors)
        if self._index is not None and len(self._index) - self._saved >= SAVE_EVERY:
            self._write()

    @property
    def _stamp(self) -> dict[str, str]:
        return {"index": self._store.uuid, "embedder": self._embedder}

    def _write(self) -> None:
        try:
            self._index.save(self._path, self._stamp)
            self._saved = len(self._index)
        except OSError as error:
            log.warning("the vector cache could not be written (%s); search goes on from memory", error)
