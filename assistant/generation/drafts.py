"""Drafted tokens: an answer copies its prompt, so what comes next often stands there already.

Prompt-lookup decoding (Saxena 2023), a kind of speculative decoding (Leviathan et al. 2023): guessed tokens are fed
behind the chosen one, and the logits after all of them cost little more than those after one. Each token is still
chosen from its own logits. The first that differs from its guess drops the rest, so what is written does not change.
"""

from collections.abc import Sequence

import numpy as np

from assistant.generation.copy_guide import Copying

FIRST = 8  # tokens of the first draft
NGRAM = 3  # tokens that a place in the prompt shares with the end of the text


class Drafts:
    """Guesses for one generation. Drafts grow while they are right and shrink when they are not."""

    def __init__(self, prompt: Sequence[int], copying: Copying | None, longest: int):
        """`copying` knows better than the prompt what is likely to be copied; `longest` 0 drafts nothing."""
        self._prompt = np.asarray(prompt, np.int64)
        self._copying = copying
        self._longest = longest
        self._length = min(FIRST, longest)

    def propose(self, written: Sequence[int], room: int) -> list[int]:
        """The tokens that may follow on what is written, at most `room`."""
        count = min(self._length, room)
        if count < 1:
            return []
        return self._copying.ahead(written, count) if self._copying else self._found(written, count)

    def learn(self, proposed: int, accepted: int) -> None:
        """How many of the proposed tokens were chosen."""
        if proposed:
            self._length = min(self._longest, 2 * accepted + 1)

    def _found(self, written: Sequence[int], count: int) -> list[int]:
        """What follows on the latest place that shares the text's last tokens."""
        if len(written) < NGRAM:
            return []
        text = np.concatenate([self._prompt, np.asarray(written, np.int64)])
        windows = np.lib.stride_tricks.sliding_window_view(text[:-1], NGRAM)
        places = np.flatnonzero((windows == text[-NGRAM:]).all(axis=1))
        if not len(places):
            return []
        start = int(places[-1]) + NGRAM
        return text[start : start + count].tolist()
