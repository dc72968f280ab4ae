import math

import pytest

from assistant.evaluation.questions import Query
from assistant.evaluation.retrieval import (
    DEPTH,
    MEASURES,
    Plain,
    Ranking,
    rank,
    reciprocal_ranks,
    scores,
    systems,
    unknown,
)
from index.retrieval.candidates import Found

QUERIES = [
    Query("q1", "first", frozenset({"a"})),
    Query("q2", "second", frozenset({"b", "c"})),
    Query("q3", "third", frozenset({"d"})),
]


def ranking(*found):
    return Ranking("any", found, (0.0,) * len(found))


@pytest.mark.parametrize("name", ["sourcier", "keyword", "dense", "rrf", "blend"])
def test_every_system_finds_a_document_by_its_words(medicine, name):
    found = systems(medicine[1], ["medicine"])[name]("treatments for rosacea")
    assert found[0] == "rosacea-treatment"
    assert len(set(found)) == len(found) <= DEPTH


def test_systems_look_only_into_their_collections(medicine):
    for system in systems(medicine[1], ["painters"]).values():
        assert not any(document.startswith("rosacea") for document in system("treatments for rosacea"))


def test_document_with_several_passages_is_ranked_once_as_its_best(medicine):
    class Search:
        def candidates(self, query, collections):
            return Found({1: 9.0, 2: 5.0, 3: 7.0}, {}, True)

        def document_ids(self, passages):
            return [{1: "long", 2: "long", 3: "short"}[passage] for passage in passages]

    assert Plain(Search(), []).ranked("x", lambda found: found.keyword) == ["long", "short"]


def test_reciprocal_ranks_add_over_the_searches():
    fused = reciprocal_ranks(Found({1: 8.0, 2: 3.0}, {3: 0.5, 2: 0.9}, True))
    assert fused == pytest.approx({1: 1 / 61, 2: 1 / 62 + 1 / 61, 3: 1 / 62})


def test_rank_asks_every_query_in_order_and_times_it():
    asked = []
    found = rank("echo", lambda text: asked.append(text) or [text], QUERIES)
    assert asked == ["first", "second", "third"]
    assert found.found == (("first",), ("second",), ("third",))
    assert len(found.seconds) == 3
    assert all(seconds >= 0 for seconds in found.seconds)


def test_measures_of_a_ranking_worked_out_by_hand():
    values = scores(ranking(("a", "x"), ("x", "b"), ()), QUERIES)
    second = (1 / math.log2(3)) / (1 + 1 / math.log2(3))  # one of two, in the second place
    assert values["nDCG@10"] == pytest.approx([1.0, second, 0.0])
    assert values["Success@1"] == [1.0, 0.0, 0.0]
    assert values["R@10"] == [1.0, 0.5, 0.0]
    assert values["RR@10"] == [1.0, 0.5, 0.0]


def test_nothing_found_for_any_query_scores_nothing():
    values = scores(ranking((), (), ()), QUERIES)
    assert values == {measure: [0.0, 0.0, 0.0] for measure in MEASURES}


def test_values_stand_in_the_order_of_the_queries():
    backwards = QUERIES[::-1]
    assert scores(ranking(("d",), (), ("x",)), backwards)["R@10"] == [1.0, 0.0, 0.0]


def test_documents_that_a_collection_does_not_hold_are_named(medicine):
    wanted = {"gout-treatment", "gout-cure", "Monet 1"}
    assert unknown(medicine[0], "medicine", wanted) == {"gout-cure", "Monet 1"}
    assert "gout-treatment" in unknown(medicine[0], "painters", wanted)
