"""A reader without weights: a sentence answers as far as it shares the question's words. For tests."""

import math
import re
from collections.abc import Sequence

from corpus.sentences import spans
from index.reader.reading import Reading, Sentence, Span

WORD = re.compile(r"\w+")
LETTERS = 6  # of a word that count


class OverlapReader:
    """Deterministic, immediate, needs no model. Its scores are log odds of the share of words that are found."""

    def read(
        self, question: str, passages: Sequence[str], titles: Sequence[str] = (), languages: Sequence[str] = ()
    ) -> list[Reading]:
        """See `PassageReader.read`."""
        asked = _words(question)
        codes = languages or [""] * len(passages)
        return [_reading(asked, passage, language) for passage, language in zip(passages, codes, strict=True)]


def _reading(asked: frozenset[str], passage: str, language: str) -> Reading:
    found = []
    for start, end in spans(passage, language):
        share = len(asked & _words(passage[start:end])) / max(len(asked), 1)
        share = min(max(share, 0.01), 0.99)
        found.append(Sentence(start, end, math.log(share / (1 - share))))
    ranked = sorted(found, key=lambda sentence: -sentence.score)
    evidence = tuple(Span(one.start, one.end, 1 / (1 + math.exp(-one.score))) for one in ranked[:3])
    return Reading(ranked[0].score if ranked else -math.inf, 0.0, evidence, tuple(found))


def _words(text: str) -> frozenset[str]:
    return frozenset(word[:LETTERS] for word in WORD.findall(text.casefold()) if len(word) > 2)
