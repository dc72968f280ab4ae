"""The word index of a SQLite file: FTS5 and its BM25.

CROSS JOIN holds SQLite to the order written: left to itself it walked all vectors of the embedder (0.3 s).
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence

from index.storage.database import Database
from index.storage.matching import Match, marks

HEADING_WEIGHT = 2.0  # of a word in the heading, against one in the text
# Of a stem, against a word in the text. French questions on French articles (PIAF), BM25 alone: nDCG@10 0.808 without
# stems, 0.814 with weight 1, 0.817 with 2; service-public.fr: 0.834 without, 0.843 with weight 1.
STEM_WEIGHT = 2.0
BM25 = f"-bm25(passages_fts, {HEADING_WEIGHT}, 1.0, {STEM_WEIGHT})"  # higher is better
MATCHING = """FROM passages_fts f CROSS JOIN passages p ON p.id = f.rowid
    CROSS JOIN documents d ON d.id = p.document_id WHERE passages_fts MATCH ?"""
COLUMNS = {"heading": "heading : ", "passage": "{heading text} : ", "anywhere": ""}


class Fts5:
    """`index.storage.matching.Words` of a SQLite file."""

    def __init__(self, database: Database):
        self._database = database

    def find(
        self, match: Match, scope: Sequence[int], documents: Sequence[int] = (), limit: int = 100
    ) -> dict[int, float]:
        """BM25 by passage id, best first."""
        limited = f"AND d.id IN ({marks(documents)})" if documents else ""
        rows = self._rows(
            f"""SELECT f.rowid AS id, {BM25} AS score {MATCHING} AND d.collection_id IN ({marks(scope)}) {limited}
                ORDER BY score DESC LIMIT ?""",
            (expression(match), *scope, *documents, limit),
        )
        return {row["id"]: row["score"] for row in rows}

    def standing(self, match: Match, scope: Sequence[int], passages: Sequence[int]) -> tuple[int | None, int | None]:
        """The best of `passages` and its rank."""
        own = self._rows(
            f"""SELECT rowid AS id, {BM25} AS score FROM passages_fts
                WHERE passages_fts MATCH ? AND rowid IN (SELECT value FROM json_each(?)) ORDER BY score DESC LIMIT 1""",
            (expression(match), json.dumps(list(passages))),
        )
        if not own:
            return None, None
        before = self._rows(
            f"""SELECT COUNT(*) AS n FROM
                (SELECT {BM25} AS score {MATCHING} AND d.collection_id IN ({marks(scope)})) WHERE score > ?""",
            (expression(match), *scope, own[0]["score"]),
        )[0]["n"]
        return own[0]["id"], before + 1

    def holding(self, match: Match, scope: Sequence[int] | None, limit: int, texts: bool = False) -> list[sqlite3.Row]:
        """Passages that match, best first by FTS5's own rank."""
        inside, values = _inside(scope)
        return self._rows(
            f"""SELECT f.rowid AS id, p.document_id {", p.text, d.title" * texts} {MATCHING} {inside}
                ORDER BY rank LIMIT ?""",
            (expression(match), *values, limit),
        )

    def holds(self, match: Match, scope: Sequence[int] | None = None) -> bool:
        """Whether any passage matches."""
        if scope is None:  # FTS5 alone is asked
            return bool(
                self._rows("SELECT 1 FROM passages_fts WHERE passages_fts MATCH ? LIMIT 1", (expression(match),))
            )
        inside, values = _inside(scope)
        return bool(self._rows(f"SELECT 1 {MATCHING} {inside} LIMIT 1", (expression(match), *values)))

    def count(self, match: Match) -> int:
        """How many passages match."""
        sql = "SELECT COUNT(*) AS n FROM passages_fts WHERE passages_fts MATCH ?"
        return self._rows(sql, (expression(match),))[0]["n"]

    def headings(self, match: Match, limit: int) -> list[str]:
        """Headings of some passages that match."""
        sql = "SELECT heading FROM passages_fts WHERE passages_fts MATCH ? LIMIT ?"
        return [row["heading"] for row in self._rows(sql, (expression(match), limit))]

    def terms(self) -> dict[str, int]:
        """Passages by stem, of the heading or the text, whichever has more: FTS5's own vocabulary."""
        rows = self._rows_of(
            "col", "SELECT term, MAX(doc) AS doc FROM {table} WHERE col IN ('heading', 'text') GROUP BY term"
        )
        return {row["term"]: row["doc"] for row in rows}

    def sizes(self) -> dict[str, int]:
        """Passages by collection's name."""
        rows = self._rows(
            """SELECT c.name, COUNT(*) AS n FROM passages p JOIN documents d ON d.id = p.document_id
               JOIN collections c ON c.id = d.collection_id GROUP BY c.id"""
        )
        return {row["name"]: row["n"] for row in rows}

    def texts(self, term: str, count: int, scope: Sequence[int]) -> Iterator[str]:
        """Headings and texts of a few passages that hold a stem."""
        rows = self._rows_of(
            "instance",
            f"""SELECT DISTINCT p.heading, p.text FROM {{table}} v CROSS JOIN passages p ON p.id = v.doc
                CROSS JOIN documents d ON d.id = p.document_id
                WHERE v.term = ? AND v.col <> 'stems' AND d.collection_id IN ({marks(scope)}) LIMIT ?""",
            (term, *scope, count),
        )
        return (f"{row['heading']}\n{row['text']}" for row in rows)

    def _rows_of(self, kind: str, sql: str, values: Sequence = ()) -> list[sqlite3.Row]:
        table = f"temp.passages_{kind}"
        self._rows(f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5vocab(main, passages_fts, {kind})")
        return self._rows(sql.format(table=table), values)

    def _rows(self, sql: str, values: Sequence = ()) -> list[sqlite3.Row]:
        return self._database.connection.execute(sql, values).fetchall()


def expression(match: Match) -> str:
    """FTS5's expression of what is looked for."""
    parts = []
    if match.phrases:
        joined = (" AND " if match.every else " OR ").join(map(_quoted, match.phrases))
        parts.append(f"{COLUMNS[match.place]}({joined})")
    if match.forms:
        parts.append(f"stems : ({' OR '.join(map(_quoted, match.forms))})")
    return " OR ".join(parts)


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""') + '"'


def _inside(scope: Sequence[int] | None) -> tuple[str, tuple[int, ...]]:
    return ("", ()) if scope is None else (f"AND d.collection_id IN ({marks(scope)})", tuple(scope))
