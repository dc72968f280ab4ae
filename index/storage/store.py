"""The store: collections, sources, documents, passages and vectors, and nothing that is derived from them.

It stands on a SQLite file in the data folder; `index.storage.postgres` has the one on a server.

Every method that writes is one transaction. `generation` grows with each change that a search could see.
"""

import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.document import Document, Passage
from corpus.errors import SourcierError
from index.storage import manifest, relocation
from index.storage.after_recovery import make_consistent
from index.storage.database import Database, StorageError, containing
from index.storage.fts5 import Fts5
from index.storage.matching import Words, marks
from index.storage.rows import StoreError, bump, delete_documents, named, recut, sections_of
from index.storage.schema import migrate
from index.storage.sources import SourceRow, Sources

log = logging.getLogger(__name__)

REPLACING = "ON CONFLICT (key) DO UPDATE SET value = excluded.value"

__all__ = ["DocumentRow", "SourceRow", "Store", "StoreError"]


@dataclass(frozen=True)
class DocumentRow:
    """A document as listed; `id` is a prefix of its SHA-256, enough to name it."""

    id: str
    title: str
    path: str
    language: str
    passages: int
    embedded: int
    collection: str


class Store(Sources):
    """The index of one data folder. Threads may share it; another process opens its own.

    `is_server` says that the index stands on a database server, which several machines may use.
    """

    is_server = False
    words: Words

    def __init__(self, path: Path):
        is_new = not path.exists() or not path.stat().st_size
        try:
            self.database = database = Database(path, migrate, make_consistent)
        except StorageError:
            raise
        except (sqlite3.DatabaseError, OSError) as error:
            reason = error.reason if isinstance(error, SourcierError) else str(error)
            raise StoreError("store.unopenable", path=str(path), reason=reason) from error
        if is_new and (path.parent / manifest.NAME).exists():  # lost or emptied by an accident
            with database.write() as connection:
                manifest.put_back(connection, path.parent)
        relocation.follow(database)
        self.words = Fts5(database)

    @property
    def file(self) -> Database:
        """The SQLite file. Raises StoreError where the index stands on a server, which has tools of its own."""
        if not isinstance(self.database, Database):
            raise StoreError("store.not_on_server")
        return self.database

    def nearest(self, embedder: str) -> Any:
        """What compares vectors inside the database, an `index.vectors.nearest.Nearest`; None for a SQLite file."""
        return None

    def close(self) -> None:
        """Closes all connections."""
        self.database.close()

    # --- meta ---------------------------------------------------------------------------------------------

    def meta(self, key: str, default: str = "") -> str:
        """A value of the table `meta`: `uuid`, `generation`, `embedder`, `embedding_rate` ..."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return row["value"] if row else default

    def set_meta(self, **values: str) -> None:
        """Writes values of the table `meta`."""
        with self.database.write() as connection:
            connection.executemany(f"INSERT INTO meta VALUES (?, ?) {REPLACING}", values.items())

    @property
    def generation(self) -> int:
        """Grows with every change of passages or vectors."""
        return int(self.meta("generation", "0"))

    @property
    def uuid(self) -> str:
        """Tells this index from another one that was put in its place."""
        return self.meta("uuid")

    # --- pause and resume -------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether the user has paused the indexing process. Files that are gone still leave the index meanwhile."""
        return self.meta("paused") == "1"

    def pause(self) -> None:
        """The indexing process stops after its present step, in every program, until `resume`."""
        self.set_meta(paused="1")

    def resume(self) -> None:
        """Undoes `pause`; the indexing process must be started again."""
        self.set_meta(paused="")

    def has_work(self, embedder: str, chunking: str, adopts: bool = False) -> bool:
        """Whether an indexing process with this embedder would find something to do: False while paused.

        With `adopts` it would take over an index of another embedder (see `index.ingestion.queue.adopt`).
        """
        if self.paused:
            return False
        row = self._one(
            """SELECT EXISTS (SELECT 1 FROM sources WHERE state IN ('waiting', 'reading'))
               OR (?1 IN (?2, '') AND EXISTS (SELECT 1 FROM embedding_queue))
               OR (?5 AND ?1 NOT IN (?2, '') AND EXISTS (SELECT 1 FROM documents))
               OR (?3 = ?4 AND EXISTS (SELECT 1 FROM documents WHERE chunking <> ?4)) AS found""",
            (self.meta("embedder"), embedder, self.meta("chunking"), chunking, adopts),
        )
        return row is not None and bool(row["found"])

    # --- documents ------------------------------------------------------------------------------------------

    def documents(
        self, collection: str | None = None, query: str = "", limit: int = 100, offset: int = 0
    ) -> list[DocumentRow]:
        """Documents whose title or path holds `query`, in the order in which they were added."""
        pattern = containing(query)
        rows = self._all(
            """SELECT substr(d.sha256, 1, 16) AS id, d.title, d.path, d.language, c.name AS collection,
               (SELECT COUNT(*) FROM passages WHERE document_id = d.id) AS passages,
               (SELECT COUNT(*) FROM passages p WHERE p.document_id = d.id
                AND NOT EXISTS (SELECT 1 FROM embedding_queue WHERE passage_id = p.id)) AS embedded
               FROM documents d JOIN collections c ON c.id = d.collection_id
               WHERE (? IS NULL OR lower(c.name) = lower(?))
               AND (d.title LIKE ? ESCAPE '\\' OR d.path LIKE ? ESCAPE '\\')
               ORDER BY d.id LIMIT ? OFFSET ?""",
            (collection, collection, pattern, pattern, limit, offset),
        )
        return [DocumentRow(**dict(row)) for row in rows]

    def document(self, row_id: int) -> Document:
        """A stored document with its sections, by its row number."""
        row = self._one("SELECT * FROM documents WHERE id = ?", (row_id,))
        if row is None:
            raise StoreError("store.document_gone")
        sections = sections_of(row["sections"])
        return Document(
            row["title"], sections, row["path"], row["external_id"], row["language"], json.loads(row["metadata"])
        )

    def remove_documents(self, ids: Sequence[str]) -> int:
        """Removes documents named by a prefix (6 characters or more) of their id, or by the id their source gave.

        Returns how many went. Raises StoreError when a name fits none or several different texts; then none goes.
        """
        with self.database.write() as connection:
            rows = [row_id for name in ids for row_id in named(connection, name)]
            delete_documents(connection, rows)
            bump(connection)
        return len(rows)

    def remove_rows(self, row_ids: Sequence[int]) -> None:
        """Removes documents by their row numbers."""
        with self.database.write() as connection:
            delete_documents(connection, row_ids)
            bump(connection)

    # --- cutting again -----------------------------------------------------------------------------------------

    def outdated(self, limit: int) -> list[tuple[int, Document]]:
        """Up to `limit` documents, with their row numbers, that were cut otherwise than the index now wants."""
        chunking = self.meta("chunking")
        rows = self._all("SELECT id FROM documents WHERE chunking <> ? LIMIT ?", (chunking, limit)) if chunking else []
        return [(row["id"], self.document(row["id"])) for row in rows]

    def put_recut(self, passages: Sequence[tuple[int, Sequence[Passage]]], chunking: str) -> None:
        """Replaces the passages of documents, given by their row numbers. The old ones answer until then."""
        with self.database.write() as connection:
            embedder = self._embedder(connection)
            for row_id, cut in passages:
                if connection.execute("SELECT 1 FROM documents WHERE id = ?", (row_id,)).fetchone():
                    recut(connection, row_id, cut, embedder, chunking)
            bump(connection)

    # --- embedding ------------------------------------------------------------------------------------------

    def use_embedder(self, name: str) -> bool:
        """Makes `name` the embedder of the index if it has none; says whether it is the index's embedder."""
        if known := self.meta("embedder"):  # does not wait for a writer
            return known == name
        with self.database.write() as connection:
            connection.execute("INSERT INTO meta VALUES ('embedder', ?) ON CONFLICT DO NOTHING", (name,))
        return self.meta("embedder") == name

    def change_embedder(self, name: str) -> None:
        """Names another embedder and queues every passage that it has not seen."""
        with self.database.write() as connection:
            connection.execute(
                f"INSERT INTO meta VALUES ('embedder', ?) {REPLACING}",
                (name,),
            )
            connection.execute("DELETE FROM embedding_queue")
            connection.execute(
                """INSERT INTO embedding_queue SELECT id, id FROM passages p WHERE NOT EXISTS
                   (SELECT 1 FROM vectors WHERE embedder = ? AND key = p.key)""",
                (name,),
            )
            bump(connection)

    def waits_for_vectors(self, scope: Sequence[int]) -> bool:
        """Whether a passage of the collections with the ids `scope` waits for its vector."""
        row = self._one(
            f"""SELECT EXISTS (SELECT 1 FROM embedding_queue q CROSS JOIN passages p ON p.id = q.passage_id
                CROSS JOIN documents d ON d.id = p.document_id WHERE d.collection_id IN ({marks(scope)})) AS found""",
            tuple(scope),
        )
        return row is not None and bool(row["found"])

    @contextmanager
    def embedding(self, limit: int) -> Iterator[list[tuple[bytes, str]]]:
        """`unembedded`, kept from other workers while the block runs, which stores the vectors."""
        yield self.unembedded(limit)

    def tidy(self) -> None:
        """What a database wants done when an indexing process has nothing left to do."""

    def unembedded(self, limit: int) -> list[tuple[bytes, str]]:
        """Up to `limit` distinct (key, indexed text) that wait for their vector.

        The newest files come first, since whoever has just added one wants to search it; then the data sets in order.
        """
        rows = self._all(
            """SELECT p.key, p.heading, p.text FROM embedding_queue q JOIN passages p ON p.id = q.passage_id
               ORDER BY q.turn LIMIT ?""",
            (limit,),
        )
        return list({row["key"]: Passage(row["text"], row["heading"]).indexed_text for row in rows}.items())

    def put_vectors(self, embedder: str, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        """Stores unit vectors (n, d) of any float type for n keys and takes their passages off the queue."""
        blobs = np.ascontiguousarray(vectors, dtype="<f2")
        with self.database.write() as connection:
            if self._embedder(connection) != embedder:
                return  # the embedder was changed while this batch was computed
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (embedder, key, vector) VALUES (?, ?, ?)",
                ((embedder, key, blob.tobytes()) for key, blob in zip(keys, blobs, strict=True)),
            )
            connection.executemany(
                "DELETE FROM embedding_queue WHERE passage_id IN (SELECT id FROM passages WHERE key = ?)",
                ((key,) for key in keys),
            )
            bump(connection)

    def vectors_after(self, embedder: str, seq: int) -> tuple[np.ndarray, np.ndarray]:
        """Sequence numbers (n,) int64 and vectors (n, d) float32 that were stored after `seq`."""
        rows = self.database.connection.execute(
            "SELECT seq, vector FROM vectors WHERE embedder = ? AND seq > ? ORDER BY seq", (embedder, seq)
        ).fetchall()
        if not rows:
            return np.empty(0, np.int64), np.empty((0, 0), np.float32)
        matrix = np.frombuffer(b"".join(row["vector"] for row in rows), "<f2").reshape(len(rows), -1)
        return np.fromiter((row["seq"] for row in rows), np.int64, len(rows)), matrix.astype(np.float32)
