"""Hybrid search: FTS5's BM25 and the embedder's cosine, blended.

Both scores are min-max normalised over the candidates and blended 0.3 / 0.7: on thirteen medical and scientific test
sets this was best or tied on seven and never significantly worse than the embedder alone, while reciprocal-rank
fusion lost to it on real questions. Passages that wait for their vector are judged by keywords alone, so that a
document is found as soon as its text is stored.
"""

import json
import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embedder import Embedder
from index.hit import Hit
from index.stopwords import STOPWORDS
from index.store import Store
from index.vectors import VectorCache

KEYWORD_WEIGHT = 0.3
HEADING_WEIGHT = 2.0  # of a word in the heading, against one in the text
CANDIDATES = 100  # of each search, before they are blended
WORD = re.compile(r"\w+")
ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)['’](?=\w)", re.IGNORECASE)  # l'asthme, d'une, qu'est


@dataclass(frozen=True)
class SearchResult:
    """Hits, best first, and what was searched. `complete` is false while passages still wait for their vector or the
    embedder is not the index's own."""

    hits: tuple[Hit, ...]
    documents: int
    seconds: float
    complete: bool = True


class Search:
    """Searches one store. Thread-safe; `embedder` may be None for keyword search alone."""

    def __init__(self, store: Store, embedder: Embedder | None, vectors: VectorCache | None):
        self._store = store
        self._embedder = embedder
        self._vectors = vectors

    def search(self, query: str, top: int = 6, collections: Sequence[str] = ()) -> SearchResult:
        """The `top` passages for a question, in the named collections or in all.

        Raises StoreError for a collection that is not there.
        """
        started = time.perf_counter()
        scope = self._scope(collections)
        keyword = self._keyword(query, scope)
        dense, complete = self._dense(query, scope, keyword)
        hits = self._blend(keyword, dense, top)
        return SearchResult(hits, self._count(scope), time.perf_counter() - started, complete)

    def search_documents(self, query: str, top: int = 10, collections: Sequence[str] = ()) -> list[Hit]:
        """The best passage of each of the `top` documents: a document scores as its best passage."""
        best: dict[tuple[str, str], Hit] = {}
        for hit in self.search(query, top=CANDIDATES * 2, collections=collections).hits:
            best.setdefault((hit.collection, hit.document_id), hit)
        return list(best.values())[:top]

    def candidates(self, query: str, collections: Sequence[str] = ()) -> tuple[dict[int, float], dict[int, float]]:
        """BM25 and cosine by passage id as the plain searches give them, for comparing ways of fusion."""
        scope = self._scope(collections)
        keyword = self._keyword(query, scope)
        return keyword, self._dense(query, scope, keyword)[0]

    def document_ids(self, passages: Sequence[int]) -> list[str]:
        """The `Hit.document_id` of each passage, in order."""
        rows = {row["id"]: _document_id(row) for row in self._details(passages)}
        return [rows[passage] for passage in passages if passage in rows]

    @property
    def embedder_name(self) -> str:
        """The embedder that cosines come from, "" without one."""
        return self._embedder.name if self._embedder is not None else ""

    def rarities(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of words over all passages: log(1 + N / (n + 1)), highest for unknown words."""
        total = self._rows("SELECT COUNT(*) AS n FROM passages")[0]["n"]
        return {word: math.log(1 + total / (self._frequency(word) + 1)) for word in words}

    def holds(self, word: str) -> bool:
        """Whether any passage holds the word."""
        return self._frequency(word) > 0

    def _frequency(self, word: str) -> int:
        sql = "SELECT COUNT(*) AS n FROM passages_fts WHERE passages_fts MATCH ?"
        return self._rows(sql, (f'"{word}"',))[0]["n"]

    # --- the two searches ---------------------------------------------------------------------------------
    # CROSS JOIN holds SQLite to the order written: left to itself it walked all vectors of the embedder (0.3 s).

    def _keyword(self, query: str, scope: Sequence[int]) -> dict[int, float]:
        """BM25 by passage id, higher is better, best first."""
        words = keywords(query)
        if not words or not scope:
            return {}
        match = " OR ".join(f'"{word}"' for word in words)
        rows = self._rows(
            f"""SELECT f.rowid AS id, -bm25(passages_fts, {HEADING_WEIGHT}, 1.0) AS score
                FROM passages_fts f CROSS JOIN passages p ON p.id = f.rowid
                CROSS JOIN documents d ON d.id = p.document_id
                WHERE passages_fts MATCH ? AND d.collection_id IN ({_marks(scope)})
                ORDER BY score DESC LIMIT {CANDIDATES}""",
            (match, *scope),
        )
        return {row["id"]: row["score"] for row in rows}

    def _dense(self, query: str, scope: Sequence[int], keyword: dict[int, float]) -> tuple[dict[int, float], bool]:
        """Cosine by passage id, for the nearest passages and for those that keywords found."""
        if self._embedder is None or self._vectors is None or not scope:
            return {}, False
        if not self._store.use_embedder(self._embedder.name):
            return {}, False
        waiting = self._rows(
            f"""SELECT EXISTS (SELECT 1 FROM embedding_queue q CROSS JOIN passages p ON p.id = q.passage_id
                CROSS JOIN documents d ON d.id = p.document_id WHERE d.collection_id IN ({_marks(scope)})) AS some""",
            tuple(scope),
        )[0]["some"]
        vector = self._embedder.encode([query])[0]
        found = self._passages(self._vectors.search(vector, 2 * CANDIDATES), scope)
        if len(found) < CANDIDATES:
            # Most of the nearest belong to other collections or are gone: search among this scope's own vectors.
            found = self._passages(self._vectors.search(vector, CANDIDATES, self._allowed(scope)), scope)
        return {**self._cosines(vector, [key for key in keyword if key not in found]), **found}, not waiting

    def _passages(self, nearest: Sequence[tuple[int, float]], scope: Sequence[int]) -> dict[int, float]:
        cosine = dict(nearest)
        rows = self._rows(
            f"""SELECT p.id, v.seq FROM vectors v CROSS JOIN passages p ON p.key = v.key
                CROSS JOIN documents d ON d.id = p.document_id
                WHERE v.seq IN ({_marks(cosine)}) AND d.collection_id IN ({_marks(scope)})""",
            (*cosine, *scope),
        )
        return dict(sorted(((row["id"], cosine[row["seq"]]) for row in rows), key=lambda item: -item[1]))

    def _allowed(self, scope: Sequence[int]) -> np.ndarray:
        rows = self._rows(
            f"""SELECT DISTINCT v.seq FROM documents d CROSS JOIN passages p ON p.document_id = d.id
                CROSS JOIN vectors v ON v.key = p.key AND v.embedder = ? WHERE d.collection_id IN ({_marks(scope)})""",
            (self._embedder.name, *scope),
        )
        return np.fromiter((row["seq"] for row in rows), np.int64, len(rows))

    def _cosines(self, vector: np.ndarray, passages: Sequence[int]) -> dict[int, float]:
        rows = self._rows(
            f"""SELECT p.id, v.vector FROM passages p CROSS JOIN vectors v ON v.key = p.key AND v.embedder = ?
                WHERE p.id IN ({_marks(passages)})""",
            (self._embedder.name, *passages),
        )
        return {row["id"]: float(np.frombuffer(row["vector"], "<f2").astype(np.float32) @ vector) for row in rows}

    # --- fusion -------------------------------------------------------------------------------------------

    def _blend(self, keyword: dict[int, float], dense: dict[int, float], top: int) -> tuple[Hit, ...]:
        words, meaning = normalised(keyword), normalised(dense)
        scores = {}
        for passage in {**keyword, **dense}:
            word = words.get(passage, 0.0)
            # Without a vector the keyword score stands for both: waiting must not cost a passage its place.
            scores[passage] = KEYWORD_WEIGHT * word + (1 - KEYWORD_WEIGHT) * meaning.get(passage, word)
        best = sorted(scores, key=lambda passage: (-scores[passage], passage))[:top]
        keyword_ranks = {passage: rank for rank, passage in enumerate(keyword, 1)}
        by_cosine = sorted(dense, key=lambda passage: -dense[passage])
        dense_ranks = {passage: rank for rank, passage in enumerate(by_cosine, 1)}
        rows = {row["id"]: row for row in self._details(best)}
        return tuple(
            _hit(
                rows[passage],
                score=scores[passage],
                rank_keyword=keyword_ranks.get(passage),
                rank_dense=dense_ranks.get(passage),
                bm25=keyword.get(passage),
                cosine=dense.get(passage),
            )
            for passage in best
            if passage in rows  # removed by the indexing process in between
        )

    def _details(self, passages: Sequence[int]) -> list:
        return self._rows(
            f"""SELECT p.id, p.text, p.heading, p.page, d.title, d.path, d.language, d.metadata, d.external_id,
                d.sha256, c.name AS collection FROM passages p JOIN documents d ON d.id = p.document_id
                JOIN collections c ON c.id = d.collection_id WHERE p.id IN ({_marks(passages)})""",
            tuple(passages),
        )

    # --- scope --------------------------------------------------------------------------------------------

    def _scope(self, collections: Sequence[str]) -> list[int]:
        if collections:
            return [self._store.collection_id(name) for name in collections]
        return [row["id"] for row in self._rows("SELECT id FROM collections")]

    def _count(self, scope: Sequence[int]) -> int:
        sql = f"SELECT COUNT(*) AS n FROM documents WHERE collection_id IN ({_marks(scope)})"
        return self._rows(sql, tuple(scope))[0]["n"]

    def _rows(self, sql: str, values: Sequence = ()) -> list:
        return self._store.database.connection.execute(sql, values).fetchall()


def keywords(query: str) -> list[str]:
    """The words of a question to look for: distinct, lower case, without stop words unless nothing else is left."""
    words = list(dict.fromkeys(WORD.findall(ELISION.sub("", query.lower()))))
    return [word for word in words if word not in STOPWORDS] or words


def normalised(scores: dict[int, float]) -> dict[int, float]:
    """Scores moved to [0, 1] by their least and greatest; all 1 when they are equal."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {key: (value - low) / (high - low) if high > low else 1.0 for key, value in scores.items()}


def _hit(row, **found) -> Hit:
    return Hit(
        passage_id=row["id"],
        document_id=_document_id(row),
        title=row["title"],
        text=row["text"],
        heading=row["heading"],
        path=row["path"],
        page=row["page"],
        collection=row["collection"],
        language=row["language"],
        metadata=json.loads(row["metadata"]),
        **found,
    )


def _document_id(row) -> str:
    return row["external_id"] or row["sha256"][:16]


def _marks(values) -> str:
    return ",".join("?" * len(values))
