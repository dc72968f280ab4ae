"""Opening a SQLite file so that several processes and threads can use it at once."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_MS = 30_000  # a writer waits this long for another one before it gives up


def containing(text: str) -> str:
    """The pattern of `LIKE ? ESCAPE '\\'` for values that hold `text` word for word."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class Database:
    """One SQLite file in WAL mode, a connection per thread, transactions by `with database.write()`.

    Raises OSError when the folder cannot be made and sqlite3.DatabaseError when the file is not a database.
    """

    def __init__(self, path: Path, migrate: Callable[[sqlite3.Connection], None]):
        self.path = path
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        migrate(self.connection)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit."""
        found = getattr(self._local, "connection", None)
        if found is None:
            # check_same_thread off only so that `close` may close connections of threads that have ended.
            found = sqlite3.connect(self.path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = NORMAL")
            found.execute("PRAGMA foreign_keys = ON")
            self._local.connection = found
            with self._lock:
                self._all.append(found)
        return found

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it or nothing."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def close(self) -> None:
        """Closes every thread's connection."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()
