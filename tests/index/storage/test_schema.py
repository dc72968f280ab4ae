"""An index of every earlier version opens as one of the newest, with all that it held."""

import contextlib
import json
import sqlite3
import threading
import zlib
from dataclasses import asdict

import pytest
from conftest_index import DOCUMENTS

from corpus.chunking import chunk
from index.maintenance.check import check
from index.retrieval.search import Search
from index.storage import schema
from index.storage.schema import MIGRATIONS, apply
from index.storage.store import Store, StoreError
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache

FIRST_QUEUE = "CREATE TABLE embedding_queue (passage_id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE)"


def first_form():
    """Version 1 as it first was: the queue had no order."""
    return [
        FIRST_QUEUE if "TABLE embedding_queue" in statement else statement
        for statement in MIGRATIONS[0]
        if "embedding_queue_by_turn" not in statement
    ]


VERSIONS = [[first_form()]] + [MIGRATIONS[:count] for count in range(1, len(MIGRATIONS) + 1)]


def old_index(path, migrations):
    """An index of an earlier version with two documents, of which one is embedded and one waits."""
    embedder = HashingEmbedder()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        apply(connection, migrations)
        run = connection.execute
        run("INSERT INTO meta VALUES ('uuid', 'abc'), ('generation', '7'), ('embedder', 'hashing')")
        run("INSERT INTO collections (name, created) VALUES ('notes', 1)")
        run(
            "INSERT INTO sources (collection_id, path, kind, state, added) VALUES (1, 'notes.jsonl', 'file', 'done', 1)"
        )
        for number, document in enumerate(DOCUMENTS[:2], 1):
            sections = zlib.compress(json.dumps([asdict(section) for section in document.sections]).encode())
            run(
                """INSERT INTO documents (collection_id, sha256, external_id, title, path, language, metadata, sections)
                   VALUES (1, ?, ?, ?, '', '', '{}', ?)""",
                (document.id, document.external_id, document.title, sections),
            )
            run("INSERT INTO source_documents VALUES (1, ?, 1)", (number,))
            (passage,) = chunk(document, embedder.count_tokens)
            run(
                "INSERT INTO passages (document_id, ordinal, heading, text, key) VALUES (?, 0, ?, ?, ?)",
                (number, passage.heading, passage.text, passage.key),
            )
        vector = embedder.encode([passage.indexed_text])[0].astype("<f2").tobytes()
        run("INSERT INTO vectors (embedder, key, vector) VALUES ('hashing', ?, ?)", (passage.key, vector))
        run(
            "INSERT INTO embedding_queue (passage_id) VALUES (1)"
            if _is_first(run)
            else "INSERT INTO embedding_queue VALUES (1, 1)"
        )


def _is_first(run):
    return len(run("PRAGMA table_info(embedding_queue)").fetchall()) == 1


def shape(store):
    """Columns and indexes by table."""
    run = store.database.connection.execute
    tables = sorted(row[0] for row in run("SELECT name FROM sqlite_master WHERE type = 'table'"))
    return {
        name: (
            sorted(tuple(row[1:4]) for row in run(f"PRAGMA table_info({name})")),
            sorted(row[1] for row in run(f"PRAGMA index_list({name})")),
        )
        for name in tables
    }


@pytest.mark.parametrize("migrations", VERSIONS, ids=lambda given: f"{len(given)}-{len(given[0])}")
def test_index_of_every_version_opens_with_all_it_held(migrations, tmp_path):
    old_index(tmp_path / "i.sqlite3", migrations)
    with (
        contextlib.closing(Store(tmp_path / "new.sqlite3")) as new,
        contextlib.closing(Store(tmp_path / "i.sqlite3")) as old,
    ):
        assert shape(old) == shape(new)
        assert check(old, tmp_path / "vectors") == []
        assert (old.uuid, old.generation) == ("abc", 7)
        assert [(row.title, row.passages, row.embedded) for row in old.documents()] == [
            ("Glaucoma", 1, 0),
            ("Asthma", 1, 1),
        ]
        assert len(old.unembedded(10)) == 1
        embedder = HashingEmbedder()
        search = Search(old, embedder, VectorCache(old, tmp_path / "vectors", embedder.name))
        assert search.search("What narrows the airways?").hits[0].title == "Asthma"
        assert old.add_source("notes", "more.txt", "file").state == "waiting"


def test_step_that_fails_leaves_the_index_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "i.sqlite3"
    old_index(path, MIGRATIONS[:1])
    broken = (MIGRATIONS[0], ["CREATE TABLE half (id INTEGER)", "CREATE TABLE collections (id INTEGER)"])
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(StoreError):
            Store(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchall()
    with contextlib.closing(Store(path)) as store:
        assert len(store.documents()) == 2


def test_several_programs_may_meet_an_old_index_at_once(tmp_path):
    path, failures = tmp_path / "i.sqlite3", []
    old_index(path, [first_form()])

    def open_it():
        try:
            with contextlib.closing(Store(path)) as store:
                assert len(store.documents()) == 2
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
