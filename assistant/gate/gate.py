"""The refusal gate: one probability that the passages hold an answer, computed before anything is generated.

A logistic regression over a few features of the search. It is fitted by `python -m scripts.evaluate refusal --fit`
on questions that a collection answers and on questions that it cannot (see `assistant.evaluation.gate_fitting`), and
kept in
`confidence.json` with the hash of its data: once for the default embedder, once without any cosine, for every other
embedder and for passages that wait for their vectors. The value that is compared with the threshold is the value
that is shown (AnythingLLM issue 4080).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.text.words import words_of
from index.retrieval.aspects import without_aspects
from index.retrieval.candidates import keywords
from index.retrieval.hit import Hit
from index.retrieval.label import label_of, topic_of
from index.retrieval.search import Search, Understood

FITTED = Path(__file__).with_name("confidence.json")
BEST = 3  # hits whose words count as found
LONG = 30  # words of a question that counts as fully long: much of what it tells is not what it asks
RARE = 3  # words that `rare` looks at
SMALL, LARGE = 50, 50_000  # passages of a collection between which `size` grows


@dataclass(frozen=True)
class Features:
    """What the gate knows of a question and its hits, each between 0 and 1. Words that only name an aspect
    ("treatment") are left out unless the question has no others."""

    cosine: float  # of the nearest hit; 0 without vectors
    coverage: float  # of the question's words, rare ones weighing more, in the best single hit
    together: float  # the same in the best three hits taken together
    rarest: float  # 1 when the rarest word of the question stands in one of them
    rare: float  # share of the three rarest words that stand in them
    known: float  # share of the question's words that stand anywhere in the index
    named: float  # share of a hit's topic (its title without aspects) that the question names, of the best hit
    mended: float  # share of the words that were taken for slips
    long: float  # length
    size: float  # of the best hit's collection, on a logarithmic scale: among many passages words meet by chance


NOTHING = Features(*[0.0] * len(Features.__dataclass_fields__))


@dataclass(frozen=True)
class Gate:
    """A fitted logistic regression over `Features`."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, features: Features) -> float:
        """That the passages hold an answer, in (0, 1)."""
        z = self.bias + sum(weight * getattr(features, name) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@dataclass(frozen=True)
class Gates:
    """The gates of `confidence.json`: by embedder, "" being the one that looks at words alone."""

    by_embedder: Mapping[str, Gate]
    data_sha256: str = ""

    @classmethod
    def load(cls, path: Path = FITTED) -> "Gates":
        """Reads what `save` wrote."""
        record = json.loads(path.read_text("utf-8"))
        gates = {name: Gate(gate["weights"], gate["bias"]) for name, gate in record["gates"].items()}
        return cls(gates, record["data_sha256"])

    def save(self, path: Path, **facts) -> None:
        """Writes the gates with `facts` about their fitting."""
        gates = {name: asdict(gate) for name, gate in self.by_embedder.items()}
        record = {"gates": gates, "data_sha256": self.data_sha256, **facts}
        path.write_text(json.dumps(record, indent=2) + "\n", "utf-8")

    def confidence(self, question: Understood, hits: Sequence[Hit], search: Search) -> float:
        """The probability that `hits` hold an answer to `question`; 0 when nothing was found."""
        if not hits:
            return 0.0
        # While passages wait for their vectors, the cosine of some other passage says nothing of the best ones.
        has_vectors = all(hit.cosine is not None for hit in hits[:BEST])
        gate = self.by_embedder.get(search.embedder_name if has_vectors else "", self.by_embedder[""])
        return gate.probability(features_of(question, hits, search))


def features_of(question: Understood, hits: Sequence[Hit], search: Search) -> Features:
    """The features of a search."""
    asked = keywords(question.text)
    words = asked_words(question)
    if not hits or not words:
        return NOTHING
    rarities = search.rarities(words)
    total = sum(rarities.values()) or 1.0
    found = [_found(words, hit, question) for hit in hits[:BEST]]
    together = set().union(*found)
    rarest = sorted(rarities, key=lambda word: -rarities[word])[:RARE]
    return Features(
        cosine=max((hit.cosine for hit in hits if hit.cosine is not None), default=0.0),
        coverage=max(sum(rarities[word] for word in some) / total for some in found),
        together=sum(rarities[word] for word in together) / total,
        rarest=float(rarest[0] in together),
        rare=sum(word in together for word in rarest) / len(rarest),
        known=sum(search.holds(word) for word in words) / len(words),
        named=max(named_share(question, hit) for hit in hits[:BEST]),
        mended=len(question.mended) / len(asked),
        long=min(1.0, len(question.text.split()) / LONG),
        size=_scaled(search.size(hits[0].collection)),
    )


def _scaled(passages: int) -> float:
    return math.log(min(max(passages, SMALL), LARGE) / SMALL) / math.log(LARGE / SMALL)


def _found(words: Sequence[str], hit: Hit, question: Understood) -> set[str]:
    language = hit.language or "en"
    content = words_of(f"{hit.title} {hit.indexed_text}", language)
    held = content.content | content.numbers
    found = {word for word in words if holds_word(word, held, language)}
    for phrase, name in question.other_names:  # its other name says that the phrase was found
        if all(holds_word(word, held, language) for word in keywords(name)):
            found |= set(keywords(phrase)) & set(words)
    return found


def holds_word(word: str, held: frozenset[str], language: str) -> bool:
    """Whether all stems and numbers of a word are among those of a text (`words_of`)."""
    wanted = words_of(word, language)
    parts = wanted.content | wanted.numbers
    return bool(parts) and parts <= held


def asked_words(question: Understood) -> list[str]:
    """The question's keywords without those that only name an aspect, unless it has no others."""
    asked = keywords(question.text)
    topic = keywords(without_aspects(question.text))
    return [word for word in topic if word in asked] or asked


def named_share(question: Understood, hit: Hit) -> float:
    """The share of the words of the hit's topic that the question holds, under any name."""
    topic = topic_of(label_of(hit.title, hit.heading))
    texts = [question.text, *(name for _, name in question.other_names)]
    asked = topic_of(" ".join(texts))
    return len(topic & asked) / len(topic) if topic else 0.0
