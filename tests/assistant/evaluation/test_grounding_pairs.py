import pytest

from assistant.evaluation.grounding import CHANGED, measures, pairs, verdicts
from assistant.evaluation.intervals import Share
from assistant.evaluation.outside_check import independent_support

PASSAGE = "Eye drops lower the pressure in the eye. The dose is 1,000 mg twice a day."


@pytest.fixture(scope="module")
def development():
    return measures(verdicts(pairs("development")))


@pytest.fixture(scope="module")
def held_out():
    return measures(verdicts(pairs("held_out")))


def test_checker_gets_nine_of_ten_pairs(development, held_out):
    assert development["accuracy"].mean >= 0.95
    assert held_out["accuracy"].mean >= 0.9


def test_no_changed_number_passes(development, held_out):
    for measured in (development, held_out):
        assert measured["changed_passed"].right == 0
        assert measured["changed_passed"].count > 0


def test_pairs_are_a_fair_mix():
    for split in ("development", "held_out"):
        data = pairs(split)
        assert 0.4 < sum(pair.supported for pair in data) / len(data) < 0.6
        assert {"paraphrase", "swapped", "half_true", "hedge_dropped", *CHANGED} <= {pair.kind for pair in data}
    assert len(pairs("development")) >= 80
    assert len(pairs("held_out")) >= 40


def test_splits_share_no_passage():
    passages = [{text for pair in pairs(split) for text in pair.passages} for split in ("development", "held_out")]
    assert not passages[0] & passages[1]


def test_wilson_interval_holds_the_share():
    low, high = Share(9, 10).interval
    assert 0.59 < low < 0.6
    assert 0.98 < high < 0.99
    assert Share(0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("Drops lower the pressures of the eye.", True),
        ("The dose is 1000 mg.", True),
        ("The dose is 100 mg.", False),
        ("Bake the dough for an hour.", False),
        ("Drops lower the pressure and surely cure every blindness.", False),
        ("", False),
    ],
)
def test_independent_check_wants_most_words_and_every_number(sentence, holds):
    assert independent_support(sentence, [PASSAGE]) is holds


def test_independent_check_takes_one_passage_at_a_time():
    halves = PASSAGE.split(". ")
    assert not independent_support("Eye drops lower the pressure; the dose is 1,000 mg twice a day.", halves)
