"""Passages, vectors and their queue on a server: each names the collection, so that it reaches one
partition; only what may be copied is looked for in all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from corpus.document import Passage
from index.storage.backend import Row
from index.storage.postgres.vectors import written
from index.storage.postgres.words import tsvector


class PostgresPassageRows:
    """`index.storage.backend.PassageRows` of a server."""

    def add(self, connection: Any, document: Row, passage: Passage, passage_id: int | None = None) -> int:
        """Stores a passage."""
        return connection.insert(
            """INSERT INTO passages (id, collection_id, document_id, ordinal, heading, text, page, key, words)
               VALUES (COALESCE(?, nextval('passage_ids')), ?, ?, ?, ?, ?, ?, ?, CAST(? AS TSVECTOR))""",
            (
                passage_id,
                document["collection_id"],
                document["id"],
                passage.ordinal,
                passage.heading,
                passage.text,
                passage.page,
                passage.key,
                tsvector(passage, document["language"]),
            ),
        )

    def queue(self, connection: Any, document: Row, passage_id: int, turn: int) -> None:
        """Puts a passage into the queue."""
        sql = "INSERT INTO embedding_queue (passage_id, collection_id, turn) VALUES (?, ?, ?)"
        connection.execute(sql, (passage_id, document["collection_id"], turn))

    def queue_unseen(
        self, connection: Any, document: Row, passage_id: int, turn: int, key: bytes, embedder: str
    ) -> None:
        """Puts a passage into the queue unless `embedder` has seen its text, in whichever collection."""
        connection.execute(
            """INSERT INTO vectors SELECT ?1, embedder, key, vector FROM vectors
               WHERE key = ?2 AND embedder = ?3 LIMIT 1
               ON CONFLICT DO NOTHING""",
            (document["collection_id"], key, embedder),
        )
        connection.execute(
            """INSERT INTO embedding_queue (passage_id, collection_id, turn) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
               (SELECT 1 FROM vectors WHERE collection_id = ?2 AND key = ?4 AND embedder = ?5)""",
            (passage_id, document["collection_id"], turn, key, embedder),
        )

    def remove(self, connection: Any, document: Row) -> list[bytes]:
        """Deletes the passages of a document."""
        sql = "DELETE FROM passages WHERE collection_id = ? AND document_id = ? RETURNING key"
        rows = connection.execute(sql, (document["collection_id"], document["id"]))
        return list({row["key"] for row in rows})

    def remove_one(self, connection: Any, document: Row, passage_id: int) -> None:
        """Deletes one passage."""
        sql = "DELETE FROM passages WHERE collection_id = ? AND id = ?"
        connection.execute(sql, (document["collection_id"], passage_id))

    def forget(self, connection: Any, document: Row, keys: Iterable[bytes]) -> None:
        """Deletes the vectors of those texts that no passage of the collection holds any more."""
        connection.execute(
            """DELETE FROM vectors v WHERE collection_id = ?1 AND key = ANY(?2) AND NOT EXISTS
               (SELECT 1 FROM passages WHERE collection_id = ?1 AND key = v.key)""",
            (document["collection_id"], list(keys)),
        )

    def vectors(self, connection: Any, collection: int, embedder: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Vectors by the keys of texts."""
        # pgvector's own format: two numbers of 16 bits, then the values, the high byte first.
        rows = connection.execute(
            """SELECT key, halfvec_send(vector) AS sent FROM vectors
               WHERE collection_id = ? AND embedder = ? AND key = ANY(?)""",
            (collection, embedder, list(keys)),
        )
        return {row["key"]: np.frombuffer(row["sent"], ">f2", offset=4).astype("<f2").tobytes() for row in rows}

    def put_vectors(self, connection: Any, collection: int, embedder: str, vectors: Mapping[bytes, bytes]) -> None:
        """Stores vectors."""
        for key, vector in vectors.items():
            connection.execute(
                "INSERT INTO vectors VALUES (?, ?, ?, CAST(? AS HALFVEC)) ON CONFLICT DO NOTHING",
                (collection, embedder, key, written(np.frombuffer(vector, "<f2"))),
            )

    def copy_vector(self, connection: Any, document: Row, key: bytes, new: bytes) -> None:
        """Gives the text `new` the vectors of the text `key`."""
        connection.execute(
            """INSERT INTO vectors SELECT collection_id, embedder, CAST(?3 AS BYTEA), vector FROM vectors
               WHERE collection_id = ?1 AND key = ?2 ON CONFLICT DO NOTHING""",
            (document["collection_id"], key, new),
        )
