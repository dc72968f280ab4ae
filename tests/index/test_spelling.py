import pytest
from conftest_index import add, document

from index.spelling import Spelling
from index.vocabulary import Vocabulary


@pytest.fixture
def spelling(library, embedder):
    many = [document(f"Syndrome {n}", f"The syndrome of kind {n} has symptoms.") for n in range(150)]
    add(library, [*many, document("Slip", "One sindrome was mistyped.")], embedder, path="many.jsonl")
    return Spelling(Vocabulary(library))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("glaucomma", "glaucoma"), ("asthmma", "asthma"), ("simptoms", "symptoms"), ("pressrue", "pressure")],
)
def test_slip_is_mended_with_a_word_of_the_documents(spelling, typed, meant):
    assert spelling.mended([typed]) == {typed: meant}


def test_known_words_short_words_and_words_with_digits_are_left(spelling):
    assert spelling.mended(["glaucoma", "eyes", "abc", "il17a", "glaucome"]) == {}


def test_word_far_from_all_others_is_left(spelling):
    assert spelling.mended(["router", "zorblaxian"]) == {}


def test_slip_that_stands_in_a_text_itself_is_mended_when_its_neighbour_is_common(spelling):
    assert spelling.mended(["sindrome"]) == {"sindrome": "syndrome"}


def test_rare_word_of_a_heading_is_never_taken_for_a_slip(spelling):
    assert spelling.mended(["slip"]) == {}
