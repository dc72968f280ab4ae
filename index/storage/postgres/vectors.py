"""Vectors on a server: pgvector compares them, exactly in small collections and by HNSW in large ones."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from index.storage.matching import marks

if TYPE_CHECKING:
    from index.storage.postgres.database import PostgresDatabase


class PgNearest:
    """`index.vectors.nearest.Nearest` of a server, for one embedder. Cosines are of float16, as everywhere."""

    def __init__(self, database: "PostgresDatabase", embedder: str):
        self._database, self._embedder = database, embedder

    def near(
        self, vector: np.ndarray, count: int, scope: Sequence[int], documents: Sequence[int] = ()
    ) -> dict[int, float]:
        """Cosine by passage id, nearest first."""
        if not scope:
            return {}
        if documents:  # few enough to be compared one by one
            sql = f"""SELECT p.id, -(v.vector <#> CAST(?1 AS HALFVEC)) AS cosine FROM passages p
                JOIN vectors v ON v.collection_id = p.collection_id AND v.key = p.key AND v.embedder = ?2
                WHERE p.document_id IN ({marks(documents)}) AND p.collection_id IN ({marks(scope)})
                ORDER BY cosine DESC, p.id LIMIT {int(count)}"""
            values: tuple = (written(vector), self._embedder, *documents, *scope)
        else:
            d = len(vector)
            # The expression is that of the HNSW indexes; each partition gives its own nearest, merged in order.
            sql = f"""SELECT p.id, -n.distance AS cosine FROM
                (SELECT v.collection_id, v.key, v.vector::halfvec({d}) <#> CAST(?1 AS HALFVEC({d})) AS distance
                 FROM vectors v WHERE v.embedder = ?2 AND v.collection_id IN ({marks(scope)})
                 ORDER BY v.vector::halfvec({d}) <#> CAST(?1 AS HALFVEC({d})) LIMIT {int(count)}) n
                JOIN passages p ON p.collection_id = n.collection_id AND p.key = n.key ORDER BY n.distance, p.id"""
            values = (written(vector), self._embedder, *scope)
        return {row["id"]: float(row["cosine"]) for row in self._rows(sql, values)}

    def cosines(self, vector: np.ndarray, passages: Sequence[int], scope: Sequence[int]) -> dict[int, float]:
        """Cosine by passage id."""
        if not passages or not scope:
            return {}
        sql = f"""SELECT p.id, -(v.vector <#> CAST(?1 AS HALFVEC)) AS cosine FROM passages p
            JOIN vectors v ON v.collection_id = p.collection_id AND v.key = p.key AND v.embedder = ?2
            WHERE p.id = ANY(?3) AND p.collection_id IN ({marks(scope)})"""
        rows = self._rows(sql, (written(vector), self._embedder, list(passages), *scope))
        return {row["id"]: float(row["cosine"]) for row in rows}

    def nearer(self, vector: np.ndarray, cosine: float, scope: Sequence[int]) -> int:
        """How many vectors of the scope have a greater cosine: all are compared."""
        if not scope:
            return 0
        sql = f"""SELECT COUNT(*) AS n FROM vectors v WHERE v.embedder = ?2 AND v.collection_id IN ({marks(scope)})
            AND -(v.vector <#> CAST(?1 AS HALFVEC)) > {float(cosine)!r}"""
        return self._rows(sql, (written(vector), self._embedder, *scope))[0]["n"]

    def _rows(self, sql: str, values: Sequence) -> list:
        # More than HNSW's usual 40 candidates; and a filter that leaves too few makes it look further.
        with self._database.transaction() as connection:
            connection.execute("SET LOCAL hnsw.ef_search = 200")
            connection.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
            return connection.execute(sql, values).fetchall()


def written(vector: np.ndarray) -> str:
    """A vector (d,) as pgvector's literal."""
    return "[" + ",".join(f"{value:.6g}" for value in np.asarray(vector, np.float32).tolist()) + "]"
