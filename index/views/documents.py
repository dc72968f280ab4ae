"""Questions about stored documents, for the rooms above: which there are, what they say, which file they came from.

No other room asks the tables of the index. A document is named here as `Hit.document_id` names it: by the id that its
source gave, else by the first 16 characters of its SHA-256.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Section
from index.retrieval.hit import document_id
from index.storage.matching import Match
from index.storage.rows import sections_of
from index.storage.store import Store

ALL = 2**62  # more than there are
LEAST_PREFIX = 12  # characters of a SHA-256 that name one document beyond doubt


@dataclass(frozen=True)
class DocumentFacts:
    """A stored document without its text. `row` is its row number, `id` what `Hit.document_id` calls it."""

    row: int
    id: str
    title: str
    language: str
    metadata: Mapping[str, str]


def documents_of(store: Store, collection: str, limit: int = -1, offset: int = 0) -> list[DocumentFacts]:
    """Documents of a collection, at most `limit` of them (all, if negative).

    Their order depends on their content alone: it is that of their SHA-256 from its character `offset` on, so adding
    documents hardly changes the first ones. Raises StoreError for a collection that is not there.
    """
    rows = store.database.connection.execute(
        """SELECT id, external_id, sha256, title, language, metadata FROM documents WHERE collection_id = ?
           ORDER BY substr(sha256, ?) LIMIT ?""",
        (store.collection_id(collection), offset + 1, limit if limit >= 0 else ALL),
    )
    return [
        DocumentFacts(row["id"], document_id(row), row["title"], row["language"], json.loads(row["metadata"]))
        for row in rows
    ]


def ids_of(store: Store, collection: str, title: str | None = None) -> frozenset[str]:
    """Ids of the documents of a collection, of those with this title when one is given (whatever its case).

    Raises StoreError for a collection that is not there.
    """
    rows = store.database.connection.execute(
        """SELECT external_id, sha256 FROM documents
           WHERE collection_id = ?1 AND (?2 IS NULL OR lower(title) = lower(?2))""",
        (store.collection_id(collection), title),
    )
    return frozenset(document_id(row) for row in rows)


def headings_of(store: Store, row: int, limit: int = 50) -> list[str]:
    """The first distinct headings of a document's passages, in their order."""
    rows = store.database.connection.execute(
        "SELECT heading FROM passages WHERE document_id = ? GROUP BY heading ORDER BY MIN(ordinal) LIMIT ?",
        (row, limit),
    )
    return [found["heading"] for found in rows]


def text_of(store: Store, document_id: str, collections: Sequence[str] = ()) -> str:
    """The whole text of a document, "" when these collections (all, if none is named) lack it."""
    return "\n\n".join(section.text for section in parts_of(store, document_id, collections))


def parts_of(store: Store, document_id: str, collections: Sequence[str] = ()) -> tuple[Section, ...]:
    """The sections of a document as its reader gave them, () when these collections (all, if none is named) lack it."""
    scope = f"AND collection_id IN ({','.join('?' * len(collections))})" if collections else ""
    row = store.database.connection.execute(
        f"""SELECT sections FROM documents
            WHERE (external_id = ? OR (external_id = '' AND substr(sha256, 1, 16) = ?)) {scope}""",
        (document_id, document_id, *map(store.collection_id, collections)),
    ).fetchone()
    return sections_of(row["sections"]) if row else ()


def file_of(store: Store, sha256: str, collection: str) -> Path | None:
    """The file that a document was read from, by a prefix of its SHA-256; None when it came from a data set.

    It is the path that the user gave to the index, never one that stands in a document.
    """
    if len(sha256) < LEAST_PREFIX:
        return None
    row = store.database.connection.execute(
        """SELECT s.path FROM sources s JOIN source_documents l ON l.source_id = s.id
           JOIN documents d ON d.id = l.document_id JOIN collections c ON c.id = d.collection_id
           WHERE d.sha256 >= ?1 AND d.sha256 < ?1 || 'g' AND c.name = ?2 AND s.kind = 'file' LIMIT 1""",
        (sha256, collection),
    ).fetchone()
    return Path(row["path"]) if row else None


def has_words(store: Store, collection: str, words: Sequence[str]) -> bool:
    """Whether one passage of the collection holds all these words or phrases.

    Each is stemmed. Raises StoreError for a collection that is not there.
    """
    match = Match(tuple(words), place="anywhere", every=True)
    return store.words.holds(match, [store.collection_id(collection)])
