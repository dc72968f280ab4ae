"""From the network's starts and ends to the best spans of a passage and a score for each of its sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.reader.encoding import Window
from index.reader.reading import Reading, Sentence, Span

EVIDENCE = 3  # spans that are given at most


@dataclass(frozen=True)
class Scored:
    """Spans of one window.

    `scores` [tokens, width]: [r, w] is the span from the passage's r-th token in this window over w more, relative to
    "no answer"; -inf where there is no such span. `null` is the raw score of "no answer".
    """

    window: Window
    scores: NDArray[np.float32]
    null: float


def scored(window: Window, logits: NDArray[np.float32], width: int) -> Scored:
    """Joins the starts and ends [tokens, 2] of a window."""
    null = float(logits[0, 0] + logits[0, 1])
    inside = logits[window.first : window.last]
    count = len(inside)
    ends = np.full(count + width, -np.inf, np.float32)
    ends[:count] = inside[:, 1]
    joined = inside[:, :1] + np.lib.stride_tricks.sliding_window_view(ends, width)[:count] - null
    return Scored(window, joined.astype(np.float32), null)


def reading(windows: Sequence[Scored], sentences: Sequence[tuple[int, int]]) -> Reading:
    """What the windows of one passage say together. Of windows that overlap, the one that is surest counts."""
    best = max(windows, key=lambda part: log_sum(part.scores))
    scores = sentence_scores(windows, sentences)
    return Reading(
        score=log_sum(best.scores),
        null=best.null,
        evidence=evidence(windows),
        sentences=tuple(Sentence(start, end, score) for (start, end), score in zip(sentences, scores, strict=True)),
    )


def sentence_scores(windows: Sequence[Scored], sentences: Sequence[tuple[int, int]]) -> list[float]:
    """For each sentence the log of its odds against "no answer": all spans inside it together.

    Where windows overlap, the one that gives the sentence most counts. A sentence without a token gets -inf.
    """
    best = [-np.inf] * len(sentences)
    for part in windows:
        limits = np.asarray(part.window.offsets, np.int64).reshape(-1, 2)
        for number, (start, end) in enumerate(sentences):
            low = int(np.searchsorted(limits[:, 0], start, "left"))
            high = int(np.searchsorted(limits[:, 1], end, "right"))
            if low < high:
                block = part.scores[low:high]
                inside = np.arange(high - low)[::-1, None] >= np.arange(block.shape[1])[None, :]
                best[number] = max(best[number], log_sum(block[inside]))
    return best


def evidence(windows: Sequence[Scored], number: int = EVIDENCE) -> tuple[Span, ...]:
    """The best spans that do not overlap, best first.

    A span's probability is that of all spans that share a token with it: "in France" and "France" are one answer.
    """
    found: list[Span] = []
    for part in windows:
        # One softmax over all spans and "no answer", whose score is nought.
        probabilities = np.exp(part.scores - np.logaddexp(np.float32(0), np.float32(log_sum(part.scores))))
        starts = np.arange(probabilities.shape[0])[:, None]
        ends = starts + np.arange(probabilities.shape[1])[None, :]
        for _ in range(number):
            if not probabilities.size or not probabilities.max() > 0:
                break
            first, more = np.unravel_index(int(probabilities.argmax()), probabilities.shape)
            touching = (starts <= first + more) & (ends >= first)
            start, end = part.window.offsets[first][0], part.window.offsets[first + more][1]
            if start < end:
                found.append(Span(start, end, min(float(probabilities[touching].sum()), 1.0)))
            probabilities[touching] = 0
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: -span.probability):
        if len(kept) < number and all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(kept)


def log_sum(values: NDArray[np.float32]) -> float:
    """log(sum(exp(values))) without overflow; -inf for nothing."""
    highest = float(values.max(initial=-np.inf))
    if not np.isfinite(highest):
        return -np.inf
    return highest + float(np.log(np.exp(values - highest).sum()))
