"""The contents of the index for a person who browses it: documents and sources with their states, page by page.

A document is in one of these states:
- `changed`: its file waits to be read again; the document answers as it was;
- `keyword`: it is found by its words, and no passage has its vector yet;
- `embedding`: some passages have their vector;
- `ready`;
- `requires_update`: it was cut, or embedded, for another embedder;
- `failed`: its file has changed into one that cannot be read; the document answers as it was.

A source without any document is waiting, reading, failed or excluded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.storage.backend import Row
from index.storage.database import containing
from index.storage.store import Store

FILTERS = ("all", "working", "ready", "failed", "requires_update", "excluded")
DOCUMENT, SOURCE = "document", "source"

_QUEUED = """SELECT p.document_id FROM embedding_queue q CROSS JOIN passages p ON p.id = q.passage_id"""
_BY_SOURCE = """SELECT sd.document_id FROM sources s CROSS JOIN source_documents sd ON sd.source_id = s.id
    WHERE s.kind = 'file' AND s.state IN {states}"""
_BUSY, _FAILED = _BY_SOURCE.format(states="('waiting', 'reading')"), _BY_SOURCE.format(states="('failed')")


@dataclass(frozen=True)
class Entry:
    """A document, or a source that has none. `id` is its row number among its `kind`.

    `source` is the file that the document came from, None for one of many in a data set or table. `reason` says why it
    failed, as `Reason.dumps` writes it.
    """

    kind: str
    id: int
    title: str
    path: str
    collection: str
    state: str
    reason: str = ""
    passages: int = 0
    embedded: int = 0
    source: int | None = None


@dataclass(frozen=True)
class Page:
    """Some of the `total` entries."""

    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True)
class Excerpt:
    """A passage of a document, as it is searched and quoted."""

    ordinal: int
    heading: str
    text: str
    page: int | None


class Catalogue:
    """Lists one store, as seen by a program that uses `embedder` and cuts by `chunking`."""

    def __init__(self, store: Store, embedder: str, chunking: str):
        self._store = store
        self._embedder = embedder
        self._chunking = chunking

    def page(
        self, collection: str | None = None, query: str = "", state: str = "all", limit: int = 50, offset: int = 0
    ) -> Page:
        """Entries whose title or path holds `query`: sources that wait or failed, then the newest documents."""
        asked = {"collection": collection or None, "query": containing(query), "chunking": self._chunking}
        sources, documents = self._sources_of(state), self._documents_of(state)
        first = self._one(f"SELECT COUNT(*) AS n {sources}", asked)["n"]
        rest = self._one(f"SELECT COUNT(*) AS n {documents}", asked)["n"]
        found = self._all(
            f"""SELECT s.id, c.name AS collection, s.path, s.kind, s.state, s.reason {sources}
                ORDER BY s.state <> 'failed', s.id LIMIT :limit OFFSET :offset""",
            {**asked, "limit": limit, "offset": offset},
        )
        entries = [_source(row) for row in found]
        if len(entries) < limit:
            ids = self._all(
                f"SELECT d.id {documents} ORDER BY d.id DESC LIMIT :limit OFFSET :offset",
                {**asked, "limit": limit - len(entries), "offset": max(0, offset - first)},
            )
            entries += self._documents([row["id"] for row in ids])
        return Page(tuple(entries), first + rest)

    def document(self, row_id: int) -> Entry | None:
        """One document, None when it is gone."""
        return next(iter(self._documents([row_id])), None)

    def source(self, source_id: int) -> Entry | None:
        """One source as a whole, whatever number of documents it holds; None when it is gone."""
        row = self._store.source(source_id)
        if row is None:
            return None
        counts = self._one(
            """SELECT COUNT(*) AS passages, COUNT(q.passage_id) AS queued FROM source_documents sd
               CROSS JOIN passages p ON p.document_id = sd.document_id
               LEFT JOIN embedding_queue q ON q.passage_id = p.id WHERE sd.source_id = :id""",
            {"id": source_id},
        )
        passages, queued = counts["passages"], counts["queued"]
        done = "ready" if not queued else "keyword" if queued == passages else "embedding"
        return Entry(
            SOURCE,
            source_id,
            _name(row.path),
            row.path,
            row.collection,
            done if row.state == "done" else row.state,
            reason=row.reason,
            passages=passages,
            embedded=passages - queued,
            source=source_id,
        )

    def excerpts(self, row_id: int, limit: int = 20, offset: int = 0) -> list[Excerpt]:
        """Passages of a document in their order."""
        rows = self._all(
            """SELECT ordinal, heading, text, page FROM passages WHERE document_id = :id ORDER BY ordinal
               LIMIT :limit OFFSET :offset""",
            {"id": row_id, "limit": limit, "offset": offset},
        )
        return [Excerpt(**dict(row)) for row in rows]

    # --- the two kinds of rows --------------------------------------------------------------------------------

    def _sources_of(self, state: str) -> str:
        states = {
            "all": "('waiting', 'reading', 'failed')",
            "working": "('waiting', 'reading')",
            "failed": "('failed')",
            "excluded": "('excluded')",
        }.get(state, "('')")
        return f"""FROM sources s JOIN collections c ON c.id = s.collection_id
            WHERE s.state IN {states} AND (:collection IS NULL OR lower(c.name) = lower(:collection))
            AND s.path LIKE :query ESCAPE '\\'
            AND NOT EXISTS (SELECT 1 FROM source_documents WHERE source_id = s.id)"""

    def _documents_of(self, state: str) -> str:
        stale = "TRUE" if self._is_other else "d.chunking <> :chunking"
        working = f"(d.id IN ({_QUEUED}) OR d.id IN ({_BUSY}))"
        where = {
            "all": "TRUE",
            "working": working,
            "failed": f"d.id IN ({_FAILED})",
            "requires_update": stale,
            "ready": f"NOT ({working} OR d.id IN ({_FAILED}) OR {stale})",
        }.get(state, "FALSE")
        return f"""FROM documents d JOIN collections c ON c.id = d.collection_id
            WHERE {where} AND (:collection IS NULL OR lower(c.name) = lower(:collection))
            AND (d.title LIKE :query ESCAPE '\\' OR d.path LIKE :query ESCAPE '\\')"""

    @property
    def _is_other(self) -> bool:
        return self._store.meta("embedder") not in ("", self._embedder)

    def _documents(self, ids: Sequence[int]) -> list[Entry]:
        rows = self._all(
            f"""SELECT d.id, d.title, d.path, d.chunking, c.name AS collection,
                (SELECT COUNT(*) FROM passages WHERE document_id = d.id) AS passages,
                (SELECT COUNT(*) FROM passages p CROSS JOIN embedding_queue q ON q.passage_id = p.id
                 WHERE p.document_id = d.id) AS queued,
                (SELECT MIN(source_id) FROM source_documents WHERE document_id = d.id) AS source
                FROM documents d JOIN collections c ON c.id = d.collection_id
                WHERE d.id IN ({",".join(map(str, ids))}) ORDER BY d.id DESC""",
            {},
        )
        other = self._is_other
        return [self._document(row, other or row["chunking"] != self._chunking) for row in rows]

    def _document(self, row: Row, stale: bool) -> Entry:
        source = self._store.source(row["source"]) if row["source"] is not None else None
        file = source if source is not None and source.kind == "file" else None
        if file and file.state == "failed":
            state = "failed"
        elif file and file.state in ("waiting", "reading"):
            state = "changed"
        elif stale:
            state = "requires_update"
        elif row["queued"]:
            state = "keyword" if row["queued"] == row["passages"] else "embedding"
        else:
            state = "ready"
        return Entry(
            DOCUMENT,
            row["id"],
            row["title"],
            row["path"],
            row["collection"],
            state,
            reason=file.reason if file and state == "failed" else "",
            passages=row["passages"],
            embedded=row["passages"] - row["queued"],
            source=file.id if file and file.documents == 1 else None,
        )

    def _one(self, sql: str, values: dict) -> Row:
        return self._store.database.connection.execute(sql, values).fetchone()

    def _all(self, sql: str, values: dict) -> list[Row]:
        return self._store.database.connection.execute(sql, values).fetchall()


def _source(row: Row) -> Entry:
    return Entry(
        SOURCE,
        row["id"],
        _name(row["path"]),
        row["path"],
        row["collection"],
        row["state"],
        row["reason"],
        source=row["id"],
    )


def _name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
