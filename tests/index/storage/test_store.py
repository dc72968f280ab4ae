import contextlib
import sqlite3

import numpy as np
import pytest
from conftest_index import BOTH, DOCUMENTS, add, document, embed_all

from corpus.chunking import chunk
from corpus.document import Dropped
from corpus.errors import Reason
from index.storage.matching import Match
from index.storage.schema import MIGRATIONS
from index.storage.store import Store, StoreError
from index.views.status import collection_statuses

DATABASES = BOTH


def counts(store):
    tables = ("documents", "passages", "vectors", "embedding_queue", "source_documents")
    return {name: store.database.connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in tables}


def test_store_keeps_documents_over_a_restart(tmp_path, embedder):
    first = Store(tmp_path / "i.sqlite3")
    add(first, DOCUMENTS, embedder)
    first.close()
    again = Store(tmp_path / "i.sqlite3")
    assert [row.title for row in again.documents("notes")] == ["Glaucoma", "Asthma", "Bread", "Glaucome"]
    assert again.document(1) == DOCUMENTS[0]
    again.close()


def test_same_text_from_two_files_is_one_document_and_goes_with_the_last_file(store, embedder):
    first = add(store, DOCUMENTS[:1], embedder, path="one.txt")
    second = add(store, DOCUMENTS[:1], embedder, path="two.txt")
    assert counts(store)["documents"] == 1
    store.remove_sources([first])
    assert counts(store)["documents"] == 1
    store.remove_sources([second])
    assert counts(store) == dict.fromkeys(counts(store), 0)


def test_changed_source_answers_from_its_old_passages_until_the_new_ones_are_complete(store, embedder):
    source = add(store, DOCUMENTS[:2], embedder)
    scan = store.begin_scan(source)
    store.put(source, scan, [(DOCUMENTS[1], []), (document("New", "Something new."), [])])
    assert [row.title for row in store.documents()] == ["Glaucoma", "Asthma", "New"]
    store.end_scan(source, scan)
    assert [row.title for row in store.documents()] == ["Asthma", "New"]


def test_interrupted_reading_is_queued_again_and_adds_no_copy(store, embedder):
    source = add(store, DOCUMENTS[:2], embedder)
    store.begin_scan(source)
    assert store.requeue_interrupted() == 1
    assert store.sources(state="waiting")[0].id == source
    add(store, DOCUMENTS[:2], embedder)
    assert counts(store)["documents"] == 2


def test_vectors_are_shared_by_equal_texts_and_computed_once(store, embedder):
    add(store, DOCUMENTS[:1], embedder, collection="one")
    embed_all(store, embedder)
    add(store, DOCUMENTS[:1], embedder, collection="two")
    assert store.unembedded(10) == []
    # A server keeps one for each collection, the file one for all.
    assert counts(store)["vectors"] == (2 if store.is_server else 1)


def test_removing_a_document_removes_its_passages_words_and_vector(library):
    library.remove_documents(["g1"])
    assert not library.words.holds(Match(("pressure",)))
    assert counts(library)["vectors"] == 3


def test_removing_by_an_unknown_or_ambiguous_name_removes_nothing(library):
    with pytest.raises(StoreError, match=r"^store.document_unknown .name=zz.$"):
        library.remove_documents(["g1", "zz"])
    assert counts(library)["documents"] == 4


def test_removing_by_the_listed_id_finds_the_document(library):
    library.remove_documents([library.documents()[0].id])
    assert counts(library)["documents"] == 3


def test_another_embedder_requires_an_update_and_queues_every_passage(library):
    assert not library.use_embedder("other")
    assert collection_statuses(library, "other")[0].state == "requires_update"
    library.change_embedder("other")
    assert counts(library)["embedding_queue"] == 4


def test_vectors_of_an_embedder_that_was_replaced_meanwhile_are_not_stored(library):
    library.change_embedder("other")
    library.put_vectors("hashing", [b"x" * 32], np.ones((1, 4)))
    assert counts(library)["vectors"] == 4


def test_status_counts_documents_dropped_rows_and_failures(store, embedder):
    source = add(store, DOCUMENTS[:1], embedder)
    scan = store.begin_scan(source)
    store.put(source, scan, [(DOCUMENTS[0], [])], [Dropped("row 2", Reason("row.no_answer"))])
    store.end_scan(source, scan)
    bad = store.add_source("notes", "bad.pdf", "file")
    store.set_source(bad.id, "failed", "It is damaged.")
    status = collection_statuses(store, "hashing")[0]
    assert (status.documents, status.passages, status.embedded, status.dropped) == (1, 1, 0, 1)
    assert status.state == "embedding"
    assert [(error.path, error.reason) for error in status.errors] == [("bad.pdf", "It is damaged.")]


def test_listing_takes_the_query_word_for_word(store, embedder):
    add(store, [document("100 % sure", "Yes."), document("Under_score", "No.")], embedder)
    assert [row.title for row in store.documents(query="%")] == ["100 % sure"]
    assert [row.title for row in store.documents(query="_")] == ["Under_score"]


def test_collection_names_are_unique_whatever_their_case(store):
    assert store.make_collection("Notes ") == store.make_collection("notes")
    with pytest.raises(StoreError, match=r"^collection.name_length .most=80.$"):
        store.make_collection("  ")


def test_unknown_collection_is_named_with_those_that_exist(library):
    with pytest.raises(StoreError, match=r"^collection.unknown .name=x, known=notes.$"):
        library.collection_id("x")


def test_index_of_a_newer_version_is_refused(tmp_path):
    Store(tmp_path / "i.sqlite3").close()
    with sqlite3.connect(tmp_path / "i.sqlite3") as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match=r"^store.unopenable .*store\.newer"):
        Store(tmp_path / "i.sqlite3")


def test_file_that_is_no_database_is_set_aside_and_the_index_begins_anew(tmp_path):
    letter = "this is a letter, not a database, and long enough to be read as one" * 20
    (tmp_path / "i.sqlite3").write_text(letter)
    with contextlib.closing(Store(tmp_path / "i.sqlite3")) as store:
        assert store.collections() == []
    (aside,) = tmp_path.glob("i.damaged-*")
    assert aside.read_text() == letter


def test_own_files_are_embedded_before_data_sets_and_the_newest_first(store, embedder):
    for collection, kind, text in (("set", "dataset", "one"), ("own", "file", "two"), ("own", "file", "three")):
        source = store.add_source(collection, text, kind)
        new = document("", text)
        store.put(source.id, store.begin_scan(source.id), [(new, chunk(new, embedder.count_tokens))])
    assert [text for _, text in store.unembedded(10)] == ["three", "two", "one"]
