import pytest
from conftest_index import add, document

from index.retrieval.spelling import Spelling
from index.retrieval.vocabulary import Vocabulary


@pytest.fixture
def mended(library, embedder):
    many = [document(f"Syndrome {n}", f"The syndrome of kind {n} has symptoms.") for n in range(150)]
    add(library, [*many, document("Slip", "One sindrome was mistyped.")], embedder, path="many.jsonl")
    add(library, [document("Hiver", "En hiver il neige.", language="fr")], embedder, "french", path="f.jsonl")
    spelling = Spelling(Vocabulary(library))
    return lambda text, collection="notes": spelling.mended(text, [library.collection_id(collection)])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("glaucomma", "glaucoma"), ("asthmma", "asthma"), ("simptoms", "symptoms"), ("pressrue", "pressure")],
)
def test_slip_is_mended_with_a_word_of_the_documents(mended, typed, meant):
    assert mended(f"what about {typed}") == {typed: meant}


def test_known_words_short_words_and_words_with_digits_are_left(mended):
    assert mended("glaucoma eyes abc il17a glaucome hier") == {}


def test_word_far_from_all_others_is_left(mended):
    assert mended("router zorblaxian") == {}


def test_words_of_other_collections_mend_nothing(mended):
    assert mended("glaucomma", "french") == {}


def test_name_inside_a_sentence_is_mended_for_a_single_slip_only(mended):
    assert mended("what is glauqomna") == {"glauqomna": "glaucoma"}
    assert mended("what is Glauqomna") == {}
    assert mended("what is Glauqoma") == {"glauqoma": "glaucoma"}


def test_text_of_unknown_words_is_not_mended_at_all(mended):
    assert mended("glaucomma " + " ".join(f"qwertzu{sign}" for sign in "abcdefghijklmn")) == {}


def test_slip_that_stands_in_a_text_itself_is_mended_when_its_neighbour_is_common(mended):
    assert mended("sindrome") == {"sindrome": "syndrome"}


def test_rare_word_of_a_heading_is_never_taken_for_a_slip(mended):
    assert mended("slip") == {}
