"""What only a server promises: processes share one index, and one that is killed loses and repeats nothing."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest_index import DOCUMENTS, add, document, embed_all

from corpus.home import Home
from index.ingestion.worker import work_on_server
from index.maintenance.move import contents, move
from index.retrieval.search import Search
from index.storage.opening import open_store
from index.storage.rows import StoreError
from index.storage.store import Store

pytestmark = pytest.mark.usefixtures("store")
DATABASES = ("postgresql",)
ROOT = Path(__file__).resolve().parents[3]
# Takes a source, stores half of it, takes texts to embed, says so, and hangs.
HALF_WAY = """
import sys, time
from corpus.document import Document, Passage, Section
from index.storage.postgres.store import PostgresStore
store = PostgresStore(sys.argv[1], sys.argv[2])
source = store.take_next()
scan = store.begin_scan(source.id)
half = Document("Half", (Section("Only half of it."),))
store.put(source.id, scan, [(half, [Passage("Only half of it.", "Half")])])
with store.embedding(64) as texts:
    print(source.id, len(texts), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def patience():
    """Repeats a look until it is true; a server notices in its own time that a process has died."""

    def until(look):
        deadline = time.monotonic() + 60
        while not look():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    return until


def other(store):
    """The same index as another process opens it."""
    return type(store)(store._url, store.database.schema)


def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(store, embedder, tmp_path, monkeypatch, patience):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    files = [tmp_path / f"{number}.txt" for number in range(4)]
    for number, file in enumerate(files):
        file.write_text(f"Tram number {number} leaves the depot at dawn.")
    store.use_embedder(embedder.name)
    store.add_sources("trams", [(str(file), "file") for file in files])
    with subprocess.Popen(
        [sys.executable, "-c", HALF_WAY, store._url, store.database.schema],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as killed:
        taken, texts = map(int, killed.stdout.readline().split())
        assert texts == 1 and store.unembedded(10) == []  # held by the other one
        assert store.requeue_interrupted() == 0
        assert store.take_next().id != taken
        killed.kill()
    store.close()
    again = other(store)
    patience(again.requeue_interrupted)
    work_on_server(Home(tmp_path / "home"), again, threading.Event())
    assert [row.state for row in again.sources()] == ["done"] * 4
    assert sorted(row.title for row in again.documents()) == ["0", "1", "2", "3"]  # what was half done is gone
    assert again.unembedded(10) == []
    assert contents(again, "trams").vectors == contents(again, "trams").passages == 4
    again.close()


def test_two_workers_never_take_the_same(store):
    store.add_sources("notes", [(f"{number}.txt", "file") for number in range(6)])
    second = other(store)
    taken = [worker.take_next().id for _ in range(3) for worker in (store, second)]
    assert len(set(taken)) == 6 and second.take_next() is None
    second.close()


def test_what_was_taken_for_dead_and_lives_stores_nothing_more(store):
    source = store.add_source("notes", "a.txt", "file")
    slow = store.begin_scan(source.id)
    store.begin_scan(source.id)
    with pytest.raises(StoreError, match=r"^store.source_removed"):
        store.put(source.id, slow, [(DOCUMENTS[0], [])])
    with pytest.raises(StoreError, match=r"^store.source_removed"):
        store.end_scan(source.id, slow)


def test_a_server_that_starts_again_costs_no_question(library, embedder, postgres):
    search = Search(library, embedder, None)
    assert search.search("optic nerve").hits
    postgres.stop("immediate")
    postgres.start()
    assert search.search("optic nerve").hits[0].title == "Glaucoma"


def test_a_large_collection_is_searched_by_hnsw_and_finds_the_same(library, embedder):
    exact = [hit.title for hit in Search(library, embedder, None).search("eye pressure drops").hits]
    assert library.index_vectors(library.collection_id("notes"), embedder.name, least=1)
    assert not library.index_vectors(library.collection_id("notes"), embedder.name, least=1)  # it is there
    with library.database.transaction() as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute("SET LOCAL enable_sort = off")
        assert [hit.title for hit in Search(library, embedder, None).search("eye pressure drops").hits] == exact


def test_an_index_moves_to_a_server_and_back_whole(store, embedder, tmp_path):
    file = Store(tmp_path / "from.sqlite3")
    add(file, DOCUMENTS, embedder)
    embed_all(file, embedder)
    add(file, [document("New", "It waits for its vector.")], embedder, "more", "new.txt")
    assert [one.complete for one in move(file, store)] == [True, True]
    back = Store(tmp_path / "back.sqlite3")
    assert all(one.complete for one in move(store, back))
    assert contents(back, "notes") == contents(file, "notes")
    assert (contents(back, "more").passages, contents(back, "more").vectors) == (1, 0)
    assert len(back.unembedded(10)) == 1
    assert [row.path for row in back.sources()] == [row.path for row in file.sources()]
    for one in (file, back):
        one.close()


def test_a_move_that_was_cut_off_goes_on_and_a_difference_is_seen(store, embedder, tmp_path, monkeypatch):
    file = Store(tmp_path / "from.sqlite3")
    add(file, DOCUMENTS, embedder)
    embed_all(file, embedder)

    def cut_off(name, documents):
        raise KeyboardInterrupt

    monkeypatch.setattr("index.maintenance.move.BATCH", 2)
    with pytest.raises(KeyboardInterrupt):
        move(file, store, cut_off)
    assert len(store.documents()) == 2
    assert all(one.complete for one in move(file, store))
    store.database.connection.execute("DELETE FROM vectors WHERE ctid = (SELECT min(ctid) FROM vectors)")
    (compared,) = [one for one in move(file, store) if not one.complete]
    assert (compared.here.vectors, compared.there.vectors) == (4, 3)
    file.close()


def test_an_address_that_cannot_be_opened_is_said_without_its_password(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(StoreError) as refused:
        open_store(home, "postgresql://someone:secret@127.0.0.1:1/none")
    assert refused.value.code == "storage.unreachable" and "secret" not in str(refused.value)
    with pytest.raises(StoreError, match=r"^store.unknown_url"):
        open_store(home, "mysql://someone:secret@host/none")
