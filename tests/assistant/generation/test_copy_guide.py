"""Copy-guided decoding on a vocabulary of small numbers: 9 is the end token."""

import numpy as np

from assistant.generation.copy_guide import LEAST, Copying

SENTENCE = [1, 2, 3, 4, 5]
END = 9


def guide(*passages):
    """Passages of one sentence each."""
    return Copying([[sentence] for sentence in passages], END)


def likeliest(copying, written, logits=None):
    logits = np.zeros(10) if logits is None else logits
    return int(np.argmax(copying.guided(logits, written)[0]))


def only(token, height):
    logits = np.zeros(10)
    logits[token] = height
    return logits


def test_copy_that_is_begun_goes_on():
    assert likeliest(guide(SENTENCE), [7, 2, 3], only(6, 2.0)) == 4


def test_model_that_is_sure_of_another_token_has_its_way():
    assert likeliest(guide(SENTENCE), [7, 2, 3], only(6, 20.0)) == 6


def test_one_token_in_common_is_no_copy_yet():
    logits = only(6, 1.0)
    assert (guide(SENTENCE).guided(logits, [7, 3])[0] == logits).all()


def test_draft_begins_where_a_sentence_begins_and_rather_with_the_best_passage():
    copying = Copying([[[1, 2], [3, 4]], [[5, 6]]], END)
    assert likeliest(copying, []) == 1
    assert likeliest(copying, [], only(5, 7.0)) == 5
    assert likeliest(copying, [], only(3, 7.0)) == 3
    assert likeliest(copying, [5]) == 6


def test_of_sentences_that_begin_alike_the_best_passages_beginning_is_meant_until_they_part():
    copying = Copying([[[1, 2, 3, 4], [5, 6]], [[1, 2, 3, 7], [1, 2, 3, 8]]], END)
    assert likeliest(copying, [1, 2, 3], only(7, 5.0)) == 4
    assert likeliest(copying, [1, 2, 3], only(7, 7.0)) == 7
    assert likeliest(guide([5, 6], [1, 2, 3, 4], [1, 2, 3, 7]), [1, 2, 3], only(7, 5.0)) == 7


def test_longest_copy_is_the_one_that_goes_on():
    assert likeliest(guide([1, 2, 3, 4], [7, 2, 3, 6]), [1, 2, 3]) == 4


def test_copy_that_reached_the_end_of_its_passage_ends():
    assert likeliest(guide(SENTENCE, [6, 7]), [3, 4, 5]) == END


def test_copy_goes_on_from_sentence_to_sentence():
    assert likeliest(Copying([[[1, 2], [3, 4]]], END), [1, 2]) == 3


def test_place_is_not_copied_twice():
    copying = guide(SENTENCE)
    written = []
    while len(written) < 5:
        written.append(likeliest(copying, written))
    assert written == SENTENCE
    copying.guided(np.zeros(10), written)
    assert (copying.guided(np.zeros(10), [*written, 1, 2])[0] == 0).all()


def test_model_that_would_end_a_short_draft_is_led_on():
    assert likeliest(guide(SENTENCE), [1, 2, 3], only(END, 1.0)) == 4
    assert likeliest(guide(SENTENCE), [1, 2, 3], only(END, 20.0)) == END


def test_model_that_would_end_a_long_draft_ends():
    assert likeliest(guide(SENTENCE), [*[8] * LEAST, 1, 2, 3], only(END, 1.0)) == END


def test_tokens_that_go_on_with_a_copy_are_named():
    assert guide(SENTENCE).guided(np.zeros(10), [2, 3])[1] == {4}


def test_passages_without_tokens_guide_nothing():
    scores, copied = Copying([], END).guided(np.zeros(10), [1, 2])
    assert (scores == 0).all() and not copied
