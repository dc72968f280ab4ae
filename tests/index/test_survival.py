"""What happens to a data folder: moved, read-only, a full disk, two programs, a clock that jumps, many files."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from conftest_index import DOCUMENTS, add, document, embed_all

from corpus.home import Home
from index.ingestion.queue import enqueue
from index.ingestion.worker import work
from index.maintenance.check import check
from index.retrieval.search import Search
from index.storage.database import StorageError
from index.storage.store import Store, StoreError
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setattr("index.ingestion.worker.IDLE_S", 0.0)
    return Home(tmp_path / "home").make()


def read_all(home):
    work(home, threading.Event())


def at_once(count, work):
    """Runs `work(number)` in that many threads, to their end."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_moved_home_finds_its_own_files_and_caches_again(home, tmp_path):
    (home.documents / "notes").mkdir(parents=True)
    (home.documents / "notes" / "eye.txt").write_text("Eye drops lower the pressure in the eye.")
    (tmp_path / "away.txt").write_text("A file that lies elsewhere stays where it is.")
    with contextlib.closing(Store(home.index)) as store:
        enqueue(store, [home.documents / "notes", tmp_path / "away.txt"], "notes")
        read_all(home)
    moved = Home(tmp_path / "moved" / "deeper")
    moved.path.parent.mkdir()
    shutil.move(home.path, moved.path)
    with contextlib.closing(Store(moved.index)) as store:
        paths = {row.path for row in store.sources()}
        assert paths == {str(moved.documents / "notes" / "eye.txt"), str(tmp_path / "away.txt")}
        assert {row.path for row in store.documents()} == paths
        assert store.read_again()
        read_all(moved)
        assert [row.state for row in store.sources()] == ["done", "done"]
        assert check(store, moved.vectors) == []


@pytest.mark.parametrize("accident", ["emptied", "lost"])
def test_index_that_is_lost_or_emptied_is_read_again_from_the_files(home, tmp_path, accident):
    (tmp_path / "eye.txt").write_text("Eye drops lower the pressure in the eye.")
    with contextlib.closing(Store(home.index)) as store:
        enqueue(store, [tmp_path / "eye.txt"], "notes")
        read_all(home)
    for path in home.path.glob("index.sqlite3*"):
        path.unlink()
    if accident == "emptied":
        home.index.touch()
    with contextlib.closing(Store(home.index)) as store:
        assert [(row.collection, row.state) for row in store.sources()] == [("notes", "waiting")]
        read_all(home)
        assert [row.path for row in store.documents("notes")] == [str(tmp_path / "eye.txt")]
        assert check(store, home.vectors) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_home_is_searched_and_refuses_changes(home, embedder):
    with contextlib.closing(Store(home.index)) as store:
        add(store, DOCUMENTS, embedder)
        embed_all(store, embedder)
    home.index.chmod(0o444)
    home.path.chmod(0o555)
    try:
        with contextlib.closing(Store(home.index)) as store:
            search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
            assert search.search("What lowers the pressure in the eye?").hits[0].title == "Glaucoma"
            with pytest.raises(StoreError, match=r"^storage.read_only "):
                store.make_collection("more")
            assert check(store, home.vectors) == []
    finally:
        home.path.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file size there")
def test_indexing_process_on_a_full_disk_says_so_and_goes_on_later(home, tmp_path):
    """The size that a file may have stands in for the room on the disk."""
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text(f"Text {number}. " + "Many words of it. " * 400)
    with contextlib.closing(Store(home.index)) as store:
        enqueue(store, [tmp_path / f"{number}.txt" for number in range(40)])
        limited = (
            "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000));"
            "from index.ingestion.worker import main; sys.exit(main(['--home', sys.argv[1]]))"
        )
        ended = subprocess.run(
            [sys.executable, "-c", limited, str(home.path)], cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        assert "storage." in ended.stderr.splitlines()[-1]
        assert check(store, home.vectors) == []
        kept = {row.path for row in store.documents()}
        read_all(home)
        assert {row.state for row in store.sources()} == {"done"}
        assert kept <= {row.path for row in store.documents(limit=1000)}
        assert check(store, home.vectors) == []


def test_several_programs_that_make_the_same_index_at_once_all_open_it(tmp_path):
    # For one of two that set a new file's mode SQLite gives up at once, in about one of ten such starts.
    failures = []

    def one(path, together, _):
        together.wait()
        try:
            with contextlib.closing(Store(path)) as store:
                store.set_meta(seen="yes")
        except StorageError as error:
            failures.append(error)

    for number in range(60):
        path = tmp_path / str(number) / "index.sqlite3"
        at_once(4, partial(one, path, threading.Barrier(4)))
    assert failures == []


def test_two_programs_on_one_home_change_and_ask_at_once(home, embedder):
    failures = []

    def one(number):
        try:
            with contextlib.closing(Store(home.index)) as store:
                cache = VectorCache(store, home.vectors, embedder.name)
                search = Search(store, embedder, cache)
                for step in range(6):
                    title = f"Remedy {number} {step}"
                    add(
                        store,
                        [document(title, f"{title} is herb{number}x{step} in water.")],
                        embedder,
                        f"own {number}",
                        title,
                    )
                    embed_all(store, embedder)
                    assert search.search(f"herb{number}x{step}", top=1).hits[0].title == title
                    cache.save()
                store.remove_documents([store.documents(f"own {number}")[0].id])
        except Exception as error:
            failures.append(error)

    at_once(2, one)
    assert failures == []
    with contextlib.closing(Store(home.index)) as store:
        assert len(store.documents()) == 10
        assert check(store, home.vectors) == []


def test_clock_that_jumps_changes_nothing(home, tmp_path, monkeypatch):
    path = tmp_path / "eye.txt"
    with contextlib.closing(Store(home.index)) as store:
        for jump, text in ((0, "Eye drops."), (-(10**9), "Laser surgery."), (10**9, "Glasses."), (-5, "Rest.")):
            now = time.time()
            monkeypatch.setattr(time, "time", lambda now=now, jump=jump: now + jump)
            path.write_text(text)
            os.utime(path, (max(0, now + jump), max(0, now + jump)))
            enqueue(store, [path])
            read_all(home)
            monkeypatch.undo()
            monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
            monkeypatch.setattr("index.ingestion.worker.IDLE_S", 0.0)
            assert [store.document(row[0]).text for row in rows(store)] == [text]
        assert check(store, home.vectors) == []


def rows(store):
    return store.database.connection.execute("SELECT id FROM documents").fetchall()


def test_file_of_the_same_size_and_time_but_other_bytes_is_read_when_asked_for(home, tmp_path):
    path = tmp_path / "eye.txt"
    with contextlib.closing(Store(home.index)) as store:
        for text in ("Eye drops.", "Eye drips."):
            path.write_text(text)
            os.utime(path, (1e9, 1e9))
            enqueue(store, [path])
            read_all(home)
        assert [store.document(row[0]).text for row in rows(store)] == ["Eye drips."]


def test_queueing_many_files_takes_no_longer_for_each(store, tmp_path, monkeypatch):
    """No statement may look at all files for each file: counted in steps of SQLite, not in seconds."""
    steps = []
    for many in (200, 2000):
        folder = tmp_path / str(many)
        folder.mkdir()
        for number in range(many):
            (folder / f"{number}.txt").touch()
        connection, count = store.database.connection, [0]
        connection.set_progress_handler(lambda count=count: count.__setitem__(0, count[0] + 1), 100)
        enqueue(store, [folder], str(many))
        for _ in range(20):
            source = store.next_waiting()
            store.set_source(source.id, "done")
        connection.set_progress_handler(None, 0)
        steps.append(count[0] / many)
    assert steps[1] < 2 * steps[0]


def test_vectors_removed_for_good_leave_the_search_in_memory(library, embedder, tmp_path, monkeypatch):
    monkeypatch.setattr("index.vectors.faiss_cache.COUNT_EVERY_S", 0.0)
    cache = VectorCache(library, tmp_path / "vectors", embedder.name)
    question = embedder.encode(["inhaler for the airways"])[0]
    assert len(cache.search(question, 10)) == 4
    library.remove_documents(["g1", "b1"])
    (first, second) = cache.search(question, 10)
    assert len(cache._index) == 2
    assert first[1] >= second[1]
    add(library, [document("Cough", "Syrup calms a cough.")], embedder, path="more.txt")
    embed_all(library, embedder)
    assert len(cache.search(question, 10)) == 3
    assert len(VectorCache(library, tmp_path / "vectors", HashingEmbedder.name).search(question, 10)) == 3
