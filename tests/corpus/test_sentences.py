import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.sentences import spans, split


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "It rains. We stay.", ["It rains.", "We stay."]),
        (
            "en",
            "Take a pill, e.g. aspirin. Dr. Who gave 5 mg. daily. He left.",
            ["Take a pill, e.g. aspirin.", "Dr. Who gave 5 mg. daily.", "He left."],
        ),
        ("en", "He took 5 mg. She took none.", ["He took 5 mg.", "She took none."]),
        ("en", "See Figs. 3 and 4. E. coli grew.", ["See Figs. 3 and 4.", "E. coli grew."]),
        ("en", "Is it? Yes! The U.S. Army agrees.", ["Is it?", "Yes!", "The U.S. Army agrees."]),
        ("en", "the leaf fell. it was dry.", ["the leaf fell.", "it was dry."]),
        ("en", "A line that\nwas wrapped. The end.", ["A line that\nwas wrapped.", "The end."]),
        ("en", "You need:\n- a cup\n- a spoon. Not two.", ["You need:", "- a cup", "- a spoon.", "Not two."]),
        ("en", "1. Boil water. Wait.\n2. Pour it", ["1. Boil water.", "Wait.", "2. Pour it"]),
        (
            "en",
            "Signs include - joint pain\n- fever\n- a rash",
            ["Signs include", "- joint pain", "- fever", "- a rash"],
        ),
        (
            "en",
            "- nausea\n- blurred vision\nSome people see lights.",
            ["- nausea", "- blurred vision", "Some people see lights."],
        ),
        ("en", "- an item that\nwas wrapped\n- next", ["- an item that\nwas wrapped", "- next"]),
        ("en", "Take it - or not - daily.\n- a cup", ["Take it - or not - daily.", "- a cup"]),
        ("en", "A title\n\nA paragraph", ["A title", "A paragraph"]),
        (
            "fr",
            "M. Petit est né le 3 janv. 1950. Le Dr. Roux vit à Lyon, p. ex. dans le 5e arr. de la ville.",
            ["M. Petit est né le 3 janv. 1950.", "Le Dr. Roux vit à Lyon, p. ex. dans le 5e arr. de la ville."],
        ),
        ("fr", "En 52 av. J.-C. il perd. Puis rien.", ["En 52 av. J.-C. il perd.", "Puis rien."]),
        (
            "en",
            "Prices\nName: Dr. Who | Price: 5. Not less\nName: B | Price: 6\nThat is all. Truly.",
            ["Prices", "Name: Dr. Who | Price: 5. Not less", "Name: B | Price: 6", "That is all.", "Truly."],
        ),
        ("", "Unknown language. Still split.", ["Unknown language.", "Still split."]),
    ],
)
def test_split_finds_the_sentences(language, text, expected):
    assert split(text, language) == expected


@pytest.mark.parametrize("text", ["", "   ", "\n \n\t"])
def test_split_of_no_text_is_empty(text):
    assert split(text) == []


def test_split_of_text_without_punctuation_is_one_sentence():
    assert split(" no full stop at all ") == ["no full stop at all"]


@given(st.text(alphabet=st.sampled_from(list("ab Mg.?!:;-•1)\n\t\r\"'«»é😀\ud800\u2028\u3002")), max_size=200))
@example("a\ud800b. C d.")
@example("1é\tM\u2028.")
@settings(max_examples=300, deadline=None)
def test_spans_are_ordered_trimmed_and_leave_only_white_space(text):
    found = spans(text)
    before = 0
    for start, end in found:
        assert not text[before:start].strip()
        assert text[start:end] == text[start:end].strip() != ""
        before = end
    assert not text[before:].strip()


def test_spans_of_a_long_line_do_not_depend_on_where_it_is_cut():
    text = "One is here, e.g. this. Is it? " * 3000
    assert len(spans(text)) == 6000
    assert set(split(text)) == {"One is here, e.g. this.", "Is it?"}


@pytest.mark.parametrize("unit", ["word ", "e.g. ", '"a. b ', "(", "- x\n", "\n", " ", "Dr. ", "A. ", "`", "«", "!["])
def test_spans_stay_fast_on_very_long_input(unit):
    text = unit * (400_000 // len(unit))
    start = time.process_time()
    spans(text)
    assert time.process_time() - start < 5
