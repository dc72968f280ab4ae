import pytest
from conftest_index import BOTH, DOCUMENTS, add, document

from index.storage.store import StoreError
from index.views.documents import documents_of, file_of, has_words, headings_of, ids_of, text_of

DATABASES = BOTH


def test_documents_come_in_an_order_of_their_own_content(library):
    found = documents_of(library, "notes")
    assert {(one.id, one.title) for one in found} == {(each.external_id, each.title) for each in DOCUMENTS}
    assert documents_of(library, "notes", limit=2) == found[:2]
    assert documents_of(library, "notes", offset=5) != found
    with pytest.raises(StoreError, match=r"^collection\.unknown "):
        documents_of(library, "other")


def test_documents_are_known_by_the_id_of_their_source_or_by_their_hash(library, embedder):
    unnamed = document("Tea", "Tea is hot.", path="tea.txt")
    add(library, [unnamed], embedder, "drinks", "tea.txt")
    assert ids_of(library, "drinks") == {unnamed.id[:16]}
    assert ids_of(library, "notes") == {"g1", "a1", "b1", "f1"}
    assert ids_of(library, "notes", "GLAUCOMA") == {"g1"}
    assert text_of(library, "b1") == DOCUMENTS[2].text
    assert text_of(library, unnamed.id[:16], ["drinks"]) == "Tea is hot."
    assert text_of(library, "g1", ["drinks"]) == ""


def test_file_of_a_document_is_the_one_that_the_user_gave(library):
    (glaucoma,) = [each for each in DOCUMENTS if each.external_id == "g1"]
    assert str(file_of(library, glaucoma.id[:16], "notes")) == "notes.jsonl"
    assert file_of(library, glaucoma.id[:16], "other") is None
    assert file_of(library, glaucoma.id[:8], "notes") is None, "so short a prefix may name several"


def test_words_must_stand_in_one_passage(library):
    assert has_words(library, "notes", ["inhaler", "airways"])
    assert not has_words(library, "notes", ["inhaler", "dough"])
    assert has_words(library, "notes", ["optic nerve"]) and not has_words(library, "notes", ["nerve optic"])
    assert not has_words(library, "notes", ['a "quoted" word'])


def test_headings_are_those_of_the_passages(library):
    (bread,) = [one for one in documents_of(library, "notes") if one.id == "b1"]
    assert headings_of(library, bread.row) == ["Bread"]
