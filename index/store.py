"""The SQLite store: collections, sources, documents, passages and vectors, and nothing that is derived from them.

Every method that writes is one transaction. `generation` grows with each change that a searcher could see.
"""

import json
import logging
import sqlite3
import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.document import Document, Dropped, Passage, Section
from index.database import Database, containing
from index.rows import StoreError, bump, delete_documents, named, put_document, put_passages, unlink
from index.schema import migrate

log = logging.getLogger(__name__)

DROPPED_KEPT = 1000  # notes kept a source; the rest are only counted under the last reason


@dataclass(frozen=True)
class SourceRow:
    """What the user asked to add. `state` is waiting, reading, done or failed."""

    id: int
    collection: str
    path: str
    kind: str  # "file", "dataset" or "beir"
    state: str
    reason: str = ""
    documents: int = 0
    dropped: int = 0
    fingerprint: str = ""


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


class Store:
    """The truth of one data folder. Safe to share between threads; other processes may hold theirs."""

    def __init__(self, path: Path):
        try:
            self.database = Database(path, migrate)
        except (sqlite3.DatabaseError, OSError) as error:
            raise StoreError(f"The index {path} cannot be opened: {error}.") from error

    def close(self) -> None:
        """Closes all connections."""
        self.database.close()

    # --- meta ---------------------------------------------------------------------------------------------

    def meta(self, key: str, default: str = "") -> str:
        """A value of the manifest: `uuid`, `generation`, `embedder`, `embedding_rate`."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return row["value"] if row else default

    def set_meta(self, **values: str) -> None:
        """Writes values of the manifest."""
        with self.database.write() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    @property
    def generation(self) -> int:
        """Grows with every change of passages or vectors."""
        return int(self.meta("generation", "0"))

    @property
    def uuid(self) -> str:
        """Tells this index from another one that was put in its place."""
        return self.meta("uuid")

    # --- collections ----------------------------------------------------------------------------------------

    def collections(self) -> list[str]:
        """Names, oldest first."""
        return [row["name"] for row in self._all("SELECT name FROM collections ORDER BY id")]

    def make_collection(self, name: str) -> int:
        """The id of the collection called `name`, made when there is none."""
        name = " ".join(name.split())
        if not name or len(name) > 80:
            raise StoreError("A collection needs a name of 1 to 80 characters.")
        with self.database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO collections (name, created) VALUES (?, ?)", (name, time.time()))
        return self.collection_id(name)

    def collection_id(self, name: str) -> int:
        """Raises StoreError when no collection is called `name`."""
        row = self._one("SELECT id FROM collections WHERE name = ?", (name,))
        if row is None:
            known = ", ".join(self.collections()) or "none yet"
            raise StoreError(f"There is no collection called '{name}' (there is: {known}).")
        return row["id"]

    def remove_collection(self, name: str) -> None:
        """Removes the collection with everything in it."""
        identity = self.collection_id(name)
        self.remove_sources([row.id for row in self.sources(name)])
        with self.database.write() as connection:
            connection.execute("DELETE FROM collections WHERE id = ?", (identity,))

    # --- sources --------------------------------------------------------------------------------------------

    def add_source(self, collection: str, path: str, kind: str) -> SourceRow:
        """Puts a source in the queue of the indexing process, once more if it was read before."""
        identity = self.make_collection(collection)
        with self.database.write() as connection:
            connection.execute(
                """INSERT INTO sources (collection_id, path, kind, added) VALUES (?, ?, ?, ?)
                   ON CONFLICT (collection_id, path) DO UPDATE SET
                   reason = CASE state WHEN 'reading' THEN reason ELSE '' END,
                   state = CASE state WHEN 'reading' THEN state ELSE 'waiting' END""",
                (identity, path, kind, time.time()),
            )
        return next(row for row in self.sources(collection) if row.path == path)

    def sources(self, collection: str | None = None, state: str | None = None) -> list[SourceRow]:
        """Sources in the order in which they were added."""
        where, values = [], []
        if collection is not None:
            where, values = [*where, "c.name = ?"], [*values, collection]
        if state is not None:
            where, values = [*where, "s.state = ?"], [*values, state]
        rows = self._all(
            f"""SELECT s.id, c.name AS collection, s.path, s.kind, s.state, s.reason, s.fingerprint,
                (SELECT COUNT(*) FROM source_documents WHERE source_id = s.id) AS documents,
                (SELECT COUNT(*) FROM dropped WHERE source_id = s.id) AS dropped
                FROM sources s JOIN collections c ON c.id = s.collection_id
                {"WHERE " + " AND ".join(where) if where else ""} ORDER BY s.id""",
            values,
        )
        return [SourceRow(**dict(row)) for row in rows]

    def requeue_interrupted(self) -> int:
        """Puts sources whose reading was cut off back into the queue; returns how many."""
        with self.database.write() as connection:
            return connection.execute("UPDATE sources SET state = 'waiting' WHERE state = 'reading'").rowcount

    def set_source(self, source_id: int, state: str, reason: str = "", fingerprint: str | None = None) -> None:
        """Notes how far a source is, and why it failed."""
        with self.database.write() as connection:
            connection.execute(
                "UPDATE sources SET state = ?, reason = ?, fingerprint = COALESCE(?, fingerprint) WHERE id = ?",
                (state, reason, fingerprint, source_id),
            )

    def dropped(self, source_id: int) -> list[Dropped]:
        """What the last reading of a source left out."""
        rows = self._all("SELECT place, reason FROM dropped WHERE source_id = ?", (source_id,))
        return [Dropped(row["place"], row["reason"]) for row in rows]

    def remove_sources(self, ids: Sequence[int]) -> None:
        """Removes sources and the documents that no other source holds."""
        with self.database.write() as connection:
            for source_id in ids:
                unlink(connection, source_id, keep_scan=None)
                connection.execute("DELETE FROM sources WHERE id = ?", (source_id,))
            bump(connection)

    # --- one reading of a source ----------------------------------------------------------------------------

    def begin_scan(self, source_id: int) -> int:
        """Starts a reading; what earlier ones stored stays searchable until `end_scan`."""
        with self.database.write() as connection:
            connection.execute(
                "UPDATE sources SET scan = scan + 1, state = 'reading', reason = '' WHERE id = ?", (source_id,)
            )
            connection.execute("DELETE FROM dropped WHERE source_id = ?", (source_id,))
            row = connection.execute("SELECT scan FROM sources WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            raise StoreError("The source was removed meanwhile.")
        return row["scan"]

    def put(
        self,
        source_id: int,
        scan: int,
        documents: Iterable[tuple[Document, Sequence[Passage]]],
        dropped: Iterable[Dropped] = (),
    ) -> int:
        """Stores documents with their passages; returns how many were new. Known ones are only linked."""
        new = 0
        with self.database.write() as connection:
            source = connection.execute("SELECT collection_id, kind FROM sources WHERE id = ?", (source_id,)).fetchone()
            if source is None:
                raise StoreError("The source was removed meanwhile.")
            for document, passages in documents:
                document_id, is_new = put_document(connection, source["collection_id"], document)
                if is_new:
                    put_passages(
                        connection, document_id, passages, self._embedder(connection), source["kind"] == "file"
                    )
                    new += 1
                connection.execute(
                    "INSERT OR REPLACE INTO source_documents VALUES (?, ?, ?)", (source_id, document_id, scan)
                )
            connection.executemany(
                "INSERT INTO dropped VALUES (?, ?, ?)", ((source_id, item.place, item.reason) for item in dropped)
            )
            if new:
                bump(connection)
        return new

    def end_scan(self, source_id: int, scan: int, fingerprint: str = "") -> None:
        """Ends a complete reading: documents that it did not meet again are removed, in the same transaction."""
        with self.database.write() as connection:
            unlink(connection, source_id, keep_scan=scan)
            connection.execute(
                "UPDATE sources SET state = 'done', reason = '', fingerprint = ? WHERE id = ?", (fingerprint, source_id)
            )
            bump(connection)

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
               WHERE (? IS NULL OR c.name = ?) AND (d.title LIKE ? ESCAPE '\\' OR d.path LIKE ? ESCAPE '\\')
               ORDER BY d.id LIMIT ? OFFSET ?""",
            (collection, collection, pattern, pattern, limit, offset),
        )
        return [DocumentRow(**dict(row)) for row in rows]

    def document(self, row_id: int) -> Document:
        """A stored document with its sections, by its row number."""
        row = self._one("SELECT * FROM documents WHERE id = ?", (row_id,))
        if row is None:
            raise StoreError("The document is no longer in the index.")
        sections = tuple(Section(**section) for section in json.loads(zlib.decompress(row["sections"])))
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

    # --- embedding ------------------------------------------------------------------------------------------

    def use_embedder(self, name: str) -> bool:
        """Makes `name` the embedder of the index if it has none; says whether it is the index's embedder."""
        if known := self.meta("embedder"):  # without waiting for who is writing
            return known == name
        with self.database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", (name,))
        return self.meta("embedder") == name

    def change_embedder(self, name: str) -> None:
        """Names another embedder and queues every passage that it has not seen."""
        with self.database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (name,))
            connection.execute("DELETE FROM embedding_queue")
            connection.execute(
                """INSERT INTO embedding_queue SELECT id, id FROM passages p WHERE NOT EXISTS
                   (SELECT 1 FROM vectors WHERE embedder = ? AND key = p.key)""",
                (name,),
            )
            bump(connection)

    def unembedded(self, limit: int) -> list[tuple[bytes, str]]:
        """Up to `limit` distinct (key, indexed text) that wait for their vector: the newest files first, for who has
        just added one wants it searchable now, then the data sets in their order."""
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

    # --- helpers --------------------------------------------------------------------------------------------

    def _embedder(self, connection: sqlite3.Connection) -> str:
        row = connection.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
        return row["value"] if row else ""

    def _one(self, sql: str, values: Sequence = ()) -> sqlite3.Row | None:
        return self.database.connection.execute(sql, values).fetchone()

    def _all(self, sql: str, values: Sequence = ()) -> list[sqlite3.Row]:
        return self.database.connection.execute(sql, values).fetchall()
