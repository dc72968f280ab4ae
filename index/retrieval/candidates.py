"""The two plain searches over one store: BM25 of the words and the embedder's cosine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.language import detect
from index.retrieval.stopwords import STOPWORDS
from index.retrieval.vocabulary import folded, stem
from index.storage.forms import asked_forms, common, transliterated
from index.storage.matching import Match, marks
from index.storage.stems import ALGORITHMS, stemmed
from index.storage.store import Store
from index.vectors.embedder import Embedder
from index.vectors.nearest import Nearest

CANDIDATES = 100  # of each search, before they are blended
ROUNDING = 1e-5  # of a cosine that is computed in two ways
MOST_WORDS = 200  # of a query: who pastes a page asks for its beginning
WORD = re.compile(r"\w+")
DIGIT = re.compile(r"\d")
COMPOUND = re.compile(r"\w+(?:[-./:]\w+){0,8}")
CODE_LETTERS = 3  # at most, of a part of a code without a figure: "SN-2259", but not "covid-19" or "24-hour"
ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)['’](?=\w)", re.IGNORECASE)  # l'asthme, d'une, qu'est


def keywords(query: str) -> list[str]:
    """The words of a question to look for: distinct, in their common form (`index.storage.forms`), without stop words
    unless nothing else is left."""
    words = list(dict.fromkeys(words_of(query)))[:MOST_WORDS]
    return [word for word in words if word not in STOPWORDS] or words


def words_of(text: str) -> list[str]:
    """All words of a text, in their common form; a code such as "AB-1234" or "3.12" is one word."""
    text = ELISION.sub("", common(text))
    found: list[str] = []
    for match in COMPOUND.finditer(text):
        parts = WORD.findall(match[0])
        whole = len(parts) > 1 and DIGIT.search(match[0]) and all(_of_code(part) for part in parts)
        found += [match[0]] if whole else parts
    return found


def _of_code(part: str) -> bool:
    return len(part) <= CODE_LETTERS or DIGIT.search(part) is not None


def stems_of(word: str) -> frozenset[str]:
    """The stems of one word in each way that it may be written."""
    return frozenset((stem(folded(word)), stem(folded(transliterated(word)))))


def keyword_stems(text: str) -> frozenset[str]:
    """The stems of the keywords, without accents: two texts share a word whatever its ending."""
    return frozenset(form for word in keywords(text) for form in stems_of(word))


def all_stems(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(form for word in words_of(text) for form in stems_of(word))


@dataclass(frozen=True)
class Found:
    """BM25 (higher is better) and cosine by passage id, best first; `complete` says that no passage waits for its
    vector and that the embedder is the index's own."""

    keyword: dict[int, float]
    dense: dict[int, float]
    complete: bool


@dataclass(frozen=True)
class Standing:
    """The best place of some passages in each of the two searches, counted over all passages and not only over those
    that are returned. Ranks are from 1: `rank_keyword` is None where no word is shared, `rank_dense` where no vector
    can be compared. `keyword` and `dense` are the passages that have these ranks."""

    rank_keyword: int | None = None
    rank_dense: int | None = None
    keyword: int | None = None
    dense: int | None = None


class Candidates:
    """Both searches. Thread-safe; `embedder` may be None for keyword search alone."""

    def __init__(self, store: Store, embedder: Embedder | None, nearest: Nearest | None, stems: bool = True):
        self._store = store
        self._embedder = embedder
        self._nearest = nearest
        self._stems = stems
        self._asked: tuple[str, np.ndarray] | None = None  # the last question: it is asked for more than once

    def find(self, query: str, scope: Sequence[int], documents: Sequence[int] = ()) -> Found:
        """The candidates of both searches in the collections with the ids `scope`, there only in the `documents` where
        some are given."""
        keyword = self.keyword(query, scope, documents)
        return Found(keyword, *self._dense(query, scope, keyword, documents))

    def keyword(self, query: str, scope: Sequence[int], documents: Sequence[int] = ()) -> dict[int, float]:
        """BM25 by passage id, higher is better, best first."""
        words = keywords(query)
        if not words or not scope:
            return {}
        match = _match(query, words, self._languages(scope, query))
        return self._store.words.find(match, scope, documents, CANDIDATES)

    def standing(self, query: str, scope: Sequence[int], passages: Sequence[int]) -> Standing:
        """Where passages of the collections with the ids `scope` stand, however far behind they are."""
        keyword, rank_keyword = self._keyword_standing(query, scope, passages)
        dense, rank_dense = self._dense_standing(query, scope, passages)
        return Standing(rank_keyword, rank_dense, keyword, dense)

    def _keyword_standing(
        self, query: str, scope: Sequence[int], passages: Sequence[int]
    ) -> tuple[int | None, int | None]:
        words = keywords(query)
        if not words or not scope:
            return None, None
        return self._store.words.standing(_match(query, words, self._languages(scope, query)), scope, passages)

    def _dense_standing(
        self, query: str, scope: Sequence[int], passages: Sequence[int]
    ) -> tuple[int | None, int | None]:
        if self._embedder is None or self._nearest is None or not self._store.use_embedder(self._embedder.name):
            return None, None
        vector = self.vector(query)
        cosines = self._nearest.cosines(vector, passages, scope)
        if not cosines:
            return None, None
        best = max(cosines, key=lambda passage: cosines[passage])
        return best, 1 + self._nearest.nearer(vector, cosines[best] + ROUNDING, scope)

    def vector(self, query: str) -> np.ndarray:
        """The unit vector (d,) of a question. Raises ValueError without an embedder."""
        if self._embedder is None:
            raise ValueError("there is no embedder")
        last = self._asked
        if last is None or last[0] != query:
            last = self._asked = (query, self._embedder.encode([query], role="query")[0])
        return last[1]

    def _languages(self, scope: Sequence[int], query: str) -> list[str]:
        """The languages of the documents in `scope` whose passages have stems.

        A name has the same stem in every language: an English question would count "Curie" twice on French pages, so
        that stems are left out where the question is in a language without any.
        """
        if not self._stems:
            return []
        asked = detect(query)
        if asked and asked not in ALGORITHMS:
            return []
        rows = self._rows(
            f"""SELECT DISTINCT language FROM documents
                WHERE collection_id IN ({marks(scope)}) AND language IN ({marks(ALGORITHMS)})""",
            (*scope, *ALGORITHMS),
        )
        return [row["language"] for row in rows]

    def _dense(
        self, query: str, scope: Sequence[int], keyword: dict[int, float], documents: Sequence[int]
    ) -> tuple[dict[int, float], bool]:
        """Cosine by passage id, for the nearest passages and for those that keywords found."""
        if self._embedder is None or self._nearest is None or not scope:
            return {}, False
        if not self._store.use_embedder(self._embedder.name):
            return {}, False
        waiting = self._store.waits_for_vectors(scope)
        vector = self.vector(query)
        found = self._nearest.near(vector, CANDIDATES, scope, documents)
        others = self._nearest.cosines(vector, [passage for passage in keyword if passage not in found], scope)
        return {**others, **found}, not waiting

    def _rows(self, sql: str, values: Sequence = ()) -> list:
        return self._store.database.connection.execute(sql, values).fetchall()


def _match(query: str, words: Sequence[str], languages: Sequence[str]) -> Match:
    """Any of the words in heading or text, as they are typed and as they are usually written, or one of their stems or
    forms."""
    terms = dict.fromkeys(stem for language in languages for stem in stemmed(words, language))
    terms |= dict.fromkeys(asked_forms(query, words))
    typed = [word for word in WORD.findall(ELISION.sub("", query.lower())) if word not in STOPWORDS][:MOST_WORDS]
    return Match(tuple(dict.fromkeys([*words, *typed])), tuple(terms))
