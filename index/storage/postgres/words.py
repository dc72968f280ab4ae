"""The word index of a server: PostgreSQL's `tsvector` and GIN, filled with the same stems as the SQLite file's FTS5.

PostgreSQL ranks by nothing like BM25, so the terms of BM25 are put together here: how rare a word is from the index's
own vocabulary, how often it stands in a passage from `ts_rank` of that word alone. Common words only rank what rarer
ones find: a question never makes the server look at more than MOST_RANKED passages.
"""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corpus.document import Passage
from index.storage.matching import Match, marks
from index.storage.stems import folded, stem, stems

if TYPE_CHECKING:
    from index.storage.postgres.database import PostgresDatabase

MOST_RANKED = 5_000  # passages that one question has ranked: most of its time goes into them
LIMITED = 1_000_000  # the same where documents were named
SAMPLED = 20_000  # passages from which the vocabulary is read
STALE_S = 30.0  # for which a changed index keeps its vocabulary; the larger the index, the longer
COUNTED = 50_000  # passages up to which a word is counted
LONGEST = 200  # characters of a word
LAST_PLACE = 16_383  # PostgreSQL counts no further
K1, B = 1.2, 0.75  # BM25's usual constants, as in FTS5
# ts_rank's weights of stems, text and heading (D, C, B, A), half of FTS5's 2, 1, 2: none may exceed 1. One occurrence
# in a text gives 0.5 / 1.645 (the sum of 1 / n²), which TERM makes 1.
WEIGHTS = "'{0, 1, 0.5, 1}'"
TERM = 2 * math.pi**2 / 6
PLACES = {"heading": "A", "passage": "AB", "anywhere": "ABC"}


def tokens(text: str) -> list[str]:
    """Porter's stems of all words without diacritics, as FTS5 keeps them."""
    words = "".join(sign if sign.isalnum() else " " for sign in folded(text)).split()
    return [stem(word[:LONGEST]) for word in words]


def tsvector(passage: Passage, language: str) -> str:
    """What is stored of a passage's words, as PostgreSQL's literal."""
    heading = tokens(passage.heading)
    parts = (
        ("A", heading, 1),
        ("B", tokens(passage.text), len(heading) + 2),  # no phrase goes from the heading into the text
        ("C", tokens(stems(passage.indexed_text, language)), 1),
    )
    places: dict[str, list[str]] = {}
    for weight, words, first in parts:
        for place, word in enumerate(words, first):
            places.setdefault(word, []).append(f"{min(place, LAST_PLACE)}{weight}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def phrase_query(phrase: str, weights: str) -> str:
    """One phrase as a tsquery's literal, "" for one without words."""
    words = tokens(phrase)
    one = " <-> ".join(f"'{word}':{weights}" for word in words)
    return f"({one})" if len(words) > 1 else one


def queries(match: Match) -> list[str]:
    """Each phrase and form as a tsquery."""
    found = [phrase_query(phrase, PLACES[match.place]) for phrase in match.phrases]
    return [query for query in dict.fromkeys(found + [phrase_query(form, "C") for form in match.forms]) if query]


class TsWords:
    """`index.storage.matching.Words` of a server."""

    def __init__(self, database: "PostgresDatabase"):
        self._database = database
        self._lock = threading.Lock()
        self._terms: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._length = 1.0  # different words of a passage, on average
        self._generation, self._read_at = "", -math.inf

    def find(
        self, match: Match, scope: Sequence[int], documents: Sequence[int] = (), limit: int = 100
    ) -> dict[int, float]:
        """BM25 by passage id, best first."""
        if not scope or not (ranked := self._ranked(match, scope)):
            return {}
        limited = f"AND p.document_id IN ({marks(documents)})" if documents else ""
        sql, values = self._scored(ranked, scope, limited, documents)
        rows = self._rows(f"SELECT id, score FROM ({sql}) s ORDER BY score DESC, id LIMIT ?", (*values, limit))
        return {row["id"]: row["score"] for row in rows}

    def standing(self, match: Match, scope: Sequence[int], passages: Sequence[int]) -> tuple[int | None, int | None]:
        """The best of `passages` and its rank."""
        if not scope or not passages or not (ranked := self._ranked(match, scope, every=True)):
            return None, None
        sql, values = self._scored(ranked, scope, "AND p.id = ANY(?)", ([*passages],))
        own = self._rows(f"SELECT id, score FROM ({sql}) s ORDER BY score DESC, id LIMIT 1", values)
        if not own:
            return None, None
        sql, values = self._scored(ranked, scope, "", ())
        before = self._rows(f"SELECT COUNT(*) AS n FROM ({sql}) s WHERE score > ?", (*values, own[0]["score"] + 1e-9))
        return own[0]["id"], before[0]["n"] + 1

    def holding(self, match: Match, scope: Sequence[int] | None, limit: int, texts: bool = False) -> list[Any]:
        """Passages that match, best first."""
        if not (query := _query(match)):
            return []
        inside, values = _inside(scope)
        return self._rows(
            f"""SELECT s.id, s.document_id {", s.text, d.title" * texts} FROM
                (SELECT p.id, p.document_id, p.text, p.words FROM passages p
                 WHERE p.words @@ CAST(? AS TSQUERY) {inside} LIMIT {MOST_RANKED}) s
                JOIN documents d ON d.id = s.document_id
                ORDER BY ts_rank({WEIGHTS}, s.words, CAST(? AS TSQUERY), 1) DESC, s.id LIMIT ?""",
            (query, *values, query, limit),
        )

    def holds(self, match: Match, scope: Sequence[int] | None = None) -> bool:
        """Whether any passage matches."""
        if not (query := _query(match)):
            return False
        inside, values = _inside(scope)
        sql = f"SELECT 1 FROM passages p WHERE p.words @@ CAST(? AS TSQUERY) {inside} LIMIT 1"
        return bool(self._rows(sql, (query, *values)))

    def count(self, match: Match) -> int:
        """How many passages match, COUNTED at most."""
        query = _query(match)
        return self._counted(query) if query else 0

    def headings(self, match: Match, limit: int) -> list[str]:
        """Headings of some passages that match."""
        if not (query := _query(match)):
            return []
        sql = "SELECT p.heading FROM passages p WHERE p.words @@ CAST(? AS TSQUERY) LIMIT ?"
        return [row["heading"] for row in self._rows(sql, (query, limit))]

    def terms(self) -> dict[str, int]:
        """Passages by stem: counted in all passages, or of many in a sample and multiplied."""
        self._refresh()
        return self._terms

    def sizes(self) -> dict[str, int]:
        """Passages by collection's name; of large ones what the server estimates."""
        self._refresh()
        return self._sizes

    def texts(self, term: str, count: int, scope: Sequence[int]) -> Iterator[str]:
        """Headings and texts of a few passages that hold a stem."""
        inside, values = _inside(scope)
        rows = self._rows(
            f"SELECT p.heading, p.text FROM passages p WHERE p.words @@ CAST(? AS TSQUERY) {inside} LIMIT ?",
            (f"'{term}':AB", *values, count),
        )
        return (f"{row['heading']}\n{row['text']}" for row in rows)

    # --- scores -----------------------------------------------------------------------------------------------

    def _ranked(self, match: Match, scope: Sequence[int], every: bool = False) -> list[tuple[str, float, bool]]:
        """Each tsquery with its inverse document frequency, and whether it proposes passages: the rarest words do, as
        long as they stand in fewer than MOST_RANKED passages together; with `every` all do."""
        self._refresh()
        total = max(1, sum(self._sizes.values()))
        counted = sorted((self._frequency(query), query) for query in queries(match))
        found: list[tuple[str, float, bool]] = []
        proposed = 0
        for frequency, query in counted:
            proposes = every or not found or proposed + frequency <= MOST_RANKED
            proposed += frequency
            rarity = max(1e-6, math.log((total - frequency + 0.5) / (frequency + 0.5))) if frequency < total else 1e-6
            found.append((query, rarity, proposes))
        return found

    def _frequency(self, query: str) -> int:
        word, _, weights = query.rpartition(":")
        known = self._terms.get(word.strip("'"), 0) if weights == "AB" and "<" not in query else 0
        return known or self._counted(query)

    def _counted(self, query: str) -> int:
        sql = f"""SELECT COUNT(*) AS n FROM
            (SELECT 1 FROM passages p WHERE p.words @@ CAST(? AS TSQUERY) LIMIT {COUNTED}) s"""
        return self._rows(sql, (query,))[0]["n"]

    def _scored(
        self, ranked: Sequence[tuple[str, float, bool]], scope: Sequence[int], limited: str, values: Sequence
    ) -> tuple[str, tuple]:
        """`id` and `score` of the passages that are proposed. The LIMIT also keeps the planner from ranking twice."""
        columns = ", ".join(
            f"{TERM} * ts_rank({WEIGHTS}, p.words, CAST(? AS TSQUERY)) AS t{at}" for at in range(len(ranked))
        )
        length = f"{K1} * ({1 - B} + {B} * size / {max(self._length, 1.0)})"
        score = " + ".join(
            f"{rarity} * {K1 + 1} * t{at} / (t{at} + {length})" for at, (_, rarity, _) in enumerate(ranked)
        )
        sql = f"""SELECT id, {score} AS score FROM
            (SELECT p.id, length(p.words) AS size, {columns} FROM passages p
             WHERE p.collection_id IN ({marks(scope)}) AND p.words @@ CAST(? AS TSQUERY) {limited}
             LIMIT {LIMITED if limited else MOST_RANKED}) r"""
        proposing = " | ".join(query for query, _, proposes in ranked if proposes)
        return sql, (*(query for query, _, _ in ranked), *scope, proposing, *values)

    def _refresh(self) -> None:
        """Reads the vocabulary anew when the index has changed and the last reading is old enough."""
        with self._lock:
            large = sum(self._sizes.values()) / SAMPLED
            if time.monotonic() - self._read_at < (STALE_S * max(1.0, large) if self._terms else 0.0):
                return
            generation = self._rows("SELECT value FROM meta WHERE key = 'generation'")[0]["value"]
            if generation == self._generation:
                return
            self._sizes = self._sized()
            total = sum(self._sizes.values())
            share = min(1.0, SAMPLED / max(total, 1))
            sample = f"TABLESAMPLE SYSTEM ({100 * share:.6f})" if share < 1 else ""
            rows = self._rows(
                f"SELECT word, ndoc FROM ts_stat($$SELECT ts_filter(words, '{{a,b}}') FROM passages {sample}$$)"
            )
            self._terms = {row["word"]: math.ceil(row["ndoc"] / share) for row in rows}
            length = self._rows(f"SELECT AVG(length(words)) AS n FROM passages {sample}")[0]["n"]
            self._length = float(length or 1)
            self._generation, self._read_at = generation, time.monotonic()

    def _sized(self) -> dict[str, int]:
        rows = self._rows(
            """SELECT c.id, c.name, COALESCE(t.reltuples, -1) AS estimate FROM collections c
               LEFT JOIN pg_class t ON t.oid = to_regclass('passages_' || c.id)"""
        )
        found = {}
        for row in rows:
            found[row["name"]] = int(row["estimate"])
            if row["estimate"] < COUNTED:
                sql = "SELECT COUNT(*) AS n FROM passages WHERE collection_id = ?"
                found[row["name"]] = self._rows(sql, (row["id"],))[0]["n"]
        return found

    def _rows(self, sql: str, values: Sequence = ()) -> list[Any]:
        return self._database.connection.execute(sql, values).fetchall()


def _query(match: Match) -> str:
    """The whole match as one tsquery, "" where no word is left."""
    if match.every:
        return " & ".join(f"({one})" for one in queries(match))
    return " | ".join(queries(match))


def _inside(scope: Sequence[int] | None) -> tuple[str, tuple[int, ...]]:
    if scope is None:
        return "", ()
    return (f"AND p.collection_id IN ({marks(scope)})", tuple(scope)) if scope else ("AND FALSE", ())
