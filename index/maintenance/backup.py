"""A collection as one file, to keep or to carry to another machine; `index.maintenance.restore` reads it back.

The file is a zip of `manifest.json`, `sources.jsonl`, `documents.jsonl` (each document with its text and passages),
`vectors.bin` (for each text its key and its float16 vector) and, if asked for, the original files as `originals/N`.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from index.storage.rows import StoreError, sections_of
from index.storage.store import Store

FORMAT = "sourcier-collection"
VERSION = 1
SUFFIX = ".sourcier.zip"
MANIFEST, SOURCES, DOCUMENTS, VECTORS = "manifest.json", "sources.jsonl", "documents.jsonl", "vectors.bin"
ORIGINAL = "originals/{}"
KEY_BYTES = 32
BLOCK = 1 << 20
LEVEL = 3  # of compression: texts shrink to a third, at about 50 MB a second


@dataclass(frozen=True)
class Exported:
    """What went into the file; `missing` are original files that are no longer where they were read."""

    path: Path
    documents: int
    passages: int
    vectors: int
    originals: int = 0
    missing: tuple[str, ...] = ()


def export(store: Store, collection: str, path: Path, *, originals: bool = False) -> Exported:
    """Writes a collection to `path`, as a whole or not at all. Indexing and questions go on meanwhile.

    Raises StoreError when there is no such collection, the file exists already, or it cannot be written.
    """
    identity = store.collection_id(collection)
    if path.exists():
        raise StoreError("backup.exists", path=str(path))
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    connection = store.file.connection
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute("BEGIN")  # one moment of the index, whoever writes meanwhile
        with ZipFile(partial, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            exported = _write(connection, archive, identity, path, originals)
        os.replace(partial, path)
        return exported
    except OSError as error:
        raise StoreError("backup.unwritable", path=str(path), reason=error.strerror or str(error)) from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _write(connection: Connection, archive: ZipFile, identity: int, path: Path, originals: bool) -> Exported:
    sources = connection.execute(
        "SELECT id, path, kind FROM sources WHERE collection_id = ? AND state <> 'excluded' ORDER BY id", (identity,)
    ).fetchall()
    numbers = {row["id"]: number for number, row in enumerate(sources)}
    enclosed, missing = _originals(archive, sources) if originals else ({}, [])
    with archive.open(SOURCES, "w", force_zip64=True) as file:
        for row in sources:
            entry = {"path": row["path"], "kind": row["kind"]}
            _line(file, entry | ({"original": enclosed[row["id"]]} if row["id"] in enclosed else {}))
    documents = passages = 0
    with archive.open(DOCUMENTS, "w", force_zip64=True) as file:
        for entry in _documents(connection, identity, numbers):
            _line(file, entry)
            documents, passages = documents + 1, passages + len(entry["passages"])
    embedder = _meta(connection, "embedder")
    vectors, dimension = _vectors(connection, archive, identity, embedder)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "name": connection.execute("SELECT name FROM collections WHERE id = ?", (identity,)).fetchone()[0],
        "embedder": embedder,
        "dimension": dimension,
        "documents": documents,
        "passages": passages,
        "vectors": vectors,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return Exported(path, documents, passages, vectors, len(enclosed), tuple(missing))


def _documents(connection: Connection, collection: int, sources: dict[int, int]) -> Iterator[dict]:
    rows = connection.execute("SELECT * FROM documents WHERE collection_id = ? ORDER BY id", (collection,))
    while batch := rows.fetchmany(200):
        for row in batch:
            links = connection.execute(
                "SELECT source_id FROM source_documents WHERE document_id = ? ORDER BY source_id", (row["id"],)
            ).fetchall()
            cut = connection.execute(
                "SELECT heading, text, page FROM passages WHERE document_id = ? ORDER BY ordinal", (row["id"],)
            ).fetchall()
            yield {
                **{name: row[name] for name in ("title", "path", "external_id", "language", "chunking")},
                "metadata": json.loads(row["metadata"]),
                "sections": [asdict(section) for section in sections_of(row["sections"])],
                "passages": [dict(passage) for passage in cut],
                "sources": [sources[link[0]] for link in links if link[0] in sources],
            }


def _vectors(connection: Connection, archive: ZipFile, collection: int, embedder: str) -> tuple[int, int]:
    """How many vectors were written, and of how many dimensions."""
    rows = connection.execute(
        """SELECT DISTINCT v.key, v.vector FROM documents d CROSS JOIN passages p ON p.document_id = d.id
           CROSS JOIN vectors v ON v.key = p.key AND v.embedder = ? WHERE d.collection_id = ?""",
        (embedder, collection),
    )
    count = size = 0
    info = ZipInfo(VECTORS)
    info.compress_type = ZIP_STORED  # vectors do not shrink
    with archive.open(info, "w", force_zip64=True) as file:
        while batch := rows.fetchmany(1000):
            size = size or len(batch[0]["vector"])
            alike = [row for row in batch if len(row["vector"]) == size]
            file.write(b"".join(row["key"] + row["vector"] for row in alike))
            count += len(alike)
    return count, size // 2


def _originals(archive: ZipFile, sources: list) -> tuple[dict[int, int], list[str]]:
    """Numbers of the enclosed files by source, and paths of those that cannot be read any more."""
    enclosed: dict[int, int] = {}
    missing: list[str] = []
    for row in sources:
        if row["kind"] != "file":
            continue
        try:
            with open(row["path"], "rb") as original:
                with archive.open(ORIGINAL.format(len(enclosed)), "w", force_zip64=True) as file:
                    shutil.copyfileobj(original, file, BLOCK)
                enclosed[row["id"]] = len(enclosed)
        except (FileNotFoundError, PermissionError, IsADirectoryError):
            missing.append(row["path"])
    return enclosed, missing


def _meta(connection: Connection, key: str) -> str:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def _line(file: IO[bytes], entry: dict) -> None:
    file.write(json.dumps(entry).encode() + b"\n")
