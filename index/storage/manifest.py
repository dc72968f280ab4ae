"""The manifest: a list, beside the index, of all that the user added. If the index is destroyed, it is read again.

`sources.jsonl` has a line for each source and each followed folder. It is as old as the last run of the indexing
process, so a file that was removed from the index after that comes back if it is still on the disk.
"""

import contextlib
import json
import logging
import os
import sqlite3
import time
from pathlib import Path

from corpus.files import replacing
from index.storage.database import Database

log = logging.getLogger(__name__)

NAME = "sources.jsonl"
KINDS = ("file", "dataset", "beir", "watch")


def save(database: Database) -> None:
    """Writes the manifest when it has changed. On a full or read-only disk the last one stays."""
    path = database.path.parent / NAME
    rows = database.connection.execute(
        """SELECT c.name, s.path, s.kind FROM sources s JOIN collections c ON c.id = s.collection_id
           WHERE s.state <> 'excluded' AND s.kind <> 'kept'
           UNION ALL SELECT c.name, w.path, 'watch' FROM watches w JOIN collections c ON c.id = w.collection_id"""
    ).fetchall()
    lines = "".join(json.dumps([row[0], row[1], row[2]]) + "\n" for row in rows).encode()
    with contextlib.suppress(OSError):
        if not path.exists() or path.read_bytes() != lines:
            with replacing(path) as temporary:
                temporary.write_bytes(lines)


def put_back(connection: sqlite3.Connection, folder: Path) -> int:
    """Queues what the manifest in `folder` names, the index lacks and the disk still has; returns how many."""
    known = {row[0].casefold(): row[1] for row in connection.execute("SELECT name, id FROM collections").fetchall()}
    count, now = 0, time.time()
    for name, path, kind in _lines(folder / NAME):
        if kind != "dataset" and not os.path.exists(path):
            continue
        if name.casefold() not in known:
            sql = "INSERT INTO collections (name, created) VALUES (?, ?)"
            known[name.casefold()] = connection.execute(sql, (name, now)).lastrowid
        identity = known[name.casefold()]
        if kind == "watch":
            sql = "INSERT OR IGNORE INTO watches (collection_id, path, added) VALUES (?, ?, ?)"
            count += connection.execute(sql, (identity, path, now)).rowcount
        else:
            sql = "INSERT OR IGNORE INTO sources (collection_id, path, kind, added) VALUES (?, ?, ?, ?)"
            count += connection.execute(sql, (identity, path, kind, now)).rowcount
    return count


def _lines(path: Path) -> list[tuple[str, str, str]]:
    """(collection, path, kind) of each line; a line that is damaged or of an unknown kind is left out."""
    found: list[tuple[str, str, str]] = []
    with contextlib.suppress(OSError), path.open("rb") as file:
        for line in file:
            with contextlib.suppress(ValueError, TypeError):  # cut off by the same accident
                collection, source, kind = json.loads(line)
                if isinstance(collection, str) and isinstance(source, str) and kind in KINDS:
                    found.append((collection, source, kind))
    return found
