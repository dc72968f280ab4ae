"""Copy-guided decoding on a vocabulary of small numbers: 9 is the end token."""

import numpy as np

from assistant.copying import Copying

PASSAGE = [1, 2, 3, 4, 5]
END = 9


def likeliest(copying, written, logits=None):
    logits = np.zeros(10) if logits is None else logits
    return int(np.argmax(copying.guided(logits, written)))


def only(token, height):
    logits = np.zeros(10)
    logits[token] = height
    return logits


def test_copy_that_is_begun_goes_on():
    assert likeliest(Copying([PASSAGE], END), [7, 2, 3], only(6, 2.0)) == 4


def test_model_that_is_sure_of_another_token_has_its_way():
    assert likeliest(Copying([PASSAGE], END), [7, 2, 3], only(6, 20.0)) == 6


def test_one_token_in_common_is_no_copy_yet():
    logits = only(6, 1.0)
    assert (Copying([PASSAGE], END).guided(logits, [7, 3]) == logits).all()


def test_nothing_is_guided_before_anything_is_written():
    logits = only(6, 1.0)
    assert (Copying([PASSAGE], END).guided(logits, []) == logits).all()


def test_longest_copy_is_the_one_that_goes_on():
    copying = Copying([[1, 2, 3, 4], [7, 2, 3, 6]], END)
    assert likeliest(copying, [1, 2, 3]) == 4


def test_copy_that_reached_the_end_of_its_passage_ends():
    assert likeliest(Copying([PASSAGE, [6, 7]], END), [3, 4, 5]) == END


def test_place_is_not_copied_twice():
    copying = Copying([PASSAGE], END)
    written = [1, 2]
    while len(written) < 5:
        written.append(likeliest(copying, written))
    assert written == PASSAGE
    copying.guided(np.zeros(10), written)
    again = [*written, 1, 2]
    assert (copying.guided(np.zeros(10), again) == 0).all()


def test_model_that_would_end_ends():
    assert likeliest(Copying([PASSAGE], END), [1, 2, 3], only(END, 1.0)) == END


def test_passages_without_tokens_guide_nothing():
    assert (Copying([], END).guided(np.zeros(10), [1, 2]) == 0).all()
