"""One order out of two searches: a blend of their scores, then a closer look at the best of it.

Both scores are min-max normalised over the candidates and blended 0.3 / 0.7: on thirteen medical and scientific test
sets this was best or tied on seven and never significantly worse than the embedder alone, while reciprocal-rank
fusion lost to it on real questions. What neither score sees is added for the first POOL passages: whether a heading
names the question's topic, no more and no less ("Duane syndrome type 2" is not "Duane syndrome"), whether it promises
what was asked (`index.retrieval.aspects`), and whether it is the question itself. The weights were chosen on the dev
half of `scripts.evaluate questions`; each is judged there by leaving it out.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from index.retrieval.aspects import agreement, aspects_of
from index.retrieval.candidates import Found
from index.retrieval.label import Label, topic_of
from index.retrieval.stopwords import language_of

KEYWORD_WEIGHT = 0.3
# For passages in a language that the embedder never learnt, whose cosines follow the look of words ("asthme" is near
# "Asie"), words decide.
KEYWORD_WEIGHT_UNREAD = 0.8
TOPIC_WEIGHT = 0.3
ASPECT_WEIGHT = 0.7
# Of the aspect's weight for a heading on anything at all: "the causes of Addison's disease" are no answer to the causes
# of vitiligo, but a heading may bear a name that the question does not use.
ASPECT_ALONE = 0.3
EXACT_WEIGHT = 0.5
# What a passage loses that is in another language than the question: of two that say the same, the readable one first.
FOREIGN_COST = 0.2
POOL = 40
EXACT_FROM = 0.98


@dataclass(frozen=True)
class Weights:
    """What a passage gains beside the blend, each for a full match."""

    topic: float = TOPIC_WEIGHT
    aspect: float = ASPECT_WEIGHT
    exact: float = EXACT_WEIGHT

    @property
    def total(self) -> float:
        """The greatest score of a passage whose heading is not the question itself."""
        return 1 + self.topic + self.aspect


def normalised(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores moved to [0, 1] by their least and greatest; all 1 when they are equal."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {key: (value - low) / (high - low) if high > low else 1.0 for key, value in scores.items()}


def blended(found: Found, unread: Set[int] = frozenset()) -> dict[int, float]:
    """The blend by passage id, in [0, 1]; `unread` are the passages whose language the embedder does not read."""
    words, meaning = normalised(found.keyword), normalised(found.dense)
    scores = {}
    for passage in {**found.keyword, **found.dense}:
        word = words.get(passage, 0.0)
        # Without a vector the keyword score stands for both: waiting must not cost a passage its place.
        weight = KEYWORD_WEIGHT_UNREAD if passage in unread else KEYWORD_WEIGHT
        scores[passage] = weight * word + (1 - weight) * meaning.get(passage, word)
    return scores


def best(scores: Mapping[int, float], count: int) -> list[int]:
    """The passages with the greatest scores, the same for the same scores."""
    return sorted(scores, key=lambda passage: (-scores[passage], passage))[:count]


def reranked(
    question: str,
    aspects: Mapping[str, float],
    scores: Mapping[int, float],
    labels: Mapping[int, Label],
    weights: Weights,
) -> dict[int, float]:
    """Scores in [0, 1] with the gains of the passages in `labels`; the others keep what the blend gave them."""
    language = language_of(question)
    topic, exact = topic_of(question), _plain(question)
    closer = {}
    for passage, score in scores.items():
        if passage not in labels:
            closer[passage] = score / weights.total
            continue
        label = labels[passage]
        offered = topic_of(label.text)
        # "Victor Hugo", whatever else stands over it, is before "Les Misérables. By Victor Hugo".
        if label.title != label.text and topic_of(label.title) == topic:
            offered = topic
        on_topic = ASPECT_ALONE + (1 - ASPECT_ALONE) * _held(offered, topic)
        gain = (
            weights.topic * _match(topic, offered)
            + weights.aspect * on_topic * agreement(aspects, aspects_of(label.text))
            + weights.exact * (exact == _plain(label.text))
            - FOREIGN_COST * (bool(language and label.language) and language != label.language)
        )
        closer[passage] = max(0.0, score + gain) / weights.total
    return {passage: _bounded(score) for passage, score in closer.items()}


def _bounded(score: float) -> float:
    """In [0, 1], in the same order: only the question's own words get above EXACT_FROM."""
    return EXACT_FROM * score if score <= 1 else 1 - (1 - EXACT_FROM) / score


def _match(asked: frozenset[str], offered: frozenset[str]) -> float:
    """The harmonic mean of how much of each the other holds."""
    shared = len(asked & offered)
    return 2 * shared / (len(asked) + len(offered)) if shared else 0.0


def _held(topic: frozenset[str], words: frozenset[str]) -> float:
    """The share of a topic that is among the words."""
    return len(topic & words) / len(topic) if topic else 0.0


def _plain(text: str) -> Sequence[str]:
    return re.findall(r"\w+", text.lower())
