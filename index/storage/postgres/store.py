"""The store on a server, which any number of apps and indexing processes use at once.

A source is taken with SKIP LOCKED and held by an advisory lock of a connection of its own; texts that are being
embedded are rows that an open transaction holds. Both end with the connection, so that a worker that is killed holds
nothing. No queue library: the states of sources are what people see, and a second queue would have to be kept in step
with them.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import psycopg

from corpus.document import Passage
from index.storage.matching import marks
from index.storage.postgres import schema
from index.storage.postgres.database import PostgresDatabase, guarded
from index.storage.postgres.rows import PostgresPassageRows
from index.storage.postgres.vectors import PgNearest, written
from index.storage.postgres.words import TsWords
from index.storage.rows import StoreError, bump
from index.storage.sources import SELECT, SourceRow, collection_name
from index.storage.store import REPLACING, Store

log = logging.getLogger(__name__)

READING = 0x50C1  # the class of the advisory locks on sources


class PostgresStore(Store):
    """The index of a database. Threads may share it; another process opens its own."""

    is_server = True
    database: PostgresDatabase

    def __init__(self, url: str, name: str = "sourcier"):
        """`name` is the schema of its tables: one database may hold several indexes."""
        self._url = url
        self.database = PostgresDatabase(url, schema.migrate, PostgresPassageRows(), name)
        self.words = TsWords(self.database)
        self._locks: psycopg.Connection | None = None

    def close(self) -> None:
        """Closes all connections."""
        if self._locks is not None:
            self._locks.close()
        self.database.close()

    def nearest(self, embedder: str) -> PgNearest:
        """What compares vectors inside the database."""
        return PgNearest(self.database, embedder)

    # --- collections ------------------------------------------------------------------------------------------

    def make_collection(self, name: str) -> int:
        """The id of the collection called `name`, made with its partitions when there is none."""
        name = collection_name(name)
        row = self._one("SELECT id FROM collections WHERE lower(name) = lower(?)", (name,))
        if row is not None:
            return row["id"]
        with self.database.write() as connection:
            if row := connection.execute("SELECT id FROM collections WHERE lower(name) = lower(?)", (name,)).fetchone():
                return row["id"]
            sql = "INSERT INTO collections (name, created) VALUES (?, EXTRACT(EPOCH FROM now()))"
            identity = connection.insert(sql, (name,))
            self.make_partitions(connection, identity)
        return identity

    @staticmethod
    def make_partitions(connection, identity: int) -> None:
        """Makes the tables of one collection's passages and vectors."""
        for table, partition in zip(("passages", "vectors"), schema.partitions(identity), strict=True):
            connection.execute(f"CREATE TABLE {partition} PARTITION OF {table} FOR VALUES IN ({int(identity)})")

    def remove_collection(self, name: str) -> int:
        """Removes the collection with everything in it; returns how many documents went."""
        identity = self.collection_id(name)
        removed = super().remove_collection(name)
        with self.database.write() as connection:
            passages, vectors = schema.partitions(identity)
            connection.execute(f"ALTER TABLE passages DETACH PARTITION {passages}")
            connection.execute(f"DROP TABLE {passages}, {vectors}")
        return removed

    # --- work for several processes ---------------------------------------------------------------------------

    def take_next(self, newest: bool = False) -> SourceRow | None:
        """The source to be read next, held until `release`, or until this process ends."""
        order = "DESC" if newest else "ASC"
        with self.database.transaction() as connection:
            for more in ("AND s.kind = 'file'", ""):
                row = connection.execute(
                    f"""{SELECT} WHERE s.state = 'waiting' {more} ORDER BY s.id {order} LIMIT 1
                        FOR UPDATE OF s SKIP LOCKED"""
                ).fetchone()
                if row and self._hold(row["id"]):
                    connection.execute("UPDATE sources SET state = 'reading', reason = '' WHERE id = ?", (row["id"],))
                    return SourceRow(**dict(row))
        return None

    def release(self, source_id: int) -> None:
        """Lets go of a source."""
        if self._locks is None or self._locks.closed:
            return
        try:
            self._locks.execute("SELECT pg_advisory_unlock(%s, %s)", (READING, _small(source_id)))
        except psycopg.Error:  # the server is away, and its locks with it
            self._locks.close()

    def _hold(self, source_id: int) -> bool:
        with guarded():
            if self._locks is None or self._locks.closed:
                self._locks = psycopg.connect(self._url, autocommit=True, application_name="sourcier reading")
            row = self._locks.execute("SELECT pg_try_advisory_lock(%s, %s)", (READING, _small(source_id))).fetchone()
        return bool(row and row[0])

    def requeue_interrupted(self) -> int:
        """Puts sources back whose reader is gone; those that another process reads stay with it."""
        with self.database.write() as connection:
            return connection.execute(
                """UPDATE sources SET state = 'waiting' WHERE state = 'reading' AND NOT EXISTS (SELECT 1 FROM pg_locks
                   WHERE locktype = 'advisory' AND classid = ? AND objid = (sources.id & 2147483647) AND objsubid = 2
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))""",
                (READING,),
            ).rowcount

    # --- embedding --------------------------------------------------------------------------------------------

    def waits_for_vectors(self, scope: Sequence[int]) -> bool:
        """Whether a passage of the collections with the ids `scope` waits for its vector."""
        sql = f"SELECT EXISTS (SELECT 1 FROM embedding_queue WHERE collection_id IN ({marks(scope)})) AS found"
        row = self._one(sql, tuple(scope))
        return row is not None and bool(row["found"])

    @contextmanager
    def embedding(self, limit: int) -> Iterator[list[tuple[bytes, str]]]:
        """Texts that wait, kept from other workers by the transaction in which their vectors are stored."""
        with self.database.transaction():
            yield self._waiting(limit, "FOR UPDATE OF q SKIP LOCKED")

    def unembedded(self, limit: int) -> list[tuple[bytes, str]]:
        """Up to `limit` distinct (key, indexed text) that wait for their vector and that nobody embeds."""
        return self._waiting(limit, "FOR SHARE OF q SKIP LOCKED")

    def _waiting(self, limit: int, lock: str) -> list[tuple[bytes, str]]:
        rows = self._all(
            f"""SELECT p.key, p.heading, p.text FROM (SELECT * FROM embedding_queue q ORDER BY q.turn LIMIT ? {lock}) q
                JOIN passages p ON p.collection_id = q.collection_id AND p.id = q.passage_id ORDER BY q.turn""",
            (limit,),
        )
        return list({row["key"]: Passage(row["text"], row["heading"]).indexed_text for row in rows}.items())

    def put_vectors(self, embedder: str, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        """Stores unit vectors (n, d) of any float type for n keys, in each collection that holds their texts."""
        rounded = np.asarray(vectors, np.float16)
        with self.database.write() as connection:
            if self._embedder(connection) != embedder:
                return  # the embedder was changed while this batch was computed
            for key, vector in zip(keys, rounded, strict=True):
                connection.execute(
                    """INSERT INTO vectors (collection_id, embedder, key, vector)
                       SELECT DISTINCT collection_id, ?2, key, CAST(?3 AS HALFVEC) FROM passages WHERE key = ?1
                       ON CONFLICT DO NOTHING""",
                    (key, embedder, written(vector)),
                )
            connection.execute(
                """DELETE FROM embedding_queue q USING passages p WHERE p.key = ANY(?)
                   AND q.collection_id = p.collection_id AND q.passage_id = p.id""",
                (list(keys),),
            )
            bump(connection)

    def change_embedder(self, name: str) -> None:
        """Names another embedder and queues every passage that it has not seen."""
        with self.database.write() as connection:
            connection.execute(f"INSERT INTO meta VALUES ('embedder', ?) {REPLACING}", (name,))
            connection.execute("DELETE FROM embedding_queue")
            connection.execute(
                """INSERT INTO embedding_queue (passage_id, collection_id, turn) SELECT id, collection_id, id
                   FROM passages p WHERE NOT EXISTS (SELECT 1 FROM vectors v
                   WHERE v.collection_id = p.collection_id AND v.key = p.key AND v.embedder = ?)""",
                (name,),
            )
            bump(connection)

    def vectors_after(self, embedder: str, seq: int) -> tuple[np.ndarray, np.ndarray]:
        """A server's vectors are never read into a program's memory."""
        raise StoreError("store.not_on_server")

    def tidy(self) -> None:
        """Gives each large collection its HNSW index; questions and indexing go on meanwhile."""
        embedder = self.meta("embedder")
        for row in self._all("SELECT id FROM collections ORDER BY id"):
            self.index_vectors(row["id"], embedder)

    def index_vectors(self, collection: int, embedder: str, least: int = schema.HNSW_FROM) -> bool:
        """Makes the HNSW index of a collection with at least so many vectors; gives whether it did."""
        _, table = schema.partitions(collection)
        counted = f"SELECT COUNT(*) AS n FROM (SELECT 1 FROM {table} WHERE embedder = ? LIMIT ?) s"
        found = self._all(counted, (embedder, max(least, 1)))[0]["n"]
        size = self._one(f"SELECT vector_dims(vector) AS d FROM {table} WHERE embedder = ? LIMIT 1", (embedder,))
        if found < max(least, 1) or size is None:
            return False
        name = f"{table}_hnsw_{abs(hash_of(embedder))}"
        valid = "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass(?)"
        if (known := self._one(valid, (name,))) is not None and known["valid"]:
            return False
        with guarded(), psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f'SET search_path = "{self.database.schema}", public')
            # One process makes it; another one finds it made.
            lock = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (name,)).fetchone()
            if not lock or not lock[0]:
                return False
            connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # one that was cut off stays invalid
            log.info("an HNSW index for %s", table)
            connection.execute(
                psycopg.sql.SQL(
                    "CREATE INDEX CONCURRENTLY {} ON {} USING hnsw ((vector::halfvec({})) halfvec_ip_ops)"
                    " WHERE embedder = {}"
                ).format(*map(psycopg.sql.SQL, (name, table, str(size["d"]))), psycopg.sql.Literal(embedder))
            )
        return True


def hash_of(text: str) -> int:
    """A small number that is the same in every process."""
    import zlib

    return zlib.crc32(text.encode())


def _small(source_id: int) -> int:
    return source_id & 0x7FFFFFFF
