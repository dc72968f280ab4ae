import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cleaning import detokenised, one_line, repaired, shortened, tidy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" a \t b \r\n\r\n\r\n\r\n c\x00\x07 ", "a b\n\nc"),
        ("soft\xadhyphen\u200b and\xa0space", "softhyphen and space"),
        ("lone \ud800", "lone \ufffd"),
        ("page\x0cnext", "page\n\nnext"),
        ("", ""),
    ],
)
def test_tidy_keeps_words_and_paragraphs(text, expected):
    assert tidy(text) == expected


@given(st.text(max_size=200))
def test_tidy_is_stable_and_encodable(text):
    once = tidy(text)
    assert tidy(once) == once
    once.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cafÃ© Â£8", "café £8"),
        ("weÂ\x92ll goÂ\x85", "we’ll go…"),
        ("plain", "plain"),
        ("déjà vu", "déjà vu"),
        ("Â", "Â"),
        ("日本", "日本"),
    ],
)
def test_repaired_touches_only_what_was_misread(text, expected):
    assert repaired(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the firm 's sales ( net ) rose 5 % , it said .", "the firm's sales (net) rose 5%, it said."),
        ("it 's `` big '' , is n't it ?", "it's \"big\", isn't it?"),
        ("a gain of $ 4.2 and / or £ 3", "a gain of $4.2 and/or £3"),
        ("the owners ' plan ; see [ 1 , 2 ]", "the owners' plan; see [1, 2]"),
        ("` Old Name ' is sold", "'Old Name' is sold"),
    ],
)
def test_detokenised_reads_like_prose(text, expected):
    assert detokenised(text) == expected


def test_shortened_ends_at_a_word():
    assert shortened("one two three four", 13) == "one two…"
    assert shortened("x" * 30, 10) == "x" * 9 + "…"
    assert shortened("  short\n text ", 20) == "short text"
    assert one_line(" a\n b ") == "a b"
