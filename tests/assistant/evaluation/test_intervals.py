import pytest

from assistant.evaluation.intervals import estimate, paired_p


def test_interval_holds_the_mean_and_narrows_with_more_values():
    few, many = estimate([0.0, 1.0] * 10), estimate([0.0, 1.0] * 1000)
    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < few.high - few.low


def test_same_seed_gives_the_same_interval():
    assert estimate([1, 2, 3, 4]) == estimate([1, 2, 3, 4])


def test_paired_test_sees_a_steady_difference_and_no_other():
    base = [0.1 * (n % 10) for n in range(60)]
    assert paired_p([value + 0.1 for value in base], base) < 0.01
    assert paired_p([value + (0.1 if n % 2 else -0.1) for n, value in enumerate(base)], base) > 0.5
    assert paired_p(base, base) == 1.0


def test_no_values_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        estimate([])
