"""Copy-guided decoding: what the generator has begun to copy out of a passage, it goes on copying more easily.

A small GPT-2 finds the right sentence more often than it copies it without a slip; one wrong token, and it goes on in
the words of another text. So the token that follows, in a passage, on what was just written gets a bonus (an idea of
constrained decoding over a text's own n-grams: Bevilacqua et al. 2022, "Autoregressive search engines", made soft).
The model still decides where to begin, what to change and when to end.
"""

from collections.abc import Sequence

import numpy as np

BONUS = 6.0  # nats
SHORTEST = 2  # tokens in common, from which on it counts as copying
LONGEST = 32  # tokens looked back


class Copying:
    """Follows one generation. `passages` are the token ids of each passage, as they stand in the prompt."""

    def __init__(self, passages: Sequence[Sequence[int]], end: int, bonus: float = BONUS):
        # The end token stands after each passage: a copy that comes to its end should end.
        self._ids = np.array([i for ids in passages for i in (*ids, end)], np.int64)
        self._copied = np.zeros(len(self._ids), bool)
        self._end, self._bonus = end, bonus

    def guided(self, logits: np.ndarray, written: Sequence[int]) -> np.ndarray:
        """`logits`, shape (vocabulary,), with the bonus on what goes on with the longest copy; `written` is all so far.

        Where the model would rather end, nothing is changed. No place of a passage is copied twice, which ends loops.
        """
        places = self._places(written)
        if len(places) and self._ids[places[0]] == written[-1]:
            self._copied[places] = True
        if int(np.argmax(logits)) == self._end:
            return logits
        following = [p + 1 for p in places if p + 1 < len(self._ids) and not self._copied[p + 1]]
        if not following:
            return logits
        guided = np.array(logits, np.float64)
        guided[np.unique(self._ids[following])] += self._bonus
        return guided

    def _places(self, written: Sequence[int]) -> np.ndarray:
        """Where the last written tokens stand in the passages: the ends of the longest stretches in common."""
        if not len(written):
            return np.zeros(0, int)
        places = np.flatnonzero(self._ids == written[-1])
        length = 1
        while len(places) and length < min(len(written), LONGEST):
            before = places - length
            longer = places[(before >= 0) & (self._ids[np.maximum(before, 0)] == written[-1 - length])]
            if not len(longer):
                break
            places, length = longer, length + 1
        return places if length >= SHORTEST else places[:0]
