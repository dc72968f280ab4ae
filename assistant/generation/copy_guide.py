"""Copy-guided decoding: a draft begins where a sentence of a passage begins, and what is begun goes on more easily.

A small GPT-2 finds the right sentence more often than it copies it without a slip; one wrong token, and it goes on in
the words of another text. So the token that follows, in a passage, on what was just written gets a bonus (an idea of
constrained decoding over a text's own n-grams: Bevilacqua et al. 2022, "Autoregressive search engines", made soft).
The model still decides between the passages, what to change and, after a while, when to end.
"""

from collections.abc import Sequence

import numpy as np

BONUS = 12.0  # nats
FIRST = 6.0  # nats for the beginning of the passage that the search puts first
LEAST = 160  # tokens, before which a draft ends only with its passage: the model's own ends come too early
SHORTEST = 2  # tokens in common, from which on it counts as copying
LONGEST = 32  # tokens looked back


class Copying:
    """Follows one generation. `passages`, best first, are the token ids of their sentences as the prompt has them."""

    def __init__(
        self, passages: Sequence[Sequence[Sequence[int]]], end: int, bonus: float = BONUS, first: float = FIRST
    ):
        ids: list[int] = []
        starts: list[int] = []
        for sentences in passages:
            for sentence in sentences:
                starts.append(len(ids))
                ids += sentence
            ids.append(end)  # a copy that comes to its passage's end should end
        self._ids, self._starts = np.array(ids, np.int64), np.array(starts, np.int64)
        self._copied = np.zeros(len(ids), bool)
        self._end, self._bonus, self._first = end, bonus, first

    def guided(self, logits: np.ndarray, written: Sequence[int]) -> tuple[np.ndarray, frozenset[int]]:
        """(scores, copied): `logits`, shape (vocabulary,), with the bonus on the tokens that go on with the longest
        copy, and which tokens these are. `written` is all so far.

        Where a draft of `LEAST` tokens would rather end, nothing is changed. No place is copied twice, which ends
        loops.
        """
        before, following = self._following(written)
        self._copied[before] = True
        following = following[~self._copied[following]]
        if not len(following) or (len(written) >= LEAST and int(np.argmax(logits)) == self._end):
            return logits, frozenset()
        tokens = np.unique(self._ids[following])
        guided = np.array(logits, np.float64)
        guided[tokens] += self._bonus
        # Where sentences begin alike, the best passage's own beginning is meant: until it is told from the others.
        if len(tokens) > 1 and len(written) <= LONGEST and following[0] == len(written):
            guided[self._ids[following[0]]] += self._first
        return guided, frozenset(tokens.tolist())

    def ahead(self, written: Sequence[int], count: int) -> list[int]:
        """At most `count` tokens that go on with the copy at the end of `written`, up to its passage's end."""
        before, following = self._following(written)
        following = following[~(self._copied[following] | np.isin(following, before))]
        if not len(following):
            return []
        place = int(following[0])
        tokens: list[int] = self._ids[place : place + count].tolist()
        return tokens[: tokens.index(self._end) + 1] if self._end in tokens else tokens

    def _following(self, written: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Where the longest stretches end that the passages share with the end of `written`; the places after these."""
        if not len(written):
            return self._starts[:0], self._starts
        places, length = self._longest(written)
        if length < SHORTEST:  # all that is written may still be how a sentence begins
            begun = self._starts + len(written) - 1
            places = np.intersect1d(places, begun) if length == len(written) else places[:0]
        following = places + 1
        return places, following[following < len(self._ids)]

    def _longest(self, written: Sequence[int]) -> tuple[np.ndarray, int]:
        """Where the last tokens written stand in the passages, with as many before them as fit, and how many."""
        places = np.flatnonzero(self._ids == written[-1])
        length = min(1, len(places))
        while len(places) and length < min(len(written), LONGEST):
            before = places - length
            longer = places[(before >= 0) & (self._ids[np.maximum(before, 0)] == written[-1 - length])]
            if not len(longer):
                break
            places, length = longer, length + 1
        return places, length
