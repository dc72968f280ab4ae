"""How common a word is in the world, beside how common it is in the documents.

In a small collection every word that it lacks is as rare as any other: "long" of "How long does the siren sound?" would
count as much as a name that no document holds. SentencePiece's unigram model (Kudo 2018), which the multilingual
embedder cuts words with, knows the difference in a hundred languages: the log-probabilities of a word's pieces add up
to about how much the word says.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

# Nats: function words of big languages lie below the first, names and terms above the second.
ORDINARY, RARE = 9.0, 19.0
LEAST = 0.1  # weight of an ordinary word
UNKNOWN = 25.0  # nats of a piece that the model does not know
PIECE = "▁"  # opens a piece that begins a word


@runtime_checkable
class HasFolder(Protocol):
    """An embedder whose files lie in a folder."""

    folder: Path


class Commonness:
    """What one unigram vocabulary says. Thread-safe."""

    def __init__(self, folder: Path):
        """Raises OSError or ValueError where the folder holds no unigram tokenizer."""
        from tokenizers import Tokenizer

        content = (folder / "tokenizer.json").read_text("utf-8")
        model = json.loads(content)["model"]
        if model.get("type") != "Unigram":
            raise ValueError(f"no unigram model: {model.get('type')}")
        self._nats: Mapping[str, float] = {piece: -score for piece, score in model["vocab"]}
        self._tokenizer = Tokenizer.from_str(content)
        self._tokenizer.no_truncation()
        self.weight = lru_cache(maxsize=20_000)(self._weight)
        self.is_word = lru_cache(maxsize=20_000)(self._is_word)

    def _weight(self, word: str) -> float:
        """How much a word says, in [LEAST, 1], whatever its case."""
        nats = min(self._of(word), self._of(word.capitalize()))
        return min(1.0, max(LEAST, (nats - ORDINARY) / (RARE - ORDINARY)))

    def _is_word(self, word: str) -> bool:
        """Whether the word is common enough to be a piece of its own: no slip is."""
        return PIECE + word in self._nats or PIECE + word.capitalize() in self._nats

    def _of(self, word: str) -> float:
        pieces = self._tokenizer.encode(word, add_special_tokens=False).tokens
        return sum(self._nats.get(piece, UNKNOWN) for piece in pieces if piece != PIECE)


def commonness_of(embedder: object) -> Commonness | None:
    """What an embedder's vocabulary knows; None for those that were learnt without frequencies."""
    if not isinstance(embedder, HasFolder):
        return None
    try:
        return Commonness(embedder.folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
