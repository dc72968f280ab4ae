import pytest

from assistant.confidence import NOTHING, Features, Gate, Gates, features_of
from index.hit import Hit


class Words:
    """A search over an index that holds only some words."""

    embedder_name = "demo"
    held = frozenset({"glaucoma", "treatments"})

    def rarities(self, words):
        return {word: 1.0 if word in self.held else 5.0 for word in words}

    def holds(self, word):
        return word in self.held


HIT = Hit(1, "g", "Glaucoma", "The treatment of glaucoma.", cosine=0.8)


def test_features_of_a_question_whose_words_are_found():
    found = features_of("What are the treatments for glaucoma?", [HIT], Words())
    assert found == Features(cosine=0.8, coverage=1.0, together=1.0, rarest=1.0, known=1.0)


def test_unknown_rare_word_lowers_coverage_most():
    found = features_of("treatments for zorblaxia", [HIT], Words())
    assert found.coverage == pytest.approx(1 / 6)
    assert (found.rarest, found.known) == (0.0, 0.5)


def test_nothing_found_has_no_confidence():
    assert features_of("x", [], Words()) == NOTHING
    assert Gates({"": Gate({}, 9.0)}).confidence("x", [], Words()) == 0.0


def test_gate_of_the_embedder_is_used_only_where_there_are_cosines():
    gates = Gates({"demo": Gate({"cosine": 10.0}, -5.0), "": Gate({"known": 1.0}, -9.0)})
    with_vectors = gates.confidence("glaucoma", [HIT], Words())
    without = gates.confidence("glaucoma", [Hit(1, "g", "Glaucoma", "glaucoma")], Words())
    assert with_vectors > 0.9 > 0.1 > without


def test_gates_come_back_as_saved(tmp_path):
    gates = Gates({"": Gate({"known": 1.5}, -0.5)}, "abc")
    gates.save(tmp_path / "g.json", threshold=0.5)
    assert Gates.load(tmp_path / "g.json") == gates


def test_shipped_gates_use_only_known_features():
    shipped = Gates.load()
    assert shipped.data_sha256
    for gate in shipped.by_embedder.values():
        assert set(gate.weights) <= set(Features.__dataclass_fields__)


def test_best_hit_that_waits_for_its_vector_is_judged_by_words_alone():
    gates = Gates({"demo": Gate({"cosine": 10.0}, -5.0), "": Gate({"known": 9.0}, -4.0)})
    waiting, far = Hit(1, "g", "Glaucoma", "glaucoma"), Hit(2, "b", "Bread", "bread", cosine=0.1)
    assert gates.confidence("glaucoma", [waiting, far], Words()) > 0.9
