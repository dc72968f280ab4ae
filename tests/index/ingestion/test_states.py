"""States of sources, documents and collections: paused, tried again, renamed, in need of an update."""

import contextlib
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from conftest_index import DOCUMENTS, add, document, embed_all

from corpus.chunking import chunk
from corpus.document import ReadingError
from corpus.errors import Reason
from index.ingestion.builder import Builder
from index.ingestion.chunking_settings import chunking_of
from index.ingestion.queue import adopt, enqueue, update
from index.retrieval.search import Search
from index.storage.sources import Look
from index.storage.store import StoreError
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache
from index.vectors.starter import packed
from index.views.status import collection_statuses
from scripts._stress.common import eventually


class FakeParser:
    """Gives the documents of a table by path; a string in place of them is the code of a failure."""

    def __init__(self, table):
        self.table = table
        self.read_paths = []

    def read(self, path, kind):
        self.read_paths.append(path)
        found = self.table[path]
        if isinstance(found, str):
            raise ReadingError(found)
        if isinstance(found, Exception):
            raise found
        yield from found


class ShortEmbedder(HashingEmbedder):
    """Sees 40 tokens of a text."""

    limit = 40


class NewerEmbedder(HashingEmbedder):
    """Another embedder that cuts alike."""

    name = "newer"


def files(tmp_path, **texts):
    paths = {}
    for name, text in texts.items():
        paths[name] = tmp_path / f"{name}.txt"
        paths[name].write_text(text)
    return paths


def status_of(store, embedder=None):
    embedder = embedder or HashingEmbedder()
    return collection_statuses(store, embedder.name, chunking_of(embedder))[0]


def test_paused_index_has_no_work_until_it_is_resumed(store, embedder):
    store.add_source("notes", "a.txt", "file")
    work = embedder.name, chunking_of(embedder)
    assert store.has_work(*work)
    store.pause()
    assert not store.has_work(*work)
    assert (status_of(store).state, status_of(store).paused) == ("waiting", True)
    store.resume()
    assert store.has_work(*work)


def test_what_only_another_embedder_could_do_is_no_work(library, embedder):
    library.change_embedder("other")
    assert not library.has_work(embedder.name, chunking_of(embedder))
    assert library.has_work("other", chunking_of(embedder))


def test_index_of_an_earlier_embedder_is_taken_over_and_answers_meanwhile(library, embedder, tmp_path, monkeypatch):
    newer = NewerEmbedder()
    work = newer.name, chunking_of(newer)
    assert status_of(library, newer).state == "requires_update"
    assert not library.has_work(*work) and library.has_work(*work, adopts=True)
    search = Search(library, newer, VectorCache(library, tmp_path / "vectors", newer.name))
    assert [hit.title for hit in search.search("inhaler").hits] == ["Asthma"]  # by its words
    monkeypatch.setattr("index.ingestion.queue.fallback", lambda: Reason("embedder.fallback"))
    adopt(library, newer)  # what stands in for another embedder takes over nothing
    assert library.meta("embedder") == embedder.name
    monkeypatch.setattr("index.ingestion.queue.fallback", lambda: None)
    adopt(library, newer)
    status = status_of(library, newer)
    assert (status.state, status.embedded, status.outdated) == ("embedding", 0, 0)
    found = search.search("inhaler")
    assert not found.complete and found.hits[0].title == "Asthma"
    builder = Builder(library, newer, FakeParser({}))
    while builder.embed_next():
        pass
    assert status_of(library, newer).state == "ready"
    assert search.search("inhaler").complete


def test_vectors_that_are_shipped_are_not_computed(store, embedder, monkeypatch):
    add(store, DOCUMENTS, embedder)
    waiting = store.unembedded(3)
    made = packed(embedder.name, [key for key, _ in waiting], embedder.encode([text for _, text in waiting]))
    monkeypatch.setattr("index.ingestion.builder.shipped", lambda name: made if name == embedder.name else None)
    computed = []
    monkeypatch.setattr(embedder, "encode", lambda texts: computed.extend(texts) or HashingEmbedder().encode(texts))
    builder = Builder(store, embedder, FakeParser({}))
    assert [builder.embed_next() for _ in range(3)] == [3, 1, 0]
    assert len(computed) == 1 and status_of(store).state == "ready"


def test_long_reading_goes_back_into_the_queue_when_it_is_held_up(store, embedder, tmp_path, monkeypatch):
    monkeypatch.setattr("index.ingestion.builder.BATCH_DOCUMENTS", 1)
    path = str(files(tmp_path, a="text")["a"])
    enqueue(store, [path])
    builder = Builder(store, embedder, FakeParser({path: DOCUMENTS}), halted=lambda: True)
    builder.read_next()
    assert [row.state for row in store.sources()] == ["waiting"]
    assert [row.title for row in store.documents()] == ["Glaucoma"]
    builder._halted = lambda: False
    builder.read_next()
    assert [row.state for row in store.sources()] == ["done"]
    assert len(store.documents()) == 4


def test_file_that_changes_while_it_is_read_is_read_again(store, embedder, tmp_path):
    path = str(files(tmp_path, a="one")["a"])
    enqueue(store, [path])

    class Slow(FakeParser):
        def read(self, path, kind):
            yield from super().read(path, kind)
            if len(self.read_paths) == 1:
                (tmp_path / "a.txt").write_text("two")
                enqueue(store, [path])

    builder = Builder(store, embedder, Slow({path: DOCUMENTS[:1]}))
    while builder.read_next():
        pass
    assert builder._parser.read_paths == [path, path]
    assert store.sources()[0].state == "done"


def test_an_unexpected_error_fails_one_file_and_not_the_others(store, embedder, tmp_path):
    paths = {name: str(path) for name, path in files(tmp_path, a="1", b="2").items()}
    enqueue(store, paths.values())
    builder = Builder(store, embedder, FakeParser({paths["a"]: RuntimeError("bug"), paths["b"]: DOCUMENTS[:1]}))
    while builder.read_next():
        pass
    assert {row.path: row.state for row in store.sources()} == {paths["a"]: "failed", paths["b"]: "done"}


def test_failed_source_waits_until_it_is_retried(store, embedder, tmp_path):
    path = str(files(tmp_path, a="1")["a"])
    enqueue(store, [path])
    parser = FakeParser({path: "file.damaged"})
    builder = Builder(store, embedder, parser)
    while builder.read_next():
        pass
    assert (status_of(store).state, status_of(store).failed) == ("failed", 1)
    assert store.retry() == 1
    while builder.read_next():
        pass
    assert parser.read_paths == [path, path]


def test_retry_takes_one_collection_or_one_source(store):
    ids = {}
    for name in ("one", "two"):
        ids[name] = store.add_source(name, f"{name}.pdf", "file").id
        store.set_source(ids[name], "failed", "It is damaged.")
    assert store.retry(collection="one") == 1
    assert store.retry([ids["two"]]) == 1
    assert store.retry() == 0


def test_collection_that_was_cut_otherwise_requires_an_update_and_answers_meanwhile(store, embedder):
    long = document("Long", "One sentence of ten words stands here as it is. " * 30)
    add(store, [long], embedder)
    embed_all(store, embedder)
    short = ShortEmbedder()
    assert status_of(store).state == "ready"
    assert status_of(store, short).state == "requires_update"
    update(store, short)
    assert status_of(store, short).state == "embedding"
    builder = Builder(store, short, FakeParser({}))
    before = status_of(store).passages
    assert builder.recut_next() == 1
    assert builder.recut_next() == 0
    assert status_of(store, short).passages > before
    while builder.embed_next():
        pass
    assert status_of(store, short).state == "ready"


def test_passages_that_stay_the_same_keep_their_vectors_when_a_document_is_cut_anew(library, embedder):
    short = ShortEmbedder()
    update(library, short)
    Builder(library, short, FakeParser({})).recut_next()
    assert library.unembedded(10) == []
    assert len(library.vectors_after(embedder.name, 0)[0]) == 4


def test_removed_document_does_not_come_back_without_its_passages(store, embedder):
    source = add(store, DOCUMENTS[:1], embedder)
    assert store.knows("notes", DOCUMENTS[0])
    store.remove_documents(["g1"])
    store.put(source, store.begin_scan(source), [(DOCUMENTS[0], None)])
    assert store.documents() == []


def test_collection_is_renamed_with_all_it_holds(library):
    assert library.rename_collection("notes", "My  library") == "My library"
    assert {row.collection for row in library.documents()} == {"My library"}
    assert library.rename_collection("My library", "my library") == "my library"
    library.make_collection("other")
    with pytest.raises(StoreError, match=r"^collection.taken .name=Other.$"):
        library.rename_collection("my library", "Other")


def test_deleted_collection_leaves_nothing_behind(library):
    library.add_source("notes", "bad.pdf", "file")
    assert library.remove_collection("notes") == 4
    tables = ("collections", "sources", "documents", "passages", "vectors", "embedding_queue", "source_documents")
    left = [library.database.connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in tables]
    assert left == [0] * len(tables)


def test_title_that_is_no_file_name_stays_when_the_file_moves(store, embedder):
    made = document("A study", "Some text.", path="/x/old.pdf")
    source = store.add_source("notes", "/x/old.pdf", "file")
    scan = store.begin_scan(source.id)
    store.put(source.id, scan, [(made, chunk(made, embedder.count_tokens))])
    store.end_scan(source.id, scan, look=Look("f" * 64, 10, 1))
    store.rename_source(source.id, "/x/new.pdf")
    assert [(row.title, row.path) for row in store.documents()] == [("A study", "/x/new.pdf")]
    other = store.add_source("notes", "/x/other.pdf", "file")
    with pytest.raises(StoreError, match=r"^store.source_taken "):
        store.rename_source(source.id, other.path)


def test_moved_file_that_waits_for_its_vector_goes_on_waiting(store, embedder):
    made = document("old", "Some text.", path="/x/old.txt")
    source = store.add_source("notes", "/x/old.txt", "file")
    store.put(source.id, store.begin_scan(source.id), [(made, chunk(made, embedder.count_tokens))])
    store.rename_source(source.id, "/x/new_name.txt")
    ((key, text),) = store.unembedded(10)
    assert text == "new name\nSome text."
    store.use_embedder(embedder.name)
    store.put_vectors(embedder.name, [key], np.ones((1, 4)))
    assert store.unembedded(10) == []


def test_upkeep_starts_the_indexing_process_while_there_is_work_and_again_after_it_was_killed(home, store, monkeypatch):
    from index.following.upkeep import Upkeep

    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setattr("index.following.upkeep.STEP_S", 0.01)
    monkeypatch.setattr("index.following.upkeep.WORK_S", 0.02)
    started = []

    class Killed:
        stdin, returncode = None, -9

        def poll(self):
            return self.returncode

    def start():
        started.append(1)
        if len(started) == 3:
            store.set_source(1, "done")
        return Killed()

    upkeep = Upkeep(home, store, start)
    store.add_source("notes", "a.txt", "file")
    with contextlib.closing(upkeep):
        upkeep.start()
        for _ in range(500):
            if len(started) == 3:
                break
            upkeep._stop.wait(0.02)
    assert len(started) == 3


def test_upkeep_starts_the_next_indexing_process_as_soon_as_the_last_one_has_ended(home, store, monkeypatch):
    from index.following.upkeep import Upkeep

    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setattr("index.following.upkeep.STEP_S", 0.01)
    monkeypatch.setattr("index.following.upkeep.WORK_S", 3600.0)  # when it would look by itself
    began = time.monotonic()  # a machine that has just started: its clock begins at 0
    monkeypatch.setattr("index.following.upkeep.time", SimpleNamespace(monotonic=lambda: time.monotonic() - began))
    first, second = threading.Event(), threading.Event()

    class Ending:
        """Lives until `first` is set, and does nothing any more."""

        stdin = None

        def poll(self):
            return 0 if first.is_set() else None

        returncode = property(poll)

    def start():
        if store.sources(state="waiting") and first.is_set():
            second.set()
        return Ending()

    store.add_source("notes", "a.txt", "file")
    with contextlib.closing(Upkeep(home, store, start)) as upkeep:
        upkeep.start()
        assert eventually(lambda: upkeep._workers, 60, 0.01) is not None
        upkeep.wake()  # what was queued while the process ended
        assert eventually(lambda: not upkeep._wake.is_set(), 60, 0.01) is not None
        first.set()
        assert second.wait(60)


@pytest.fixture
def home(tmp_path):
    from corpus.home import Home

    return Home(tmp_path / "home").make()
