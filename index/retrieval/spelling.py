"""Mending typing errors against the words that the documents hold.

A word that no passage holds is compared with all terms of the vocabulary. Terms are stems, which forgives endings; the
surface form is read from a passage. A wrong correction does more harm than none: names are left as they are typed, and
so is a word of which the passages hold another form, and all writing without small letters, such as Chinese.
(Distances: Damerau 1964, as optimal string alignment; that most slips are one edit away, and frequent words likelier,
is Kernighan, Church and Gale 1990.)
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

from index.retrieval.candidates import keywords
from index.retrieval.stopwords import STOPWORDS
from index.retrieval.vocabulary import Vocabulary, folded, stem

SHORTEST = 5  # letters; shorter words have a neighbour for every slip
EDITS = ((12, 3), (7, 2), (SHORTEST, 1))  # letters of the stem, edits forgiven
ENDING = 1  # edits more between the words themselves, whose endings differ: "treatents", "treatment"
MOST = 12  # words that nobody knows: a question with more is not mistyped but of another world
FIRST_LETTER = 0.5  # edits more for another first letter: people rarely miss it
COMMONNESS = 0.25  # edits less for each power of ten of passages
# A word of the texts is held for a slip itself when no more than ONCE passages hold it and OFTEN as many a neighbour.
ONCE, OFTEN = 2, 100
READ = 5  # passages from which a term's surface form is taken
LONG = 7  # letters from which a word may be a slip for a name: "einstien", but not "cisco" for "Cusco"
TOKEN = re.compile(r"[^\W_]+")
INSIDE = re.compile(r"[\w,;] $")  # what stands before a word inside a sentence


class Spelling:
    """Corrections from one vocabulary. Thread-safe."""

    def __init__(self, vocabulary: Vocabulary, is_word: Callable[[str], bool] = lambda word: False):
        """`is_word` says what is a word of some language, whether or not the documents hold it."""
        self._vocabulary = vocabulary
        self._is_word = is_word

    def mended(self, text: str, scope: Sequence[int]) -> dict[str, str]:
        """The words of a text that are likely slips with what was likely meant, by the passages of the collections
        with the ids `scope`; empty when all words are known, and when hardly any is."""
        suspicious = [word for word in keywords(text) if self._suspicious(word)] if scope else []
        if len(suspicious) > MOST:
            return {}
        names, first = _capitalised(text)
        fixed = {
            word: self._correction(word, scope, maybe_name=word == first) for word in suspicious if word not in names
        }
        return {word: better for word, better in fixed.items() if better}

    def _suspicious(self, word: str) -> bool:
        if len(word) < SHORTEST or not all(sign.islower() for sign in word) or self._is_word(word):
            return False
        passages = self._vocabulary.count(word)
        if 0 < passages <= ONCE:
            return not self._vocabulary.in_heading(word)
        return not passages and not self._vocabulary.has_form(word)

    def _correction(self, word: str, scope: Sequence[int], maybe_name: bool) -> str | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        stemmed = stem(folded(word))
        allowed = next((edits for letters, edits in EDITS if len(stemmed) >= letters), 0)
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
        # Stems may be near while the words are not: "deadlines" and "deadly".
        if surface is None or OSA.distance(word, surface.lower()) > allowed + ENDING:
            return None
        if surface[0].isupper() and (maybe_name or len(word) < LONG):
            return None  # one name is no slip for another
        return surface.lower()

    def _surface(self, term: str, scope: Sequence[int]) -> str | None:
        """The commonest word behind a stem, in a few passages; with a capital if it mostly has one."""
        found: Counter[str] = Counter()
        names: Counter[str] = Counter()  # with a capital inside a sentence, where it is no accident
        for text in self._vocabulary.texts(term, READ, scope):
            for token in TOKEN.finditer(text):
                word = token[0].lower()
                if stem(folded(word)) == term:
                    found[word] += 1
                    names[word] += token[0] != word and bool(INSIDE.search(text[: token.start()]))
        if not found:
            return None
        commonest = found.most_common(1)[0][0]
        return commonest.capitalize() if 2 * names[commonest] > found[commonest] else commonest


def _capitalised(text: str) -> tuple[set[str], str]:
    """The words with a capital letter, lower case: those that stand inside a sentence, which are names, and the one
    at the beginning, which may be one ("" when it has no capital)."""
    names, first = set(), ""
    for word in TOKEN.finditer(text):
        if word[0] == word[0].lower():
            continue
        begins = not text[: word.start()].rstrip(" \t\n\"'«»“”‘’([¿¡") or text[: word.start()].rstrip()[-1:] in ".?!…"
        if begins and word[0][1:].islower():
            first = word[0].lower()
        else:
            names.add(word[0].lower())
    return names, first


def _is_word(term: str) -> bool:
    return len(term) >= SHORTEST - 2 and term.isalpha() and term not in STOPWORDS


def _cost(typed: str, term: str, edits: int, passages: int) -> float:
    return edits + FIRST_LETTER * (typed[0] != term[0]) - COMMONNESS * math.log10(passages)
