"""Requests that are no question: "summarise report.pdf", « Compare A et B », "shorter", "thanks".

A small classifier recognises them, learnt from the examples in `assistant/training/queries/requests.json` against
ordinary questions. Its threshold is set so that an ordinary question is hardly ever taken for a request: a request that
is missed is answered as a question, which is the lesser harm.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

import numpy as np

from assistant.query.classifier import Classifier, stem
from assistant.query.follow_ups import last_answered
from assistant.query.overview import overview_of
from assistant.schema import Turn
from index.retrieval.stopwords import STOPWORDS

RequestKind = Literal[
    "overview",
    "summary",
    "mentions",
    "compare",
    "shorter",
    "more",
    "why",
    "language",
    "thanks",
    "greeting",
    "capabilities",
]
ON_SUBJECTS: frozenset[RequestKind] = frozenset(("summary", "mentions", "compare"))
ON_LAST_ANSWER: frozenset[RequestKind] = frozenset(("shorter", "more", "why", "language"))
SMALL_TALK: frozenset[RequestKind] = frozenset(("thanks", "greeting", "capabilities"))
ORDINARY = "question"
CLEAR = 0.4  # of the likeliest kind: what may be any kind of request is none

WEIGHTS = Path(__file__).with_name("requests.npz")
FRAMES = Path(__file__).with_name("requests_frames.npz")
WORD = re.compile(r"\w+")
CHARACTERS = re.compile(r"[^\s?!,;:«»\"“”()]+")  # of a subject, a file's name among them


@dataclass(frozen=True)
class Request:
    """What is wanted. `subjects` are the words that name it: two for a comparison, one for a summary or mentions, none
    where the last answer or this document is meant."""

    kind: RequestKind
    probability: float
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frames:
    """What the examples of each kind are worded with around their subjects: stems of words, and those between two
    subjects, the commonest first. `threshold` is the least probability of a request."""

    words: dict[str, frozenset[str]]
    between: tuple[str, ...]
    threshold: float


def request(question: str, history: Sequence[Turn] = ()) -> Request | None:
    """The request that a text makes, None where it is an ordinary question.

    What asks for something about the last answer is a request only where there is one.
    """
    if name := overview_of(question):
        return Request("overview", 1.0, (name,))
    likely = probabilities(question)
    answered = last_answered(history) is not None
    if not answered:
        likely = {kind: share for kind, share in likely.items() if kind not in ON_LAST_ANSWER}
    wanted = 1 - likely[ORDINARY]
    kind = max((name for name in likely if name != ORDINARY), key=lambda name: likely[name])
    if wanted < frames().threshold or likely[kind] < CLEAR:
        return None
    found = Request(cast(RequestKind, kind), likely[kind])
    if kind not in ON_SUBJECTS:
        return found
    named = subjects(question, kind)
    if len(named) < (2 if kind == "compare" else 1):
        # "Summarise that" is about the last answer, "summarise this folder" about what is searched; nothing can be
        # compared or mentioned without a name.
        return found if kind == "summary" else None
    return Request(found.kind, found.probability, named)


def probabilities(question: str) -> dict[str, float]:
    """How likely the text is each kind of request, or an ordinary question. They sum to one."""
    return _classifier().probabilities(question)


@cache
def _classifier() -> Classifier:
    return Classifier.load(WEIGHTS)


@cache
def frames() -> Frames:
    """As fitted. Raises OSError when the file is not there."""
    with np.load(FRAMES) as kept:
        words = dict(line.split("\t") for line in str(kept["words"]).split("\n"))
        return Frames(
            {kind: frozenset(stems.split()) for kind, stems in words.items()},
            tuple(str(kept["between"]).split()),
            float(kept["threshold"]),
        )


def subjects(question: str, kind: str) -> tuple[str, ...]:
    """The stretches of a request that its frame does not explain: from its first own word to its last, for a
    comparison cut in two at a word that stands between subjects."""
    known = frames()
    around = known.words[kind]
    matches = list(CHARACTERS.finditer(question))
    own = [at for at, match in enumerate(matches) if _own(match[0], around)]
    if not own:
        return ()
    first, last = own[0], own[-1]
    parts = [(first, last)]
    if kind == "compare":
        cuts = {
            at: known.between.index(word)
            for at in range(first + 1, last)
            if (word := stem(matches[at][0].strip("."))) in known.between and at not in own
        }
        if not cuts:
            return ()
        cut = min(cuts, key=lambda at: (cuts[at], at))
        left = max(at for at in own if at < cut)
        right = min(at for at in own if at > cut)
        parts = [(first, left), (right, last)]
    named = tuple(question[matches[start].start() : matches[end].end()].rstrip(".") for start, end in parts)
    return (named[0], _completed(named[1], named[0])) if kind == "compare" else named


def _completed(second: str, first: str) -> str:
    """The second name with what it shares with the first: "Germany" behind "population of France" is "population of
    Germany", "project Heron" behind "budget of project Falcon" is "budget of project Heron"."""
    before, after = first.split(), second.split()
    if len(after) >= len(before):
        return second
    if after[0] in before[1:]:
        return " ".join([*before[: before.index(after[0], 1)], second])
    kept = before[: -len(after)]
    return " ".join([*kept, second]) if kept[-1].lower() in STOPWORDS else second


def _own(text: str, around: frozenset[str]) -> bool:
    """Whether a word is neither of the frame nor a stop word. "d'amiante" is, "du" is not."""
    words = [word for word in WORD.findall(text) if len(word) > 1 or word.isdigit() or word.isupper()]
    return any(stem(word) not in around and word.lower() not in STOPWORDS for word in words)
