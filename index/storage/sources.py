"""Collections and their sources: what the user asked for, how far each source is, and its readings.

A source is a file, a data set or a BEIR folder. Its state goes from waiting to reading to done or failed. A source that
the user took out of a followed folder stays as excluded, so that the watcher does not bring it back.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.document import Document, Dropped, Passage
from corpus.errors import Reason
from index.storage.backend import Backend, Connection, Row
from index.storage.rows import StoreError, bump, delete_documents, put_document, put_passages, recut, retitle, unlink
from index.storage.schema import FIRST_CHUNKING

SELECT = """SELECT s.id, c.name AS collection, s.path, s.kind, s.state, s.reason, s.fingerprint, s.size, s.modified,
    (SELECT COUNT(*) FROM source_documents WHERE source_id = s.id) AS documents,
    (SELECT COUNT(*) FROM dropped WHERE source_id = s.id) AS dropped
    FROM sources s JOIN collections c ON c.id = s.collection_id"""
REMOVED_AT_ONCE = 100  # documents, some tenths of a second
LONGEST_NAME = 80  # characters of a collection's name


@dataclass(frozen=True)
class SourceRow:
    """What the user asked to add. `state` is waiting, reading, done, failed or excluded.

    `reason` says why it failed, as `Reason.dumps` writes it. `fingerprint` is the SHA-256 of the bytes when they were
    last read (or could not be parsed); `size` and `modified` (nanoseconds) are those of that moment.
    """

    id: int
    collection: str
    path: str
    kind: str  # "file", "dataset" or "beir"
    state: str
    reason: str = ""
    documents: int = 0
    dropped: int = 0
    fingerprint: str = ""
    size: int = -1
    modified: int = 0


@dataclass(frozen=True)
class Look:
    """How a file looked when it was read: its bytes' SHA-256 (empty when unread), its size and time of change."""

    fingerprint: str = ""
    size: int = -1
    modified: int = 0


class Sources:
    """The part of the store that knows collections and sources."""

    database: Backend

    # --- collections ----------------------------------------------------------------------------------------

    def collections(self) -> list[str]:
        """Names, oldest first."""
        return [row["name"] for row in self._all("SELECT name FROM collections ORDER BY id")]

    def make_collection(self, name: str) -> int:
        """The id of the collection called `name`, made when there is none."""
        name = collection_name(name)
        row = self._one("SELECT id FROM collections WHERE lower(name) = lower(?)", (name,))
        if row is None:
            with self.database.write() as connection:
                connection.execute(
                    "INSERT INTO collections (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, time.time())
                )
            return self.collection_id(name)
        return row["id"]

    def collection_id(self, name: str) -> int:
        """Raises StoreError when no collection is called `name`."""
        row = self._one("SELECT id FROM collections WHERE lower(name) = lower(?)", (name,))
        if row is None:
            if known := self.collections():
                raise StoreError("collection.unknown", name=name, known=", ".join(known))
            raise StoreError("collection.none_yet", name=name)
        return row["id"]

    def rename_collection(self, name: str, new: str) -> str:
        """Gives a collection another name and returns it as it is written. Raises StoreError when it is taken."""
        new, identity = collection_name(new), self.collection_id(name)
        with self.database.write() as connection:
            taken = connection.execute("SELECT id FROM collections WHERE lower(name) = lower(?)", (new,)).fetchone()
            if taken and taken["id"] != identity:
                raise StoreError("collection.taken", name=new)
            connection.execute("UPDATE collections SET name = ? WHERE id = ?", (new, identity))
            bump(connection)
        return new

    def remove_collection(self, name: str) -> int:
        """Removes the collection with everything in it; returns how many documents went.

        In steps, so that others may write meanwhile: first its sources, so that nothing more comes in, then its
        documents, then itself. Cut off in between, it is smaller and can be removed again.
        """
        identity, removed = self.collection_id(name), 0
        with self.database.write() as connection:
            for table in ("sources", "watches"):
                connection.execute(f"DELETE FROM {table} WHERE collection_id = ?", (identity,))
        while True:
            with self.database.write() as connection:
                rows = connection.execute(
                    "SELECT id FROM documents WHERE collection_id = ? LIMIT ?", (identity, REMOVED_AT_ONCE)
                ).fetchall()
                delete_documents(connection, [row["id"] for row in rows])
                if not rows:
                    connection.execute("DELETE FROM collections WHERE id = ?", (identity,))
                bump(connection)
            if not rows:
                return removed
            removed += len(rows)
            time.sleep(0.005)  # SQLite's waiting writers look again only now and then

    # --- sources --------------------------------------------------------------------------------------------

    def add_source(self, collection: str, path: str, kind: str) -> SourceRow:
        """Puts a source in the queue of the indexing process, once more if it was read before."""
        return self.add_sources(collection, [(path, kind)])[0]

    def add_sources(self, collection: str, sources: Sequence[tuple[str, str]]) -> list[SourceRow]:
        """Puts (path, kind) pairs in the queue of the indexing process; those that failed are tried again."""
        identity, rows = self.make_collection(collection), []
        with self.database.write() as connection:
            now = time.time()
            # A file that changes while it is read must be read again; a data set that is asked for twice need not.
            connection.executemany(
                """INSERT INTO sources (collection_id, path, kind, added) VALUES (?, ?, ?, ?)
                   ON CONFLICT (collection_id, path) DO UPDATE SET kind = excluded.kind, reason = '',
                   fingerprint = CASE WHEN sources.state IN ('failed', 'excluded') THEN ''
                       ELSE sources.fingerprint END,
                   state = CASE WHEN sources.state = 'reading' AND sources.kind <> 'file' THEN sources.state
                       ELSE 'waiting' END""",
                ((identity, path, kind, now) for path, kind in sources),
            )
            for path, _ in sources:
                rows += connection.execute(
                    f"{SELECT} WHERE s.collection_id = ? AND s.path = ?", (identity, path)
                ).fetchall()
        return [SourceRow(**dict(row)) for row in rows]

    def sources(self, collection: str | None = None, state: str | None = None) -> list[SourceRow]:
        """Sources in the order in which they were added."""
        rows = self._all(
            f"{SELECT} WHERE (?1 IS NULL OR lower(c.name) = lower(?1)) AND (?2 IS NULL OR s.state = ?2) ORDER BY s.id",
            (collection, state),
        )
        return [SourceRow(**dict(row)) for row in rows]

    def source(self, source_id: int) -> SourceRow | None:
        """One source, None when it is gone."""
        row = self._one(f"{SELECT} WHERE s.id = ?", (source_id,))
        return SourceRow(**dict(row)) if row else None

    def unread(self, ids: Iterable[int] | None = None) -> set[int]:
        """Ids of the sources (all, or those of `ids`) that wait to be read or are being read."""
        rows = self._all("SELECT id FROM sources WHERE state IN ('waiting', 'reading')")
        found = {row["id"] for row in rows}
        return found if ids is None else found & set(ids)

    def has_source(self, path: str) -> bool:
        """Whether some collection holds a source of that path."""
        return self._one("SELECT 1 FROM sources WHERE path = ?", (path,)) is not None

    def data_sets(self) -> set[str]:
        """Names of the data sets that are sources and did not fail."""
        rows = self._all("SELECT path FROM sources WHERE kind = 'dataset' AND state <> 'failed'")
        return {row["path"] for row in rows}

    def next_waiting(self, newest: bool = False) -> SourceRow | None:
        """The source to be read next: the user's own files before data sets, of them the oldest or the newest."""
        order = "DESC" if newest else "ASC"
        for more in ("AND s.kind = 'file'", ""):  # each ends at the first row of its index, however many wait
            row = self._one(f"{SELECT} WHERE s.state = 'waiting' {more} ORDER BY s.id {order} LIMIT 1")
            if row:
                return SourceRow(**dict(row))
        return None

    def take_next(self, newest: bool = False) -> SourceRow | None:
        """`next_waiting`, noted as being read: no other worker takes it until `release`."""
        source = self.next_waiting(newest)
        if source is not None:
            self.set_source(source.id, "reading")
        return source

    def release(self, source_id: int) -> None:
        """Ends what `take_next` began."""

    def requeue_interrupted(self) -> int:
        """Puts sources whose reading was cut off back into the queue; returns how many."""
        with self.database.write() as connection:
            return connection.execute("UPDATE sources SET state = 'waiting' WHERE state = 'reading'").rowcount

    def set_source(
        self, source_id: int, state: str, reason: str = "", fingerprint: str | None = None, look: Look | None = None
    ) -> None:
        """Notes how far a source is, why it failed, and how its file looked."""
        with self.database.write() as connection:
            if look is not None:
                _look(connection, source_id, look)
            connection.execute(
                "UPDATE sources SET state = ?, reason = ?, fingerprint = COALESCE(?, fingerprint) WHERE id = ?",
                (state, reason, fingerprint, source_id),
            )

    def end_reading(self, source_id: int, state: str, reason: str, look: Look) -> None:
        """Notes how a reading ended, unless the source was queued anew or taken out meanwhile."""
        with self.database.write() as connection:
            _end(connection, source_id, state, reason, look)

    def dropped(self, source_id: int) -> list[Dropped]:
        """What the last reading of a source left out."""
        rows = self._all("SELECT place, reason FROM dropped WHERE source_id = ?", (source_id,))
        # What an older version stored is a sentence: as the code of a reason it is shown as it stands.
        return [Dropped(row["place"], Reason.loads(row["reason"]) or Reason(row["reason"])) for row in rows]

    def remove_sources(self, ids: Sequence[int]) -> None:
        """Removes sources and the documents that no other source holds."""
        with self.database.write() as connection:
            for source_id in ids:
                unlink(connection, source_id, keep_scan=None)
                connection.execute("DELETE FROM sources WHERE id = ?", (source_id,))
            bump(connection)

    def exclude_sources(self, ids: Sequence[int]) -> None:
        """Removes the documents of sources that stay on disk in a watched folder, and keeps them out."""
        with self.database.write() as connection:
            for source_id in ids:
                unlink(connection, source_id, keep_scan=None)
                connection.execute("DELETE FROM dropped WHERE source_id = ?", (source_id,))
                connection.execute("UPDATE sources SET state = 'excluded', reason = '' WHERE id = ?", (source_id,))
            bump(connection)

    def rename_source(self, source_id: int, path: str) -> None:
        """A file has moved: its documents follow with their passages and vectors; nothing is read again.

        Raises StoreError when there is a source of that path already.
        """
        with self.database.write() as connection:
            row = connection.execute("SELECT path, collection_id FROM sources WHERE id = ?", (source_id,)).fetchone()
            if row is None:
                return
            sql = "SELECT 1 FROM sources WHERE collection_id = ? AND path = ?"
            if connection.execute(sql, (row["collection_id"], path)).fetchone():
                raise StoreError("store.source_taken", path=path)
            connection.execute("UPDATE sources SET path = ? WHERE id = ?", (path, source_id))
            retitle(connection, source_id, row["path"], path)
            bump(connection)

    def retry(self, ids: Iterable[int] | None = None, collection: str | None = None) -> int:
        """Queues failed (and, by id, excluded) sources once more, whether they changed or not; returns how many."""
        where = "state = 'failed'"
        values: tuple[int, ...] = ()
        if ids is not None:
            values = tuple(ids)
            where = f"state IN ('failed', 'excluded') AND id IN ({','.join('?' * len(values))})"
        elif collection is not None:
            where, values = f"{where} AND collection_id = ?", (self.collection_id(collection),)
        with self.database.write() as connection:
            sql = f"UPDATE sources SET state = 'waiting', reason = '', fingerprint = '' WHERE {where}"
            return connection.execute(sql, values).rowcount

    def read_again(self) -> list[SourceRow]:
        """Queues every source to be read whether it changed or not, and gives them."""
        with self.database.write() as connection:
            connection.execute(
                # What was imported without its file is there only as words.
                "UPDATE sources SET state = 'waiting', fingerprint = '' WHERE state <> 'excluded' AND kind <> 'kept'"
            )
        return self.sources(state="waiting")

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
            raise StoreError("store.source_removed")
        return row["scan"]

    def knows(self, collection: str, document: Document, chunking: str = FIRST_CHUNKING) -> bool:
        """Whether the collection holds the document, cut by that recipe."""
        sql = """SELECT 1 FROM documents d JOIN collections c ON c.id = d.collection_id
                 WHERE lower(c.name) = lower(?) AND d.sha256 = ? AND d.chunking = ?"""
        return self._one(sql, (collection, document.id, chunking)) is not None

    def put(
        self,
        source_id: int,
        scan: int,
        documents: Iterable[tuple[Document, Sequence[Passage] | None]],
        dropped: Iterable[Dropped] = (),
        chunking: str = FIRST_CHUNKING,
    ) -> int:
        """Stores documents with their passages; returns how many were new.

        Known documents are only linked; their passages are replaced if they were cut otherwise. `None` instead of
        passages means that the collection held the document a moment ago: if it was removed since, it stays away.
        """
        new = 0
        with self.database.write() as connection:
            source = connection.execute(
                "SELECT collection_id, kind, state, scan FROM sources WHERE id = ?", (source_id,)
            ).fetchone()
            # Another number: another worker reads it anew, as this one was taken for dead.
            if source is None or source["state"] == "excluded" or source["scan"] != scan:
                raise StoreError("store.source_removed")
            first, embedder = source["kind"] == "file", self._embedder(connection)
            for document, passages in documents:
                document_id, known = put_document(
                    connection, source["collection_id"], document, chunking, only_known=passages is None
                )
                if document_id is None:
                    continue
                if passages is not None and known is None:
                    put_passages(connection, document_id, passages, embedder, first)
                    new += 1
                elif passages is not None and known != chunking:
                    recut(connection, document_id, passages, embedder, chunking, first)
                connection.execute(
                    """INSERT INTO source_documents VALUES (?, ?, ?)
                       ON CONFLICT (source_id, document_id) DO UPDATE SET scan = excluded.scan""",
                    (source_id, document_id, scan),
                )
            connection.executemany(
                "INSERT INTO dropped VALUES (?, ?, ?)",
                ((source_id, item.place, item.reason.dumps()) for item in dropped),
            )
            if new:
                bump(connection)
        return new

    def end_scan(self, source_id: int, scan: int, fingerprint: str = "", look: Look | None = None) -> None:
        """Ends a complete reading. Documents that the source no longer holds are removed in the same transaction."""
        with self.database.write() as connection:
            if not connection.execute("SELECT 1 FROM sources WHERE id = ? AND scan = ?", (source_id, scan)).fetchone():
                raise StoreError("store.source_removed")
            unlink(connection, source_id, keep_scan=scan)
            _end(connection, source_id, "done", "", look or Look(fingerprint))
            bump(connection)

    # --- helpers --------------------------------------------------------------------------------------------

    def _embedder(self, connection: Connection) -> str:
        row = connection.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
        return row["value"] if row else ""

    def _one(self, sql: str, values: Sequence = ()) -> Row | None:
        return self.database.connection.execute(sql, values).fetchone()

    def _all(self, sql: str, values: Sequence = ()) -> list[Row]:
        return self.database.connection.execute(sql, values).fetchall()


def collection_name(name: str) -> str:
    """The name as it is kept. Raises StoreError for one that is empty or too long."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise StoreError("collection.name_length", most=LONGEST_NAME)
    return name


def _look(connection: Connection, source_id: int, look: Look) -> None:
    connection.execute(
        "UPDATE sources SET fingerprint = ?, size = ?, modified = ? WHERE id = ?",
        (look.fingerprint, look.size, look.modified, source_id),
    )


def _end(connection: Connection, source_id: int, state: str, reason: str, look: Look) -> None:
    _look(connection, source_id, look)
    connection.execute(
        "UPDATE sources SET state = ?, reason = ? WHERE id = ? AND state = 'reading'", (state, reason, source_id)
    )
