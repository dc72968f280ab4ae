"""Ranking measures of search on judged queries, for the search as shipped and for the baselines it must beat.

Documents are ranked by their best passage. Measures are ir-measures' own; intervals and tests are in `intervals`.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.evaluation.questions import Query
from index.retrieval.candidates import Found
from index.retrieval.fusion import blended
from index.retrieval.hit import Hit
from index.retrieval.search import Search
from index.storage.store import Store
from index.views.documents import ids_of

DEPTH = 10
RRF_CONSTANT = 60  # Cormack, Clarke and Buettcher 2009
MEASURES = ("nDCG@10", "Success@1", "R@10", "RR@10")


@dataclass(frozen=True)
class Ranking:
    """What one system found for the queries, in their order: document ids, best first, and seconds a query."""

    system: str
    found: tuple[tuple[str, ...], ...]
    seconds: tuple[float, ...]


def systems(search: Search, collections: Sequence[str]) -> dict[str, Callable[[str], list[str]]]:
    """The search as shipped, and what it is compared with: each ranks documents for a query."""
    found = Plain(search, collections)
    return {
        "sourcier": lambda query: _documents(search.search_documents(query, DEPTH, collections)),
        "keyword": lambda query: found.ranked(query, lambda found: found.keyword),
        "dense": lambda query: found.ranked(query, lambda found: found.dense),
        "rrf": lambda query: found.ranked(query, reciprocal_ranks),
        "blend": lambda query: found.ranked(query, blended),
    }


class Plain:
    """The two plain searches for a query as it was typed, fused in any way."""

    def __init__(self, search: Search, collections: Sequence[str]):
        self._search = search
        self._collections = collections

    def ranked(self, query: str, fuse: Callable[[Found], dict[int, float]]) -> list[str]:
        """Document ids, best first."""
        scores = fuse(self._search.candidates(query, self._collections))
        passages = sorted(scores, key=lambda passage: (-scores[passage], passage))
        return _distinct(self._search.document_ids(passages))[:DEPTH]


def reciprocal_ranks(found: Found) -> dict[int, float]:
    """Equal-weight reciprocal-rank fusion of two searches."""
    scores: dict[int, float] = {}
    for ranked in (found.keyword, found.dense):
        for rank, passage in enumerate(sorted(ranked, key=lambda key: -ranked[key]), 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (RRF_CONSTANT + rank)
    return scores


def rank(name: str, system: Callable[[str], list[str]], queries: Iterable[Query]) -> Ranking:
    """Runs one system on all queries."""
    found, seconds = [], []
    for query in queries:
        started = time.perf_counter()
        found.append(tuple(system(query.text)))
        seconds.append(time.perf_counter() - started)
    return Ranking(name, tuple(found), tuple(seconds))


def scores(ranking: Ranking, queries: Sequence[Query]) -> dict[str, list[float]]:
    """Each measure's value for each query, in their order."""
    import ir_measures

    measures = {ir_measures.parse_measure(name): name for name in MEASURES}
    qrels = [ir_measures.Qrel(query.id, document, 1) for query in queries for document in query.relevant]
    run = [
        ir_measures.ScoredDoc(query.id, document, float(DEPTH - place))
        for query, documents in zip(queries, ranking.found, strict=True)
        for place, document in enumerate(documents)
    ]
    by_query: dict[str, dict[str, float]] = {name: {} for name in MEASURES}
    for metric in ir_measures.iter_calc(list(measures), qrels, run):
        by_query[measures[metric.measure]][metric.query_id] = metric.value
    return {name: [values.get(query.id, 0.0) for query in queries] for name, values in by_query.items()}


def unknown(store: Store, collection: str, documents: Iterable[str]) -> set[str]:
    """The documents, by `Hit.document_id`, that the collection does not hold."""
    return set(documents) - ids_of(store, collection)


def _documents(hits: Sequence[Hit]) -> list[str]:
    return [hit.document_id for hit in hits]


def _distinct(documents: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(documents))
