"""Span scores become sentence scores and evidence."""

import math

import numpy as np
import pytest

from index.reader.encoding import Window
from index.reader.scoring import evidence, log_sum, reading, scored, sentence_scores

# Tokens "ab", "cd", "ef" of the passage "ab cd ef" behind two tokens of a question.
WINDOW = Window((0, 9, 5, 6, 7, 2), 2, ((0, 2), (3, 5), (6, 8)))
LOGITS = np.asarray([[1, 1], [9, 9], [4, 0], [0, 3], [0, 0], [9, 9]], np.float32)


def test_a_span_is_its_start_and_its_end_against_no_answer():
    part = scored(WINDOW, LOGITS, 2)
    assert part.null == 2
    assert part.scores[0].tolist() == [4 + 0 - 2, 4 + 3 - 2]
    assert part.scores[2].tolist() == [0 + 0 - 2, -math.inf]


def test_a_sentence_counts_the_spans_inside_it():
    part = scored(WINDOW, LOGITS, 3)
    first, second, empty = sentence_scores([part], [(0, 5), (6, 8), (8, 8)])
    assert first == pytest.approx(math.log(math.exp(2) + math.exp(5) + math.exp(1)), abs=1e-5)
    assert (second, empty) == (-2, -math.inf)


def test_evidence_is_the_best_span_and_what_does_not_touch_it():
    spans = evidence([scored(WINDOW, LOGITS, 2)])
    assert (spans[0].start, spans[0].end) == (0, 5)
    assert all(other.start >= 5 for other in spans[1:])
    assert 0.9 < spans[0].probability <= 1


def test_the_surest_window_counts():
    weak = scored(WINDOW, np.zeros((6, 2), np.float32), 2)
    strong = scored(WINDOW, LOGITS, 2)
    assert reading([weak, strong], [(0, 8)]).score == pytest.approx(log_sum(strong.scores))


def test_a_passage_without_words_reads_as_nothing():
    empty = scored(Window((0, 9, 2), 2, ()), np.zeros((3, 2), np.float32), 4)
    found = reading([empty], [])
    assert (found.score, found.evidence, found.sentences) == (-math.inf, (), ())
