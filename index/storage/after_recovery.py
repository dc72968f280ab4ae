"""What follows the recovery of a damaged index file: the rows that could be read become one consistent index."""

import json
import sqlite3
from pathlib import Path

from index.storage import integrity, manifest, recovery


def make_consistent(connection: sqlite3.Connection, saved: recovery.Saved) -> None:
    """Mends what the lost rows left behind and queues the sources to be read again, in one transaction.

    `connection` is the new file, with the rows that were saved; `saved` says what `recovery` did.
    """
    connection.execute("BEGIN")
    # Vectors get new numbers: a cache derived from the old file must not be taken for this one's.
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('uuid', lower(hex(randomblob(16))))")
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('mended', ?)", (json.dumps([saved.aside, saved.lost]),))
    integrity.mend(connection, words=True)
    rows = connection.execute("SELECT id, path, kind FROM sources WHERE state IN ('done', 'reading')").fetchall()
    # A file that is gone keeps what is stored of it.
    again = [(row["id"],) for row in rows if row["kind"] == "dataset" or Path(row["path"]).exists()]
    connection.executemany("UPDATE sources SET state = 'waiting', fingerprint = '' WHERE id = ?", again)
    manifest.put_back(connection, Path(connection.execute("PRAGMA database_list").fetchone()["file"]).parent)
    connection.execute("COMMIT")
