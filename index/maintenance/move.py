"""Moving a whole index to another place: from a file to a server, or back.

Documents go over in batches, each with its passages, vectors and links in one transaction, and what is there already is
passed over: a move that was cut off goes on where it was. The old place is only read. At the end both sides are counted
and hashed, text by text and vector by vector.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from corpus.document import Passage
from index.storage.backend import Connection
from index.storage.rows import StoreError, bump, document_row
from index.storage.store import Store

BATCH = 100  # documents of one transaction
HASHED = 500  # documents whose texts are hashed together
NOTHING = bytes(32)


@dataclass(frozen=True)
class Contents:
    """What one collection holds. `digest` is the SHA-256 of all documents, passages and vectors in a fixed order."""

    documents: int
    passages: int
    vectors: int
    digest: str


@dataclass(frozen=True)
class Moved:
    """One collection on both sides after a move."""

    name: str
    here: Contents
    there: Contents

    @property
    def complete(self) -> bool:
        """Whether both sides hold the same."""
        return self.here == self.there


def move(here: Store, there: Store, progress: Callable[[str, int], None] = lambda name, documents: None) -> list[Moved]:
    """Copies everything of `here` to `there` and compares; `progress` gets a collection's name and how many of its
    documents were looked at.

    Raises StoreError when the other place was embedded by another embedder.
    """
    embedder = here.meta("embedder")
    if embedder and there.meta("embedder") not in ("", embedder):
        raise StoreError("move.other_embedder", name=there.meta("embedder"))
    kept = {name: here.meta(name) for name in ("embedder", "chunking", "embedding_rate") if here.meta(name)}
    there.set_meta(**kept)
    for name in here.collections():
        ours, theirs = here.collection_id(name), there.make_collection(name)
        links = _sources(here, there, ours, theirs)
        looked_at = 0
        for batch in _batches(here, ours, BATCH):
            _documents(here, there, ours, theirs, batch, links, embedder)
            looked_at += len(batch)
            progress(name, looked_at)
    return [Moved(name, contents(here, name), contents(there, name)) for name in here.collections()]


def contents(store: Store, collection: str) -> Contents:
    """What a collection holds, read through from beginning to end."""
    identity, embedder = store.collection_id(collection), store.meta("embedder")
    digest, documents, passages, known = hashlib.sha256(), 0, 0, 0
    last = ""
    while True:
        rows = store.database.connection.execute(
            """SELECT id, collection_id, sha256, title, path, language FROM documents
               WHERE collection_id = ? AND sha256 > ? ORDER BY sha256 LIMIT ?""",
            (identity, last, HASHED),
        ).fetchall()
        if not rows:
            return Contents(documents, passages, known, digest.hexdigest())
        last = rows[-1]["sha256"]
        for row in rows:
            digest.update("\0".join((row["sha256"], row["title"], row["path"], row["language"])).encode())
            cut = _keys(store, row["id"])
            vectors = store.database.connection.passage_rows.vectors(
                store.database.connection, identity, embedder, [one["key"] for one in cut]
            )
            for one in cut:
                vector = vectors.get(one["key"])
                digest.update(one["key"] + (hashlib.sha256(vector).digest() if vector is not None else NOTHING))
                known += vector is not None
            documents, passages = documents + 1, passages + len(cut)


def _sources(here: Store, there: Store, ours: int, theirs: int) -> dict[int, tuple[int, str]]:
    """Copies sources with their notes, and followed folders; gives the new number and the kind by the old number."""
    rows = here.database.connection.execute("SELECT * FROM sources WHERE collection_id = ? ORDER BY id", (ours,))
    found: dict[int, tuple[int, str]] = {}
    with there.database.write() as connection:
        for row in rows.fetchall():
            state = "waiting" if row["state"] == "reading" else row["state"]
            connection.execute(
                """INSERT INTO sources
                   (collection_id, path, kind, state, reason, fingerprint, scan, size, modified, added)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                (
                    *(theirs, row["path"], row["kind"], state, row["reason"], row["fingerprint"], row["scan"]),
                    *(row["size"], row["modified"], row["added"]),
                ),
            )
            sql = "SELECT id FROM sources WHERE collection_id = ? AND path = ?"
            new = connection.execute(sql, (theirs, row["path"])).fetchone()["id"]
            found[row["id"]] = new, row["kind"]
            notes = here.database.connection.execute(
                "SELECT place, reason FROM dropped WHERE source_id = ?", (row["id"],)
            ).fetchall()
            connection.execute("DELETE FROM dropped WHERE source_id = ?", (new,))
            connection.executemany(
                "INSERT INTO dropped VALUES (?, ?, ?)", ((new, note["place"], note["reason"]) for note in notes)
            )
        followed = here.database.connection.execute("SELECT * FROM watches WHERE collection_id = ?", (ours,))
        for row in followed.fetchall():
            connection.execute(
                """INSERT INTO watches (collection_id, path, state, reason, identity, added, seen)
                   VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                (
                    *(theirs, row["path"], row["state"], row["reason"], row["identity"], row["added"]),
                    row["seen"],
                ),
            )
    return found


def _batches(store: Store, collection: int, size: int) -> Iterator[list[Any]]:
    last = 0
    while rows := store.database.connection.execute(
        "SELECT * FROM documents WHERE collection_id = ? AND id > ? ORDER BY id LIMIT ?", (collection, last, size)
    ).fetchall():
        yield rows
        last = rows[-1]["id"]


def _documents(
    here: Store,
    there: Store,
    ours: int,
    theirs: int,
    batch: list[Any],
    links: dict[int, tuple[int, str]],
    embedder: str,
) -> None:
    source = here.database.connection
    with there.database.write() as connection:
        for row in batch:
            sql = "SELECT id FROM documents WHERE collection_id = ? AND sha256 = ?"
            known = connection.execute(sql, (theirs, row["sha256"])).fetchone()
            linked = source.execute(
                "SELECT source_id, scan FROM source_documents WHERE document_id = ?", (row["id"],)
            ).fetchall()
            linked = [one for one in linked if one["source_id"] in links]  # else it was added meanwhile
            if known is None:
                first = any(links[one["source_id"]][1] == "file" for one in linked)
                number = _document(connection, theirs, row)
                _put(source, connection, ours, theirs, row, number, embedder, first)
            else:
                number = known["id"]
            for one in linked:
                connection.execute(
                    "INSERT INTO source_documents VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    (links[one["source_id"]][0], number, one["scan"]),
                )
        bump(connection)


def _document(connection: Connection, collection: int, row: Any) -> int:
    return connection.insert(
        """INSERT INTO documents
           (collection_id, sha256, external_id, title, path, language, metadata, sections, chunking)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(collection, row["sha256"], row["external_id"], row["title"], row["path"], row["language"]),
            *(row["metadata"], row["sections"], row["chunking"]),
        ),
    )


def _put(
    source: Connection,
    connection: Connection,
    ours: int,
    theirs: int,
    row: Any,
    number: int,
    embedder: str,
    first: bool,
) -> None:
    """Copies the passages of one document, those with a vector together with it; the others wait in the queue."""
    cut = source.execute("SELECT * FROM passages WHERE document_id = ? ORDER BY ordinal", (row["id"],)).fetchall()
    vectors = source.passage_rows.vectors(source, ours, embedder, [one["key"] for one in cut])
    rows = connection.passage_rows
    document = document_row(connection, number)
    rows.put_vectors(connection, theirs, embedder, vectors)
    for one in cut:
        passage = Passage(one["text"], one["heading"], one["ordinal"], one["page"])
        made = rows.add(connection, document, passage)
        rows.queue_unseen(connection, document, made, -made if first else made, passage.key, embedder)


def _keys(store: Store, document: int) -> list[Any]:
    sql = "SELECT key FROM passages WHERE document_id = ? ORDER BY ordinal"
    return store.database.connection.execute(sql, (document,)).fetchall()
