"""The stems of passages: made when they are stored, in older indexes and in damaged ones."""

import contextlib
import sqlite3

import pytest
from conftest_index import add, document

from index.maintenance.check import check
from index.storage.integrity import mend
from index.storage.schema import MIGRATIONS, apply
from index.storage.stems import stemmed, stems
from index.storage.store import Store

FRENCH = document("Chirurgie", "Deux patientes furent opérées.", language="fr")


def stored(store):
    return [row["stems"] for row in store.database.connection.execute("SELECT stems FROM passages ORDER BY id")]


def matching(store, stem):
    sql = "SELECT COUNT(*) FROM passages_fts WHERE passages_fts MATCH ?"
    return store.database.connection.execute(sql, (f'stems : "{stem}"',)).fetchone()[0]


def test_stems_are_without_accents_and_empty_for_english_and_unknown_languages():
    assert stems("Les patientes opérées, 12 fois", "fr") == "le patient oper fois"
    assert stems("The patients", "en") == stems("Patientes", "") == ""
    assert stemmed(["Opérée", "opérer", "opérations"], "fr") == ["oper"] * 3


def test_passages_are_stored_with_stems_of_their_language(library, embedder):
    assert [bool(found) for found in stored(library)] == [False, False, False, True]
    add(library, [FRENCH], embedder, path="f.jsonl")
    assert matching(library, "oper") == 1
    library.remove_documents([library.documents(query="Chirurgie")[0].id])
    assert matching(library, "oper") == 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_older_index_gets_the_stems_of_all_its_passages(tmp_path, language, monkeypatch):
    monkeypatch.setattr("index.storage.stems.BATCH", 2)
    path = tmp_path / "i.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        apply(connection, MIGRATIONS[:2])
        connection.execute("INSERT INTO meta VALUES ('uuid', 'a'), ('generation', '0')")
        connection.execute("INSERT INTO collections (name, created) VALUES ('c', 1)")
        connection.execute(
            """INSERT INTO documents (collection_id, sha256, external_id, title, path, language, metadata, sections)
               VALUES (1, 'x', '', 't', '', ?, '{}', x'')""",
            (language,),
        )
        connection.executemany(
            "INSERT INTO passages (document_id, ordinal, heading, text, key) VALUES (1, ?, 'Chirurgie', ?, x'00')",
            ((n, f"Patiente opérée {n}.") for n in range(5)),
        )
    with contextlib.closing(Store(path)) as store:
        assert matching(store, "oper") == (5 if language == "fr" else 0)
        run = store.database.connection.execute
        assert run("SELECT COUNT(*) FROM passages_fts WHERE passages_fts MATCH 'patiente'").fetchone()[0] == 5


def test_stems_that_were_lost_are_made_again(library, embedder, tmp_path):
    add(library, [FRENCH], embedder, path="f.jsonl")
    with library.database.write() as connection:
        connection.execute("UPDATE passages SET stems = ''")
        mend(connection, words=True)
    assert matching(library, "oper") == 1
    assert [found.code for found in check(library, tmp_path / "vectors") if "fts" in found.code] == []
