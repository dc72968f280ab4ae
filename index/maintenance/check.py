"""Whether an index keeps its promises, and mending what does not: `index.storage.integrity`, the word index, the
FAISS file.
"""

import json
import logging
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.storage import integrity as rules
from index.storage import recovery
from index.storage.database import Database, StorageError

if TYPE_CHECKING:
    from index.storage.store import Store

log = logging.getLogger(__name__)

HALF_WRITTEN_S = 3600.0  # a file that a writer left unfinished so long ago was given up
FTS_SENTENCE = "The words of the passages and the word index differ"
FTS_CHECK = "INSERT INTO passages_fts (passages_fts, rank) VALUES ('integrity-check', 1)"


@dataclass(frozen=True)
class Finding:
    """A broken promise: which, how often, and one sentence that says it."""

    rule: str
    count: int
    sentence: str


def check(store: "Store", vectors: Path) -> list[Finding]:
    """Everything that is broken, nothing when the index is sound. Changes nothing; indexing and questions go on.

    `vectors` is the folder of the FAISS files. Takes about 4 s for 60,000 passages.
    """
    connection = store.database.connection
    connection.execute("BEGIN")  # one moment of the index, whoever writes meanwhile
    try:
        if damage := _damage(connection):
            return [Finding("file", 1, f"The file of the index is damaged ({damage}).")]
        found = [Finding(one.rule, len(one.ids), one.sentence) for one in rules.broken(connection)]
        found += _manifest(connection)
    except StorageError as error:
        if not recovery.is_damage(error):
            raise
        return [Finding("file", 1, "The file of the index is damaged (it cannot be read to its end).")]
    finally:
        connection.execute("ROLLBACK")
    found += [*_word_index(store.database), *_faiss(store, vectors)]
    return [finding for finding in found if finding.count]


def repair(store: "Store", vectors: Path) -> list[Finding]:
    """Mends what `check` finds and gives it. Nobody may be indexing meanwhile (`index.ingestion.worker.lock_path`).

    Documents that have to be cut or read again are left to the indexing process.
    """
    found = check(store, vectors)
    if any(finding.rule == "file" for finding in found):
        store.database.mend()
    elif found:
        log.warning("mending the index: %s", " ".join(finding.sentence for finding in found))
        with store.database.write() as connection:
            rules.mend(connection, words=any(finding.rule == "words" for finding in found))
    for path in _stale(store, vectors):
        path.unlink(missing_ok=True)
    return found


def mended(store: "Store") -> str:
    """One sentence when the index was damaged and replaced and the damaged file is still there, else ""."""
    try:
        aside, lost = json.loads(store.meta("mended", '["", false]'))
    except ValueError:
        return ""
    if not aside or not (store.database.path.parent / aside).exists():
        return ""
    what = "what could be read of it was kept and its sources are read again" if lost else "nothing of it was lost"
    return f"The index was damaged and has been mended ({what}); the damaged file is {aside}, delete it when you like."


def _damage(connection: sqlite3.Connection) -> str:
    words = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return "" if words == "ok" or "fts5" in words.lower() else words.splitlines()[-1]


def _manifest(connection: sqlite3.Connection) -> list[Finding]:
    names = {row[0] for row in connection.execute("SELECT key FROM meta WHERE value <> ''").fetchall()}
    missing = sorted({"uuid", "generation"} - names)
    return [Finding("manifest", len(missing), f"The manifest lacks {' and '.join(missing)}.")] if missing else []


def _word_index(database: Database) -> list[Finding]:
    """FTS5 compares its index with the passages. It takes the form of a write and writes nothing."""
    try:
        with database.write() as connection:
            connection.execute(FTS_CHECK)
    except StorageError as error:
        if recovery.is_damage(error):
            recovery.unsuspect(database.path)  # the words are made anew from the passages: the file itself is sound
            return [Finding("words", 1, f"{FTS_SENTENCE}.")]
        if "read-only" not in str(error):
            raise
        return _counted_words(database.connection)
    return []


def _counted_words(connection: sqlite3.Connection) -> list[Finding]:
    """What can be told without being allowed to write: whether the same passages stand on both sides."""
    count = connection.execute(
        """SELECT (SELECT COUNT(*) FROM (SELECT id FROM passages EXCEPT SELECT id FROM passages_fts_docsize))
           + (SELECT COUNT(*) FROM (SELECT id FROM passages_fts_docsize EXCEPT SELECT id FROM passages))"""
    ).fetchone()[0]
    return [Finding("words", count, f"{FTS_SENTENCE} in {count} passages.")]


def _faiss(store: "Store", vectors: Path) -> list[Finding]:
    count = len(_stale(store, vectors))
    return [Finding("faiss", count, f"{count} files of vectors are damaged, half written or not of this index.")]


def _stale(store: "Store", vectors: Path) -> list[Path]:
    """Files in the folder of caches that would not be used: damaged, of another index, ahead of it, half written."""
    from index.vectors.faiss_cache import cache_path, load_cache

    own = cache_path(vectors, embedder) if (embedder := store.meta("embedder")) else None
    found = sorted(vectors.glob("*.faiss")) if vectors.is_dir() else []
    stale = [path for path in found if path == own and load_cache(store, path, embedder) is None]
    halves = [path for path in vectors.glob("*.tmp") if time.time() - path.stat().st_mtime > HALF_WRITTEN_S]
    return stale + halves
