"""Recovery of a damaged SQLite file: it is set aside, and every row that can still be read goes into a new one.

This module knows no table by name. What the rows mean, and what must be derived again, is known to their owners
(`index.storage.integrity`).
"""

import contextlib
import logging
import os
import shutil
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

log = logging.getLogger(__name__)

LOOKED_THROUGH = 1 << 30  # bytes; after a crash a larger file is not checked at start (1 GB takes about a second)
STEPS = 20_000  # row numbers tried one by one after an unreadable row, before the steps grow
COPIED = 500  # rows a transaction
SIDES = ("", "-wal", "-shm")
Migrate = Callable[[sqlite3.Connection], None]


@dataclass(frozen=True)
class Saved:
    """What was done: `rows` were saved, `lost` says that some could not be read, the damaged file is called `aside`."""

    rows: int
    lost: bool
    aside: str


MakeConsistent = Callable[[sqlite3.Connection, Saved], None]


def is_damage(error: BaseException) -> bool:
    """Whether SQLite found that the file is no intact database."""
    if getattr(error, "damage", False):
        return True
    if (code := getattr(error, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB
    return isinstance(error, sqlite3.DatabaseError) and ("malformed" in str(error) or "not a database" in str(error))


def suspect(path: Path) -> None:
    """Notes that the file must be checked at the next start."""
    with contextlib.suppress(OSError):
        _mark(path).touch()


def unsuspect(path: Path) -> None:
    """Takes back `suspect`: the file itself is sound."""
    _mark(path).unlink(missing_ok=True)


def is_suspect(path: Path) -> bool:
    """Whether the file must be mended: damage was met while it was open, or it was not closed and is damaged."""
    if not path.exists():
        return False
    marked = _mark(path).exists()
    if not marked and not (_size(_side(path, "-wal")) and path.stat().st_size <= LOOKED_THROUGH):
        return False
    if is_sound(path):
        unsuspect(path)
        return False
    return True


def is_sound(path: Path) -> bool:
    """Whether SQLite finds no damage in the file (indexes are not compared with their tables)."""
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        try:  # a file that may not be opened is not damaged
            return connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        except sqlite3.DatabaseError as error:
            return not is_damage(error)


def finish(path: Path) -> None:
    """Ends a mending that was killed between setting the damaged file aside and putting the new one in its place."""
    ready = _side(path, ".mended")
    if ready.exists() and not path.exists():
        with contextlib.suppress(OSError):
            os.replace(ready, path)


def mend(path: Path, migrate: Migrate, make_consistent: MakeConsistent | None = None) -> Saved | None:
    """Puts a sound file in the place of a damaged one; None when another process has done so meanwhile.

    `make_consistent` is called with the new file before it takes the place of the old one.

    Raises OSError or sqlite3.Error when there is no room or right to write; the damaged file is then left as it was.
    """
    with FileLock(str(_side(path, ".mending.lock"))):
        finish(path)
        if path.exists() and is_sound(path):
            unsuspect(path)
            return None
        partial, ready = _side(path, ".partial"), _side(path, ".mended")
        _remove(partial)
        aside = _free_name(path)
        with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as fresh:
            fresh.execute("PRAGMA journal_mode = DELETE")
            fresh.row_factory = sqlite3.Row
            migrate(fresh)
            saved = Saved(*_save(path, fresh), aside.name)
            if make_consistent is not None:
                make_consistent(fresh, saved)
        os.replace(partial, ready)
        # The log first: left behind, it would be played into the new file.
        for end in reversed(SIDES):
            with contextlib.suppress(FileNotFoundError):
                os.replace(_side(path, end), _side(aside, end))
        os.replace(ready, path)
        unsuspect(path)
    log.error("%s was damaged: %d rows were saved into a new file, the damaged one is %s", path, saved.rows, aside)
    return saved


def _free_name(path: Path) -> Path:
    stamp, number = time.strftime("%Y%m%d-%H%M%S"), 0
    while (aside := path.with_name(f"{path.stem}.damaged-{stamp}{f'-{number}' * bool(number)}{path.suffix}")).exists():
        number += 1
    return aside


def _save(path: Path, fresh: sqlite3.Connection) -> tuple[int, bool]:
    """Copies every readable row; gives how many, and whether some could not be read."""
    copy = _side(
        path, ".reading"
    )  # a truncated file is read with zeros for its missing pages; the original stays as it is
    try:
        _copy(path, copy)
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as damaged:
            damaged.execute("PRAGMA cell_size_check = ON")
            damaged.text_factory = lambda value: value.decode("utf-8", "replace")
            return _save_tables(damaged, fresh)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        log.warning("nothing can be read from %s: %s", path, error)
        return 0, True
    finally:
        _remove(copy)


def _copy(path: Path, copy: Path) -> None:
    _remove(copy)
    shutil.copyfile(path, copy)
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(_side(path, "-wal"), _side(copy, "-wal"))
    with copy.open("r+b") as file:
        header = file.read(100)
        if len(header) == 100 and header.startswith(b"SQLite format 3\0"):
            page, pages = struct.unpack(">H", header[16:18])[0], struct.unpack(">I", header[28:32])[0]
            page = 65536 if page == 1 else page
            whole = page * pages
            if copy.stat().st_size < whole <= 4 * copy.stat().st_size + (64 << 20):  # a plausible count
                file.truncate(whole)


def _save_tables(damaged: sqlite3.Connection, fresh: sqlite3.Connection) -> tuple[int, bool]:
    saved, lost = 0, False
    fresh.execute("PRAGMA foreign_keys = OFF")  # the owners decide about rows that refer to a lost one
    for table, has_rowid in _tables(fresh):
        try:
            known = {row[1] for row in damaged.execute(f"PRAGMA table_info({table})")}
        except sqlite3.DatabaseError:
            known = set()
        columns = [row[1] for row in fresh.execute(f"PRAGMA table_info({table})") if row[1] in known]
        if not columns:
            lost = True
            continue
        reader = _Reader(damaged, table, columns, has_rowid)
        for batch in reader.batches():
            saved += _insert(fresh, table, columns, batch)
        lost = lost or reader.lost
    return saved, lost


def _tables(connection: sqlite3.Connection) -> list[tuple[str, bool]]:
    """(name, has row numbers) of the tables that hold data; FTS5's own are filled by triggers."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall()
    virtual = [row[0] for row in rows if (row[1] or "").upper().startswith("CREATE VIRTUAL")]
    return [
        (name, "WITHOUT ROWID" not in sql.upper())
        for name, sql in rows
        if sql and not name.startswith("sqlite_") and not any(name == v or name.startswith(f"{v}_") for v in virtual)
    ]


def _insert(fresh: sqlite3.Connection, table: str, columns: list[str], rows: list) -> int:
    marks = ", ".join("?" * len(columns))
    saved = 0
    fresh.execute("BEGIN")
    for row in rows:
        # A damaged page can give a row twice or with nonsense in it: rows that break a constraint are left out.
        with contextlib.suppress(sqlite3.IntegrityError, sqlite3.DataError):
            sql = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            saved += fresh.execute(sql, row).rowcount
    fresh.execute("COMMIT")
    return saved


class _Reader:
    """The readable rows of one table."""

    def __init__(self, connection: sqlite3.Connection, table: str, columns: list[str], has_rowid: bool):
        self._connection = connection
        self._table = table
        self._columns = ", ".join(columns)
        self._has_rowid = has_rowid
        self.lost = False

    def batches(self) -> Iterator[list]:
        yield from self._by_number() if self._has_rowid else self._from_both_ends()

    def _by_number(self) -> Iterator[list]:
        sql = f"SELECT rowid, {self._columns} FROM {self._table} WHERE rowid > ? ORDER BY rowid"
        last, end, failed = self._first() - 1, None, 0
        while True:
            rows: list = []
            try:
                for row in self._connection.execute(sql, (last,)):
                    rows.append(row[1:])
                    last, failed = row[0], 0
                    if len(rows) >= COPIED:
                        yield rows
                        rows = []
                yield rows
                return
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                yield rows
            self.lost = True
            end = self._end(last) if end is None else end
            failed += 1
            last += 1 if failed <= STEPS else 2 ** min(40, (failed - STEPS) // 100)
            if last >= end:
                return

    def _first(self) -> int:
        try:
            return self._connection.execute(f"SELECT COALESCE(MIN(rowid), 1) FROM {self._table}").fetchone()[0]
        except sqlite3.DatabaseError:
            return 1

    def _end(self, last: int) -> int:
        """A row number after which there are no rows."""
        for sql, values in (
            ("SELECT seq FROM sqlite_sequence WHERE name = ?", (self._table,)),
            (f"SELECT MAX(rowid) FROM {self._table}", ()),
        ):
            with contextlib.suppress(sqlite3.DatabaseError, TypeError):
                return int(self._connection.execute(sql, values).fetchone()[0])
        return last + 100 * STEPS

    def _from_both_ends(self) -> Iterator[list]:
        """A table without row numbers, read from its start to the first damage, then from its end to the last."""
        key = [row[1] for row in self._connection.execute(f"PRAGMA table_info({self._table})") if row[5]]
        for order in ("ASC", "DESC"):
            rows: list = []
            by = ", ".join(f"{name} {order}" for name in key)
            try:
                for row in self._connection.execute(f"SELECT {self._columns} FROM {self._table} ORDER BY {by}"):
                    rows.append(row)
                yield rows
                return
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.lost = True
                yield rows


def _side(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _mark(path: Path) -> Path:
    return _side(path, ".damaged")


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _remove(path: Path) -> None:
    for end in (*SIDES, "-journal"):
        _side(path, end).unlink(missing_ok=True)
