"""The list of what lies in the index, with its states."""

import pytest
from conftest_index import BOTH, DOCUMENTS, add, document, embed_all

from corpus.chunking import chunk
from index.storage.schema import FIRST_CHUNKING
from index.views.catalogue import Catalogue

DATABASES = BOTH


@pytest.fixture
def catalogue(store, embedder):
    return Catalogue(store, embedder.name, FIRST_CHUNKING)


def states(page):
    return {entry.title: entry.state for entry in page.entries}


@pytest.fixture
def mixed(store, embedder):
    """One document in each state, and sources without documents."""
    for name in ("ready", "failed", "changed"):
        source = add(store, [document(f"The {name}", f"Text of the {name} one.")], embedder, path=f"/x/{name}.txt")
        if name == "failed":
            store.set_source(source, "failed", "It is damaged.")
        if name == "changed":
            store.set_source(source, "waiting")
    embed_all(store, embedder)
    add(store, [document("The new", "Not yet embedded.")], embedder, path="/x/new.txt")
    for state in ("waiting", "failed", "excluded"):
        store.set_source(store.add_source("notes", f"/x/only-{state}.pdf", "file").id, state, "A reason.")
    return store


def test_every_document_and_every_source_without_one_has_its_state(mixed, catalogue):
    page = catalogue.page()
    assert states(page) == {
        "only-failed.pdf": "failed",
        "only-waiting.pdf": "waiting",
        "The new": "keyword",
        "The changed": "changed",
        "The failed": "failed",
        "The ready": "ready",
    }
    assert page.total == 6
    assert {entry.title: entry.reason for entry in page.entries}["The failed"] == "It is damaged."


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("working", {"only-waiting.pdf", "The new", "The changed"}),
        ("ready", {"The ready"}),
        ("failed", {"only-failed.pdf", "The failed"}),
        ("excluded", {"only-excluded.pdf"}),
        ("requires_update", set()),
        ("nonsense", set()),
    ],
)
def test_states_can_be_chosen(mixed, catalogue, state, titles):
    page = catalogue.page(state=state)
    assert set(states(page)) == titles and page.total == len(titles)


def test_another_embedder_or_another_way_of_cutting_requires_an_update(mixed, embedder):
    for catalogue in (Catalogue(mixed, "other", FIRST_CHUNKING), Catalogue(mixed, embedder.name, "2/90/1/256")):
        assert catalogue.page(state="requires_update").total == 4
        assert states(catalogue.page(query="ready")) == {"The ready": "requires_update"}


def test_pages_go_through_sources_and_documents_without_gap_or_repeat(mixed, catalogue):
    pages = [catalogue.page(limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    titles = [entry.title for page in pages for entry in page.entries]
    assert len(titles) == len(set(titles)) == 6
    assert [len(page.entries) for page in pages] == [2, 2, 2, 0]
    assert [len(catalogue.page(limit=3, offset=offset).entries) for offset in (1, 4)] == [3, 2]


def test_search_is_word_for_word_in_title_and_path(mixed, catalogue):
    assert set(states(catalogue.page(query="THE NEW"))) == {"The new"}
    assert catalogue.page(query="%").total == 0
    assert catalogue.page(collection="nowhere").total == 0


def test_a_document_of_a_table_names_no_file_of_its_own(store, embedder, catalogue):
    add(store, DOCUMENTS, embedder, path="/x/table.csv")
    assert {entry.source for entry in catalogue.page().entries} == {None}
    assert catalogue.document(1).title == "Glaucoma"
    assert catalogue.document(99) is None


def test_excerpts_are_the_passages_in_order(store, embedder, catalogue):
    long = document("Long", "One sentence of ten words stands here as it is. " * 60)
    add(store, [long], embedder)
    passages = chunk(long, embedder.count_tokens)
    found = catalogue.excerpts(1, limit=2) + catalogue.excerpts(1, offset=2)
    assert [excerpt.text for excerpt in found] == [passage.text for passage in passages]
    assert [excerpt.ordinal for excerpt in found] == list(range(len(passages)))
