"""The statements behind the store's writes, each to be run inside its caller's transaction."""

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from corpus.document import Document, Passage


class StoreError(Exception):
    """A request that cannot be carried out; the message is one sentence for the user."""


def bump(connection: sqlite3.Connection) -> None:
    """Tells searchers that something changed."""
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")


def put_document(connection: sqlite3.Connection, collection_id: int, document: Document) -> tuple[int, bool]:
    """The row of the document in its collection, and whether it is new there."""
    known = connection.execute(
        "SELECT id FROM documents WHERE collection_id = ? AND sha256 = ?", (collection_id, document.id)
    ).fetchone()
    if known:
        return known["id"], False
    sections = json.dumps([asdict(section) for section in document.sections])
    cursor = connection.execute(
        """INSERT INTO documents (collection_id, sha256, external_id, title, path, language, metadata, sections)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            collection_id,
            document.id,
            document.external_id,
            document.title,
            document.path,
            document.language,
            _json(document.metadata),
            zlib.compress(sections.encode(), level=3),
        ),
    )
    return cursor.lastrowid, True


def put_passages(
    connection: sqlite3.Connection, document_id: int, passages: Sequence[Passage], embedder: str, first: bool
) -> None:
    """Adds passages, and those that `embedder` has not seen to its queue: at its head with `first`."""
    for passage in passages:
        cursor = connection.execute(
            "INSERT INTO passages (document_id, ordinal, heading, text, page, key) VALUES (?, ?, ?, ?, ?, ?)",
            (document_id, passage.ordinal, passage.heading, passage.text, passage.page, passage.key),
        )
        connection.execute(
            """INSERT INTO embedding_queue SELECT ?, ? WHERE NOT EXISTS
               (SELECT 1 FROM vectors WHERE embedder = ? AND key = ?)""",
            (cursor.lastrowid, -cursor.lastrowid if first else cursor.lastrowid, embedder, passage.key),
        )


def unlink(connection: sqlite3.Connection, source_id: int, keep_scan: int | None) -> None:
    """Removes the links of a source (but those of the reading `keep_scan`) and the documents left without any."""
    rows = connection.execute(
        "SELECT document_id FROM source_documents WHERE source_id = ? AND (? IS NULL OR scan < ?)",
        (source_id, keep_scan, keep_scan),
    ).fetchall()
    connection.executemany(
        "DELETE FROM source_documents WHERE source_id = ? AND document_id = ?",
        ((source_id, row["document_id"]) for row in rows),
    )
    orphans = [
        row["document_id"]
        for row in rows
        if not connection.execute(
            "SELECT 1 FROM source_documents WHERE document_id = ? LIMIT 1", (row["document_id"],)
        ).fetchone()
    ]
    delete_documents(connection, orphans)


def delete_documents(connection: sqlite3.Connection, row_ids: Sequence[int]) -> None:
    """Deletes documents with their passages, and the vectors that no other passage shares."""
    for row_id in row_ids:
        keys = connection.execute("SELECT DISTINCT key FROM passages WHERE document_id = ?", (row_id,)).fetchall()
        # Explicit, because a cascade would not fire the trigger that keeps FTS in step on every SQLite version.
        connection.execute("DELETE FROM passages WHERE document_id = ?", (row_id,))
        connection.execute("DELETE FROM documents WHERE id = ?", (row_id,))
        connection.executemany(
            "DELETE FROM vectors WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM passages WHERE key = ?1)",
            ((row["key"],) for row in keys),
        )


def named(connection: sqlite3.Connection, name: str) -> list[int]:
    """Rows of the documents that `name` means: the id their source gave, or a prefix of their SHA-256."""
    rows = connection.execute("SELECT id FROM documents WHERE external_id = ?", (name,)).fetchall()
    if not rows and len(name) >= 6 and all(character in "0123456789abcdef" for character in name.lower()):
        rows = connection.execute(
            "SELECT id, sha256 FROM documents WHERE sha256 >= ?1 AND sha256 < ?1 || 'g'", (name.lower(),)
        ).fetchall()
        if len({row["sha256"] for row in rows}) > 1:
            raise StoreError(f"Several documents begin with '{name}'; give more of the id.")
    if not rows:
        raise StoreError(f"There is no document '{name}'.")
    return [row["id"] for row in rows]


def _json(metadata: Mapping[str, str]) -> str:
    return json.dumps(dict(metadata), ensure_ascii=False)
