"""The statements behind the store's writes, each to be run inside its caller's transaction."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.document import Document, Passage, Section
from corpus.errors import SourcierError
from corpus.readers.text import title_of
from index.storage.backend import Connection, Executes, Row
from index.storage.stems import stems


class StoreError(SourcierError):
    """A request that the index cannot carry out."""


def packed_sections(sections: Sequence[Section]) -> bytes:
    """A document's sections as they are stored: JSON, compressed by zlib."""
    return zlib.compress(json.dumps([asdict(section) for section in sections]).encode(), level=3)


def sections_of(packed: bytes) -> tuple[Section, ...]:
    """What `packed_sections` stored. Raises zlib.error, ValueError, TypeError or AttributeError when it is damaged."""
    return tuple(Section(**section) for section in json.loads(zlib.decompress(packed)))


def bump(connection: Executes) -> None:
    """Tells every search that something changed."""
    connection.execute("UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'generation'")


def put_document(
    connection: Connection, collection_id: int, document: Document, chunking: str, *, only_known: bool = False
) -> tuple[int | None, str | None]:
    """The document's row in its collection, and how it was cut (None when it is new there).

    With `only_known` nothing is stored; gives (None, None) for a document that is not there.
    """
    known = connection.execute(
        "SELECT id, chunking FROM documents WHERE collection_id = ? AND sha256 = ?", (collection_id, document.id)
    ).fetchone()
    if known:
        return known["id"], known["chunking"]
    if only_known:
        return None, None
    row_id = connection.insert(
        """INSERT INTO documents
           (collection_id, sha256, external_id, title, path, language, metadata, sections, chunking)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            collection_id,
            document.id,
            document.external_id,
            document.title,
            document.path,
            document.language,
            _json(document.metadata),
            packed_sections(document.sections),
            chunking,
        ),
    )
    return row_id, None


def put_passages(
    connection: Connection, document_id: int, passages: Sequence[Passage], embedder: str, first: bool
) -> None:
    """Adds passages, and queues those that `embedder` has not seen, at the head of the queue with `first`."""
    document, rows = document_row(connection, document_id), connection.passage_rows
    for passage in passages:
        row_id = rows.add(connection, document, passage)
        rows.queue_unseen(connection, document, row_id, -row_id if first else row_id, passage.key, embedder)


def recut(
    connection: Connection,
    document_id: int,
    passages: Sequence[Passage],
    embedder: str,
    chunking: str,
    first: bool = False,
) -> None:
    """Replaces the passages of a document; vectors of texts that stay are kept."""
    document, rows = document_row(connection, document_id), connection.passage_rows
    keys = rows.remove(connection, document)
    put_passages(connection, document_id, passages, embedder, first)
    connection.execute("UPDATE documents SET chunking = ? WHERE id = ?", (chunking, document_id))
    rows.forget(connection, document, keys)


def retitle(connection: Connection, source_id: int, old: str, new: str) -> None:
    """Gives the documents of a source, whose file moved from `old` to `new`, the new path; and the file's new name as
    their title, where the old name was their title.

    The headings of their passages then begin with the new title. The vectors stay, since the text is the same.
    """
    rows = connection.execute(
        """SELECT d.* FROM documents d JOIN source_documents s ON s.document_id = d.id
           WHERE s.source_id = ? AND substr(d.path, 1, ?) = ?""",
        (source_id, len(old), old),
    ).fetchall()
    before, after = title_of(Path(old)), title_of(Path(new))
    for row in rows:
        connection.execute("UPDATE documents SET path = ? WHERE id = ?", (new + row["path"][len(old) :], row["id"]))
        if row["title"] == before != after:
            _rename(connection, row, after)


def _rename(connection: Connection, row: Row, title: str) -> None:
    sha256 = Document(title, sections_of(row["sections"])).id
    sql = "SELECT 1 FROM documents WHERE collection_id = ? AND sha256 = ?"
    if connection.execute(sql, (row["collection_id"], sha256)).fetchone():
        return  # the same text is there under the new name: this document keeps its old one
    connection.execute("UPDATE documents SET title = ?, sha256 = ? WHERE id = ?", (title, sha256, row["id"]))
    passages = connection.execute(
        "SELECT p.*, q.turn FROM passages p LEFT JOIN embedding_queue q ON q.passage_id = p.id WHERE document_id = ?",
        (row["id"],),
    ).fetchall()
    rows = connection.passage_rows
    for one in passages:
        if not one["heading"].startswith(row["title"]):
            continue
        passage = Passage(one["text"], title + one["heading"][len(row["title"]) :], one["ordinal"], one["page"])
        rows.copy_vector(connection, row, one["key"], passage.key)
        rows.remove_one(connection, row, one["id"])  # not UPDATE: SQLite's triggers keep the word index in step
        rows.add(connection, row, passage, one["id"])
        if one["turn"] is not None:
            rows.queue(connection, row, one["id"], one["turn"])
    rows.forget(connection, row, {one["key"] for one in passages})


def unlink(connection: Connection, source_id: int, keep_scan: int | None) -> None:
    """Removes the links of a source, except those of the reading `keep_scan`, and the documents left without a link."""
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


def delete_documents(connection: Connection, row_ids: Sequence[int]) -> None:
    """Deletes documents with their passages, and the vectors that no other passage shares."""
    rows = connection.passage_rows
    for row_id in row_ids:
        document = document_row(connection, row_id)
        if document is None:
            continue
        # Explicit, because a cascade would not fire the trigger that keeps FTS in step on every SQLite version.
        keys = rows.remove(connection, document)
        connection.execute("DELETE FROM documents WHERE id = ?", (row_id,))
        rows.forget(connection, document, keys)


def document_row(connection: Connection, row_id: int) -> Any:
    """What `PassageRows` has to know of a document; None where there is none."""
    return connection.execute("SELECT id, collection_id, language FROM documents WHERE id = ?", (row_id,)).fetchone()


class SqlitePassageRows:
    """`index.storage.backend.PassageRows` of a SQLite file, whose triggers keep the word index."""

    def add(self, connection: Connection, document: Row, passage: Passage, passage_id: int | None = None) -> int:
        """Stores a passage."""
        return connection.insert(
            """INSERT INTO passages (id, document_id, ordinal, heading, text, page, key, stems)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                passage_id,
                document["id"],
                passage.ordinal,
                passage.heading,
                passage.text,
                passage.page,
                passage.key,
                stems(passage.indexed_text, document["language"]),
            ),
        )

    def queue(self, connection: Connection, document: Row, passage_id: int, turn: int) -> None:
        """Puts a passage into the queue."""
        connection.execute("INSERT INTO embedding_queue VALUES (?, ?)", (passage_id, turn))

    def queue_unseen(
        self, connection: Connection, document: Row, passage_id: int, turn: int, key: bytes, embedder: str
    ) -> None:
        """Puts a passage into the queue unless `embedder` has seen its text."""
        connection.execute(
            """INSERT INTO embedding_queue SELECT ?, ? WHERE NOT EXISTS
               (SELECT 1 FROM vectors WHERE embedder = ? AND key = ?)""",
            (passage_id, turn, embedder, key),
        )

    def remove(self, connection: Connection, document: Row) -> list[bytes]:
        """Deletes the passages of a document."""
        rows = connection.execute("SELECT DISTINCT key FROM passages WHERE document_id = ?", (document["id"],))
        keys = [row["key"] for row in rows.fetchall()]
        connection.execute("DELETE FROM passages WHERE document_id = ?", (document["id"],))
        return keys

    def remove_one(self, connection: Connection, document: Row, passage_id: int) -> None:
        """Deletes one passage."""
        connection.execute("DELETE FROM passages WHERE id = ?", (passage_id,))

    def forget(self, connection: Connection, document: Row, keys: Iterable[bytes]) -> None:
        """Deletes the vectors of those texts that no passage holds any more."""
        connection.executemany(
            "DELETE FROM vectors WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM passages WHERE key = ?1)",
            ((key,) for key in keys),
        )

    def vectors(self, connection: Any, collection: int, embedder: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Vectors by the keys of texts."""
        found = {}
        for key in keys:
            sql = "SELECT vector FROM vectors WHERE embedder = ? AND key = ?"
            if (row := connection.execute(sql, (embedder, key)).fetchone()) is not None:
                found[key] = row["vector"]
        return found

    def put_vectors(self, connection: Any, collection: int, embedder: str, vectors: Mapping[bytes, bytes]) -> None:
        """Stores vectors."""
        connection.executemany(
            "INSERT OR IGNORE INTO vectors (embedder, key, vector) VALUES (?, ?, ?)",
            ((embedder, key, vector) for key, vector in vectors.items()),
        )

    def copy_vector(self, connection: Connection, document: Row, key: bytes, new: bytes) -> None:
        """Gives the text `new` the vectors of the text `key`."""
        connection.execute(
            """INSERT OR IGNORE INTO vectors (embedder, key, vector)
               SELECT embedder, ?, vector FROM vectors WHERE key = ?""",
            (new, key),
        )


def named(connection: Connection, name: str) -> list[int]:
    """Rows of the documents that `name` means: the id their source gave, or a prefix of their SHA-256."""
    rows = connection.execute("SELECT id FROM documents WHERE external_id = ?", (name,)).fetchall()
    if not rows and len(name) >= 6 and all(character in "0123456789abcdef" for character in name.lower()):
        rows = connection.execute(
            "SELECT id, sha256 FROM documents WHERE sha256 >= ?1 AND sha256 < ?1 || 'g'", (name.lower(),)
        ).fetchall()
        if len({row["sha256"] for row in rows}) > 1:
            raise StoreError("store.document_ambiguous", name=name)
    if not rows:
        raise StoreError("store.document_unknown", name=name)
    return [row["id"] for row in rows]


def _json(metadata: Mapping[str, str]) -> str:
    return json.dumps(dict(metadata), ensure_ascii=False)
