"""The list of what the user asked for, beside the index: when the index is destroyed, all of it is read again.

A line of JSON for each source and followed folder. It is as old as the last run of the indexing process: what was
removed after that and lies on the disk still would come back with it.
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
    """Writes the list, when it has changed. A disk that is full or read-only keeps the last one."""
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
    """Queues what the list in `folder` names and the index lacks, where it still is; returns how many."""
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
    found = []
    with contextlib.suppress(OSError), path.open("rb") as file:
        for line in file:
            with contextlib.suppress(ValueError):  # cut off by the same accident
                row = json.loads(line)
                if (
                    isinstance(row, list)
                    and len(row) == 3
                    and all(isinstance(one, str) for one in row)
                    and row[2] in KINDS
                ):
                    found.append(tuple(row))
    return found
