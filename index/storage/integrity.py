"""The integrity rules of an index, and how rows that break one are mended from the other rows.

Passages derive from documents; the word index (FTS5) and the vectors derive from passages. Documents are the user's and
are not removed here, unless their text is destroyed and their source can be read again. A document without a source
gets one.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corpus.document import Document, Passage, Section
from corpus.errors import Reason
from index.storage import stems
from index.storage.rows import bump, packed_sections, sections_of
from index.storage.schema import FIRST_CHUNKING

UNIT = 0.02  # how far from 1 the length of a float16 vector may be
READ = 2000  # rows looked at in one go
DOCUMENT_CONTENT = "document content"


@dataclass(frozen=True)
class Violation:
    """Rows that break a rule, and the statements that mend one of them (its id is ?1)."""

    rule: str
    ids: tuple[int, ...]
    mend: tuple[str, ...]

    @property
    def reason(self) -> Reason:
        """The rule and how many rows break it."""
        return Reason(CODES[self.rule], {"count": len(self.ids)})


@dataclass(frozen=True)
class Rule:
    """`select` gives the ids of the rows that break it; each statement of `mend` is run for each of them."""

    name: str
    select: str
    mend: tuple[str, ...]


# In the order in which they are mended, since mending a row can make others break a later rule.
RULES = (
    Rule(
        "collection",
        """SELECT DISTINCT collection_id
           FROM (SELECT collection_id FROM documents UNION SELECT collection_id FROM sources)
           WHERE collection_id NOT IN (SELECT id FROM collections)""",
        ("INSERT INTO collections (id, name, created) VALUES (?1, 'recovered ' || ?1, 0)",),
    ),
    Rule(
        "link",
        """SELECT DISTINCT document_id FROM source_documents l
           WHERE NOT EXISTS (SELECT 1 FROM documents WHERE id = l.document_id)
           OR NOT EXISTS (SELECT 1 FROM sources WHERE id = l.source_id)""",
        (
            """DELETE FROM source_documents WHERE document_id = ?1 AND (source_id NOT IN (SELECT id FROM sources)
               OR document_id NOT IN (SELECT id FROM documents))""",
        ),
    ),
    Rule(
        "document without source",
        "SELECT id FROM documents d WHERE NOT EXISTS (SELECT 1 FROM source_documents WHERE document_id = d.id)",
        (
            # The source that it most likely came from, else one of its own.
            """INSERT INTO source_documents SELECT s.id, d.id, 0 FROM documents d
               JOIN sources s ON s.collection_id = d.collection_id
               WHERE d.id = ?1 AND (substr(d.path, 1, length(s.path)) = s.path
                   OR (SELECT COUNT(*) FROM sources WHERE collection_id = d.collection_id) = 1)
               ORDER BY length(s.path) DESC LIMIT 1""",
            """INSERT OR IGNORE INTO sources (collection_id, path, kind, state, added)
               SELECT collection_id, CASE path WHEN '' THEN '(recovered)' ELSE path END, 'file', 'done', 0
               FROM documents WHERE id = ?1 AND id NOT IN (SELECT document_id FROM source_documents)""",
            """INSERT INTO source_documents SELECT s.id, d.id, 0 FROM documents d
               JOIN sources s ON s.collection_id = d.collection_id
               AND s.path = CASE d.path WHEN '' THEN '(recovered)' ELSE d.path END
               WHERE d.id = ?1 AND d.id NOT IN (SELECT document_id FROM source_documents)""",
        ),
    ),
    Rule(
        "note",
        "SELECT rowid FROM dropped WHERE source_id NOT IN (SELECT id FROM sources)",
        ("DELETE FROM dropped WHERE rowid = ?1",),
    ),
    Rule(
        "passage without document",
        "SELECT id FROM passages p WHERE NOT EXISTS (SELECT 1 FROM documents WHERE id = p.document_id)",
        ("DELETE FROM passages WHERE id = ?1",),
    ),
    Rule(
        "passage order",
        """SELECT document_id FROM passages p
           WHERE EXISTS (SELECT 1 FROM documents WHERE id = p.document_id AND chunking <> '')
           GROUP BY document_id HAVING COUNT(*) <> MAX(ordinal) + 1 OR COUNT(DISTINCT ordinal) <> COUNT(*)""",
        ("UPDATE documents SET chunking = '' WHERE id = ?1",),
    ),
    Rule(
        "queue",
        """SELECT passage_id FROM embedding_queue q LEFT JOIN passages p ON p.id = q.passage_id
           WHERE p.id IS NULL OR EXISTS (SELECT 1 FROM vectors WHERE key = p.key
           AND embedder = (SELECT value FROM meta WHERE key = 'embedder'))""",
        ("DELETE FROM embedding_queue WHERE passage_id = ?1",),
    ),
    Rule(
        "vector without passage",
        "SELECT seq FROM vectors v WHERE NOT EXISTS (SELECT 1 FROM passages WHERE key = v.key)",
        ("DELETE FROM vectors WHERE seq = ?1",),
    ),
    Rule(
        "passage without vector",
        """SELECT p.id FROM passages p WHERE NOT EXISTS (SELECT 1 FROM embedding_queue WHERE passage_id = p.id)
           AND NOT EXISTS (SELECT 1 FROM vectors WHERE key = p.key
               AND embedder = (SELECT value FROM meta WHERE key = 'embedder'))""",
        ("INSERT INTO embedding_queue VALUES (?1, ?1)",),
    ),
)

# The code of each rule's sentence, also of the rules on contents, which `_contents` looks for.
CODES = {
    "collection": "check.collection",
    "link": "check.link",
    "document without source": "check.document_without_source",
    "note": "check.note",
    "passage without document": "check.passage_without_document",
    "passage order": "check.passage_order",
    "queue": "check.queue",
    "vector without passage": "check.vector_without_passage",
    "passage without vector": "check.passage_without_vector",
    DOCUMENT_CONTENT: "check.document_content",
    "document without passages": "check.document_without_passages",
    "passage content": "check.passage_content",
    "vector content": "check.vector_content",
}


def violations(connection: sqlite3.Connection) -> Iterator[Violation]:
    """One violation a rule, without ids where nothing breaks it. Reads all texts and vectors.

    They are of one moment when the caller holds a transaction.
    """
    for rule in RULES:
        yield _violation(connection, rule)
    yield from _contents(connection)


def mend(connection: sqlite3.Connection, *, words: bool) -> None:
    """Mends every violation, inside the caller's transaction; with `words` the word index is rebuilt first.

    Documents that must be cut or read again are left to the indexing process.
    """
    # First, because deleting a passage deletes its words, which must be there.
    if words:
        stems.fill(connection)
        connection.execute("INSERT INTO passages_fts (passages_fts) VALUES ('rebuild')")
    connection.execute(
        "INSERT OR IGNORE INTO meta VALUES ('uuid', lower(hex(randomblob(16)))), ('generation', '0'), ('chunking', ?)",
        (FIRST_CHUNKING,),
    )
    for rule in RULES:
        _mend(connection, _violation(connection, rule))
    for found in _contents(connection):
        if found.rule == DOCUMENT_CONTENT:
            kept = {identity for identity in found.ids if _kept_from_passages(connection, identity)}
            found = replace(found, ids=tuple(identity for identity in found.ids if identity not in kept))
        _mend(connection, found)
    for rule in RULES:  # again, for what follows from the rows that have just gone
        _mend(connection, _violation(connection, rule))
    bump(connection)


def _violation(connection: sqlite3.Connection, rule: Rule) -> Violation:
    return Violation(rule.name, tuple(row[0] for row in connection.execute(rule.select).fetchall()), rule.mend)


def _mend(connection: sqlite3.Connection, found: Violation) -> None:
    for identity in found.ids:
        for statement in found.mend:
            connection.execute(statement, (identity,))


def _contents(connection: sqlite3.Connection) -> Iterator[Violation]:
    """Rows whose content contradicts their hash or their form."""
    destroyed, uncut = _documents(connection)
    yield Violation(
        DOCUMENT_CONTENT,
        tuple(destroyed),
        (
            """UPDATE sources SET state = 'waiting', fingerprint = '' WHERE state <> 'excluded' AND id IN
               (SELECT source_id FROM source_documents WHERE document_id = ?1)""",
            "DELETE FROM passages WHERE document_id = ?1",
            "DELETE FROM documents WHERE id = ?1",
        ),
    )
    yield Violation(
        "document without passages",
        tuple(uncut),
        ("UPDATE documents SET chunking = '' WHERE id = ?1",),
    )
    yield Violation(
        "passage content",
        tuple(_passages(connection)),
        (
            "UPDATE documents SET chunking = '' WHERE id = (SELECT document_id FROM passages WHERE id = ?1)",
            "DELETE FROM passages WHERE id = ?1",
        ),
    )
    yield Violation(
        "vector content",
        tuple(_vectors(connection)),
        (
            """INSERT OR IGNORE INTO embedding_queue SELECT p.id, p.id FROM passages p JOIN vectors v ON v.key = p.key
               WHERE v.seq = ?1 AND v.embedder = (SELECT value FROM meta WHERE key = 'embedder')""",
            "DELETE FROM vectors WHERE seq = ?1",
        ),
    )


def _kept_from_passages(connection: sqlite3.Connection, document_id: int) -> bool:
    """Restores a destroyed document, which cannot be read again, from its passages; gives whether that was possible."""
    sources = connection.execute(
        "SELECT s.path, s.kind FROM source_documents l JOIN sources s ON s.id = l.source_id WHERE l.document_id = ?",
        (document_id,),
    ).fetchall()
    if any(row["kind"] == "dataset" or Path(row["path"]).exists() for row in sources):
        return False
    passages = connection.execute(
        "SELECT text, page FROM passages WHERE document_id = ? ORDER BY ordinal", (document_id,)
    ).fetchall()
    title = connection.execute("SELECT title FROM documents WHERE id = ?", (document_id,)).fetchone()["title"]
    if not passages or not isinstance(title, str):
        return False
    sections = tuple(Section(row["text"], page=row["page"]) for row in passages)
    return bool(
        connection.execute(
            "UPDATE OR IGNORE documents SET sections = ?, sha256 = ?, metadata = '{}' WHERE id = ?",
            (packed_sections(sections), Document(title, sections).id, document_id),
        ).rowcount
    )


def _documents(connection: sqlite3.Connection) -> tuple[list[int], list[int]]:
    """Row numbers of documents whose text does not match their SHA-256, and of those with text but no passages."""
    destroyed, uncut = [], []
    rows = connection.execute(
        """SELECT d.id, d.sha256, d.title, d.metadata, d.sections,
           d.chunking = '' OR EXISTS (SELECT 1 FROM passages WHERE document_id = d.id) AS cut FROM documents d"""
    )
    for row in _each(rows):
        try:
            sections = sections_of(row["sections"])
            sound = Document(row["title"], sections).id == row["sha256"] and isinstance(
                json.loads(row["metadata"]), dict
            )
        except (zlib.error, ValueError, TypeError, AttributeError):
            sound = False
        if not sound:
            destroyed.append(row["id"])
        elif not row["cut"] and any(section.text.strip() for section in sections):
            uncut.append(row["id"])
    return destroyed, uncut


def _passages(connection: sqlite3.Connection) -> list[int]:
    """Ids of passages whose key does not match their text."""
    rows = connection.execute("SELECT id, heading, text, key FROM passages")
    return [row["id"] for row in _each(rows) if not _is_own(row)]


def _is_own(row: sqlite3.Row) -> bool:
    if not isinstance(row["text"], str) or not isinstance(row["heading"], str):
        return False
    return Passage(row["text"], row["heading"]).key == row["key"]


def _vectors(connection: sqlite3.Connection) -> list[int]:
    """Sequence numbers of vectors that differ in size from their embedder's others, or are not of unit length."""
    sizes: dict[str, tuple[int, int]] = {}  # by embedder: how many vectors have the most frequent size, and that size
    for row in connection.execute("SELECT embedder, length(vector) AS size, COUNT(*) AS n FROM vectors GROUP BY 1, 2"):
        sizes[row["embedder"]] = max(sizes.get(row["embedder"], (0, 0)), (row["n"], row["size"]))
    bad = []
    rows = connection.execute("SELECT seq, embedder, vector FROM vectors")
    while batch := rows.fetchmany(READ):
        right = [
            row for row in batch if len(row["vector"]) == sizes[row["embedder"]][1] and len(row["vector"]) % 2 == 0
        ]
        bad += [row["seq"] for row in set(batch) - set(right)] if len(right) < len(batch) else []
        for size in {len(row["vector"]) for row in right}:
            alike = [row for row in right if len(row["vector"]) == size]
            matrix = np.frombuffer(b"".join(row["vector"] for row in alike), "<f2").reshape(len(alike), -1)
            with np.errstate(over="ignore", invalid="ignore"):
                lengths = np.linalg.norm(matrix.astype(np.float32), axis=1)
            # A text without a word is all zeros (the hashing embedder's).
            sound = (lengths == 0) | (np.abs(lengths - 1) < UNIT)
            bad += [row["seq"] for row, fine in zip(alike, sound, strict=True) if not fine]
    return bad


def _each(rows: sqlite3.Cursor) -> Iterator[sqlite3.Row]:
    while batch := rows.fetchmany(READ):
        yield from batch
