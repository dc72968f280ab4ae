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


def test_name_is_never_mended(mended):
    assert mended("what is glauqoma") == {"glauqoma": "glaucoma"}
    assert mended("what is Glauqoma") == {}
    assert mended("WHAT IS GLAUQOMA") == {}
    assert mended("Glauqoma: what is it?") == {"glauqoma": "glaucoma"}  # the capital is the sentence's


@pytest.mark.parametrize("question", ["Who makes routers, Cisco?", "Cisco router", "a cisco router"])
def test_name_of_the_documents_is_not_taken_for_another_name(library, embedder, question):
    add(
        library,
        [document("Peru", f"The city of Cusco lies in Peru, and Cusco is old {n}.") for n in range(9)],
        embedder,
    )
    assert Spelling(Vocabulary(library)).mended(question, [1]) == {}


def test_word_is_not_mended_into_another_word_whose_stem_is_near(library, embedder):
    add(library, [document("Poison", f"This is deadly, number {n}.") for n in range(9)], embedder)
    assert Spelling(Vocabulary(library)).mended("what are the deadlines", [1]) == {}


def test_word_of_which_the_documents_hold_another_form_is_left(library, embedder):
    texts = [document("Soins", f"Les patients sont opérés après l'opérette {n}.", language="fr") for n in range(9)]
    add(library, texts, embedder)
    vocabulary = Vocabulary(library)
    assert vocabulary.has_form("opération") and not vocabulary.has_form("voitures")
    assert Spelling(vocabulary).mended("quelle opération", [1]) == {}


def test_writing_without_small_letters_is_left(mended):
    assert mended("緑内障とは何ですか 视神经的压力是什么 глаукома") == {}


def test_text_of_unknown_words_is_not_mended_at_all(mended):
    assert mended("glaucomma " + " ".join(f"qwertzu{sign}" for sign in "abcdefghijklmn")) == {}


def test_slip_that_stands_in_a_text_itself_is_mended_when_its_neighbour_is_common(mended):
    assert mended("sindrome") == {"sindrome": "syndrome"}


def test_rare_word_of_a_heading_is_never_taken_for_a_slip(mended):
    assert mended("slip") == {}
