"""The followed folders. They are kept in the index itself, so that the next start follows them again."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.home import Home
from index.following.scan import inside, is_below
from index.storage.rows import StoreError
from index.storage.store import SourceRow, Store

COLUMNS = "w.id, c.name AS collection, w.path, w.state, w.reason, w.identity, w.seen"


@dataclass(frozen=True)
class Watch:
    """A followed folder. `state` is new (not looked at yet), followed, or away (its passages stay).

    `reason` says why it is away, as `Reason.dumps` writes it.
    """

    id: int
    collection: str
    path: str
    state: str = "new"
    reason: str = ""
    identity: str = ""
    seen: float = 0.0  # when it was last looked through, seconds since 1970


def watches(store: Store) -> list[Watch]:
    """All followed folders, oldest first."""
    rows = store.database.connection.execute(
        f"SELECT {COLUMNS} FROM watches w JOIN collections c ON c.id = w.collection_id ORDER BY w.id"
    ).fetchall()
    return [Watch(**dict(row)) for row in rows]


def add_watch(store: Store, path: str | Path, collection: str, home: Home) -> Watch:
    """Follows a folder from now on. Raises StoreError when it cannot be followed.

    A folder inside one that the collection follows already needs no watch of its own: the outer one is returned.
    Watches of folders inside the new one are removed.
    """
    folder = os.path.abspath(os.path.expanduser(str(path)))
    try:
        folder.encode()
    except UnicodeEncodeError as error:
        raise StoreError("watch.name_not_text") from error
    if not os.path.isdir(folder):
        raise StoreError("watch.is_file" if os.path.exists(folder) else "watch.no_folder", path=folder)
    if is_below(os.path.realpath(folder), os.path.realpath(home.path)):
        raise StoreError("watch.data_folder")
    identity = store.make_collection(collection)
    mine = [one for one in watches(store) if one.collection.casefold() == " ".join(collection.split()).casefold()]
    outer = next((one for one in mine if is_below(folder, one.path)), None)
    if outer is not None:
        return outer
    with store.database.write() as connection:
        for one in mine:
            if is_below(one.path, folder):
                connection.execute("DELETE FROM watches WHERE id = ?", (one.id,))
        connection.execute(
            "INSERT INTO watches (collection_id, path, added) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (identity, folder, time.time()),
        )
    return next(one for one in watches(store) if one.path == folder and store.collection_id(one.collection) == identity)


def remove_watch(store: Store, watch_id: int, *, documents: bool = False) -> int:
    """Stops following a folder; with `documents`, removes what was read of it. Returns how many sources went."""
    watch = next((one for one in watches(store) if one.id == watch_id), None)
    if watch is None:
        return 0
    gone = [row.id for row in files_below(store, watch.collection, watch.path)]
    with store.database.write() as connection:
        connection.execute("DELETE FROM watches WHERE id = ?", (watch_id,))
    if documents and gone:
        store.remove_sources(gone)
    return len(gone) if documents else 0


def note_watch(store: Store, watch: Watch, state: str, reason: str = "", identity: str | None = None) -> None:
    """Notes how the last look at a folder went; `reason` as `Reason.dumps` writes it."""
    if identity is None:
        identity = watch.identity
    with store.database.write() as connection:
        connection.execute(
            "UPDATE watches SET state = ?, reason = ?, identity = ?, seen = ? WHERE id = ?",
            (state, reason, identity, time.time(), watch.id),
        )


def files_below(store: Store, collection: str, folder: str) -> list[SourceRow]:
    """The file sources of a collection at or below a folder, without their counts."""
    start = inside(folder)
    end = start[:-1] + chr(ord(start[-1]) + 1)
    rows = store.database.connection.execute(
        """SELECT s.id, c.name AS collection, s.path, s.kind, s.state, s.reason, s.fingerprint, s.size, s.modified
           FROM sources s JOIN collections c ON c.id = s.collection_id
           WHERE lower(c.name) = lower(?1) AND s.kind = 'file' AND (s.path = ?2 OR (s.path >= ?3 AND s.path < ?4))""",
        (collection, folder, start, end),
    ).fetchall()
    return [SourceRow(**dict(row)) for row in rows]


def dismiss(store: Store, ids: Sequence[int]) -> None:
    """Takes sources out of the index for good: files in a followed folder stay out although they lie there."""
    roots = [(one.collection, one.path) for one in watches(store)]
    rows = [row for row in map(store.source, ids) if row is not None]
    kept = [
        row.id
        for row in rows
        if row.kind == "file" and any(row.collection == name and is_below(row.path, root) for name, root in roots)
    ]
    if kept:
        store.exclude_sources(kept)
    if others := [row.id for row in rows if row.id not in kept]:
        store.remove_sources(others)
