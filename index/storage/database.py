"""Opening a SQLite file so that several processes and threads can use it at once, and surviving what happens to it."""

import contextlib
import logging
import os
import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from index.storage import recovery
from index.storage.backend import PassageRows
from index.storage.rows import SqlitePassageRows, StoreError

log = logging.getLogger(__name__)

BUSY_MS = 30_000  # a writer waits this long for another one before it gives up

# The codes of the failures, by SQLite's primary result code (sqlite3.h) and by a part of its message: Python 3.10 gives
# the message alone.
FAILURES = (
    (13, "full", "storage.full"),
    (8, "readonly", "storage.read_only"),
    (14, "unable to open", "storage.unopenable"),
    (5, "database is locked", "storage.busy"),
    (10, "disk i/o error", "storage.io"),
)


class StorageError(StoreError, sqlite3.DatabaseError):
    """The disk or the file fails, not the request: it is full, read-only, damaged, or held by another process."""

    @property
    def damage(self) -> bool:
        """Whether the file is no intact database."""
        return self.code == "storage.damaged"

    @property
    def busy(self) -> bool:
        """Whether another connection held the file for longer than `BUSY_MS`."""
        return self.code == "storage.busy"

    @property
    def read_only(self) -> bool:
        """Whether the file or its folder cannot be written."""
        return self.code == "storage.read_only"


def containing(text: str) -> str:
    """The pattern of `LIKE ? ESCAPE '\\'` for values that hold `text` word for word."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class Database:
    """One SQLite file in WAL mode, a connection per thread, transactions by `with database.write()`.

    A damaged file is set aside and what can be read of it goes into a new one, which `make_consistent` then completes.
    Raises OSError when the folder cannot be made, StorageError when the disk fails, sqlite3.DatabaseError for a file of
    a newer version.
    """

    def __init__(self, path: Path, migrate: recovery.Migrate, make_consistent: recovery.MakeConsistent | None = None):
        self.path = path
        self._migrate, self._make_consistent = migrate, make_consistent
        self._local = threading.local()
        self._all: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        recovery.finish(path)
        if recovery.is_suspect(path):
            self.mend()
        try:
            migrate(self.connection)
        except sqlite3.DatabaseError as error:
            if not recovery.is_damage(error):
                raise
            self.mend()
            migrate(self.connection)

    @property
    def connection(self) -> "_Connection":
        """This thread's connection, in autocommit."""
        held: _Held | None = getattr(self._local, "held", None)
        # Another process may have put a mended file in the place of this one, or a backup was copied over it.
        if held is None or (not held.connection.in_transaction and held.file != (_identity(self.path) or held.file)):
            held = self._local.held = _Held(self.path)
            with self._lock:
                self._all.add(held.connection)
        return held.connection

    @contextmanager
    def write(self) -> Iterator["_Connection"]:
        """A transaction that writes everything or nothing."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")  # a full disk is often noticed only here
        except BaseException:
            if connection.in_transaction:  # SQLite has rolled back by itself after some failures
                connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Closes every thread's connection."""
        with self._lock:
            for connection in list(self._all):
                connection.close()
            self._all.clear()
        self._local = threading.local()

    def mend(self) -> None:
        """Puts a sound file in the place of a damaged one; the next use opens it."""
        self.close()
        recovery.mend(self.path, self._migrate, self._make_consistent)


class _Cursor(sqlite3.Cursor):
    """A cursor whose failures are `StorageError`s."""

    connection: "_Connection"

    def execute(self, *arguments):
        return _guarded(self.connection.path, super().execute, *arguments)

    def executemany(self, *arguments):
        return _guarded(self.connection.path, super().executemany, *arguments)

    def fetchone(self):
        return _guarded(self.connection.path, super().fetchone)

    def fetchall(self):
        return _guarded(self.connection.path, super().fetchall)

    def __next__(self):
        return _guarded(self.connection.path, super().__next__)


class _Connection(sqlite3.Connection):
    path: Path
    passage_rows: PassageRows = SqlitePassageRows()

    def cursor(self, factory=_Cursor):
        return super().cursor(factory)

    def execute(self, *arguments):
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments):
        return self.cursor().executemany(*arguments)

    def insert(self, sql, values):
        return self.execute(sql, values).lastrowid or 0  # None only before any insertion


class _Held:
    """A thread's connection, closed when the thread ends.

    Without `__del__` it would stay open until Python's garbage collector finds it, since it is part of a cycle.
    """

    def __init__(self, path: Path):
        self.connection = _connect(path)
        self.file = _identity(path)

    def __del__(self):
        if (connection := getattr(self, "connection", None)) is not None:
            connection.close()


def _connect(path: Path) -> _Connection:
    try:
        return _opened(path)
    except StorageError:
        if not _is_readable_only(path):
            raise
    # On a read-only disk: first with the write-ahead log, whose files must exist, then as a file that nobody changes.
    try:
        return _opened(path, "mode=ro")
    except StorageError:
        return _opened(path, "immutable=1")


def _opened(path: Path, how: str = "") -> _Connection:
    # check_same_thread off only so that `close` may close connections of threads that have ended.
    opening = partial(
        sqlite3.connect,
        f"{path.absolute().as_uri()}?{how}" if how else path,
        uri=bool(how),
        timeout=BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
        factory=_Connection,
    )
    connection = _guarded(path, opening)
    connection.path = path
    connection.row_factory = sqlite3.Row
    try:
        if how:
            connection.execute("SELECT COUNT(*) FROM sqlite_master")  # fails here if the file cannot be read
        else:
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: _Connection) -> None:
    """Sets WAL mode, which the file keeps.

    Two connections that open a new file at the same moment both hold a read lock while they wait for an exclusive one.
    SQLite reports that deadlock to one of them immediately, whatever its timeout, so that one tries again here.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except StorageError as error:
            if not error.busy or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(random.uniform(0.001, 0.02))  # not in step with the other one


def _is_readable_only(path: Path) -> bool:
    """Whether the file or its folder cannot be written, and the file can be read and holds something."""
    writable = os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)
    return not writable and os.access(path, os.R_OK) and path.stat().st_size > 0


def _identity(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        status = os.stat(path)
        return status.st_dev, status.st_ino
    return None  # removed while it is open: what is open goes on


def _guarded(path: Path, call: Callable, *arguments):
    """The call's result. Raises StorageError where the disk or the file fails, sqlite3's own errors otherwise."""
    try:
        return call(*arguments)
    except StorageError:
        raise
    except sqlite3.DatabaseError as error:
        code = _failure(error)
        if code is None:
            raise
        if code == "storage.damaged":
            recovery.suspect(path)
            log.error("%s is damaged: %s", path, error)
        raise StorageError(code, path=str(path)) from error


def _failure(error: sqlite3.Error) -> str | None:
    if recovery.is_damage(error):
        return "storage.damaged"
    number = getattr(error, "sqlite_errorcode", 0) & 0xFF
    message = str(error).lower()
    return next((code for known, sign, code in FAILURES if number == known or (not number and sign in message)), None)
