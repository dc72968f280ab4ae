"""How an index on a server loads and answers: some hundred thousand passages with vectors that are near real ones.

A vector is a shipped one (multilingual-e5-small's of Wikipedia summaries) with noise, so that neighbourhoods are as
dense as those of real texts. Words are drawn by Zipf's law, as words are. Nobody reads a passage here, and no embedder
computes: what is measured is the database.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from corpus.document import Document, Passage, Section
from index.storage.matching import Match
from index.storage.postgres.store import PostgresStore
from index.storage.postgres.vectors import PgNearest, written
from index.storage.postgres.words import tsvector
from index.storage.rows import packed_sections
from index.vectors.starter import shipped

EMBEDDER = "multilingual-e5-small"
COLLECTION = "measured"
VOCABULARY = 50_000
LENGTH = 90  # words of a passage
NOISE = 0.6  # of a vector's length, against its real neighbour
BATCH = 2_000
ASKED = 200  # questions of each measure
WORDS = (40, 400, 2_000, 9_000)  # about how frequent the words of a question are, by rank
EXACT = 40  # questions whose true neighbours are computed


def measure(url: str, passages: int, clients: Sequence[int] = (1, 8)) -> dict[str, float | str]:
    """Loads `passages` passages into the empty collection COLLECTION, asks, and removes them again.

    Seconds, bytes, milliseconds and recall by name.
    """
    store = PostgresStore(url)
    try:
        return _measured(store, passages, clients)
    finally:
        if COLLECTION in store.collections():
            store.remove_collection(COLLECTION)
        store.close()


def projected(figures: Mapping[str, float | str], passages: int, memory_gb: float, price: float) -> dict[str, float]:
    """What `passages` would take by these figures, on machines with `memory_gb` of memory at `price` an hour.

    HNSW must lie in memory: half of a machine's is counted for it, the rest is for everything else. One standby for
    each machine; the time of building is that of one core.
    """
    times = passages / float(figures["passages"])
    graph = float(figures["vectors_index_bytes"]) * times
    stored = sum(float(figures[name]) for name in figures if name.endswith("_bytes")) * times
    machines = math.ceil(graph / (memory_gb / 2 * 1e9))
    return {
        "stored_gb": stored / 1e9,
        "hnsw_gb": graph / 1e9,
        "machines": machines,
        "with_standbys": 2 * machines,
        "disk_gb_each": stored / machines / 1e9,
        "load_core_hours_each": float(figures["load_s"]) * times / machines / 3600,
        "hnsw_core_hours_each": float(figures["hnsw_s"]) * times / machines / 3600,
        "price_a_month": 2 * machines * price * 730,
    }


def _measured(store: PostgresStore, passages: int, clients: Sequence[int]) -> dict[str, float | str]:
    figures: dict[str, float | str] = {"passages": passages}
    store.use_embedder(EMBEDDER)
    identity = store.make_collection(COLLECTION)
    draw = np.random.default_rng(7)
    figures["load_s"] = _timed(lambda: _load(store, identity, passages, draw))
    nearest = PgNearest(store.database, EMBEDDER)
    asked = _vectors(draw, ASKED)
    figures["exact_ms"] = 1000 * _timed(lambda: [nearest.near(one, 10, [identity]) for one in asked[:5]]) / 5
    truth = [set(nearest.near(one, 10, [identity])) for one in asked[:EXACT]]
    figures["hnsw_s"] = _timed(lambda: store.index_vectors(identity, EMBEDDER, least=1))
    for table in ("passages", "vectors"):
        name = f"{table}_{identity}"
        figures[f"{table}_bytes"] = _number(store, f"SELECT pg_table_size('{name}')")
        figures[f"{table}_index_bytes"] = _number(store, f"SELECT pg_indexes_size('{name}')")
    with store.database.raw() as connection:
        connection.execute(f"ANALYZE passages_{identity}; ANALYZE vectors_{identity}")
    found = [set(list(nearest.near(one, 10, [identity]))[:10]) for one in asked[:EXACT]]
    figures["recall_at_10"] = float(np.mean([len(a & b) / 10 for a, b in zip(truth, found, strict=True)]))
    questions = [tuple(f"w{int(rank * draw.uniform(0.5, 2))}" for rank in WORDS) for _ in range(ASKED)]
    store.words.sizes()  # the vocabulary is read once

    def by_words(at: int) -> None:
        store.words.find(Match(questions[at]), [identity])

    def by_meaning(at: int) -> None:
        nearest.near(asked[at], 100, [identity])

    def ask(at: int) -> None:
        by_words(at)
        by_meaning(at)

    for name, half in (("words", by_words), ("vectors", by_meaning)):
        figures[f"{name}_p50_ms"] = 1000 * float(np.percentile(_asked_at_once(half, 1), 50))

    for count in clients:
        seconds = _asked_at_once(ask, count)
        for share in (50, 95):
            figures[f"hybrid_p{share}_ms_{count}_clients"] = 1000 * float(np.percentile(seconds, share))
    return figures


def _load(store: PostgresStore, identity: int, passages: int, draw: np.random.Generator) -> None:
    """By COPY, as a move of a large index would be loaded."""
    ranks = (1 / np.arange(1, VOCABULARY + 1)) / (1 / np.arange(1, VOCABULARY + 1)).sum()
    with store.database.transaction(), store.database.raw() as connection:
        number = 0
        while number < passages:
            count = min(BATCH, passages - number)
            words = draw.choice(VOCABULARY, (count, LENGTH), p=ranks)
            texts = [" ".join(f"w{one}" for one in row) for row in words]
            section = Section(texts[0])
            document = Document(f"Document {number}", (section,))
            row = connection.execute(
                """INSERT INTO documents (collection_id, sha256, external_id, title, path, language, metadata, sections)
                   VALUES (%s, %s, '', %s, '', 'en', '{}', %s) RETURNING id""",
                (identity, document.id, document.title, packed_sections((section,))),
            ).fetchone()
            assert row is not None
            cut = [Passage(text, document.title, at) for at, text in enumerate(texts)]
            with connection.cursor().copy(
                f"COPY passages_{identity} (collection_id, document_id, ordinal, heading, text, key, words) FROM STDIN"
            ) as copy:
                for one in cut:
                    copy.write_row((identity, row[0], one.ordinal, one.heading, one.text, one.key, tsvector(one, "en")))
            with connection.cursor().copy(f"COPY vectors_{identity} FROM STDIN") as copy:
                for one, vector in zip(cut, _vectors(draw, count), strict=True):
                    copy.write_row((identity, EMBEDDER, one.key, written(vector)))
            number += count


def _vectors(draw: np.random.Generator, count: int) -> np.ndarray:
    """Unit vectors (count, d) float32 near shipped ones."""
    known = shipped(EMBEDDER)
    if known is None:
        raise FileNotFoundError("the shipped vectors are missing")
    rows = draw.integers(0, len(known.keys), count)
    vectors = known.vectors[rows].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    noise = draw.standard_normal(vectors.shape).astype(np.float32)
    vectors += NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _asked_at_once(ask: Callable[[int], None], clients: int) -> list[float]:
    seconds: list[float] = []

    def one(first: int) -> None:
        for at in range(first, ASKED, clients):
            seconds.append(_timed(partial(ask, at)))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds


def _number(store: PostgresStore, sql: str) -> float:
    return float(store.database.connection.execute(sql).fetchall()[0][0])


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
