"""Windows of a passage: what stands in them, and that they cover it."""

from itertools import pairwise

import pytest
import reader_toy

from index.reader.encoding import END, START, Encoder

PASSAGE = "ada wrote the book . " * 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return reader_toy.body(tmp_path_factory.mktemp("models"))


def test_layout_is_question_title_passage(folder):
    encoder = Encoder.load(folder, length=40)
    (window,) = encoder.windows(encoder.head("who wrote ?", "book"), *encoder.tokens("ada  wrote the book"))
    words = [encoder.tokenizer.id_to_token(number) for number in window.ids]
    assert words == ("<s> ▁query : ▁who ▁wrote ▁? </s> </s> ▁book ▁ada ▁wrote ▁the ▁book </s>".split()) and (
        window.ids[0],
        window.ids[-1],
    ) == (START, END)
    texts = ["ada  wrote the book"[start:end] for start, end in window.offsets]
    assert texts == ["ada", "wrote", "the", "book"]
    assert window.ids[window.first : window.last] == window.ids[9:13]


def test_windows_cover_a_long_passage_and_overlap(folder):
    encoder = Encoder.load(folder, length=30, stride=6)
    head = encoder.head("who wrote ?")
    windows = encoder.windows(head, *encoder.tokens(PASSAGE))
    assert len(windows) > 2 and all(len(window.ids) <= 30 for window in windows)
    covered = set().union(*(set(window.offsets) for window in windows))
    assert covered == set(encoder.tokens(PASSAGE)[1])
    for before, after in pairwise(windows):
        assert len(set(before.offsets) & set(after.offsets)) == 6


def test_an_empty_passage_is_one_window(folder):
    encoder = Encoder.load(folder, length=30)
    (window,) = encoder.windows(encoder.head("who ?"), *encoder.tokens(""))
    assert window.offsets == () and window.first == window.last


def test_a_long_question_leaves_room(folder):
    encoder = Encoder.load(folder, length=192)
    assert encoder.room(encoder.head("who " * 500, "book " * 500)) > 90
