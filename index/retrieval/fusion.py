"""One order out of two searches: a blend of their normalised scores."""

from collections.abc import Mapping, Set

from index.retrieval.candidates import Found

KEYWORD_WEIGHT = 0.3
# For passages in a language that the embedder never learnt, whose cosines follow the look of words ("asthme" is near
# "Asie"), words decide.
KEYWORD_WEIGHT_UNREAD = 0.8


def normalised(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores moved to [0, 1] by their least and greatest; all 1 when they are equal."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {key: (value - low) / (high - low) if high > low else 1.0 for key, value in scores.items()}


def blended(found: Found, unread: Set[int] = frozenset(), weight: float = KEYWORD_WEIGHT) -> dict[int, float]:
    """The blend by passage id, in [0, 1]; `unread` are the passages whose language the embedder does not read."""
    words, meaning = normalised(found.keyword), normalised(found.dense)
    scores = {}
    for passage in {**found.keyword, **found.dense}:
        word = words.get(passage, 0.0)
        # Without a vector the keyword score stands for both: waiting must not cost a passage its place.
        share = KEYWORD_WEIGHT_UNREAD if passage in unread else weight
        scores[passage] = share * word + (1 - share) * meaning.get(passage, word)
    return scores


def best(scores: Mapping[int, float], count: int) -> list[int]:
    """The passages with the greatest scores, the same for the same scores."""
    return sorted(scores, key=lambda passage: (-scores[passage], passage))[:count]
