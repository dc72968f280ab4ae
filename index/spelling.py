"""Mending typing errors against the words that the documents hold.

A word that no passage holds is compared with all terms of FTS5's own vocabulary, so there is nothing to keep in step.
Terms are Porter stems, which forgives endings; the surface form is read from a passage. (Distances: Damerau 1964, as
optimal string alignment; that most slips are one edit away, and frequent words likelier, is Kernighan, Church and Gale
1990.)
"""

import math
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from index.stopwords import STOPWORDS
from index.store import Store

SHORTEST = 4  # letters; shorter words have a neighbour for every slip
EDITS = ((13, 3), (6, 2), (SHORTEST, 1))  # letters, edits forgiven
FIRST_LETTER = 0.5  # edits more for another first letter: people rarely miss it
COMMONNESS = 0.25  # edits less for each power of ten of passages
# A word of the texts is held for a slip itself when no more than ONCE passages hold it and OFTEN as many a neighbour.
ONCE, OFTEN = 2, 100
READ = 5  # passages from which a term's surface form is taken
STALE_S = 30  # seconds for which a changed index is still compared with its old vocabulary
TOKEN = re.compile(r"[^\W_]+")


class Spelling:
    """Corrections for one index. Thread-safe; the vocabulary is read when a word is first not found."""

    def __init__(self, store: Store):
        self._store = store
        self._terms: dict[str, int] = {}
        self._generation = -1
        self._read_at = 0.0

    def mended(self, words: Sequence[str]) -> dict[str, str]:
        """The words that are likely slips with what was likely meant; empty when all words are known."""
        fixed = {word: self._correction(word) for word in words if self._suspicious(word)}
        return {word: better for word, better in fixed.items() if better}

    def _suspicious(self, word: str) -> bool:
        if len(word) < SHORTEST or not word.isalpha():
            return False
        rows = self._rows("SELECT 1 FROM passages_fts WHERE passages_fts MATCH ? LIMIT ?", (f'"{word}"', ONCE + 1))
        if 0 < len(rows) <= ONCE:
            return not self._rows("SELECT 1 FROM passages_fts WHERE heading MATCH ? LIMIT 1", (f'"{word}"',))
        return not rows

    def _correction(self, word: str) -> str | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        stemmed = stem(folded(word))
        allowed = next(edits for letters, edits in EDITS if len(word) >= letters)
        terms = self._vocabulary()
        near = process.extract(stemmed, terms.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        others = [(term, edits) for term, edits, _ in near if term != stemmed and term not in STOPWORDS]
        costs = {term: _cost(stemmed, term, edits, terms[term]) for term, edits in others}
        best = min(costs, key=lambda term: (costs[term], term), default=None)
        if best is None or (stemmed in terms and terms[best] < OFTEN * terms[stemmed]):
            return None
        return self._surface(best)

    def _vocabulary(self) -> dict[str, int]:
        generation = self._store.generation
        stale = generation != self._generation and time.monotonic() - self._read_at > STALE_S
        if stale or not self._terms:
            self._table("passage_terms", "row")
            rows = self._rows("SELECT term, doc FROM temp.passage_terms WHERE length(term) >= 3")
            self._terms = {row["term"]: row["doc"] for row in rows if row["term"].isalpha()}
            self._generation, self._read_at = generation, time.monotonic()
        return self._terms

    def _surface(self, term: str) -> str | None:
        """The commonest word behind a stem, in a few passages."""
        self._table("passage_places", "instance")
        rows = self._rows(
            """SELECT p.heading, p.text FROM passages p WHERE p.id IN
               (SELECT DISTINCT doc FROM temp.passage_places WHERE term = ? LIMIT ?)""",
            (term, READ),
        )
        words = (word for row in rows for word in TOKEN.findall(f"{row['heading']} {row['text']}".lower()))
        found = Counter(word for word in words if stem(folded(word)) == term)
        return found.most_common(1)[0][0] if found else None

    def _table(self, name: str, kind: str) -> None:
        self._rows(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{name} USING fts5vocab(main, passages_fts, {kind})")

    def _rows(self, sql: str, values: Sequence = ()) -> list:
        return self._store.database.connection.execute(sql, values).fetchall()


def _cost(typed: str, term: str, edits: int, passages: int) -> float:
    return edits + FIRST_LETTER * (typed[0] != term[0]) - COMMONNESS * math.log10(passages)


def folded(word: str) -> str:
    """Lower case without diacritics, as FTS5's tokenizer has it."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(sign))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Porter's stem (Porter 1980), the one that FTS5 keeps."""
    return _stemmer().stemWord(word)


@lru_cache(maxsize=1)
def _stemmer():
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
