"""A word is found however it is written."""

import pytest

from index.storage.forms import asked_forms, common, forms


@pytest.mark.parametrize(
    "text",
    [
        "on 12 March 2025",
        "March 12, 2025",
        "the 12th of March 2025",
        "le 12 mars 2025",
        "am 12. März 2025",
        "12.03.2025",
        "2025-03-12",
        "el 12 de marzo de 2025",
    ],
)
def test_a_day_is_one_word_however_it_is_written(text):
    assert "20250312" in forms(text)
    assert "20250312" in common(text).split()


@pytest.mark.parametrize("text", ["31 February 2025", "version 12.3.2025.7", "2025-13-40", "12 houses 2025"])
def test_what_is_no_day_is_left_as_it_is(text):
    assert not forms(text)
    assert common(text) == text.lower()


def test_full_width_letters_and_ligatures_meet_plain_ones():
    assert "7704" in forms("der Code ＡＢ－７７０４")
    assert "floor" in forms("The ﬂoor")


def test_german_umlauts_meet_two_letters():
    assert "muehlenstrasse" in forms("in der Mühlenstraße 7")
    assert asked_forms("Muehlenstrasse", ["muehlenstrasse"]) == ["muehlenstrasse"]


def test_chinese_japanese_and_korean_are_found_by_pairs_of_signs():
    assert forms("洗衣机") == ["洗衣", "衣机"]
    assert common("ab洗衣机").split() == ["ab", "洗衣", "衣机"]


def test_plain_text_has_no_other_forms():
    assert forms("The gate opens at ten. It holds 1,325 boats.") == []
