"""The tables of the index and the steps from any earlier version to the newest.

Each migration is a list of SQL statements and functions; `PRAGMA user_version` says how many were applied. The pattern
(numbered steps, applied in order, never edited afterwards) is that of simonw/llm's migrations.py.
"""

import sqlite3
import uuid
from collections.abc import Callable, Sequence

from corpus.errors import SourcierError
from index.storage import stems

Step = str | Callable[[sqlite3.Connection], None]

FIRST_CHUNKING = "1/180/1/256"  # how the first version cut documents: recipe, budget, overlap, limit

M001 = [
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE collections (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, created REAL NOT NULL)""",
    # What the user asked for: a file, a data set's name, a BEIR folder. `scan` counts its readings.
    """CREATE TABLE sources (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
        path TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', reason TEXT NOT NULL DEFAULT '',
        fingerprint TEXT NOT NULL DEFAULT '', scan INTEGER NOT NULL DEFAULT 0, added REAL NOT NULL,
        UNIQUE (collection_id, path))""",
    "CREATE TABLE dropped (source_id INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE, place TEXT, reason TEXT)",
    "CREATE INDEX dropped_by_source ON dropped (source_id)",
    # `sections` is zlib-compressed JSON: passages can be cut anew without the original file.
    """CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
        sha256 TEXT NOT NULL, external_id TEXT NOT NULL, title TEXT NOT NULL, path TEXT NOT NULL,
        language TEXT NOT NULL, metadata TEXT NOT NULL, sections BLOB NOT NULL,
        UNIQUE (collection_id, sha256))""",
    # One text reached by two files is one document with two links; it goes when the last link goes.
    """CREATE TABLE source_documents (
        source_id INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE,
        document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        scan INTEGER NOT NULL, PRIMARY KEY (source_id, document_id)) WITHOUT ROWID""",
    "CREATE INDEX sources_by_document ON source_documents (document_id)",
    """CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        ordinal INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL, page INTEGER, key BLOB NOT NULL)""",
    "CREATE INDEX passages_by_document ON passages (document_id)",
    "CREATE INDEX passages_by_key ON passages (key)",
    # unicode61 with diacritics removed and Porter stemming: "glaucomes", "Glaucome" and "glaucome" meet.
    """CREATE VIRTUAL TABLE passages_fts USING fts5 (
        heading, text, content='passages', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER passages_inserted AFTER INSERT ON passages BEGIN
        INSERT INTO passages_fts (rowid, heading, text) VALUES (new.id, new.heading, new.text); END""",
    """CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN
        INSERT INTO passages_fts (passages_fts, rowid, heading, text)
        VALUES ('delete', old.id, old.heading, old.text); END""",
    # float16, little-endian, of unit length; shared by all passages with the same indexed text.
    """CREATE TABLE vectors (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, embedder TEXT NOT NULL, key BLOB NOT NULL, vector BLOB NOT NULL,
        UNIQUE (embedder, key))""",
    # Passages that the current embedder has not seen, least `turn` first: negative for the user's own files, newest
    # first (who has just added one wants it searchable), positive for data sets, in their order.
    """CREATE TABLE embedding_queue (
        passage_id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, turn INTEGER NOT NULL)""",
    "CREATE INDEX embedding_queue_by_turn ON embedding_queue (turn)",
]

# What changed on disk is seen by size and time; a file of unknown size (-1) is looked at. `chunking` says how a
# document was cut: all before this step were cut by the first recipe.
M002 = [
    "ALTER TABLE sources ADD COLUMN size INTEGER NOT NULL DEFAULT -1",
    "ALTER TABLE sources ADD COLUMN modified INTEGER NOT NULL DEFAULT 0",  # nanoseconds
    f"ALTER TABLE documents ADD COLUMN chunking TEXT NOT NULL DEFAULT '{FIRST_CHUNKING}'",
    # A folder that is followed. `identity` is its device and number on disk: an empty place where a disk was mounted
    # differs from the disk.
    """CREATE TABLE watches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
        path TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'new', reason TEXT NOT NULL DEFAULT '',
        identity TEXT NOT NULL DEFAULT '', added REAL NOT NULL, seen REAL NOT NULL DEFAULT 0,
        UNIQUE (collection_id, path))""",
    "CREATE INDEX sources_by_state ON sources (state)",
    # So that what is counted and deleted most is never found by reading every row: documents and vectors hold blobs.
    "CREATE INDEX documents_by_chunking ON documents (collection_id, chunking)",
    "CREATE INDEX vectors_by_key ON vectors (key)",
]

# Words are found by the stems of their own language, too: see `index.storage.stems`.
M003: list[Step] = [
    "ALTER TABLE passages ADD COLUMN stems TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX documents_by_language ON documents (collection_id, language)",
    stems.fill,
    "DROP TRIGGER passages_inserted",
    "DROP TRIGGER passages_deleted",
    "DROP TABLE passages_fts",
    """CREATE VIRTUAL TABLE passages_fts USING fts5 (
        heading, text, stems,
        content='passages', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')""",
    "INSERT INTO passages_fts (passages_fts) VALUES ('rebuild')",
    """CREATE TRIGGER passages_inserted AFTER INSERT ON passages BEGIN
        INSERT INTO passages_fts (rowid, heading, text, stems)
        VALUES (new.id, new.heading, new.text, new.stems); END""",
    """CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN
        INSERT INTO passages_fts (passages_fts, rowid, heading, text, stems)
        VALUES ('delete', old.id, old.heading, old.text, old.stems); END""",
]

# Words are found however they are written, too: see `index.storage.forms`. Passages in a language with stems get the
# forms with their stems.
M004: list[Step] = [
    "UPDATE passages SET stems = ''",
    stems.fill,
    "INSERT INTO passages_fts (passages_fts) VALUES ('rebuild')",
]

MIGRATIONS: tuple[Sequence[Step], ...] = (M001, M002, M003, M004)


class SchemaError(SourcierError, sqlite3.DatabaseError):
    """A newer version wrote the file, and this one cannot use it."""


def migrate(connection: sqlite3.Connection) -> None:
    """Brings an index to the newest version, and gives a new one its id and generation."""
    if _version(connection) == 1:
        _add_turns(connection)
    apply(connection, MIGRATIONS)
    if connection.execute("SELECT COUNT(*) FROM meta WHERE key IN ('uuid', 'generation')").fetchone()[0] < 2:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('uuid', ?), ('generation', '0')", (uuid.uuid4().hex,))


def apply(connection: sqlite3.Connection, migrations: Sequence[Sequence[Step]]) -> None:
    """Applies the migrations that a database has not seen, all in one transaction.

    Raises SchemaError for a database that a newer version wrote.
    """
    if _version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # another process may have migrated while this one waited
        if version > len(migrations):
            raise SchemaError("store.newer")
        for statements in migrations[version:]:
            for statement in statements:
                if isinstance(statement, str):
                    connection.execute(statement)
                else:
                    statement(connection)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _add_turns(connection: sqlite3.Connection) -> None:
    """The first form of version 1 had no order in the queue."""
    connection.execute("BEGIN IMMEDIATE")
    if "turn" not in [row[1] for row in connection.execute("PRAGMA table_info(embedding_queue)").fetchall()]:
        connection.execute("ALTER TABLE embedding_queue ADD COLUMN turn INTEGER NOT NULL DEFAULT 0")
        connection.execute("UPDATE embedding_queue SET turn = passage_id")
        connection.execute("CREATE INDEX embedding_queue_by_turn ON embedding_queue (turn)")
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
