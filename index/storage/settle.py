"""Brings a store that another program left to one consistent state."""

import json
import sqlite3
from pathlib import Path

from index.storage import integrity as rules
from index.storage import recovery
from index.storage import source_list as manifest


def settle(connection: sqlite3.Connection, saved: recovery.Saved) -> None:
    """Puts in order what was saved of a damaged file: mends what lost rows left behind, has the sources read again."""
    connection.execute("BEGIN")
    # Numbers of vectors are given anew: nothing derived from the old file may be taken for this one's.
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('uuid', lower(hex(randomblob(16))))")
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('mended', ?)", (json.dumps([saved.aside, saved.lost]),))
    rules.mend(connection, words=True)
    rows = connection.execute("SELECT id, path, kind FROM sources WHERE state IN ('done', 'reading')").fetchall()
    # A file that is gone keeps what is stored of it.
    again = [(row["id"],) for row in rows if row["kind"] == "dataset" or Path(row["path"]).exists()]
    connection.executemany("UPDATE sources SET state = 'waiting', fingerprint = '' WHERE id = ?", again)
    manifest.put_back(connection, Path(connection.execute("PRAGMA database_list").fetchone()["file"]).parent)
    connection.execute("COMMIT")
