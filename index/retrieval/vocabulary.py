"""How many passages hold a word: FTS5's own vocabulary, read once and again when the index has changed.

Terms are Porter stems (Porter 1980) without diacritics, as FTS5 keeps them. There is nothing to keep in step.
"""

import math
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.storage.forms import transliterated
from index.storage.stems import ALGORITHMS, folded, stemmed
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
            rows = self._rows_of(
                "col", "SELECT term, MAX(doc) AS doc FROM {table} WHERE col IN ('heading', 'text') GROUP BY term"
            )
            sizes = self._rows(
                """SELECT c.name, COUNT(*) AS n FROM passages p JOIN documents d ON d.id = p.document_id
                   JOIN collections c ON c.id = d.collection_id GROUP BY c.id"""
            )
            self._sizes = {row["name"]: row["n"] for row in sizes}
            self._passages = sum(self._sizes.values())
            found = self._rows("SELECT DISTINCT language FROM documents")
            self._languages = tuple(row["language"] for row in found if row["language"] in ALGORITHMS)
            self._terms = {row["term"]: row["doc"] for row in rows}
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
        sql = "SELECT COUNT(*) AS n FROM passages_fts WHERE passages_fts MATCH ?"
        return self._rows(sql, (f'{{heading text}} : "{phrase}"',))[0]["n"]

    def has_form(self, word: str) -> bool:
        """Whether some passage holds another form of a word, by the stems of the passages' languages."""
        languages = self._languages if self.terms else ()
        forms = {stem for language in languages for stem in stemmed([word], language)} | {transliterated(word)}
        match = "stems : (" + " OR ".join(f'"{form}"' for form in forms) + ")"
        return bool(forms and self._rows("SELECT 1 FROM passages_fts WHERE passages_fts MATCH ? LIMIT 1", (match,)))

    def headings(self, phrase: str, count: int) -> list[str]:
        """Up to `count` headings that hold a phrase."""
        rows = self._rows("SELECT heading FROM passages_fts WHERE heading MATCH ? LIMIT ?", (f'"{phrase}"', count))
        return [row["heading"] for row in rows]

    def in_heading(self, phrase: str) -> bool:
        """Whether some heading holds a word or a phrase."""
        return bool(self._rows("SELECT 1 FROM passages_fts WHERE heading MATCH ? LIMIT 1", (f'"{phrase}"',)))

    def texts(self, term: str, count: int, scope: Sequence[int]) -> Iterator[str]:
        """Headings and texts of a few passages that hold a term, from the collections with the ids `scope`."""
        rows = self._rows_of(
            "instance",
            f"""SELECT DISTINCT p.heading, p.text FROM {{table}} v CROSS JOIN passages p ON p.id = v.doc
                CROSS JOIN documents d ON d.id = p.document_id
                WHERE v.term = ? AND v.col <> 'stems' AND d.collection_id IN ({",".join("?" * len(scope))}) LIMIT ?""",
            (term, *scope, count),
        )
        return (f"{row['heading']}\n{row['text']}" for row in rows)

    def _rows_of(self, kind: str, sql: str, values: Sequence = ()) -> list:
        table = f"temp.passages_{kind}"
        self._rows(f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5vocab(main, passages_fts, {kind})")
        return self._rows(sql.format(table=table), values)

    def _rows(self, sql: str, values: Sequence = ()) -> list:
        return self._store.database.connection.execute(sql, values).fetchall()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Porter's stem."""
    import snowballstemmer

    # A new one each time: it keeps the word that it works on, and several threads ask at once.
    return snowballstemmer.stemmer("porter").stemWord(word)
