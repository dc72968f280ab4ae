"""Checks an index and repairs it: the rules of `index.storage.integrity`, the word index and the FAISS file."""

import json
import logging
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import Reason
from index.storage import integrity, recovery
from index.storage.database import Database, StorageError
from index.storage.store import Store
from index.vectors.faiss_cache import cache_path, load_cache

log = logging.getLogger(__name__)

HALF_WRITTEN_S = 3600.0  # a file that a writer left unfinished so long ago was given up
FTS_CHECK = "INSERT INTO passages_fts (passages_fts, rank) VALUES ('integrity-check', 1)"


@dataclass(frozen=True)
class Finding:
    """A rule that the index breaks, how often, and the sentence that says so."""

    rule: str
    count: int
    reason: Reason


def check(store: Store, vectors: Path) -> list[Finding]:
    """What is broken; empty when the index is sound. Changes nothing; indexing and questions go on meanwhile.

    `vectors` is the folder of the FAISS files. Takes about 4 s for 60,000 passages.
    """
    connection = store.file.connection
    connection.execute("BEGIN")  # one moment of the index, whoever writes meanwhile
    try:
        if damage := _damage(connection):
            return [Finding("file", 1, Reason("check.file", {"detail": damage}))]
        found = [Finding(one.rule, len(one.ids), one.reason) for one in integrity.violations(connection)]
        found += _manifest(connection)
    except StorageError as error:
        if not recovery.is_damage(error):
            raise
        return [Finding("file", 1, Reason("check.file_unreadable"))]
    finally:
        connection.execute("ROLLBACK")
    found += [*_word_index(store.file), *_faiss(store, vectors)]
    return [finding for finding in found if finding.count]


def repair(store: Store, vectors: Path) -> list[Finding]:
    """Mends what `check` finds, and gives it. The caller holds the lock of the indexing process (`worker.lock_path`).

    Documents that must be cut or read again are left to the indexing process.
    """
    found = check(store, vectors)
    if any(finding.rule == "file" for finding in found):
        store.file.mend()
    elif found:
        log.warning("mending the index: %s", "; ".join(str(finding.reason) for finding in found))
        with store.file.write() as connection:
            integrity.mend(connection, words=any(finding.rule == "words" for finding in found))
    for path in _stale(store, vectors):
        path.unlink(missing_ok=True)
    return found


def mended(store: Store) -> Reason | None:
    """What is said while a damaged file, which was replaced, is still beside the index; else None."""
    try:
        aside, lost = json.loads(store.meta("mended", '["", false]'))
    except ValueError:
        return None
    if not aside or not (store.file.path.parent / aside).exists():
        return None
    return Reason("check.mended_in_part" if lost else "check.mended", {"aside": aside})


def _damage(connection: sqlite3.Connection) -> str:
    words = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return "" if words == "ok" or "fts5" in words.lower() else words.splitlines()[-1]


def _manifest(connection: sqlite3.Connection) -> list[Finding]:
    names = {row[0] for row in connection.execute("SELECT key FROM meta WHERE value <> ''").fetchall()}
    missing = sorted({"uuid", "generation"} - names)
    return [Finding("manifest", len(missing), Reason("check.manifest", {"missing": ", ".join(missing)}))]


def _word_index(database: Database) -> list[Finding]:
    """Lets FTS5 compare its index with the passages. The command has the form of a write but writes nothing."""
    try:
        with database.write() as connection:
            connection.execute(FTS_CHECK)
    except StorageError as error:
        if recovery.is_damage(error):
            recovery.unsuspect(database.path)  # the word index is derived from the passages: the file itself is sound
            return [Finding("words", 1, Reason("check.words"))]
        if not error.read_only:
            raise
        return _counted_words(database.connection)
    return []


def _counted_words(connection: sqlite3.Connection) -> list[Finding]:
    """What can be checked in a read-only file: whether the same passages stand on both sides."""
    count = connection.execute(
        """SELECT (SELECT COUNT(*) FROM (SELECT id FROM passages EXCEPT SELECT id FROM passages_fts_docsize))
           + (SELECT COUNT(*) FROM (SELECT id FROM passages_fts_docsize EXCEPT SELECT id FROM passages))"""
    ).fetchone()[0]
    return [Finding("words", count, Reason("check.words_counted", {"count": count}))]


def _faiss(store: Store, vectors: Path) -> list[Finding]:
    count = len(_stale(store, vectors))
    return [Finding("faiss", count, Reason("check.faiss", {"count": count}))]


def _stale(store: Store, vectors: Path) -> list[Path]:
    """Cache files that would not be used: damaged, of another index, ahead of this one, or half written."""
    own = cache_path(vectors, embedder) if (embedder := store.meta("embedder")) else None
    found = sorted(vectors.glob("*.faiss")) if vectors.is_dir() else []
    stale = [path for path in found if path == own and load_cache(store, path, embedder) is None]
    halves = [path for path in vectors.glob("*.tmp") if abs(time.time() - path.stat().st_mtime) > HALF_WRITTEN_S]
    return stale + halves
