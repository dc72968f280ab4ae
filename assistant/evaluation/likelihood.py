"""How well a generator predicts a text: perplexity, and bits per byte, which compares over tokenizers."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

MOST_TOKENS = 512  # of one stretch: longer ones cost memory (logits are tokens x vocabulary)


class Scorer(Protocol):
    """What of `assistant.generation.generator.Generator` is needed here."""

    window: int

    def encode(self, text: str) -> list[int]: ...

    def score(self, prompt: str, continuation: str) -> np.ndarray: ...


@dataclass(frozen=True)
class Likelihood:
    """Of one text or of many: negative log-likelihood in nats, over tokens and UTF-8 bytes."""

    nats: float = 0.0
    tokens: int = 0
    bytes: int = 0

    def __add__(self, other: "Likelihood") -> "Likelihood":
        return Likelihood(self.nats + other.nats, self.tokens + other.tokens, self.bytes + other.bytes)

    @property
    def perplexity(self) -> float:
        """Per token: comparable only between models with one tokenizer."""
        return math.exp(self.nats / self.tokens) if self.tokens else math.nan

    @property
    def bits_per_byte(self) -> float:
        """Comparable between all models."""
        return self.nats / math.log(2) / self.bytes if self.bytes else math.nan


def likelihood(generator: Scorer, texts: Iterable[str]) -> Likelihood:
    """Of all texts together, each cut into stretches that fit the window and start from nothing."""
    total = Likelihood()
    length = min(MOST_TOKENS, generator.window - 1)
    for text in texts:
        for stretch in _stretches(generator, text, length):
            logs = generator.score("", stretch)
            total += Likelihood(-float(logs.sum()), len(logs), len(stretch.encode("utf-8")))
    return total


def _stretches(generator: Scorer, text: str, length: int) -> list[str]:
    """The text in pieces of at most `length` tokens, cut at spaces so that no character or word is split."""
    pieces: list[str] = []
    words: list[str] = []
    count = 0
    for word in _words(text):
        tokens = len(generator.encode(word))
        if words and count + tokens > length:
            pieces.append("".join(words))
            words, count = [], 0
        words.append(word)
        count += tokens
    return [*pieces, "".join(words)] if words else pieces


def _words(text: str) -> list[str]:
    """The text in pieces of white space and the word behind it; joined they are the text."""
    return re.findall(r"\s*\S+|\s+$", text)
