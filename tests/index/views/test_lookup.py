import pytest
from conftest_index import BOTH, DOCUMENTS, add, document

from index.storage.store import StoreError
from index.views.lookup import (
    document_rows,
    holding,
    mentions,
    named,
    named_in,
    passage_hits,
    passages_of,
    passages_of_rows,
    row_numbers,
    similar_names,
)

DATABASES = BOTH


@pytest.fixture
def travel(library, embedder):
    files = [
        document("Travel policy", "Trains are second class.", path="/data/a/2026/Travel_policy.docx"),
        document("Invoice", "The total is 412.30.", path="/data/a/2024/invoice.txt"),
        document("Invoice", "The total is 938.75.", path="/data/a/2025/invoice.txt"),
        document("phone list", "The workshop has extension 4417.", path="/data/a/phone list.txt"),
    ]
    add(library, files, embedder, "office", "office")
    return library, [one.id[:16] for one in files]


def test_a_file_is_known_by_its_name_in_the_question(travel):
    store, (policy, old, new, phones) = travel
    assert named_in(store, "what does Travel_policy.docx say about trains?") == (policy,)
    assert named_in(store, "What does TRAVEL_POLICY.DOCX say?") == (policy,)
    assert set(named_in(store, "the total in invoice.txt?")) == {old, new}
    assert named_in(store, "who is in phone list.txt?") == (phones,)
    assert named_in(store, "who is in list.txt?") == ()
    assert named_in(store, "What is version 3.12 of node.js?") == ()
    assert named_in(store, "what does Travel_policy.docx say?", ["notes"]) == ()


def test_documents_are_named_by_title_file_folder_or_collection(travel):
    store, (policy, old, new, phones) = travel
    assert named(store, "travel policy") == named(store, "Travel_policy") == (policy,)
    assert named(store, "phone list.txt") == (phones,)
    assert named(store, "2025") == (new,)
    assert set(named(store, "Invoice")) == {old, new}
    assert set(named(store, "office")) == {policy, old, new, phones}
    assert named(store, "nothing") == named(store, " ") == ()
    with pytest.raises(StoreError):
        named(store, "office", ["nowhere"])


def test_passages_come_in_order_and_at_even_distances(library, travel):
    store, (_, old, new, _) = travel
    assert [hit.text for hit in passages_of(store, [old, new])] == ["The total is 412.30.", "The total is 938.75."]
    assert len(passages_of(store, [old, new], limit=1)) == 1
    assert passages_of(store, []) == ()
    assert passages_of(store, ["b1"])[0].title == DOCUMENTS[2].title


def test_mentions_count_the_passages_of_each_document(travel):
    store, (_, old, new, _) = travel
    found = mentions(store, "total")
    assert {hit.document_id for hit, _ in found} == {old, new} and {count for _, count in found} == {1}
    assert mentions(store, "total", limit=1)[0][0].document_id in (old, new)
    assert mentions(store, "d'amiante") == mentions(store, "?") == ()
    assert mentions(store, "total", ["notes"]) == ()


def test_passages_are_found_by_a_sentence_and_by_their_documents_rows(travel):
    store, (policy, old, new, _) = travel
    held = holding(store, "trains are SECOND class")
    (passage,) = held
    assert [hit.document_id for hit in passage_hits(store, [passage, 999])] == [policy]
    assert document_rows(store, [passage]) == passages_of_rows(store, row_numbers(store, [policy], 5)) == held
    assert set(holding(store, "The total is")) == set(passages_of_rows(store, row_numbers(store, [old, new], 5)))
    assert len(row_numbers(store, [old, new, "b1"], 2)) == 2
    assert holding(store, "class second are trains") == holding(store, "?") == {} and row_numbers(store, [], 5) == ()


def test_names_that_are_spelled_nearly_so_are_offered(travel):
    store, _ = travel
    assert similar_names(store, "Travel polcy")[0] == "Travel policy"
    assert similar_names(store, "invoise.txt")[0] == "invoice.txt"
    assert similar_names(store, "zzzz") == ()
