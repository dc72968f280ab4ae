import pytest

from assistant.query.figures import days, moments, numbers


@pytest.mark.parametrize(
    ("cells", "language", "values", "unit"),
    [
        (["-84,50", "2.450,00"], "", (-84.5, 2450.0), ""),
        (["1,240", "870"], "en", (1240.0, 870.0), ""),
        (["1,24", "870"], "en", (1.24, 870.0), ""),
        (["1,240", "870"], "fr", (1.24, 870.0), ""),
        (["1 240,50 €", ""], "fr", (1240.5, None), "€"),
        (["$1,200.50", "-$3"], "en", (1200.5, -3.0), "$"),
        (["24 m", "31 m"], "en", (24.0, 31.0), "m"),
        (["12.5%", "n/a"], "en", (12.5, None), "%"),
    ],
)
def test_a_column_of_numbers_is_read_with_its_unit_and_its_decimal_sign(cells, language, values, unit):
    found = numbers(cells, language)
    assert found is not None
    assert (found.values, found.unit) == (values, unit)


@pytest.mark.parametrize(
    "cells",
    [
        ["E-301", "E-302"],
        ["HX 4471", "HX 4519"],
        ["004711", "12"],
        ["26:15", "7:00"],
        ["=B2*C2 (not calculated)", "5"],
        ["5 kg", "40 g"],
        ["open", "paid"],
        [""],
    ],
)
def test_what_is_no_plain_number_is_none(cells):
    assert numbers(cells) is None


def test_dates_are_days_or_years_and_months():
    assert days(["2026-03-09", "12 March 2025", ""]) == ("20260309", "20250312", "")
    assert days(["2026-03-09", "soon"]) is None
    assert moments(["2026-03-09", "March 2025", "2024-07"]) == ((2026, 3), (2025, 3), (2024, 7))
    assert moments(["open", "paid"]) is None
