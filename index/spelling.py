"""Mending typing errors against the words that the documents hold.

A word that no passage holds is compared with all terms of the vocabulary. Terms are stems, which forgives endings; the
surface form is read from a passage. (Distances: Damerau 1964, as optimal string alignment; that most slips are one edit
away, and frequent words likelier, is Kernighan, Church and Gale 1990.)
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from index.stopwords import STOPWORDS
from index.vocabulary import Vocabulary, folded, stem

SHORTEST = 4  # letters; shorter words have a neighbour for every slip
EDITS = ((13, 3), (6, 2), (SHORTEST, 1))  # letters, edits forgiven
FIRST_LETTER = 0.5  # edits more for another first letter: people rarely miss it
COMMONNESS = 0.25  # edits less for each power of ten of passages
# A word of the texts is held for a slip itself when no more than ONCE passages hold it and OFTEN as many a neighbour.
ONCE, OFTEN = 2, 100
READ = 5  # passages from which a term's surface form is taken
TOKEN = re.compile(r"[^\W_]+")


class Spelling:
    """Corrections from one vocabulary. Thread-safe."""

    def __init__(self, vocabulary: Vocabulary):
        self._vocabulary = vocabulary

    def mended(self, words: Sequence[str]) -> dict[str, str]:
        """The words that are likely slips with what was likely meant; empty when all words are known."""
        fixed = {word: self._correction(word) for word in words if self._suspicious(word)}
        return {word: better for word, better in fixed.items() if better}

    def _suspicious(self, word: str) -> bool:
        if len(word) < SHORTEST or not word.isalpha():
            return False
        passages = self._vocabulary.count(word)
        if 0 < passages <= ONCE:
            return not self._vocabulary.in_heading(word)
        return not passages

    def _correction(self, word: str) -> str | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        stemmed = stem(folded(word))
        allowed = next(edits for letters, edits in EDITS if len(word) >= letters)
        terms = self._vocabulary.terms
        near = process.extract(stemmed, terms.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        others = [(term, edits) for term, edits, _ in near if term != stemmed and _is_word(term)]
        costs = {term: _cost(stemmed, term, edits, terms[term]) for term, edits in others}
        best = min(costs, key=lambda term: (costs[term], term), default=None)
        if best is None or (stemmed in terms and terms[best] < OFTEN * terms[stemmed]):
            return None
        return self._surface(best)

    def _surface(self, term: str) -> str | None:
        """The commonest word behind a stem, in a few passages."""
        words = (word for text in self._vocabulary.texts(term, READ) for word in TOKEN.findall(text.lower()))
        found = Counter(word for word in words if stem(folded(word)) == term)
        return found.most_common(1)[0][0] if found else None


def _is_word(term: str) -> bool:
    return len(term) >= SHORTEST - 1 and term.isalpha() and term not in STOPWORDS


def _cost(typed: str, term: str, edits: int, passages: int) -> float:
    return edits + FIRST_LETTER * (typed[0] != term[0]) - COMMONNESS * math.log10(passages)
