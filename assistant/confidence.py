"""The refusal gate: one probability that the passages hold an answer, computed before anything is generated.

A logistic regression over a few features of the search. It is fitted by `python -m scripts.evaluate refusal --fit`
on questions that a collection answers and on questions that it cannot, and kept as `confidence.json` with the hash
of its data. The value that is compared with the threshold is the value that is shown (AnythingLLM issue 4080).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from assistant.words import words_of
from index.hit import Hit
from index.search import Search, keywords

FITTED = Path(__file__).with_name("confidence.json")
BEST = 3  # hits whose words count as found


@dataclass(frozen=True)
class Features:
    """What the gate knows of a question and its hits, each in about [0, 1]."""

    cosine: float  # of the best hit; 0 without vectors
    margin: float  # best cosine less the mean of the hits
    coverage: float  # of the question's words, rare ones weighing more, in the best single hit
    rarest: float  # 1 when the rarest word of the question stands in one of the best hits
    keyword_only: float  # 1 when no vector was there to compare


@dataclass(frozen=True)
class Gate:
    """A fitted logistic regression."""

    weights: Mapping[str, float]
    bias: float
    data_sha256: str = ""

    @classmethod
    @cache
    def shipped(cls) -> "Gate":
        """The gate that stands in `confidence.json`."""
        record = json.loads(FITTED.read_text("utf-8"))
        return cls(record["weights"], record["bias"], record["data_sha256"])

    def probability(self, features: Features) -> float:
        """That the passages hold an answer, in (0, 1)."""
        z = self.bias + sum(self.weights[name] * value for name, value in asdict(features).items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def features_of(query: str, hits: Sequence[Hit], search: Search) -> Features:
    """The features of a search. All zero when nothing was found."""
    if not hits:
        return Features(0.0, 0.0, 0.0, 0.0, 0.0)
    cosines = [hit.cosine for hit in hits if hit.cosine is not None]
    best = max(cosines, default=0.0)
    words = keywords(query)
    rarities = search.rarities(words)
    found = [_found(words, hit) for hit in hits[:BEST]]
    total = sum(rarities.values()) or 1.0
    rarest = max(rarities, key=rarities.get, default="")
    return Features(
        cosine=best,
        margin=best - sum(cosines) / len(cosines) if cosines else 0.0,
        coverage=max(sum(rarities[word] for word in some) / total for some in found),
        rarest=float(any(rarest in some for some in found)),
        keyword_only=float(not cosines),
    )


def _found(words: Sequence[str], hit: Hit) -> set[str]:
    language = hit.language or "en"
    content = words_of(f"{hit.title} {hit.indexed_text}", language)
    held = content.content | content.numbers
    return {word for word in words if (wanted := words_of(word, language)) and _within(wanted, held)}


def _within(wanted, held: frozenset[str]) -> bool:
    parts = wanted.content | wanted.numbers
    return not parts or parts <= held
