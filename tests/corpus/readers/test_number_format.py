import datetime as dt
import time

import pytest

from corpus.readers.number_format import shown_moment, shown_number, shown_serial

MOMENT = dt.datetime(2026, 3, 9, 14, 45)


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (815, "000000", "000815"),
        (12_500_000, '#,##0,,"  M"', "12.5 M (12500000)"),
        (0.125, "0.0%", "12.5%"),
        (0.3333, "0.0%", "33.33%"),
        (1 / 3, "0.0%", "33.3%"),
        (83500, '#,##0 "EUR"', "83,500 EUR"),
        (1234.5, "#,##0.00 [$€-407]", "1,234.50 €"),
        (1234, "$#,##0.00", "$1,234.00"),
        (-5.5, "0.00;[Red](0.00)", "(5.50)"),
        (-1.5, "_-* #,##0.00 €_-;-* #,##0.00 €_-", "-1.50 €"),
        (6123456789, "000-000-0000", "612-345-6789"),
        (612345678, "00 00 00 00 00", "06 12 34 56 78"),
        (12.5, "0", "12.5"),
        (0.1 + 0.2, "0.00", "0.30"),
        (58.0, "General", "58"),
        (1e20, "0.00", "1e+20"),
        (0.5, "# ?/?", "0.5"),
        (5, "[>3]0;0", "5"),
        (7, '"Nr. "0', "Nr. 7"),
        (1, "@", "1"),
        (float("inf"), "0.00", "inf"),
    ],
)
def test_a_number_is_written_as_its_format_shows_it_and_loses_no_digit(value, code, expected):
    assert shown_number(value, code) == expected


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (MOMENT, "d mmmm yyyy h:mm", "2026-03-09 14:45"),
        (MOMENT, "[$-409]mmm\\-yy;@", "March 2026 (2026-03-09)"),
        (MOMENT, "yyyy", "2026"),
        (dt.datetime(2026, 3, 9), "mm-dd-yy", "2026-03-09"),
        (dt.datetime(2026, 3, 9, 14, 45, 3), "yyyy-mm-dd", "2026-03-09"),
        (dt.time(9, 30), "hh:mm", "09:30"),
        (dt.time(9, 30), "h:mm:ss", "09:30:00"),
        (dt.timedelta(days=1, hours=2, minutes=15), "[h]:mm", "26:15"),
        (dt.timedelta(minutes=90), "[mm]:ss", "90:00"),
        (dt.timedelta(minutes=-90), "[hh]:mm:ss", "-1:30:00"),
        (dt.datetime(1900, 1, 1, 2, 15), "h:mm", "26:15"),
    ],
)
def test_a_moment_is_iso_8601_in_what_its_format_shows(value, code, expected):
    assert shown_moment(value, code) == expected


def test_a_number_in_a_chart_is_a_date_where_its_format_says_so():
    assert (shown_serial(46090, "yyyy-mm-dd"), shown_serial(3.0, "General")) == ("2026-03-09", "3")


@pytest.mark.parametrize("code", ["0" * 200_000, "0." + "0" * 200_000, '"' * 200_000, "[" * 200_000, "0%;" * 80])
def test_a_format_of_any_length_takes_no_time(code):
    start = time.process_time()
    shown_number(1.5, code)
    shown_moment(MOMENT, code)
    assert time.process_time() - start < 1
