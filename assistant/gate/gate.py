"""The refusal gate: one probability that the passages hold an answer, computed before anything is generated.

A logistic regression over four features: what the reader says of the passage that answers best, the cosine of the
nearest passage, and how much of what is rare in the question stands in the passages at all. It is fitted and judged
leave-one-collection-out by `python -m scripts.evaluate open --qa DIR --fit` (`assistant.evaluation.gate_fitting`), and
kept in `gate.json`: once with reader and default embedder, and once without each of them. The value that is compared
with the threshold is the value that is shown (AnythingLLM issue 4080).

A cosine that is centred on the embedder's mean passage was tried: over eight collections, each left out, it answered
.852 instead of .872 and refused .842 instead of .810; of a French guide's own questions it answered .47 instead of .77.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from index.retrieval.candidates import all_stems, keyword_stems, keywords, stems_of
from index.retrieval.hit import Hit
from index.retrieval.search import Search, Understood

FITTED = Path(__file__).with_name("gate.json")
BEST = 3  # hits whose words count as found
LIMIT = 8.0  # of the reader's score in either direction: beyond it nothing more is learnt
CERTAIN = 30.0  # of log-odds


@dataclass(frozen=True)
class Features:
    """What the gate knows of a question and its hits."""

    reader: float = 0.0  # log-odds that the best passage answers, within LIMIT; 0 without a reader
    cosine: float = 0.0  # of the nearest hit; 0 without vectors
    coverage: float = 0.0  # share of the question's words, rare ones weighing more, in the best BEST hits together
    rarest: float = 0.0  # 1 when the rarest word of the question stands in one of them


@dataclass(frozen=True)
class Gate:
    """A fitted logistic regression over `Features`."""

    weights: Mapping[str, float]
    bias: float

    def log_odds(self, features: Features) -> float:
        """That the passages hold an answer, as log-odds."""
        z = self.bias + sum(weight * getattr(features, name) for name, weight in self.weights.items())
        return max(-CERTAIN, min(CERTAIN, z))

    def probability(self, features: Features) -> float:
        """The same as a probability, in (0, 1)."""
        return 1 / (1 + math.exp(-self.log_odds(features)))


@dataclass(frozen=True)
class Gates:
    """The gates of `gate.json`, by what they may look at: see `key`."""

    by_key: Mapping[str, Gate]

    @classmethod
    def load(cls, path: Path = FITTED) -> "Gates":
        """Reads what `save` wrote."""
        record = json.loads(path.read_text("utf-8"))
        return cls({name: Gate(gate["weights"], gate["bias"]) for name, gate in record["gates"].items()})

    def save(self, path: Path, **facts: object) -> None:
        """Writes the gates with `facts` about their fitting."""
        record = {"gates": {name: asdict(gate) for name, gate in self.by_key.items()}, **facts}
        path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")

    def log_odds(self, question: Understood, hits: Sequence[Hit], search: Search) -> float:
        """Log-odds that `hits` hold an answer to `question`; as low as can be when nothing was found."""
        if not hits:
            return -CERTAIN
        # While passages wait for their vectors, the cosine of some other passage says nothing of the best ones.
        has_vectors = all(hit.cosine is not None for hit in hits[:BEST])
        wanted = key(search.embedder_name if has_vectors else "", hits[0].reader is not None)
        gate = self.by_key.get(wanted) or self.by_key[key("", hits[0].reader is not None)]
        return gate.log_odds(features_of(question, hits, search))


def key(embedder: str, reader: bool) -> str:
    """The name of the gate for an embedder ("" for none, or one that no gate was fitted for) with or without a
    reader."""
    return f"{embedder or 'words'}{' and reader' if reader else ''}"


def probability(log_odds: float) -> float:
    """From log-odds."""
    return 1 / (1 + math.exp(-log_odds))


def features_of(question: Understood, hits: Sequence[Hit], search: Search) -> Features:
    """The features of a question whose passages were found and, where there is a reader, read; best first."""
    best = max((hit.reader for hit in hits if hit.reader is not None), default=None)
    rarities = search.rarities(keywords(question.text))
    found = _found(rarities, hits[:BEST], question)
    total = sum(rarities.values()) or 1.0
    rarest = max(rarities, key=lambda word: rarities[word], default="")
    return Features(
        reader=bounded_log_odds(best) if best is not None else 0.0,
        cosine=max((hit.cosine for hit in hits if hit.cosine is not None), default=0.0),
        coverage=sum(rarities[word] for word in found) / total,
        rarest=float(rarest in found),
    )


FEATURES = tuple(field.name for field in fields(Features))


def _found(words: Mapping[str, float], hits: Sequence[Hit], question: Understood) -> set[str]:
    """The words that stand in the hits, whatever their endings; a word of a phrase stands where its other name does."""
    there = {form for hit in hits for form in all_stems(f"{hit.title} {hit.place} {hit.indexed_text}")}
    found = {word for word in words if stems_of(word) & there}
    for phrase, name in question.other_names:
        if keyword_stems(name) <= there:
            found |= {word for word in keywords(phrase) if word in words}
    return found


def bounded_log_odds(chance: float) -> float:
    """The log-odds of a probability, within LIMIT."""
    chance = min(max(chance, 1e-6), 1 - 1e-6)
    return max(-LIMIT, min(LIMIT, math.log(chance / (1 - chance))))
