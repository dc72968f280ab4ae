"""Reads a collection back from a backup, which may come from anybody.

Nothing in it becomes a path or is run: originals go into the data folder under names made here, other sources are kept
as text only. Text is hashed again, a passage must stand in its document, vectors must be those of the index's embedder,
and sizes are bounded. The whole file is read before anything is stored; then everything is stored, or nothing.
"""

import hashlib
import logging
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from corpus.document import ReadingError
from corpus.errors import Reason
from corpus.home import Home
from corpus.readers import package
from index.maintenance.backup import ORIGINAL
from index.maintenance.backup_file import MEMBERS, Contents, Source, documents, validated, vectors
from index.storage.backend import Connection
from index.storage.rows import StoreError, bump, put_document, put_passages
from index.storage.schema import FIRST_CHUNKING
from index.storage.sources import collection_name
from index.storage.store import Store
from index.vectors.embedder import Embedder

log = logging.getLogger(__name__)

TOTAL = 64 << 30  # bytes once unpacked
BLOCK = 1 << 20
KEPT = "kept"  # kind of a source whose file did not come along: its path is only ever shown
PROBED = 16  # vectors that are computed again before any is taken over
SAME = 0.98  # least cosine of a vector with the one computed here, which may be of bfloat16


@dataclass(frozen=True)
class Imported:
    """What was stored. `vectors` of `passages` came along, the others wait for the embedder."""

    collection: str
    documents: int
    passages: int
    vectors: int
    originals: int


def restore(store: Store, home: Home, path: Path, name: str = "", embedder: Embedder | None = None) -> Imported:
    """Stores the collection of a file as a new one, called `name` or as it was.

    With `embedder`, some vectors are computed again, and none is taken over when they differ. Raises ReadingError for
    a file that is not sound and StoreError when the name is taken or there is no room.
    """
    try:
        with package.opened(path, Reason("kind.backup"), MEMBERS, TOTAL) as archive:
            seen = validated(archive, path.name)
            chosen = _free(store, name or str(seen.manifest.get("name", "")))
            with _unpacked(archive, seen.sources, home, chosen):
                return _stored(store, archive, path.name, seen, chosen, embedder)
    except OSError as error:
        raise StoreError("backup.not_imported", path=str(path), reason=error.strerror or str(error)) from error


def _free(store: Store, name: str) -> str:
    chosen = collection_name(name)
    if any(chosen.casefold() == known.casefold() for known in store.collections()):
        raise StoreError("collection.taken_choose", name=chosen)
    return chosen


# --- originals ----------------------------------------------------------------------------------------------


@contextmanager
def _unpacked(archive: ZipFile, sources: Sequence[Source], home: Home, collection: str) -> Iterator[None]:
    """Unpacks the enclosed files into a folder of the data folder, which is removed when the import fails."""
    if all(source.original is None for source in sources):
        yield
        return
    folder = home.documents / f"{package.safe_name(collection)[:60]}-{uuid.uuid4().hex[:6]}"
    try:
        folder.mkdir(parents=True)
        for number, source in enumerate(sources):
            if source.original is not None:
                # The number keeps files of one name apart.
                base = package.safe_name(source.path)
                source.copy = folder / (base if not (folder / base).exists() else f"{number} {base}")
                source.fingerprint = _unpack(archive, source, source.copy)
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpack(archive: ZipFile, source: Source, copy: Path) -> str:
    """Writes the original of a source to `copy`; gives its SHA-256."""
    digest = hashlib.sha256()
    try:
        with archive.open(ORIGINAL.format(source.original)) as file, copy.open("xb") as written:
            while block := file.read(BLOCK):
                digest.update(block)
                written.write(block)
    except OSError:
        raise
    except Exception as error:  # zipfile and zlib each raise their own
        raise ReadingError("backup.original_damaged", name=copy.name) from error
    return digest.hexdigest()


# --- storing ------------------------------------------------------------------------------------------------


def _stored(
    store: Store, archive: ZipFile, name: str, seen: Contents, collection: str, embedder: Embedder | None
) -> Imported:
    known = store.meta("embedder")
    theirs = str(seen.manifest.get("embedder", ""))
    usable = theirs in (known, theirs if not known else "") and _believable(archive, store, name, seen, embedder)
    new = passages = 0
    with store.file.write() as connection:
        if connection.execute("SELECT 1 FROM collections WHERE name = ?", (collection,)).fetchone():
            raise StoreError("collection.taken_choose", name=collection)
        sql = "INSERT INTO collections (name, created) VALUES (?, ?)"
        identity = connection.insert(sql, (collection, time.time()))
        rows = [_put_source(connection, identity, number, source) for number, source in enumerate(seen.sources)]
        if usable:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", (theirs,))
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (embedder, key, vector) VALUES (?, ?, ?)",
                ((theirs, key, vector.tobytes()) for key, vector in vectors(archive, name, seen)),
            )
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('chunking', ?)", (FIRST_CHUNKING,))
        current = connection.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
        for document, cut, about in documents(archive, name, len(rows)):
            row, there = put_document(connection, identity, document, about["chunking"])
            if row is not None and there is None:
                put_passages(connection, row, cut, current["value"] if current else "", False)
                new, passages = new + 1, passages + len(cut)
            connection.executemany(
                "INSERT OR IGNORE INTO source_documents VALUES (?, ?, 1)",
                ((rows[link], row) for link in about["links"]),
            )
        waiting = connection.execute(
            """SELECT COUNT(*) FROM embedding_queue q JOIN passages p ON p.id = q.passage_id
               JOIN documents d ON d.id = p.document_id WHERE d.collection_id = ?""",
            (identity,),
        ).fetchone()[0]
        bump(connection)
    return Imported(collection, new, passages, passages - waiting, sum(one.copy is not None for one in seen.sources))


def _put_source(connection: Connection, collection: int, number: int, source: Source) -> int:
    """Adds a source. Only a file that came along, or a data set of ours, can ever be opened; any other is text."""
    from corpus import datasets

    kind, path, size, modified = KEPT, f"{KEPT}:{source.path}", -1, 0
    if source.copy is not None:
        status = source.copy.stat()
        kind, path, size, modified = "file", str(source.copy), status.st_size, status.st_mtime_ns
    elif source.kind == "dataset" and source.path in datasets.NAMES:
        kind, path = "dataset", source.path
    if connection.execute("SELECT 1 FROM sources WHERE collection_id = ? AND path = ?", (collection, path)).fetchone():
        path = f"{path} ({number})"
    return connection.insert(
        """INSERT INTO sources (collection_id, path, kind, state, fingerprint, scan, size, modified, added)
           VALUES (?, ?, ?, 'done', ?, 1, ?, ?, ?)""",
        (collection, path, kind, source.fingerprint, size, modified, time.time()),
    )


def _believable(archive: ZipFile, store: Store, name: str, seen: Contents, embedder: Embedder | None) -> bool:
    """Whether the vectors are of the size that the index has, and some of them those that `embedder` computes."""
    theirs, dimension = seen.manifest.get("embedder"), seen.manifest.get("dimension")
    row = store.file.connection.execute(
        "SELECT length(vector) AS size FROM vectors WHERE embedder = ? LIMIT 1", (theirs,)
    ).fetchone()
    if not isinstance(dimension, int) or (row is not None and row["size"] != 2 * dimension):
        return False
    if embedder is None or embedder.name != theirs:
        return True
    keys = sorted(seen.keys)
    probed = set(keys[:: max(1, len(keys) // PROBED)])
    theirs_by_key = {key: vector.astype(np.float32) for key, vector in vectors(archive, name, seen) if key in probed}
    texts = {
        passage.key: passage.indexed_text
        for _, passages, _ in documents(archive, name, len(seen.sources))
        for passage in passages
        if passage.key in theirs_by_key
    }
    if not texts:
        return True
    own = embedder.encode(list(texts.values()))
    if own.shape[1] != dimension:
        return False
    return all(
        float(theirs_by_key[key] @ vector) > SAME or not vector.any() for key, vector in zip(texts, own, strict=True)
    )
