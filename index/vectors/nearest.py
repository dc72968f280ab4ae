"""The passages whose vectors are nearest to a question's, in some collections."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from index.storage.matching import marks
from index.storage.store import Store
from index.vectors.embedder import Embedder
from index.vectors.faiss_cache import VectorCache

COMPARED = 10_000  # vectors in one statement of SQLite, which takes some 32,000 values


class Nearest(Protocol):
    """Vectors of one embedder. `vector` is a question's (d,), `scope` holds collection ids."""

    def near(
        self, vector: np.ndarray, count: int, scope: Sequence[int], documents: Sequence[int] = ()
    ) -> dict[int, float]:
        """Cosine by passage id for about `count` nearest passages, nearest first; in the rows `documents` alone where
        some are given."""

    def cosines(self, vector: np.ndarray, passages: Sequence[int], scope: Sequence[int]) -> dict[int, float]:
        """Cosine by passage id, without the passages that have no vector yet."""

    def nearer(self, vector: np.ndarray, cosine: float, scope: Sequence[int]) -> int:
        """How many vectors of the scope have a greater cosine."""


class FaissNearest:
    """Vectors in a SQLite file, searched by FAISS's exact index in memory."""

    def __init__(self, store: Store, cache: VectorCache, embedder: str):
        self._store = store
        self._cache = cache
        self._embedder = embedder

    def near(
        self, vector: np.ndarray, count: int, scope: Sequence[int], documents: Sequence[int] = ()
    ) -> dict[int, float]:
        """Cosine by passage id, nearest first."""
        found = {} if documents else self._passages(self._cache.search(vector, 2 * count), scope)
        if len(found) < count:
            # Most of the nearest belong to other collections or are gone: search among this scope's own vectors.
            allowed = self._allowed(scope, documents)
            found = self._passages(self._cache.search(vector, count, allowed), scope, documents)
        return found

    def cosines(self, vector: np.ndarray, passages: Sequence[int], scope: Sequence[int]) -> dict[int, float]:
        """Cosine by passage id."""
        found: dict[int, float] = {}
        for start in range(0, len(passages), COMPARED):
            some = passages[start : start + COMPARED]
            rows = self._rows(
                f"""SELECT p.id, v.vector FROM passages p CROSS JOIN vectors v ON v.key = p.key AND v.embedder = ?
                    WHERE p.id IN ({marks(some)})""",
                (self._embedder, *some),
            )
            found |= {row["id"]: float(np.frombuffer(row["vector"], "<f2").astype(np.float32) @ vector) for row in rows}
        return found

    def nearer(self, vector: np.ndarray, cosine: float, scope: Sequence[int]) -> int:
        """How many vectors of the scope have a greater cosine."""
        allowed = self._allowed(scope)
        return sum(other > cosine for _, other in self._cache.search(vector, len(allowed), allowed))

    def _passages(
        self, nearest: Sequence[tuple[int, float]], scope: Sequence[int], documents: Sequence[int] = ()
    ) -> dict[int, float]:
        cosine = dict(nearest)
        rows = self._rows(
            f"""SELECT p.id, v.seq FROM vectors v CROSS JOIN passages p ON p.key = v.key
                CROSS JOIN documents d ON d.id = p.document_id
                WHERE v.seq IN ({marks(cosine)}) AND d.collection_id IN ({marks(scope)}) {_limit(documents)}""",
            (*cosine, *scope, *documents),
        )
        return dict(sorted(((row["id"], cosine[row["seq"]]) for row in rows), key=lambda item: -item[1]))

    def _allowed(self, scope: Sequence[int], documents: Sequence[int] = ()) -> np.ndarray:
        rows = self._rows(
            f"""SELECT DISTINCT v.seq FROM documents d CROSS JOIN passages p ON p.document_id = d.id
                CROSS JOIN vectors v ON v.key = p.key AND v.embedder = ?
                WHERE d.collection_id IN ({marks(scope)}) {_limit(documents)}""",
            (self._embedder, *scope, *documents),
        )
        return np.fromiter((row["seq"] for row in rows), np.int64, len(rows))

    def _rows(self, sql: str, values: Sequence = ()) -> list:
        return self._store.database.connection.execute(sql, values).fetchall()


def _limit(documents: Sequence[int]) -> str:
    return f"AND d.id IN ({marks(documents)})" if documents else ""


def nearest_of(store: Store, embedder: Embedder | None, cache: VectorCache | None) -> Nearest | None:
    """What searches the vectors of a store; None for search by words alone."""
    if embedder is None:
        return None
    if (own := store.nearest(embedder.name)) is not None:  # a database that compares vectors itself
        return own
    return FaissNearest(store, cache, embedder.name) if cache is not None else None
