"""The two plain searches over one store: FTS5's BM25 and the embedder's cosine.

CROSS JOIN holds SQLite to the order written: left to itself it walked all vectors of the embedder (0.3 s).
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.language import detect
from index.retrieval.stopwords import STOPWORDS
from index.retrieval.vocabulary import folded, stem
from index.storage.forms import asked_forms, common, transliterated
from index.storage.stems import ALGORITHMS, stemmed
from index.storage.store import Store
from index.vectors.embedder import Embedder
from index.vectors.faiss_cache import VectorCache

HEADING_WEIGHT = 2.0  # of a word in the heading, against one in the text
# Of a stem, against a word in the text. French questions on French articles (PIAF), BM25 alone: nDCG@10 0.808 without
# stems, 0.814 with weight 1, 0.817 with 2; service-public.fr: 0.834 without, 0.843 with weight 1.
STEM_WEIGHT = 2.0
CANDIDATES = 100  # of each search, before they are blended
COMPARED = 10_000  # vectors in one statement of SQLite, which takes some 32,000 values
ROUNDING = 1e-5  # of a cosine that is computed in two ways
MOST_WORDS = 200  # of a query: who pastes a page asks for its beginning
BM25 = f"-bm25(passages_fts, {HEADING_WEIGHT}, 1.0, {STEM_WEIGHT})"  # higher is better
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

    def __init__(self, store: Store, embedder: Embedder | None, vectors: VectorCache | None, stems: bool = True):
        self._store = store
        self._embedder = embedder
        self._vectors = vectors
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
        rows = self._rows(
            f"""SELECT f.rowid AS id, {BM25} AS score
                FROM passages_fts f CROSS JOIN passages p ON p.id = f.rowid
                CROSS JOIN documents d ON d.id = p.document_id
                WHERE passages_fts MATCH ? AND d.collection_id IN ({marks(scope)}) {_limit(documents)}
                ORDER BY score DESC LIMIT {CANDIDATES}""",
            (_match(query, words, self._languages(scope, query)), *scope, *documents),
        )
        return {row["id"]: row["score"] for row in rows}

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
        match = _match(query, words, self._languages(scope, query))
        own = self._rows(
            f"""SELECT rowid AS id, {BM25} AS score FROM passages_fts
                WHERE passages_fts MATCH ? AND rowid IN (SELECT value FROM json_each(?)) ORDER BY score DESC LIMIT 1""",
            (match, json.dumps(list(passages))),
        )
        if not own:
            return None, None
        before = self._rows(
            f"""SELECT COUNT(*) AS n FROM (SELECT {BM25} AS score FROM passages_fts f
                CROSS JOIN passages p ON p.id = f.rowid CROSS JOIN documents d ON d.id = p.document_id
                WHERE passages_fts MATCH ? AND d.collection_id IN ({marks(scope)})) WHERE score > ?""",
            (match, *scope, own[0]["score"]),
        )[0]["n"]
        return own[0]["id"], before + 1

    def _dense_standing(
        self, query: str, scope: Sequence[int], passages: Sequence[int]
    ) -> tuple[int | None, int | None]:
        if self._embedder is None or self._vectors is None or not self._store.use_embedder(self._embedder.name):
            return None, None
        vector = self.vector(query)
        cosines: dict[int, float] = {}
        for start in range(0, len(passages), COMPARED):
            cosines |= self._cosines(vector, passages[start : start + COMPARED])
        if not cosines:
            return None, None
        best = max(cosines, key=lambda passage: cosines[passage])
        allowed = self._allowed(scope)
        near = self._vectors.search(vector, len(allowed), allowed)
        return best, 1 + sum(cosine > cosines[best] + ROUNDING for _, cosine in near)

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
        if self._embedder is None or self._vectors is None or not scope:
            return {}, False
        if not self._store.use_embedder(self._embedder.name):
            return {}, False
        waiting = self._rows(
            f"""SELECT EXISTS (SELECT 1 FROM embedding_queue q CROSS JOIN passages p ON p.id = q.passage_id
                CROSS JOIN documents d ON d.id = p.document_id WHERE d.collection_id IN ({marks(scope)})) AS some""",
            tuple(scope),
        )[0]["some"]
        vector = self.vector(query)
        found = {} if documents else self._passages(self._vectors.search(vector, 2 * CANDIDATES), scope)
        if len(found) < CANDIDATES:
            # Most of the nearest belong to other collections or are gone: search among this scope's own vectors.
            allowed = self._allowed(scope, documents)
            found = self._passages(self._vectors.search(vector, CANDIDATES, allowed), scope, documents)
        return {**self._cosines(vector, [key for key in keyword if key not in found]), **found}, not waiting

    def _passages(
        self, nearest: Sequence[tuple[int, float]], scope: Sequence[int], documents: Sequence[int] = ()
    ) -> dict[int, float]:
        cosine = dict(nearest)
        rows = self._rows(
            f"""SELECT p.id, v.seq FROM vectors v CROSS JOIN passages p ON p.key = v.key
                CROSS JOIN documents d ON d.id = p.document_id
                WHERE v.seq IN ({marks(cosine)}) AND d.collection_id IN ({marks(scope)}) {_limit(documents)}""",
            (*cosine, *scope, *documents),
        )
        return dict(sorted(((row["id"], cosine[row["seq"]]) for row in rows), key=lambda item: -item[1]))

    def _allowed(self, scope: Sequence[int], documents: Sequence[int] = ()) -> np.ndarray:
        rows = self._rows(
            f"""SELECT DISTINCT v.seq FROM documents d CROSS JOIN passages p ON p.document_id = d.id
                CROSS JOIN vectors v ON v.key = p.key AND v.embedder = ?
                WHERE d.collection_id IN ({marks(scope)}) {_limit(documents)}""",
            (self._embedder.name if self._embedder else "", *scope, *documents),
        )
        return np.fromiter((row["seq"] for row in rows), np.int64, len(rows))

    def _cosines(self, vector: np.ndarray, passages: Sequence[int]) -> dict[int, float]:
        rows = self._rows(
            f"""SELECT p.id, v.vector FROM passages p CROSS JOIN vectors v ON v.key = p.key AND v.embedder = ?
                WHERE p.id IN ({marks(passages)})""",
            (self._embedder.name if self._embedder else "", *passages),
        )
        return {row["id"]: float(np.frombuffer(row["vector"], "<f2").astype(np.float32) @ vector) for row in rows}

    def _rows(self, sql: str, values: Sequence = ()) -> list:
        return self._store.database.connection.execute(sql, values).fetchall()


def _match(query: str, words: Sequence[str], languages: Sequence[str]) -> str:
    """FTS5's expression: any of the words in heading or text, as they are typed and as they are usually written, or one
    of their stems or forms."""
    terms = dict.fromkeys(stem for language in languages for stem in stemmed(words, language))
    terms |= dict.fromkeys(asked_forms(query, words))
    typed = [word for word in WORD.findall(ELISION.sub("", query.lower())) if word not in STOPWORDS][:MOST_WORDS]
    expression = f"{{heading text}} : ({_any(list(dict.fromkeys([*words, *typed])))})"
    return f"{expression} OR stems : ({_any(list(terms))})" if terms else expression


def _any(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def _limit(documents: Sequence[int]) -> str:
    return f"AND d.id IN ({marks(documents)})" if documents else ""


def marks(values: Collection) -> str:
    """As many question marks as values, for IN (...)."""
    return ",".join("?" * len(values))
