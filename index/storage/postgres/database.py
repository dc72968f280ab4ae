"""A PostgreSQL database that is used as the index's SQLite file is: one connection's interface, the same statements.

psycopg and its pool do the work. What is written here is the little that SQLite's statements need to be PostgreSQL's:
the marks of parameters, empty lists, and LIKE, which in SQLite takes no notice of case.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from index.storage.backend import PassageRows
from index.storage.database import StorageError

log = logging.getLogger(__name__)

WAIT_S = 30.0  # for a connection, also while the server starts again
TRIES = 3  # of a statement outside a transaction whose connection was lost
MOST_CONNECTIONS = 12  # of one process
# Exact words that SQLite writes otherwise, and whatever must be left alone: texts in quotes.
TOKEN = re.compile(
    r"(?P<text>'(?:[^']|'')*')|\?(?P<number>\d*)|(?<!:):(?P<name>[a-z_]+)"
    r"|(?P<percent>%)|(?P<like>\bLIKE\b)|(?P<cross>\bCROSS(?= JOIN\b))|(?P<none>\bIN \(\))"
)

Migrate = Callable[[psycopg.Connection], None]


class Row(tuple):
    """A row by column's name or place, as `sqlite3.Row`."""

    columns: dict[str, int]

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.columns[key] if isinstance(key, str) else key)

    def keys(self) -> list[str]:
        """The columns' names."""
        return list(self.columns)


class Result:
    """What a statement gave, whole."""

    def __init__(self, rows: list[Row], rowcount: int):
        self._rows, self._at, self.rowcount = rows, 0, rowcount

    def fetchone(self) -> Row | None:
        """The next row."""
        self._at += 1
        return self._rows[self._at - 1] if self._at <= len(self._rows) else None

    def fetchall(self) -> list[Row]:
        """The rows that are left."""
        rows, self._at = self._rows[self._at :], len(self._rows)
        return rows

    def __iter__(self) -> Iterator[Row]:
        return iter(self.fetchall())


class PostgresDatabase:
    """One schema of a database. Threads share a pool of connections; a transaction keeps its own.

    `migrate` brings the schema to its newest version. Raises StorageError where the server cannot be reached.
    """

    def __init__(self, url: str, migrate: Migrate, rows: PassageRows | None = None, schema: str = "sourcier"):
        self.schema, self.rows = schema, rows
        self._local = threading.local()
        self._lock_key = f"{schema}.write"
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=MOST_CONNECTIONS,
            timeout=WAIT_S,
            open=False,
            configure=self._configure,
            check=ConnectionPool.check_connection,  # a server that was restarted costs no question
            kwargs={"autocommit": True, "cursor_factory": psycopg.ClientCursor, "application_name": "sourcier"},
            name=f"sourcier-{schema}",
        )
        with guarded():
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
                    self._make(connection, migrate)
                self._pool.open()
            except BaseException:
                self._pool.close()
                raise
        self.place = _place(url)

    def _make(self, connection: psycopg.Connection, migrate: Migrate) -> None:
        """Makes and migrates the schema, one program at a time."""
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('sourcier.migrate'))")
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')
            connection.execute(f'SET LOCAL search_path = "{self.schema}", public')
            migrate(connection)

    def _configure(self, connection: psycopg.Connection) -> None:
        connection.execute(f"SET search_path = \"{self.schema}\", public; SET jit = off; SET TimeZone = 'UTC'")

    @property
    def connection(self) -> "PostgresConnection":
        """This thread's transaction, else one statement at a time on a connection of the pool."""
        return PostgresConnection(self, getattr(self._local, "held", None))

    @contextmanager
    def write(self) -> Iterator["PostgresConnection"]:
        """A transaction that writes everything or nothing.

        One at a time in the whole database, as in a SQLite file: what it reads before it writes stays true. What takes
        long (parsing, embedding) is done outside.
        """
        with self.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (self._lock_key,))
            yield connection

    @contextmanager
    def transaction(self) -> Iterator["PostgresConnection"]:
        """A transaction without the writers' lock; inside another one, a part of it."""
        held = getattr(self._local, "held", None)
        if held is not None:
            with guarded(), held.transaction():
                yield PostgresConnection(self, held)
            return
        with guarded(), self._pool.connection() as connection:
            self._local.held = connection
            try:
                with connection.transaction():
                    yield PostgresConnection(self, connection)
            finally:
                self._local.held = None

    @contextmanager
    def raw(self) -> Iterator[psycopg.Connection]:
        """A connection of psycopg itself, in autocommit or in this thread's transaction."""
        held = getattr(self._local, "held", None)
        if held is not None:
            yield held
            return
        with guarded(), self._pool.connection() as connection:
            yield connection

    def run(self, held: psycopg.Connection | None, sql: str, values: Any) -> Result:
        """One statement; outside a transaction once more where the connection was lost."""
        if held is not None:
            with guarded():
                return _run(held, sql, values)
        for attempt in range(TRIES):
            with guarded():
                try:
                    with self._pool.connection() as connection:
                        return _run(connection, sql, values)
                except psycopg.OperationalError as error:
                    if attempt == TRIES - 1 or isinstance(error, PoolTimeout):
                        raise
                    log.warning("the database server was lost: %s", error)
        raise AssertionError  # the last attempt gives or raises

    def close(self) -> None:
        """Closes all connections."""
        self._pool.close()


class PostgresConnection:
    """What `index.storage.backend.Connection` says, for one thread."""

    def __init__(self, database: PostgresDatabase, held: psycopg.Connection | None):
        self._database, self._held = database, held

    @property
    def passage_rows(self) -> PassageRows:
        """The statements on passages and what hangs on them."""
        assert self._database.rows is not None
        return self._database.rows

    @property
    def in_transaction(self) -> bool:
        """Whether statements here are part of a transaction."""
        return self._held is not None

    def execute(self, sql: str, values: Any = ()) -> Result:
        """Runs one statement."""
        return self._database.run(self._held, sql, values)

    def executemany(self, sql: str, values: Iterable[Any]) -> None:
        """Runs one statement for many rows of values."""
        for one in values:
            self.execute(sql, one)

    def insert(self, sql: str, values: Sequence[Any]) -> int:
        """Runs an INSERT of one row into a table with an `id`; gives it."""
        return self.execute(f"{sql} RETURNING id", values).fetchall()[0][0]


@contextmanager
def guarded() -> Iterator[None]:
    """Turns psycopg's failures into StorageError. Its messages name host and database, never a password."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise StorageError("storage.unreachable", reason=_first_line(error)) from error
    except psycopg.Error as error:
        raise StorageError("storage.failed", reason=_first_line(error)) from error


def _run(connection: psycopg.Connection, sql: str, values: Any) -> Result:
    statement, names = translated(sql)
    if isinstance(values, dict):
        given = {name: _told(values[name]) for name in names}
    else:
        values = tuple(values)
        given = {name: _told(values[int(name[1:]) - 1]) for name in names}
    cursor = connection.execute(statement, given)
    if cursor.description is None:
        return Result([], cursor.rowcount)
    kind = _row_type(tuple(column.name for column in cursor.description))
    return Result([kind(row) for row in cursor.fetchall()], cursor.rowcount)


@lru_cache(maxsize=500)
def _row_type(columns: tuple[str, ...]) -> type[Row]:
    return type("Row", (Row,), {"columns": {name: at for at, name in enumerate(columns)}})


@lru_cache(maxsize=2_000)
def translated(sql: str) -> tuple[str, frozenset[str]]:
    """A statement of SQLite's as psycopg takes it, and the names of its parameters: `p1`, `p2` ... for `?`."""
    names: list[str] = []
    last = 0

    def one(match: re.Match[str]) -> str:
        nonlocal last
        if match["text"] is not None:
            return match[0].replace("%", "%%")
        if match["percent"]:
            return "%%"
        if match["like"]:
            return "ILIKE"
        if match["cross"]:
            return ""
        if match["none"]:
            return "IN (NULL)"
        if match["name"]:
            names.append(match["name"])
            return f"%({match['name']})s"
        number = int(match["number"]) if match["number"] else last + 1
        last = max(last, number)
        names.append(f"p{number}")
        return f"%(p{number})s"

    return TOKEN.sub(one, sql), frozenset(names)


def _told(value: Any) -> Any:
    # A text in PostgreSQL holds no character of the code 0, which broken files are full of.
    return value.replace("\x00", "") if isinstance(value, str) else value


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}{parts.path}"
