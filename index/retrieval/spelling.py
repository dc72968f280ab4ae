"""Mending typing errors against the words that the documents hold.

A word that no passage holds is compared with all terms of the vocabulary. Terms are stems, which forgives endings; the
surface form is read from a passage. (Distances: Damerau 1964, as optimal string alignment; that most slips are one edit
away, and frequent words likelier, is Kernighan, Church and Gale 1990.)
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from index.retrieval.candidates import keywords
from index.retrieval.stopwords import STOPWORDS
from index.retrieval.vocabulary import Vocabulary, folded, stem

SHORTEST = 5  # letters; shorter words have a neighbour for every slip
EDITS = ((12, 3), (7, 2), (SHORTEST, 1))  # letters of the stem, edits forgiven
ENDING = 2  # edits more between the words themselves, whose endings differ: "treatents", "treatment"
MOST = 12  # words that nobody knows: a question with more is not mistyped but of another world
FIRST_LETTER = 0.5  # edits more for another first letter: people rarely miss it
COMMONNESS = 0.25  # edits less for each power of ten of passages
# A word of the texts is held for a slip itself when no more than ONCE passages hold it and OFTEN as many a neighbour.
ONCE, OFTEN = 2, 100
READ = 5  # passages from which a term's surface form is taken
# With a capital inside a sentence: a name, of which only a single slip is mended.
NAME = re.compile(r"(?<=[\w,;:] )[A-ZÀ-Þ][\w'’-]*[a-zß-ÿ][\w'’-]*")
TOKEN = re.compile(r"[^\W_]+")


class Spelling:
    """Corrections from one vocabulary. Thread-safe."""

    def __init__(self, vocabulary: Vocabulary):
        self._vocabulary = vocabulary

    def mended(self, text: str, scope: Sequence[int]) -> dict[str, str]:
        """The words of a text that are likely slips with what was likely meant, by the passages of the collections
        with the ids `scope`; empty when all words are known, and when hardly any is."""
        suspicious = [word for word in keywords(text) if self._suspicious(word)] if scope else []
        if len(suspicious) > MOST:
            return {}
        names = {word.lower() for word in NAME.findall(text)}
        fixed = {word: self._correction(word, 1 if word in names else EDITS[0][1], scope) for word in suspicious}
        return {word: better for word, better in fixed.items() if better}

    def _suspicious(self, word: str) -> bool:
        if len(word) < SHORTEST or not word.isalpha():
            return False
        passages = self._vocabulary.count(word)
        if 0 < passages <= ONCE:
            return not self._vocabulary.in_heading(word)
        return not passages

    def _correction(self, word: str, most: int, scope: Sequence[int]) -> str | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        stemmed = stem(folded(word))
        allowed = min(most, next((edits for letters, edits in EDITS if len(stemmed) >= letters), 0))
        if not allowed:
            return None
        terms = self._vocabulary.terms
        near = process.extract(stemmed, terms.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        others = [(term, edits) for term, edits, _ in near if term != stemmed and _is_word(term)]
        costs = {term: _cost(stemmed, term, edits, terms[term]) for term, edits in others}
        best = min(costs, key=lambda term: (costs[term], term), default=None)
        if best is None or (stemmed in terms and terms[best] < OFTEN * terms[stemmed]):
            return None
        surface = self._surface(best, scope)
        # Stems may be near while the words are not: "aviaire" and "available".
        return surface if surface and OSA.distance(word, surface) <= allowed + ENDING else None

    def _surface(self, term: str, scope: Sequence[int]) -> str | None:
        """The commonest word behind a stem, in a few passages."""
        words = (word for text in self._vocabulary.texts(term, READ, scope) for word in TOKEN.findall(text.lower()))
        found = Counter(word for word in words if stem(folded(word)) == term)
        return found.most_common(1)[0][0] if found else None


def _is_word(term: str) -> bool:
    return len(term) >= SHORTEST - 2 and term.isalpha() and term not in STOPWORDS


def _cost(typed: str, term: str, edits: int, passages: int) -> float:
    return edits + FIRST_LETTER * (typed[0] != term[0]) - COMMONNESS * math.log10(passages)
