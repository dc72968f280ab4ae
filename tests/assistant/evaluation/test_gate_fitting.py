from dataclasses import replace

import pytest

from assistant.evaluation.gate_fitting import (
    Example,
    Passage,
    Sentence,
    calibrated,
    fit_gates,
    fit_order,
    judged,
    leading,
    left_out,
)
from assistant.gate.gate import Features, Gate, key
from index.retrieval.reading import Order


def example(n, answerable, collection="a", kind=""):
    """A question whose reader is surer where there is an answer."""
    best = 3.0 if answerable else -3.0
    features = Features(reader=best, cosine=0.8, coverage=0.5 + 0.01 * (n % 7), rarest=n % 2)
    right = Passage(best, 0.6, answerable, (Sentence(best, 0.5, 9, answerable), Sentence(-4.0, 0.5, 9, False)))
    wrong = Passage(-2.0, 0.9, False, (Sentence(-2.0, 0.5, 9, False),))
    return Example(
        collection, kind or ("held" if answerable else "left out"), f"q{n}", answerable, features, (wrong, right)
    )


DATA = [example(n, n % 3 > 0, name) for name in ("a", "b", "c") for n in range(30)]


def test_gate_weighs_what_decides():
    gate = fit_gates(DATA, "e5").by_key[key("e5", True)]
    assert gate.weights["reader"] > 0.5
    assert gate.probability(DATA[1].features) > 0.9 > 0.1 > gate.probability(DATA[0].features)


def test_gates_look_only_at_what_they_may():
    gates = fit_gates(DATA, "e5").by_key
    assert set(gates) == {"e5 and reader", "e5", "words and reader", "words"}
    assert set(gates["words"].weights) == {"coverage", "rarest"}
    assert "cosine" not in gates["words and reader"].weights


def test_order_follows_the_reader_where_it_knows_better_than_the_searches():
    order = fit_order(DATA)
    assert order.score(3.0, 0.6) > order.score(-2.0, 0.9)
    assert order.probability(3.0, 0.5, 9) > 0.5 > order.probability(-4.0, 0.5, 9)


def test_a_collection_is_judged_by_a_fit_on_the_others():
    odd = [
        replace(one, collection="odd", answerable=not one.answerable, kind="held" if not one.answerable else "left out")
        for one in DATA[:30]
    ]
    figures = left_out([*DATA, *odd], "e5")
    assert figures["odd"]["answered, held"] < 0.1  # the others say the opposite
    assert set(figures) == {"a", "b", "c", "odd"}


def test_the_gate_sees_the_likeliest_sentence_as_the_order_gives_it():
    order = Order(sentence=1.0, shared=2.0, length=0.0, shift=-1.0)
    assert calibrated(DATA[1:2], order)[0].features.reader == pytest.approx(3.0 + 2.0 * 0.5 - 1.0)


def test_figures_count_what_is_decided_rightly_at_the_threshold():
    gate = Gate({"reader": 1.0}, 0.0)
    figures = judged(DATA, gate)
    assert figures == {"answered, held": 1.0, "refused, left out": 1.0, "AUROC, left out": 1.0}
    assert judged(DATA, gate, threshold=0.99)["answered, held"] == 0.0


def test_leading_tells_the_reader_from_the_searches():
    figures = leading(DATA, Order(reader=1.0, blend=0.0, bias=0.0))
    assert figures == {"passage": 1.0, "blend alone": 0.0, "sentence": 1.0}


def test_nothing_is_fitted_on_answers_of_one_kind():
    with pytest.raises(ValueError):
        fit_gates([one for one in DATA if one.answerable], "e5")
