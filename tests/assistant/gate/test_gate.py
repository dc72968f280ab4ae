import pytest

from assistant.gate.gate import CERTAIN, FEATURES, Features, Gate, Gates, features_of, key, probability
from index.retrieval.hit import Hit
from index.retrieval.search import Understood


class Words:
    """A search over an index that holds only some words."""

    embedder_name = "demo"
    held = frozenset({"glaucoma", "pressure"})

    def rarities(self, words):
        return {word: 1.0 if word in self.held else 5.0 for word in words}


HIT = Hit(1, "g", "Glaucoma", "Glaucoma raises the pressure in the eye.", cosine=0.8)


def of(question, hits=(HIT,), **understood):
    return features_of(Understood(question, **understood), hits, Words())


def test_features_of_a_question_whose_words_are_found():
    assert of("Does glaucoma raise pressure?") == Features(reader=0.0, cosine=0.8, coverage=1.0, rarest=1.0)


def test_unknown_rare_word_lowers_coverage_most():
    found = of("glaucoma pressure zorblaxia")
    assert found.coverage == pytest.approx(2 / 7)
    assert found.rarest == 0.0


def test_words_found_in_different_hits_count_together():
    assert of("glaucoma bread", [HIT, Hit(2, "b", "Bread", "Bread is baked.", cosine=0.1)]).coverage == 1.0


def test_name_that_the_documents_give_counts_as_found():
    assert of("green star").coverage == 0.0
    assert of("green star", other_names=(("green star", "glaucoma"),)).coverage == 1.0


def test_the_passage_that_answers_best_speaks_for_all():
    read = [Hit(1, "a", "A", "a", reader=0.1), Hit(2, "b", "B", "b", reader=0.9)]
    assert of("a", read).reader == pytest.approx(2.197, abs=1e-3)
    assert of("a", [Hit(1, "a", "A", "a", reader=1.0)]).reader == 8.0


def test_nothing_found_is_never_answered():
    assert Gates({"words": Gate({}, 9.0)}).log_odds(Understood("x"), [], Words()) == -CERTAIN


def test_gate_is_chosen_by_what_is_known_of_the_hits():
    gates = Gates({"demo": Gate({}, 1.0), "demo and reader": Gate({}, 2.0), "words": Gate({}, 3.0)})
    gates.by_key["words and reader"] = Gate({}, 4.0)
    plain, read = Hit(1, "a", "A", "a"), Hit(1, "a", "A", "a", reader=0.5)
    with_vector, both = Hit(1, "a", "A", "a", cosine=0.5), Hit(1, "a", "A", "a", cosine=0.5, reader=0.5)
    chosen = [gates.log_odds(Understood("a"), [hit], Words()) for hit in (with_vector, both, plain, read)]
    assert chosen == [1.0, 2.0, 3.0, 4.0]


def test_embedder_that_no_gate_was_fitted_for_is_judged_without_cosines():
    gates = Gates({key("other", True): Gate({}, -9.0), key("", False): Gate({}, 5.0)})
    assert gates.log_odds(Understood("a"), [HIT], Words()) == 5.0


def test_probability_stays_a_number_for_any_weight():
    assert Gate({"coverage": 1e9}, 0.0).probability(Features(coverage=1.0)) == pytest.approx(1.0)
    assert probability(Gate({"coverage": -1e9}, 0.0).log_odds(Features(coverage=1.0))) == pytest.approx(0.0)


def test_gates_come_back_as_saved(tmp_path):
    gates = Gates({"words": Gate({"coverage": 1.5}, -0.5)})
    gates.save(tmp_path / "g.json", threshold=0.5)
    assert Gates.load(tmp_path / "g.json") == gates


def test_shipped_gates_serve_every_case_with_known_features():
    shipped = Gates.load()
    assert {key("", False), key("", True)} <= set(shipped.by_key)
    assert len(shipped.by_key) == 4
    for gate in shipped.by_key.values():
        assert set(gate.weights) <= set(FEATURES)
