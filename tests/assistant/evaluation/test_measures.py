import pytest

from assistant.evaluation.measures import bleu, distinct, loops, repetition, rouge_l, supported, token_f1

SENTENCE = "Eye drops lower the pressure in the eye."


@pytest.mark.parametrize("measure", [rouge_l, token_f1, lambda a, b: bleu([a], [b])])
def test_same_text_scores_1_and_another_one_0(measure):
    assert measure(SENTENCE, SENTENCE) == pytest.approx(1.0)
    assert measure("Bake bread.", SENTENCE) == pytest.approx(0.0, abs=1e-6)


def test_rouge_l_counts_the_order_and_stems_words():
    assert rouge_l("drop lowers pressures", "drops lower pressure") == pytest.approx(1.0)
    assert rouge_l("pressure lower drops", "drops lower pressure") == pytest.approx(1 / 3)


def test_token_f1_of_half_the_words():
    assert token_f1("a b", "a b c d") == pytest.approx(2 / 3)
    assert token_f1("", "") == 1.0


def test_distinct_falls_when_texts_repeat_each_other():
    assert distinct(["a b c"], 2) == 1.0
    assert distinct(["a b c", "a b c"], 2) == 0.5
    assert distinct([], 2) == 0.0


def test_repetition_and_loops_see_what_comes_twice():
    assert repetition(SENTENCE) == 0.0
    assert repetition(f"{SENTENCE} {SENTENCE}") > 0.3
    assert loops(f"{SENTENCE} And more. {SENTENCE}")
    assert loops("one two three four five six seven eight nine " * 2)
    assert not loops(f"{SENTENCE} Surgery opens a drain.")


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("Drops lower eye pressure.", True),
        ("Take 20 mg of drops.", False),
        ("Drops cure blindness forever everywhere.", False),
        ("And so?", False),
    ],
)
def test_supported_needs_the_words_and_every_number_in_one_passage(sentence, holds):
    assert supported(sentence, ["Take 10 mg.", SENTENCE]) == holds
