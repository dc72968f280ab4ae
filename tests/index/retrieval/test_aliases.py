import pytest
from conftest_index import BOTH, add, document

from index.retrieval.aliases import Aliases
from index.retrieval.vocabulary import Vocabulary

DATABASES = BOTH


@pytest.fixture
def names(store, embedder):
    documents = [
        document("What is Edwards disease?", "Edwards disease, also known as trisomy of the eye, is rare."),
        document("Trisomy of the eye", "It is rare."),
        document("What is hendra fever?", "Hendra fever (HF) comes from horses."),
        document("Growth hormone", "The gland makes growth hormone, also called somatotropin, at night."),
        document("A disorder", "A disorder called kerberosis hurts."),
        document("Elsewhere", "Unlike asthma, kerberosis (and also called by nobody) is made up."),
    ]
    add(store, documents, embedder)
    scope = [store.collection_id("notes")]
    return lambda question: {alias.name for alias in Aliases(store, Vocabulary(store)).of(question, scope)}


def test_name_behind_a_cue_is_another_name(names):
    assert "trisomy of the eye" in names("how is edwards disease treated")


def test_topic_of_the_document_is_another_name_of_what_its_first_sentence_calls_it(names):
    assert "edwards disease" in names("is trisomy of the eye inherited?")


def test_abbreviation_has_its_long_form(names):
    assert names("what is hf") == {"hendra fever"}


def test_name_before_a_cue_is_another_name(names):
    assert names("somatotropin") == {"growth hormone"}


def test_general_nouns_and_unknown_phrases_have_no_other_name(names):
    assert names("what is kerberosis") == set()
    assert names("what is zorblax") == set()
    assert names("") == set()


def test_nothing_is_found_outside_the_scope(store, embedder):
    assert Aliases(store, Vocabulary(store)).of("hf", []) == []


def test_longer_name_that_begins_with_the_phrase_is_another_thing(store, embedder):
    text = "These episodes, sometimes referred to as asthma attacks, pass."
    add(store, [document("Episodes", "Short."), document("What is asthma?", text)], embedder)
    found = Aliases(store, Vocabulary(store)).of("what is asthma", [store.collection_id("notes")])
    assert [alias.name for alias in found] == []
