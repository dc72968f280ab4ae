import pytest

from corpus.readers.grid import Merged, header_depth, lines

YIELD = [["Orchard", "2024", "", "2025", ""], ["", "Apples", "Pears", "Apples", "Pears"], ["Nord", "1", "2", "3", "4"]]
NAMED = ["Orchard: Nord | 2024, Apples: 1 | 2024, Pears: 2 | 2025, Apples: 3 | 2025, Pears: 4"]


@pytest.mark.parametrize(
    ("rows", "merged", "expected"),
    [
        (YIELD, [Merged(0, 1, 0, 2), Merged(0, 3, 0, 4), Merged(0, 0, 1, 0)], NAMED),
        (YIELD, [], NAMED),
        ([["", "mm", "kg"], ["a", "1", "2"]], [], ["a | mm: 1 | kg: 2"]),
        (
            [["Part", "Length", "Mass"], ["", "mm", "kg"], ["a", "1", "2"]],
            [],
            ["Part: a | Length, mm: 1 | Mass, kg: 2"],
        ),
        ([["Region", "2024", "2025"], ["North", "1", "2"]], [], ["Region: North | 2024: 1 | 2025: 2"]),
        (
            [["Sales", "", ""], ["Name", "Price", "Shop"], ["a", "1", "b"]],
            [],
            ["Sales", "Name: a | Price: 1 | Shop: b"],
        ),
        ([["1", "2"], ["3", "4"]], [], ["1 | 2", "3 | 4"]),
        ([["Tenant:", "Anna"], ["Rent", "5 euros a month"]], [], ["Tenant: Anna", "Rent: 5 euros a month"]),
        (
            [["Worker", "Room"], ["Eva", "Red"], ["Jo", "Red"], ["Bo", "Blue"]],
            [],
            ["Worker: Eva | Room: Red", "Worker: Jo | Room: Red", "Worker: Bo | Room: Blue"],
        ),
        (
            [["Name", "Price", "Shop"], ["Fruit", "", ""], ["a", "1", "b"]],
            [Merged(1, 0, 1, 2)],
            ["Fruit", "Fruit | Name: a | Price: 1 | Shop: b"],
        ),
        ([["Name", "Price", "Shop"]], [], ["Name | Price | Shop"]),
        ([], [], []),
    ],
)
def test_a_table_becomes_lines_that_name_their_columns(rows, merged, expected):
    assert lines(rows, merged) == expected


def test_what_is_merged_downwards_is_said_in_each_row_but_no_long_text_is():
    rows = [
        ["Team", "No", "Shift"],
        ["Dyeing", "301", "early"],
        ["", "302", "late"],
        ["x" * 300, "3", "a"],
        ["", "4", "b"],
    ]
    found = lines(rows, [Merged(1, 0, 2, 0), Merged(3, 0, 4, 0)])
    assert found[1] == "Team: Dyeing | No: 302 | Shift: late"
    assert found[3] == "No: 4 | Shift: b"


def test_rows_without_figures_are_no_second_header():
    assert header_depth([["Name", "City", "Trade"], ["Eva", "Ulm", "smith"], ["Jo", "Ham", "cook"]]) == 1
