"""What a question wants to know of its topic: treatment, symptoms, causes ... and what a heading promises.

A topic has many passages and most of its words are the topic's name; whether "is there a cure for it" is answered by
"What are the treatments" is lost between them. The words for an aspect are a plain list, English and French, in
aspects.json; a trailing * stands for any ending.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from corpus.language import guess
from index.vectors.embedder import Embedder

LIST = Path(__file__).with_name("aspects.json")
PROMISE = 0.6  # agreement above which a heading promises what was asked
GENERAL = "definition"  # asked by every "what is": counts only where no other aspect is named
# "I was diagnosed with", "she suffers from" tell why somebody asks, not what.
STORY = re.compile(
    r"\b(?:(?:was|were|been|got|is|has|have|just|recently|newly)\s+(?:\w+\s+)?)?diagnos\w+\s+(?:with|as|to have)\b"
    r"|\b(?:was|were|been|got)\s+(?:\w+\s+)?diagnosed\b|\bdoctors? suspects?\b",
    re.IGNORECASE,
)
WORD = re.compile(r"\w+")
SENTENCE = re.compile(r"[^.!?]+[.!?]*")
LIST_WEIGHT = 0.5  # of the word list, against likeness of meaning
SHARPNESS = 0.08  # of the softmax over cosines: a lead of 0.08 is a factor of e
ASKED = 2.0  # of words in a sentence with a question mark, against words elsewhere


# What nobody put on the list is recognised by its likeness to these (English, as the default embedder is).
EXAMPLES = {
    "treatment": ("What are the treatments?", "How is it treated or cured?", "Which medicine or surgery helps?"),
    "symptoms": (
        "What are the symptoms?",
        "How do I know if I have it? What are the signs?",
        "What does it feel like?",
    ),
    "diagnosis": ("How is it diagnosed?", "Which tests and examinations are done to find it?"),
    "causes": ("What causes it?", "Why do people get it?"),
    "inheritance": ("Is it inherited?", "Can it be passed on from parents to children? Does it run in families?"),
    "genes": ("Which genes or mutations are involved?", "What are the genetic changes?"),
    "frequency": ("How common is it?", "How many people have it?"),
    "outlook": ("What is the outlook or prognosis?", "How long can I live with it? Will it get worse?"),
    "risk": ("Who is at risk?", "Which people are more likely to get it? What are the risk factors?"),
    "prevention": ("How can it be prevented?", "How do I avoid getting it and protect myself?"),
    "research": ("What research is being done?", "Are there clinical trials and new studies?"),
    "stages": ("What are the stages?", "How far has it spread?"),
    "complications": ("What are the complications?", "What other problems can it lead to if it is not treated?"),
    "living": ("How do I live with it from day to day?", "What should I eat, and what about diet and exercise?"),
    "definition": ("What is it?", "Can you explain what it is? Tell me about it."),
    "support": ("Where can I find support?", "Which organizations and groups help families?"),
}


class Aspects:
    """Reads the aspect of questions, by the list and, with an embedder, by meaning. Thread-safe."""

    def __init__(self, embedder: Embedder | None):
        self._embedder = embedder
        self._names = [aspect for aspect, examples in EXAMPLES.items() for _ in examples]
        self._vectors: np.ndarray | None = None

    def of(self, question: str, label: str) -> Mapping[str, float]:
        """Shares of the aspects that a question asks for; `label` is the heading of a passage on its topic, whose words
        say nothing of the aspect."""
        listed = aspects_of(question)
        if self._embedder is None or guess(question) == "fr":
            return listed
        topic = set(WORD.findall(without_aspects(label)))
        rest = " ".join(word for word in WORD.findall(question.lower()) if word not in topic)
        likely = self._by_meaning(rest)
        return {name: LIST_WEIGHT * listed.get(name, 0.0) + (1 - LIST_WEIGHT) * likely[name] for name in EXAMPLES}

    def _by_meaning(self, text: str) -> dict[str, float]:
        if self._vectors is None:
            self._vectors = self._embedder.encode([example for group in EXAMPLES.values() for example in group])
        cosines = self._vectors @ self._embedder.encode([text])[0]
        best = dict.fromkeys(EXAMPLES, -1.0)
        for name, cosine in zip(self._names, cosines, strict=True):
            best[name] = max(best[name], float(cosine))
        highest = max(best.values())
        powers = {name: math.exp((cosine - highest) / SHARPNESS) for name, cosine in best.items()}
        total = sum(powers.values())
        return {name: power / total for name, power in powers.items()}


@lru_cache(maxsize=20_000)
def aspects_of(text: str) -> Mapping[str, float]:
    """The aspects that a text names with their shares, which sum to 1; empty when it names none."""
    found: dict[str, float] = {}
    for sentence in SENTENCE.findall(STORY.sub(" ", text.lower().replace("’", "'"))):
        weight = ASKED if sentence.rstrip().endswith("?") else 1.0
        for aspect, pattern in _patterns().items():
            for match in pattern.finditer(sentence):
                found[aspect] = found.get(aspect, 0.0) + weight * (1 + match.group().count(" ") / 2)
    if len(found) > 1:
        found.pop(GENERAL, None)
    total = sum(found.values())
    return MappingProxyType({aspect: value / total for aspect, value in found.items()})


def without_aspects(text: str) -> str:
    """The text without the words that name aspects: what is left is the topic, more or less."""
    return _any().sub(" ", STORY.sub(" ", text.lower().replace("’", "'")))


def agreement(asked: Mapping[str, float], offered: Mapping[str, float]) -> float:
    """How far a passage offers what was asked, from 0 to 1; a half when one of them is silent."""
    if not asked or not offered:
        return 0.5
    shared = sum(min(share, offered.get(aspect, 0.0)) for aspect, share in asked.items())
    if not shared and GENERAL in offered:
        return 0.4  # a general text may hold it, too
    return shared


def promises(label: str, asked: str) -> bool:
    """Whether a label offers what a question, or another label, asks for; False where one of them names no aspect."""
    return agreement(aspects_of(asked), aspects_of(label)) > PROMISE


@cache
def _words() -> dict[str, list[str]]:
    return json.loads(LIST.read_text("utf-8"))


def _alternatives(words: list[str]) -> str:
    parts = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in sorted(words, key=len)[::-1])
    return r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)"


@cache
def _patterns() -> dict[str, re.Pattern]:
    return {aspect: re.compile(_alternatives(words)) for aspect, words in _words().items()}


@cache
def _any() -> re.Pattern:
    return re.compile(_alternatives([word for words in _words().values() for word in words]))
