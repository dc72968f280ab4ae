"""How many passages hold a word: the word index's own vocabulary, read once and again when the index has changed.

Terms are Porter stems (Porter 1980) without diacritics. There is nothing to keep in step.
"""

import math
import time
from collections.abc import Iterator, Sequence

from index.storage.forms import transliterated
from index.storage.matching import Match
from index.storage.stems import ALGORITHMS, folded, stem, stemmed
from index.storage.store import Store

__all__ = ["Vocabulary", "folded", "stem"]

STALE_S = 30  # seconds for which a changed index is still looked at with its old vocabulary


class Vocabulary:
    """The terms of one index. Thread-safe; read when first needed (0.2 s for 60,000 terms)."""

    def __init__(self, store: Store):
        self._store = store
        self._terms: dict[str, int] = {}
        self._passages = 0
        self._sizes: dict[str, int] = {}
        self._languages: tuple[str, ...] = ()
        self._generation = -1
        self._read_at = -math.inf

    @property
    def terms(self) -> dict[str, int]:
        """Passages by term, of its heading or its text, whichever has more."""
        generation = self._store.generation
        stale = generation != self._generation and time.monotonic() - self._read_at > STALE_S
        if stale or not self._terms:
            self._sizes, terms = self._store.words.sizes(), self._store.words.terms()
            self._passages = sum(self._sizes.values())
            found = self._rows("SELECT DISTINCT language FROM documents")
            self._languages = tuple(row["language"] for row in found if row["language"] in ALGORITHMS)
            self._terms = terms
            self._generation, self._read_at = generation, time.monotonic()
        return self._terms

    @property
    def passages(self) -> int:
        """All passages, when the terms were read."""
        return self._passages if self.terms else 0

    def size(self, collection: str) -> int:
        """Passages of one collection, when the terms were read; 0 for one that is newer."""
        return self._sizes.get(collection, 0) if self.terms else 0

    def count(self, word: str) -> int:
        """Passages that hold a word; one that was added a moment ago counts, too."""
        return self.terms.get(stem(folded(word)), 0) or self.count_now(word)

    def count_now(self, phrase: str) -> int:
        """Passages that hold a word or a phrase, asked of the index itself: slow for common words."""
        return self._store.words.count(Match((phrase,)))

    def has_form(self, word: str) -> bool:
        """Whether some passage holds another form of a word, by the stems of the passages' languages."""
        languages = self._languages if self.terms else ()
        forms = {stem for language in languages for stem in stemmed([word], language)} | {transliterated(word)}
        return bool(forms) and self._store.words.holds(Match(forms=tuple(forms)))

    def headings(self, phrase: str, count: int) -> list[str]:
        """Up to `count` headings that hold a phrase."""
        return self._store.words.headings(Match((phrase,), place="heading"), count)

    def in_heading(self, phrase: str) -> bool:
        """Whether some heading holds a word or a phrase."""
        return self._store.words.holds(Match((phrase,), place="heading"))

    def texts(self, term: str, count: int, scope: Sequence[int]) -> Iterator[str]:
        """Headings and texts of a few passages that hold a term, from the collections with the ids `scope`."""
        return self._store.words.texts(term, count, scope)

    def _rows(self, sql: str, values: Sequence = ()) -> list:
        return self._store.database.connection.execute(sql, values).fetchall()
