"""Search: what a question means, the candidates of two searches, and one order."""

import math
import re
import time
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from corpus.language import detect
from index.retrieval.aliases import Aliases
from index.retrieval.candidates import CANDIDATES, Candidates, Found, Standing, keywords
from index.retrieval.commonness import Commonness, commonness_of
from index.retrieval.fusion import KEYWORD_WEIGHT, best, blended
from index.retrieval.grouping import grouped
from index.retrieval.hit import Hit, document_id
from index.retrieval.spelling import Spelling
from index.retrieval.vocabulary import Vocabulary
from index.storage.backend import Row
from index.storage.matching import marks
from index.storage.store import Store
from index.vectors.embedder import Embedder, english_only
from index.vectors.faiss_cache import VectorCache
from index.vectors.nearest import nearest_of

ALIAS_WEIGHT = 0.9  # of what is found under another name of the topic
# What a passage in another language than the question loses of its blend: of two pages that say the same the readable
# one comes first. Where all pages are in the other language, nothing changes.
FOREIGN_COST = 0.1
SPARE = 4  # times as many passages are looked at as are wanted: some say the same, some are neighbours


@dataclass(frozen=True)
class Understood:
    """A question as it was searched for.

    `mended` holds words taken for slips with what was meant, `other_names` phrases of the question with another name
    that the documents give them.
    """

    text: str
    mended: dict[str, str] = field(default_factory=dict)
    other_names: tuple[tuple[str, str], ...] = ()

    @property
    def corrected(self) -> str:
        """The text with its slips mended, "" when there are none."""
        return self.text if self.mended else ""


@dataclass(frozen=True)
class SearchResult:
    """Hits, best first, and what was searched. `complete` is false while passages still wait for their vector or the
    embedder is not the index's own."""

    hits: tuple[Hit, ...]
    documents: int
    seconds: float
    complete: bool = True
    question: Understood = Understood("")


class Search:
    """Searches one store. Thread-safe; `embedder` may be None for keyword search alone. Without `stems` words are
    found as they are written."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder | None,
        vectors: VectorCache | None,
        weight: float = KEYWORD_WEIGHT,
        stems: bool = True,
    ):
        self._store = store
        self._embedder = embedder
        self._weight = weight
        self._candidates = Candidates(store, embedder, nearest_of(store, embedder, vectors), stems)
        self._vocabulary = Vocabulary(store)
        self._spelling = Spelling(self._vocabulary, self._is_word)
        self._aliases = Aliases(store, self._vocabulary)

    def search(self, query: str, top: int = 6, collections: Sequence[str] = ()) -> SearchResult:
        """The `top` passages for a question, in the named collections or in all: no two that say the same, neighbours
        put together.

        Raises StoreError for a collection that is not there.
        """
        started = time.perf_counter()
        found = self.find(query, SPARE * top, collections)
        hits = tuple(grouped(found.hits, top))
        return replace(found, hits=hits, seconds=time.perf_counter() - started)

    def find(
        self, query: str, count: int, collections: Sequence[str] = (), documents: Sequence[str] = ()
    ) -> SearchResult:
        """The `count` best passages one by one, for the reader. `documents` limits the search to documents with these
        ids. Raises StoreError for a collection that is not there."""
        started = time.perf_counter()
        scope = self._scope(collections)
        question = self._understood(composed(query), scope)
        hits, complete = self._ranked(question, scope, count, documents)
        return SearchResult(tuple(hits), self._count(scope), time.perf_counter() - started, complete, question)

    def search_documents(self, query: str, top: int = 10, collections: Sequence[str] = ()) -> list[Hit]:
        """The best passage of each of the `top` documents: a document scores as its best passage."""
        scope = self._scope(collections)
        found: dict[tuple[str, str], Hit] = {}
        for hit in self._ranked(self._understood(composed(query), scope), scope, CANDIDATES * 2)[0]:
            found.setdefault(hit.document, hit)
        return list(found.values())[:top]

    def candidates(self, query: str, collections: Sequence[str] = ()) -> Found:
        """What the plain searches give for the query as it was typed, for comparing ways of fusion."""
        return self._candidates.find(query, self._scope(collections))

    def standing(self, question: Understood, passages: Sequence[int], collections: Sequence[str] = ()) -> Standing:
        """Where passages stand in each search for a question that was understood so, also beyond the candidates.

        Raises StoreError for a collection that is not there.
        """
        return self._candidates.standing(question.text, self._scope(collections), passages)

    def document_ids(self, passages: Sequence[int]) -> list[str]:
        """The `Hit.document_id` of each passage, in order."""
        rows = self._details(passages)
        return [document_id(rows[passage]) for passage in passages if passage in rows]

    @property
    def embedder(self) -> Embedder | None:
        """What gives the vectors of questions; None for keyword search alone."""
        return self._embedder

    @property
    def embedder_name(self) -> str:
        """The embedder that cosines come from, "" without one."""
        return self._embedder.name if self._embedder is not None else ""

    def rarities_of(self, question: str) -> dict[str, float]:
        """How rare the words of a question are that are searched for."""
        return self.rarities(keywords(question))

    def rarities(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of words over all passages, log(1 + N / (n + 1)), times how much they say in the
        world at large, where the embedder knows that; highest for unknown names."""
        total, known = self._vocabulary.passages, self._commonness
        return {
            word: math.log(1 + total / (self._vocabulary.count(word) + 1)) * (known.weight(word) if known else 1.0)
            for word in words
        }

    @cached_property
    def _commonness(self) -> Commonness | None:
        return commonness_of(self._embedder)

    def _is_word(self, word: str) -> bool:
        return self._commonness is not None and self._commonness.is_word(word)

    # --- steps --------------------------------------------------------------------------------------------

    def _understood(self, query: str, scope: Sequence[int]) -> Understood:
        mended = self._spelling.mended(query, scope)
        text = replaced(query, mended)
        names = tuple((alias.phrase, alias.name) for alias in self._aliases.of(text, scope))
        return Understood(text, mended, names)

    def _ranked(
        self, question: Understood, scope: Sequence[int], count: int, documents: Sequence[str] = ()
    ) -> tuple[list[Hit], bool]:
        within = self._documents(documents, scope)
        if documents and not within:  # gone since they were named
            return [], True
        found = self._candidates.find(question.text, scope, within)
        scores = self._blended(found, question.text)
        for phrase, name in question.other_names:
            other = replaced(question.text.lower(), {phrase: name})
            if other == question.text.lower():  # the phrase is written with other signs between its words
                other = f"{name} {question.text}"
            more = self._candidates.find(other, scope, within)
            for passage, score in self._blended(more, question.text).items():
                scores[passage] = max(scores.get(passage, 0.0), ALIAS_WEIGHT * score)
            # Ranks by words are those of the question as it was asked.
            found = Found(found.keyword, {**more.dense, **found.dense}, found.complete)
        if documents and not scores:  # none shares a word with the question, and none is embedded: as they begin
            scores = dict.fromkeys(self._passages_of(within, count), 0.0)
        chosen = best(scores, count)
        return _hits(chosen, scores, found, self._details(chosen)), found.complete

    def _blended(self, found: Found, question: str) -> dict[int, float]:
        """The blend of both searches, less FOREIGN_COST for what is in another language than the question."""
        languages = self._languages({**found.keyword, **found.dense})
        english = self._embedder is not None and english_only(self._embedder.name)
        unread = {passage for passage, language in languages.items() if english and language != "en"}
        scores = blended(found, unread, self._weight)
        asked = detect(question)
        return {
            passage: max(0.0, score - FOREIGN_COST * (asked != "" and languages.get(passage, asked) != asked))
            for passage, score in scores.items()
        }

    def _languages(self, passages: Collection[int]) -> dict[int, str]:
        """The language of each passage's document, where it is known."""
        rows = self._rows(
            f"""SELECT p.id, d.language FROM passages p CROSS JOIN documents d ON d.id = p.document_id
                WHERE p.id IN ({marks(passages)}) AND d.language <> ''""",
            tuple(passages),
        )
        return {row["id"]: row["language"] for row in rows}

    def _documents(self, ids: Sequence[str], scope: Sequence[int]) -> list[int]:
        """The rows of documents, by the ids that hits bear."""
        if not ids:
            return []
        rows = self._rows(
            f"""SELECT d.id FROM documents d
                WHERE (d.external_id IN ({marks(ids)}) OR substr(d.sha256, 1, 16) IN ({marks(ids)}))
                AND d.collection_id IN ({marks(scope)})""",
            (*ids, *ids, *scope),
        )
        return [row["id"] for row in rows]

    def _passages_of(self, documents: Sequence[int], count: int) -> list[int]:
        rows = self._rows(
            f"""SELECT id FROM passages WHERE document_id IN ({marks(documents)})
                ORDER BY document_id, ordinal LIMIT ?""",
            (*documents, count),
        )
        return [row["id"] for row in rows]

    def _details(self, passages: Sequence[int]) -> dict[int, Row]:
        rows = self._rows(
            f"""SELECT p.id, p.text, p.heading, p.page, p.ordinal, p.document_id, d.title, d.path, d.language,
                d.metadata, d.external_id, d.sha256, c.name AS collection
                FROM passages p JOIN documents d ON d.id = p.document_id
                JOIN collections c ON c.id = d.collection_id WHERE p.id IN ({marks(passages)})""",
            tuple(passages),
        )
        return {row["id"]: row for row in rows}

    # --- scope --------------------------------------------------------------------------------------------

    def _scope(self, collections: Sequence[str]) -> list[int]:
        if collections:
            return [self._store.collection_id(name) for name in collections]
        return [row["id"] for row in self._rows("SELECT id FROM collections")]

    def _count(self, scope: Sequence[int]) -> int:
        sql = f"SELECT COUNT(*) AS n FROM documents WHERE collection_id IN ({marks(scope)})"
        return self._rows(sql, tuple(scope))[0]["n"]

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        return self._store.database.connection.execute(sql, values).fetchall()


def composed(text: str) -> str:
    """Accents as one sign with their letters and no soft hyphens: pasted words stay whole."""
    return unicodedata.normalize("NFKC", text).replace("\u00ad", "")


def replaced(text: str, words: dict[str, str]) -> str:
    """The text with whole words replaced, whatever their case."""
    for word, other in words.items():
        text = re.sub(rf"\b{re.escape(word)}\b", other.replace("\\", r"\\"), text, flags=re.IGNORECASE)
    return text


def _hits(passages: Sequence[int], scores: Mapping[int, float], found: Found, rows: Mapping[int, Row]) -> list[Hit]:
    keyword_ranks = {passage: rank for rank, passage in enumerate(found.keyword, 1)}
    by_cosine = sorted(found.dense, key=lambda passage: -found.dense[passage])
    dense_ranks = {passage: rank for rank, passage in enumerate(by_cosine, 1)}
    return [
        Hit.of(
            rows[passage],
            score=scores[passage],
            blend=scores[passage],
            rank_keyword=keyword_ranks.get(passage),
            rank_dense=dense_ranks.get(passage),
            bm25=found.keyword.get(passage),
            cosine=found.dense.get(passage),
        )
        for passage in passages
        if passage in rows  # else removed by the indexing process in between
    ]
