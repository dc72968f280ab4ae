"""From a path to a searchable document, through the real reading process."""

import contextlib
import json
import threading

import pytest

from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason
from corpus.home import Home
from index.ingestion.builder import Builder
from index.ingestion.parser import Parser
from index.ingestion.queue import enqueue
from index.ingestion.worker import is_running, lock_path, work
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from index.views.status import collection_statuses


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setattr("index.ingestion.worker.IDLE_S", 0.0)
    return Home(tmp_path / "home").make()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    (made / "eye.txt").write_text("Eye drops lower the pressure in the eye.")
    (made / "bread.md").write_text("# Bread\n\nBake the dough for forty minutes.")
    return made


@pytest.fixture
def store(home):
    with contextlib.closing(Store(home.index)) as made:
        yield made


def run(home):
    work(home, threading.Event())


def titles(store, collection="documents"):
    return sorted(row.title for row in store.documents(collection))


def test_folder_is_read_embedded_and_ready(home, store, folder):
    queued = enqueue(store, [folder])
    assert len(queued.sources) == 2
    run(home)
    (status,) = collection_statuses(store, "hashing")
    assert (status.name, status.documents, status.embedded, status.state) == ("documents", 2, 2, "ready")
    assert any(home.vectors.iterdir())


def test_bad_input_is_named_with_its_reason_and_the_rest_is_done(home, store, folder):
    (folder / "empty.txt").write_text("")
    (folder / "fake.pdf").write_text("this is no PDF")
    queued = enqueue(store, [folder, folder / "missing.txt", "no-such-set"])
    assert [item.reason.code for item in queued.failed] == ["source.unknown"] * 2
    run(home)
    failed = {row.path.rsplit("/", 1)[-1]: Reason.loads(row.reason) for row in store.sources(state="failed")}
    assert set(failed) == {"empty.txt", "fake.pdf"}
    assert all(failed.values())
    assert len(store.documents()) == 2


def test_unchanged_file_is_not_read_again_and_a_changed_one_replaces_its_passages(home, store, folder):
    enqueue(store, [folder / "eye.txt"])
    run(home)
    before = store.generation
    enqueue(store, [folder / "eye.txt"])
    run(home)
    assert store.generation == before
    (folder / "eye.txt").write_text("Laser surgery opens the drain of the eye.")
    enqueue(store, [folder / "eye.txt"])
    run(home)
    assert [store.document(2).text] == ["Laser surgery opens the drain of the eye."]
    assert len(store.documents()) == 1


def test_changed_file_that_cannot_be_read_keeps_its_old_passages(home, store, folder):
    enqueue(store, [folder / "eye.txt"])
    run(home)
    (folder / "eye.txt").write_text("")
    enqueue(store, [folder / "eye.txt"])
    run(home)
    assert store.sources()[0].state == "failed"
    assert len(store.documents()) == 1


def test_beir_folder_keeps_its_identifiers(home, store, tmp_path):
    beir = tmp_path / "beir"
    beir.mkdir()
    rows = [{"_id": "d1", "title": "Eye", "text": "Drops."}, {"_id": "d2", "title": "Bread", "text": "Dough."}]
    (beir / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "not json\n")
    (source,) = enqueue(store, [beir], "beir").sources
    run(home)
    assert source.kind == "beir"
    assert store.document(1).external_id == "d1"
    assert len(store.dropped(source.id)) == 1


def test_data_set_that_was_not_fetched_says_how_to_fetch_it(home, store):
    enqueue(store, ["medquad"])
    run(home)
    (row,) = store.sources()
    assert Reason.loads(row.reason) == Reason("source.not_fetched", {"name": "medquad"})


def test_unreadable_kind_and_empty_folder_are_refused_at_once(store, tmp_path):
    (tmp_path / "a.exe").write_bytes(b"MZ")
    (tmp_path / "nothing").mkdir()
    failed = enqueue(store, [tmp_path / "a.exe", tmp_path / "nothing"]).failed
    assert [item.reason for item in failed] == [
        Reason("source.unsupported", {"kind": ".exe"}),
        Reason("source.empty_folder"),
    ]


def test_one_process_works_on_a_folder_at_a_time(home):
    from filelock import FileLock

    assert not is_running(home)
    with FileLock(lock_path(home)):
        assert is_running(home)


# --- the reading process ----------------------------------------------------------------------------------------


@pytest.fixture
def parser(home):
    with contextlib.closing(Parser(home, silence_s=20.0)) as made:
        yield made


def test_parser_gives_documents_as_they_are(parser, folder):
    (folder / "rows.jsonl").write_text('{"title": "Ünïcode ☃", "text": "line\\u2028one\\n\\ttwo"}\n[1]\n')
    document, dropped = parser.read(str(folder / "rows.jsonl"), "file")
    assert isinstance(document, Document)
    assert document.title == "Ünïcode ☃"
    assert isinstance(dropped, Dropped)


def test_parser_goes_on_after_a_failure_and_after_an_early_stop(parser, folder):
    with pytest.raises(ReadingError):
        list(parser.read(str(folder / "missing.txt"), "file"))
    next(iter(parser.read(str(folder / "eye.txt"), "file")))
    assert [item.title for item in parser.read(str(folder / "bread.md"), "file")] == ["Bread"]


def test_reader_that_hangs_is_stopped(home, folder):
    import os

    os.mkfifo(folder / "pipe.txt")  # opening it waits for a writer that never comes
    with contextlib.closing(Parser(home, silence_s=3.0)) as parser:
        with pytest.raises(ReadingError):
            list(parser.read(str(folder / "pipe.txt"), "file"))
        assert list(parser.read(str(folder / "eye.txt"), "file"))


def test_reader_that_is_killed_fails_only_its_own_file(parser, folder):
    assert list(parser.read(str(folder / "eye.txt"), "file"))
    parser._child.kill()
    parser._child.wait()
    assert list(parser.read(str(folder / "bread.md"), "file"))


def test_builder_notes_progress_for_the_time_left(home, store, folder):
    enqueue(store, [folder])
    with contextlib.closing(Parser(home)) as parser:
        builder = Builder(store, HashingEmbedder(), parser)
        while builder.read_next():
            pass
        assert builder.embed_next() == 2
        assert builder.embed_next() == 0
    assert float(store.meta("embedding_rate")) > 0


def test_file_that_comes_last_does_not_wait_for_a_whole_folder(store, parser, tmp_path):
    for number in range(10):
        (tmp_path / f"{number}.txt").write_text(f"Letter number {number}.")
    enqueue(store, [tmp_path])
    (tmp_path / "new.txt").write_text("The letter that came last.")
    enqueue(store, [tmp_path / "new.txt"])
    builder = Builder(store, HashingEmbedder(), parser)
    assert builder.read_next() and builder.read_next()
    assert titles(store) == ["0", "new"]
    while builder.read_next():
        pass
    assert len(titles(store)) == 11


def test_files_of_other_kinds_in_a_folder_are_skipped_and_are_no_failure(store, folder):
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    queued = enqueue(store, [folder])
    assert len(queued.sources) == 2
    assert queued.failed == ()
    assert [item.place for item in queued.skipped] == [str(folder / "photo.jpg")]
