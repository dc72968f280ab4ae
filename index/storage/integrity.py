"""What holds in every sound index, and how what breaks it is mended from what else is stored.

Passages come from documents, words (FTS5) and vectors from passages. Documents are the user's and are never removed
here, unless their text is destroyed and their source can be read again; one that nobody holds gets a source.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from corpus.document import Document, Passage, Section
from index.storage.rows import bump
from index.storage.schema import FIRST_CHUNKING

UNIT = 0.02  # how far from 1 the length of a float16 vector may be
READ = 2000  # rows looked at in one go
DOCUMENT_CONTENT = "document content"


@dataclass(frozen=True)
class Broken:
    """Rows that break a rule: how often, said in one sentence, and the statements that mend each."""

    rule: str
    sentence: str
    ids: tuple[int, ...]
    mend: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """`select` gives the ids of what breaks it; each statement of `mend` is run for each of them."""

    name: str
    sentence: str  # behind a number
    select: str
    mend: tuple[str, ...]


# In the order in which they are mended: what is found later may follow from what is mended earlier.
RULES = (
    Rule(
        "collection",
        "collections are named by sources or documents and do not exist",
        """SELECT DISTINCT collection_id
           FROM (SELECT collection_id FROM documents UNION SELECT collection_id FROM sources)
           WHERE collection_id NOT IN (SELECT id FROM collections)""",
        ("INSERT INTO collections (id, name, created) VALUES (?1, 'recovered ' || ?1, 0)",),
    ),
    Rule(
        "link",
        "links lead from or to nothing",
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
        "documents belong to no source",
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
        "notes on what was left out belong to no source",
        "SELECT rowid FROM dropped WHERE source_id NOT IN (SELECT id FROM sources)",
        ("DELETE FROM dropped WHERE rowid = ?1",),
    ),
    Rule(
        "passage without document",
        "passages belong to no document",
        "SELECT id FROM passages p WHERE NOT EXISTS (SELECT 1 FROM documents WHERE id = p.document_id)",
        ("DELETE FROM passages WHERE id = ?1",),
    ),
    Rule(
        "passage order",
        "documents have passages missing or twice",
        """SELECT document_id FROM passages p
           WHERE EXISTS (SELECT 1 FROM documents WHERE id = p.document_id AND chunking <> '')
           GROUP BY document_id HAVING COUNT(*) <> MAX(ordinal) + 1 OR COUNT(DISTINCT ordinal) <> COUNT(*)""",
        ("UPDATE documents SET chunking = '' WHERE id = ?1",),
    ),
    Rule(
        "queue",
        "places in the embedder's queue are of passages that are gone or that have their vector",
        """SELECT passage_id FROM embedding_queue q LEFT JOIN passages p ON p.id = q.passage_id
           WHERE p.id IS NULL OR EXISTS (SELECT 1 FROM vectors WHERE key = p.key
           AND embedder = (SELECT value FROM meta WHERE key = 'embedder'))""",
        ("DELETE FROM embedding_queue WHERE passage_id = ?1",),
    ),
    Rule(
        "vector without passage",
        "vectors belong to no passage",
        "SELECT seq FROM vectors v WHERE NOT EXISTS (SELECT 1 FROM passages WHERE key = v.key)",
        ("DELETE FROM vectors WHERE seq = ?1",),
    ),
    Rule(
        "passage without vector",
        "passages have no vector and do not wait for one",
        """SELECT p.id FROM passages p WHERE NOT EXISTS (SELECT 1 FROM embedding_queue WHERE passage_id = p.id)
           AND NOT EXISTS (SELECT 1 FROM vectors WHERE key = p.key
               AND embedder = (SELECT value FROM meta WHERE key = 'embedder'))""",
        ("INSERT INTO embedding_queue VALUES (?1, ?1)",),
    ),
)


def broken(connection: sqlite3.Connection) -> Iterator[Broken]:
    """What breaks the rules, of one moment when the caller holds a transaction. Reads all texts and vectors."""
    for rule in RULES:
        yield _by(connection, rule)
    yield from _contents(connection)


def mend(connection: sqlite3.Connection, *, words: bool) -> None:
    """Mends whatever is broken, inside the caller's transaction; `words` makes the word index anew before.

    Documents to be cut anew or read again are left to the indexing process.
    """
    # First, because each passage that goes takes its words along, which must be there.
    if words:
        connection.execute("INSERT INTO passages_fts (passages_fts) VALUES ('rebuild')")
    connection.execute(
        "INSERT OR IGNORE INTO meta VALUES ('uuid', lower(hex(randomblob(16)))), ('generation', '0'), ('chunking', ?)",
        (FIRST_CHUNKING,),
    )
    for rule in RULES:
        _mend(connection, _by(connection, rule))
    for found in _contents(connection):
        if found.rule == DOCUMENT_CONTENT:
            kept = {identity for identity in found.ids if _kept_from_passages(connection, identity)}
            found = replace(found, ids=tuple(identity for identity in found.ids if identity not in kept))
        _mend(connection, found)
    for rule in RULES:  # once more, for what went just now
        _mend(connection, _by(connection, rule))
    bump(connection)


def _by(connection: sqlite3.Connection, rule: Rule) -> Broken:
    ids = tuple(row[0] for row in connection.execute(rule.select).fetchall())
    return Broken(rule.name, f"{len(ids)} {rule.sentence}.", ids, rule.mend)


def _mend(connection: sqlite3.Connection, found: Broken) -> None:
    for identity in found.ids:
        for statement in found.mend:
            connection.execute(statement, (identity,))


def _contents(connection: sqlite3.Connection) -> Iterator[Broken]:
    """Rows whose content contradicts itself."""
    destroyed, uncut = _documents(connection)
    yield _found(
        DOCUMENT_CONTENT,
        "documents are not what was stored",
        destroyed,
        (
            """UPDATE sources SET state = 'waiting', fingerprint = '' WHERE state <> 'excluded' AND id IN
               (SELECT source_id FROM source_documents WHERE document_id = ?1)""",
            "DELETE FROM passages WHERE document_id = ?1",
            "DELETE FROM documents WHERE id = ?1",
        ),
    )
    yield _found(
        "document without passages",
        "documents have text and no passages",
        uncut,
        ("UPDATE documents SET chunking = '' WHERE id = ?1",),
    )
    yield _found(
        "passage content",
        "passages are not what was stored",
        _passages(connection),
        (
            "UPDATE documents SET chunking = '' WHERE id = (SELECT document_id FROM passages WHERE id = ?1)",
            "DELETE FROM passages WHERE id = ?1",
        ),
    )
    yield _found(
        "vector content",
        "vectors are damaged",
        _vectors(connection),
        (
            """INSERT OR IGNORE INTO embedding_queue SELECT p.id, p.id FROM passages p JOIN vectors v ON v.key = p.key
               WHERE v.seq = ?1 AND v.embedder = (SELECT value FROM meta WHERE key = 'embedder')""",
            "DELETE FROM vectors WHERE seq = ?1",
        ),
    )


def _kept_from_passages(connection: sqlite3.Connection, document_id: int) -> bool:
    """Whether a destroyed document that cannot be read again could be put together from its passages."""
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
    packed = zlib.compress(json.dumps([asdict(section) for section in sections]).encode(), level=3)
    return bool(
        connection.execute(
            "UPDATE OR IGNORE documents SET sections = ?, sha256 = ?, metadata = '{}' WHERE id = ?",
            (packed, Document(title, sections).id, document_id),
        ).rowcount
    )


def _found(rule: str, sentence: str, ids: Sequence[int], mend: tuple[str, ...]) -> Broken:
    return Broken(rule, f"{len(ids)} {sentence}.", tuple(ids), mend)


def _documents(connection: sqlite3.Connection) -> tuple[list[int], list[int]]:
    """Rows of documents whose text is not that of their SHA-256, and of those with text and without passages."""
    destroyed, uncut = [], []
    rows = connection.execute(
        """SELECT d.id, d.sha256, d.title, d.metadata, d.sections,
           d.chunking = '' OR EXISTS (SELECT 1 FROM passages WHERE document_id = d.id) AS cut FROM documents d"""
    )
    for row in _each(rows):
        try:
            sections = tuple(Section(**section) for section in json.loads(zlib.decompress(row["sections"])))
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
    """Ids of passages whose key is not that of their text."""
    rows = connection.execute("SELECT id, heading, text, key FROM passages")
    return [row["id"] for row in _each(rows) if not _is_own(row)]


def _is_own(row) -> bool:
    if not isinstance(row["text"], str) or not isinstance(row["heading"], str):
        return False
    return Passage(row["text"], row["heading"]).key == row["key"]


def _vectors(connection: sqlite3.Connection) -> list[int]:
    """Sequence numbers of vectors that are of another size than their embedder's others, or not of unit length."""
    sizes = {}
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
            # All zeros is a text without a word (the hashing embedder's).
            sound = (lengths == 0) | (np.abs(lengths - 1) < UNIT)
            bad += [row["seq"] for row, fine in zip(alike, sound, strict=True) if not fine]
    return bad


def _each(rows: sqlite3.Cursor) -> Iterator:
    while batch := rows.fetchmany(READ):
        yield from batch
