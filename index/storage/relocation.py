"""A data folder that was moved or copied: paths of files inside it are changed to its present place."""

import contextlib
import logging
import os

from index.storage.database import Database, StorageError
from index.storage.rows import bump

log = logging.getLogger(__name__)


def follow(database: Database) -> bool:
    """Replaces the folder's former place by its present one in all paths; gives whether it was somewhere else before.

    Does nothing where the index cannot be written.
    """
    here = str(database.path.absolute().parent)
    row = database.connection.execute("SELECT value FROM meta WHERE key = 'home'").fetchone()
    before = row["value"] if row else ""
    if before == here:
        return False
    with contextlib.suppress(StorageError), database.write() as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('home', ?)", (here,))
        if not before:
            return False
        for table in ("sources", "documents", "watches"):
            connection.execute(
                f"""UPDATE OR IGNORE {table} SET path = ?1 || substr(path, length(?2))
                    WHERE substr(path, 1, length(?2)) = ?2""",
                (here, before + os.sep),
            )
        bump(connection)
        log.info("the data folder %s is now %s", before, here)
        return True
    return False
