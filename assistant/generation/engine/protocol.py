"""What runs a GPT-2's weights: tokens in, logits out. How the next token is chosen is not decided here."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Continuation(Protocol):
    """The keys and values of one text. It may be fed from several threads, one at a time."""

    def feed(self, tokens: Sequence[int], at: int, rows: int) -> np.ndarray:
        """Puts `tokens` at position `at`, after the first `at` tokens fed so far; later ones are forgotten.

        Returns the logits after each of the last `rows` tokens, float32 of shape (rows, vocabulary).
        """
        ...


class Engine(Protocol):
    """One model in memory."""

    name: str
    window: int
    vocabulary_size: int
    parameters: int
    longest_draft: int  # how many guessed tokens are worth feeding behind a chosen one; 0 where each step takes one

    def begin(self, capacity: int) -> Continuation:
        """A continuation of nothing, with room for `capacity` tokens."""
        ...

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """Logits after each token, float32 of shape (texts, tokens, vocabulary); `batch` is int32 (texts, tokens)."""
        ...
