import pytest

from index.retrieval.candidates import Found
from index.retrieval.fusion import best, blended
from index.vectors.embedder import english_only

WORDS_AND_LOOKS = Found(keyword={1: 9.0, 3: 1.0}, dense={2: 0.9, 1: 0.2, 3: 0.1}, complete=True)


def test_meaning_weighs_more_than_words_where_the_embedder_reads_the_language():
    assert best(blended(WORDS_AND_LOOKS), 1) == [2]


def test_words_decide_for_passages_in_a_language_that_the_embedder_does_not_read():
    assert best(blended(WORDS_AND_LOOKS, {1, 2, 3}), 1) == [1]


def test_passage_without_a_vector_keeps_the_place_that_its_words_give_it():
    assert blended(Found({1: 5.0, 2: 1.0}, {}, False)) == {1: 1.0, 2: 0.0}


def test_weight_of_words_can_be_chosen():
    assert best(blended(WORDS_AND_LOOKS, weight=0.9), 1) == [1]


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "sentence-transformers/all-mpnet-base-v2", "BAAI/bge-small-en"])
def test_embedder_that_learnt_english_alone_is_known_by_its_name(name):
    assert english_only(name)


@pytest.mark.parametrize("name", ["hashing", "intfloat/multilingual-e5-small", "paraphrase-multilingual-MiniLM-L12-v2"])
def test_other_embedders_are_trusted_with_any_language(name):
    assert not english_only(name)
