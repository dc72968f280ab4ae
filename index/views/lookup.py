"""Documents that a person names, and their passages as hits: for summaries, lists of mentions and limits by file."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from index.retrieval.hit import Hit, document_id
from index.storage.matching import Match, marks
from index.storage.store import Store

WORD = re.compile(r"\w+")
FILE_NAME = re.compile(r"(?<![\w.()+~-])\.*(?P<name>[\w()+~-][\w.()+~-]*\.[A-Za-z0-9]{1,5})(?!\w)")
NEAR = 80.0  # of 100: likeness from which a name may have been meant
LONGEST_LIST = 2000  # passages of one summary
MOST_MENTIONS = 100_000  # passages that are counted

_PASSAGE = """SELECT p.id, p.text, p.heading, p.page, p.ordinal, d.title, d.path, d.language, d.metadata,
    d.external_id, d.sha256, c.name AS collection
    FROM passages p CROSS JOIN documents d ON d.id = p.document_id
    CROSS JOIN collections c ON c.id = d.collection_id"""


def named_in(store: Store, question: str, collections: Sequence[str] = ()) -> tuple[str, ...]:
    """Ids of the documents whose file's name stands in the question: "what does report.pdf say about trams?".

    Names with spaces count when they stand there as a whole. Raises StoreError for a collection that is not there.
    """
    found: dict[str, None] = {}
    lower = question.casefold()
    for match in FILE_NAME.finditer(question):
        for row in _by_path(store, match["name"], collections):
            name = PurePath(row["path"].replace("\\", "/")).name.casefold()
            if name == match["name"].casefold() or name in lower:
                found[document_id(row)] = None
    return tuple(found)


def named(store: Store, name: str, collections: Sequence[str] = ()) -> tuple[str, ...]:
    """Ids of the documents with this title or file's name (with or without its ending), or of those in the folder of
    this name, or in the collection of this name. Whatever the case; () where nothing is called so.
    """
    name = " ".join(name.split())
    if not name:
        return ()
    scope, values = _scope(store, collections)
    rows = store.database.connection.execute(
        f"""SELECT d.external_id, d.sha256, d.path, d.title FROM documents d
            JOIN collections c ON c.id = d.collection_id
            WHERE (lower(d.title) = lower(?1) OR instr(lower(d.path), lower(?1)) > 0 OR lower(c.name) = lower(?1))
            {scope}""",
        (name, *values),
    ).fetchall()
    folded = name.casefold()
    by_title = [row for row in rows if row["title"].casefold() == folded]
    paths = {row: PurePath(row["path"].replace("\\", "/")) for row in rows}
    by_file = [row for row, path in paths.items() if folded in (path.name.casefold(), path.stem.casefold())]
    in_folder = [row for row, path in paths.items() if folded in (part.casefold() for part in path.parts[:-1])]
    whole = [row for row in rows if folded not in row["path"].casefold()]  # left: matched by the collection's name
    for chosen in (by_file or by_title, in_folder, whole):
        if chosen:
            return tuple(dict.fromkeys(document_id(row) for row in chosen))
    return ()


def passages_of(store: Store, document_ids: Sequence[str], limit: int = LONGEST_LIST) -> tuple[Hit, ...]:
    """All passages of documents, in their order; of more than `limit` every second, third ..."""
    ids = f"({marks(document_ids)})"
    rows = store.database.connection.execute(
        f"""{_PASSAGE} WHERE d.external_id IN {ids} OR (d.external_id = '' AND substr(d.sha256, 1, 16) IN {ids})
            ORDER BY d.id, p.ordinal""",
        (*document_ids, *document_ids),
    ).fetchall()
    step = -(-len(rows) // limit) if rows else 1
    return tuple(Hit.of(row) for row in rows[::step])


def row_numbers(store: Store, document_ids: Sequence[str], limit: int) -> tuple[int, ...]:
    """Row numbers of at most `limit` documents, by the ids that hits bear, in all collections."""
    ids = f"({marks(document_ids)})"
    rows = store.database.connection.execute(
        f"""SELECT id FROM documents WHERE external_id IN {ids}
            OR (external_id = '' AND substr(sha256, 1, 16) IN {ids}) ORDER BY id LIMIT ?""",
        (*document_ids, *document_ids, limit),
    )
    return tuple(row["id"] for row in rows)


def passages_of_rows(store: Store, rows: Sequence[int]) -> dict[int, int]:
    """The row number of its document by passage, for all passages of documents with these row numbers."""
    found = store.database.connection.execute(
        f"SELECT id, document_id FROM passages WHERE document_id IN ({marks(rows)})", tuple(rows)
    )
    return {row["id"]: row["document_id"] for row in found}


def document_rows(store: Store, passages: Sequence[int]) -> dict[int, int]:
    """The row number of its document by passage."""
    found = store.database.connection.execute(
        f"SELECT id, document_id FROM passages WHERE id IN ({marks(passages)})", tuple(passages)
    )
    return {row["id"]: row["document_id"] for row in found}


def passage_hits(store: Store, passages: Sequence[int]) -> tuple[Hit, ...]:
    """Passages by their row numbers, in this order; those that are gone are left out."""
    rows = store.database.connection.execute(f"{_PASSAGE} WHERE p.id IN ({marks(passages)})", tuple(passages))
    hits = {row["id"]: Hit.of(row) for row in rows}
    return tuple(hits[passage] for passage in passages if passage in hits)


def holding(store: Store, sentence: str, limit: int = 50) -> dict[int, int]:
    """The row number of its document by passage, for at most `limit` passages that hold all words of a sentence one
    after the other, in any inflected form that the index's stemmer joins."""
    words = WORD.findall(sentence)
    if not words:
        return {}
    rows = store.words.holding(Match((" ".join(words),)), None, limit)
    return {row["id"]: row["document_id"] for row in rows}


def similar_names(store: Store, name: str, count: int = 3) -> tuple[str, ...]:
    """The titles and names of files that are spelled nearest to a name, nearest first; () where none is near."""
    from rapidfuzz import fuzz, process, utils

    rows = store.database.connection.execute(
        "SELECT title, path FROM documents UNION SELECT '' AS title, path FROM sources"
    ).fetchall()
    files = (PurePath(row["path"].replace("\\", "/")).name for row in rows)
    names = list(dict.fromkeys([*(row["title"] for row in rows), *files]))
    near = process.extract(
        name, names, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=NEAR, limit=count
    )
    return tuple(found for found, _, _ in near)


def around(store: Store, passage_id: int, count: int = 0) -> tuple[Hit, ...]:
    """A passage with up to `count` neighbours of its document on either side, in order; () when it is gone."""
    rows = store.database.connection.execute(
        f"""{_PASSAGE} WHERE p.document_id = (SELECT document_id FROM passages WHERE id = ?1)
            AND abs(p.ordinal - (SELECT ordinal FROM passages WHERE id = ?1)) <= ?2 ORDER BY p.ordinal""",
        (passage_id, count),
    ).fetchall()
    return tuple(Hit.of(row) for row in rows)


def mentions(
    store: Store, phrase: str, collections: Sequence[str] = (), limit: int = 20
) -> tuple[tuple[Hit, int], ...]:
    """The best passage of each document that holds the phrase, with the number of its passages that do; best first.

    The words stand beside each other, in any inflected form that the index's stemmer joins. Raises StoreError for a
    collection that is not there.
    """
    words = WORD.findall(phrase)
    if not words:
        return ()
    scope = [store.collection_id(name) for name in collections] or None
    rows = store.words.holding(Match((" ".join(words),), place="anywhere"), scope, MOST_MENTIONS)
    best: dict[int, int] = {}
    counts: dict[int, int] = {}
    for row in rows:
        best.setdefault(row["document_id"], row["id"])
        counts[row["document_id"]] = counts.get(row["document_id"], 0) + 1
    chosen = dict(list(best.items())[:limit])
    found = store.database.connection.execute(
        f"{_PASSAGE} WHERE p.id IN ({marks(chosen)})", tuple(chosen.values())
    ).fetchall()
    hits = {row["id"]: Hit.of(row) for row in found}
    return tuple((hits[passage], counts[document]) for document, passage in chosen.items() if passage in hits)


def _by_path(store: Store, ending: str, collections: Sequence[str]) -> list:
    scope, values = _scope(store, collections)
    return store.database.connection.execute(
        f"""SELECT d.external_id, d.sha256, d.path FROM documents d
            WHERE lower(substr(d.path, length(d.path) - ?1 + 1)) = lower(?2) {scope}""",
        (len(ending), ending, *values),
    ).fetchall()


def _scope(store: Store, collections: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    if not collections:
        return "", ()
    return f"AND d.collection_id IN ({marks(collections)})", tuple(map(store.collection_id, collections))
