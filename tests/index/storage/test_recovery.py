"""Files that a power cut, a full disk or a bad disk left behind."""

import contextlib
import os
import sqlite3
import threading

import pytest

from index.storage import recovery
from index.storage.database import Database, StorageError

ROWS = 3000


def migrate(connection):
    if not connection.execute("PRAGMA user_version").fetchone()[0]:
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)")
        connection.execute("CREATE TABLE words (word TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("COMMIT")


@pytest.fixture
def path(tmp_path):
    """A closed database of 3,000 notes of 200 letters."""
    with contextlib.closing(Database(tmp_path / "notes.sqlite3", migrate)) as made, made.write() as connection:
        connection.executemany("INSERT INTO notes (text) VALUES (?)", ((f"{n} " + "x" * 200,) for n in range(ROWS)))
        connection.executemany("INSERT INTO words VALUES (?, ?)", ((f"w{n:05d}", n) for n in range(ROWS)))
    return tmp_path / "notes.sqlite3"


def numbers(database):
    return [int(row["text"].split()[0]) for row in database.connection.execute("SELECT text FROM notes ORDER BY id")]


def aside(path):
    return list(path.parent.glob("*.damaged-*"))


def test_intact_file_is_left_alone(path):
    with contextlib.closing(Database(path, migrate)) as database:
        assert not aside(path)
        assert numbers(database) == list(range(ROWS))
    assert not list(path.parent.glob("*.damaged*"))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_what_stands_in_a_truncated_file_is_saved(path, share):
    os.truncate(path, int(path.stat().st_size * share))
    with contextlib.closing(Database(path, migrate)) as database:
        kept = numbers(database)
        assert database.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert kept == sorted(set(kept))
    assert ROWS * (share - 0.15) < len(kept) + 1 and len(kept) < ROWS
    assert aside(path)


def test_damage_in_the_middle_costs_its_own_rows_only(path):
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 3)
        file.write(b"\xa5" * 8192)
    recovery.suspect(path)
    with contextlib.closing(Database(path, migrate)) as database:
        kept = numbers(database)
        assert len(kept) > ROWS - 120
        assert kept[-1] == ROWS - 1
        database.connection.execute("INSERT INTO notes (text) VALUES ('0 more')")
    assert not recovery.is_suspect(path)


def test_file_of_zeros_and_empty_file_begin_anew(path):
    for content in (bytes(path.stat().st_size), b""):
        path.write_bytes(content)
        with contextlib.closing(Database(path, migrate)) as database:
            assert numbers(database) == []


def test_truncated_log_costs_only_what_stood_in_it(path):
    with contextlib.closing(Database(path, migrate)) as database:
        for n in range(20):
            with database.write() as connection:
                connection.execute("INSERT INTO notes (text) VALUES (?)", (f"{ROWS + n} late",))
        for end in ("", "-wal"):  # as after a power cut: nobody closed it
            copy = path.with_name("cut.sqlite3" + end)
            copy.write_bytes(path.with_name(path.name + end).read_bytes())
    os.truncate(path.with_name("cut.sqlite3-wal"), 30_000)
    with contextlib.closing(Database(path.with_name("cut.sqlite3"), migrate)) as database:
        assert not aside(path)
        kept = numbers(database)
    assert kept == list(range(len(kept)))
    assert ROWS <= len(kept) < ROWS + 20


def test_damage_met_while_working_is_reported_and_mended_at_the_next_start(path):
    with contextlib.closing(Database(path, migrate)) as database:
        database.connection.execute("PRAGMA cache_size = 1")
        with path.open("r+b") as file:
            file.seek(path.stat().st_size // 2)
            file.write(b"\xa5" * 4096)
        with pytest.raises(StorageError, match=r"^storage.damaged "):
            numbers(database)
    with contextlib.closing(Database(path, migrate)) as database:
        assert aside(path)
        assert len(numbers(database)) > ROWS - 60


def test_who_has_the_file_open_goes_on_with_the_mended_one(path):
    with contextlib.closing(Database(path, migrate)) as first:
        assert len(numbers(first)) == ROWS
        first.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.truncate(path, path.stat().st_size // 2)
        with contextlib.closing(Database(path, migrate)) as second:
            with second.write() as connection:
                connection.execute("INSERT INTO notes (text) VALUES ('9999 new')")
            assert numbers(first)[-1] == 9999


def test_mending_killed_before_its_last_step_is_ended_at_the_next_start(path):
    ready = path.with_name(path.name + ".mended")
    os.replace(path, ready)
    with contextlib.closing(Database(path, migrate)) as database:
        assert len(numbers(database)) == ROWS
    assert not ready.exists()


def test_full_disk_is_reported_and_the_transaction_leaves_nothing(path):
    with contextlib.closing(Database(path, migrate)) as database:
        pages = database.connection.execute("PRAGMA page_count").fetchone()[0]
        database.connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own "disk full"
        with pytest.raises(StorageError, match=r"^storage.full "), database.write() as connection:
            connection.executemany("INSERT INTO notes (text) VALUES (?)", (("y" * 900,) for _ in range(ROWS)))
        assert len(numbers(database)) == ROWS
        database.connection.execute("PRAGMA max_page_count = 1000000")
        with database.write() as connection:
            connection.execute("INSERT INTO notes (text) VALUES ('1 more')")


def test_threads_that_end_leave_no_connection_open(path):
    with contextlib.closing(Database(path, migrate)) as database:
        for _ in range(5):
            thread = threading.Thread(target=numbers, args=(database,))
            thread.start()
            thread.join()
        open_ones = 0
        for connection in database._all:
            with contextlib.suppress(sqlite3.ProgrammingError):  # closed
                connection.execute("SELECT 1")
                open_ones += 1
        assert open_ones <= 2  # this thread's own, and the last one's where the system is slow to end it


def test_failed_statement_is_no_failure_of_the_disk(path):
    with contextlib.closing(Database(path, migrate)) as database, pytest.raises(sqlite3.OperationalError) as failure:
        database.connection.execute("SELECT * FROM nothing")
    assert not isinstance(failure.value, StorageError)
