from dataclasses import replace

import pytest

from assistant.gate.gate import NOTHING, Features, Gate, Gates, features_of
from index.retrieval.hit import Hit
from index.retrieval.search import Understood


class Words:
    """A search over an index that holds only some words."""

    embedder_name = "demo"
    held = frozenset({"glaucoma", "pressure"})

    def rarities(self, words):
        return {word: 1.0 if word in self.held else 5.0 for word in words}

    def holds(self, word):
        return word in self.held

    def size(self, collection):
        return {"": 50, "library": 50_000}.get(collection, 1581)


HIT = Hit(1, "g", "Glaucoma", "Glaucoma raises the pressure in the eye.", cosine=0.8)


def of(question, hits=(HIT,), **understood):
    return features_of(Understood(question, **understood), hits, Words())


def test_features_of_a_question_whose_words_are_found():
    assert of("Does glaucoma raise pressure?", mended={}) == Features(
        cosine=0.8,
        coverage=1.0,
        together=1.0,
        rarest=1.0,
        rare=1.0,
        known=pytest.approx(2 / 3),  # "raise" is in the hit, but as "raises"
        named=1.0,
        mended=0.0,
        long=pytest.approx(4 / 30),
        size=0.0,
    )


@pytest.mark.parametrize(("collection", "size"), [("", 0.0), ("half way", 0.5), ("library", 1.0)])
def test_size_of_the_best_hits_collection_counts_by_its_logarithm(collection, size):
    hits = [replace(HIT, collection=collection), HIT]
    assert of("glaucoma", hits).size == pytest.approx(size, abs=1e-3)


def test_unknown_rare_word_lowers_coverage_most():
    found = of("glaucoma pressure zorblaxia")
    assert found.coverage == pytest.approx(2 / 7)
    assert (found.rarest, found.rare, found.known) == (0.0, pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_words_of_an_aspect_are_left_out_unless_there_are_no_others():
    assert of("What is the treatment for glaucoma?").known == 1.0
    assert of("What are the treatments?").known == 0.0


def test_words_found_in_different_hits_count_together():
    other = Hit(2, "b", "Bread", "Bread is baked.", cosine=0.1)
    found = of("glaucoma bread", [HIT, other])
    assert found.together == 1.0 > found.coverage


def test_hit_on_a_longer_topic_is_named_in_part():
    narrow = Hit(1, "g", "Congenital glaucoma", "Glaucoma.")
    assert of("glaucoma", [narrow]).named == 0.5
    assert of("congenital glaucoma", [narrow]).named == 1.0


def test_name_that_the_documents_give_counts_as_found():
    green = ("green star", "glaucoma")
    known = of("green star", other_names=(green,))
    assert of("green star").coverage == 0.0
    assert (known.coverage, known.named) == (1.0, 1.0)


def test_mended_words_and_length_are_seen():
    assert of("glaucoma pressure", mended={"glacoma": "glaucoma"}).mended == 0.5
    assert of("glaucoma " * 40).long == 1.0


def test_nothing_found_has_no_confidence():
    assert of("x", []) == NOTHING
    assert of("?!") == NOTHING
    assert Gates({"": Gate({}, 9.0)}).confidence(Understood("x"), [], Words()) == 0.0


def test_gate_of_the_embedder_is_used_only_where_there_are_cosines():
    gates = Gates({"demo": Gate({"cosine": 10.0}, -5.0), "": Gate({"known": 1.0}, -9.0)})
    question = Understood("glaucoma")
    with_vectors = gates.confidence(question, [HIT], Words())
    without = gates.confidence(question, [Hit(1, "g", "Glaucoma", "glaucoma")], Words())
    assert with_vectors > 0.9 > 0.1 > without


def test_embedder_that_no_gate_was_fitted_for_is_judged_by_words_alone():
    gates = Gates({"other": Gate({}, -9.0), "": Gate({"known": 9.0}, -4.0)})
    assert gates.confidence(Understood("glaucoma"), [HIT], Words()) > 0.9


def test_best_hit_that_waits_for_its_vector_is_judged_by_words_alone():
    gates = Gates({"demo": Gate({"cosine": 10.0}, -5.0), "": Gate({"known": 9.0}, -4.0)})
    waiting, far = Hit(1, "g", "Glaucoma", "glaucoma"), Hit(2, "b", "Bread", "bread", cosine=0.1)
    assert gates.confidence(Understood("glaucoma"), [waiting, far], Words()) > 0.9


def test_probability_stays_a_number_for_any_weight():
    assert Gate({"known": 1e9}, 0.0).probability(Features(*[1.0] * 10)) == pytest.approx(1.0)
    assert Gate({"known": -1e9}, 0.0).probability(Features(*[1.0] * 10)) == pytest.approx(0.0)


def test_gates_come_back_as_saved(tmp_path):
    gates = Gates({"": Gate({"known": 1.5}, -0.5)}, "abc")
    gates.save(tmp_path / "g.json", threshold=0.5)
    assert Gates.load(tmp_path / "g.json") == gates


def test_shipped_gates_use_only_known_features():
    shipped = Gates.load()
    assert shipped.data_sha256
    assert "" in shipped.by_embedder
    for gate in shipped.by_embedder.values():
        assert set(gate.weights) <= set(Features.__dataclass_fields__)
