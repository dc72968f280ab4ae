"""Brings the index in step with a followed folder.

New and changed files are queued, moved files keep their passages, and files that are gone leave the index at once.
While the folder itself is away, as on an unplugged disk, everything stays.
"""

import logging
import os
import stat
import time
from collections.abc import Collection, Iterator, Sequence

from corpus.document import ReadingError
from corpus.errors import Reason
from index.following.scan import Scan, is_below, is_meant, scan
from index.following.watches import Watch, files_below, note_watch
from index.ingestion.builder import look_at
from index.storage.rows import StoreError
from index.storage.sources import Look
from index.storage.store import SourceRow, Store

log = logging.getLogger(__name__)

AT_ONCE = 50  # sources removed in one transaction: others wait to write meanwhile
QUEUED_AT_ONCE = 1000
SEEN_EVERY_S = 30.0


def reconcile(store: Store, watch: Watch, apart: str = "", only: Collection[str] | None = None) -> int:
    """Brings the index in step with a folder, or with the paths `only` in it; returns how many sources changed.

    `apart` is a folder inside it that is left out: the data folder.
    """
    identity, away = _identity(watch.path)
    if away is not None:
        _note(store, watch, "away", away)
        return 0
    if only is None or identity != watch.identity:
        only = [watch.path]
    else:
        only = [path for path in only if is_below(path, watch.path) and is_meant(path, watch.path)]
    known, found = _compared(store, watch, only, apart)
    if watch.path in found.closed:
        _note(store, watch, "away", Reason("watch.unopenable"))
        return 0
    if identity != watch.identity and watch.identity and known and not any(path in found.files for path in known):
        _note(store, watch, "away", Reason("watch.replaced"))
        return 0
    changed = _apply(store, watch, known, found)
    _note(store, watch, "followed", identity=identity)
    return changed


def _note(store: Store, watch: Watch, state: str, reason: Reason | None = None, identity: str | None = None) -> None:
    """Writes the state of a folder when it has changed, and every SEEN_EVERY_S seconds that it was looked through."""
    stored = reason.dumps() if reason is not None else ""
    news = (watch.state, watch.reason, watch.identity) != (state, stored, identity or watch.identity)
    # `abs`: the clock may have been set back since the folder was seen.
    if news or (state != "away" and abs(time.time() - watch.seen) > SEEN_EVERY_S):
        note_watch(store, watch, state, stored, identity)


def _identity(path: str) -> tuple[str, Reason | None]:
    """(device and number of a folder, None), or ("", why it is away)."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return "", Reason("watch.missing")
    except OSError as error:
        return "", Reason("watch.unreachable", {"reason": error.strerror})
    if not stat.S_ISDIR(status.st_mode):
        return "", Reason("watch.file_in_its_place")
    return f"{status.st_dev}:{status.st_ino}", None


def _compared(store: Store, watch: Watch, paths: Sequence[str], apart: str) -> tuple[dict[str, SourceRow], Scan]:
    """What the index knows at or below the paths, by path, and what lies there."""
    known: dict[str, SourceRow] = {}
    found = Scan()
    for path in paths:
        known.update((row.path, row) for row in files_below(store, watch.collection, path))
        part = scan(path, apart)
        found.files.update(part.files)
        found.closed.extend(part.closed)
    return known, found


def _apply(store: Store, watch: Watch, known: dict[str, SourceRow], found: Scan) -> int:
    gone = {path: row for path, row in known.items() if path not in found.files and not found.may_hold(path)}
    new = [path for path in found.files if path not in known]
    moved = dict(_moves(store, watch, gone, new, found))
    for path, row in moved.items():
        del gone[row.path]
        store.set_source(row.id, row.state, row.reason, look=Look(row.fingerprint, *found.files[path]))
    removed = [row.id for row in gone.values()]
    for start in range(0, len(removed), AT_ONCE):
        store.remove_sources(removed[start : start + AT_ONCE])
    queue = [path for path in new if path not in moved]
    queue += [path for path, row in known.items() if path in found.files and _has_changed(store, row, found)]
    for start in range(0, len(queue), QUEUED_AT_ONCE):
        store.add_sources(watch.collection, [(path, "file") for path in queue[start : start + QUEUED_AT_ONCE]])
    return len(moved) + len(removed) + len(queue)


def _moves(
    store: Store, watch: Watch, gone: dict[str, SourceRow], new: Sequence[str], found: Scan
) -> Iterator[tuple[str, SourceRow]]:
    """Renames the sources of files that are gone but lie, byte for byte, at a new path; gives (new path, source)."""
    by_size: dict[int, list[SourceRow]] = {}
    for row in gone.values():
        if row.state == "done" and row.fingerprint:
            by_size.setdefault(row.size, []).append(row)
    for path in new:
        rows = by_size.get(found.files[path][0])
        if not rows:
            continue
        fingerprint = _fingerprint(path)
        moved = next((row for row in rows if row.fingerprint == fingerprint), None)
        if moved is None:
            continue
        try:
            store.rename_source(moved.id, path)
        except StoreError as error:
            log.info("%s: %s", path, error)
            continue
        rows.remove(moved)
        yield path, moved


def _has_changed(store: Store, row: SourceRow, found: Scan) -> bool:
    """Whether a known file must be read again. A file that failed is read again only when its bytes have changed."""
    same = found.files[row.path] == (row.size, row.modified)
    if row.state in ("waiting", "excluded"):
        return False
    if row.state == "reading":
        return row.size >= 0 and not same
    if row.state != "failed":
        return not same
    if same:
        return False
    if not row.fingerprint:
        return os.access(row.path, os.R_OK)  # it could not even be opened
    if _fingerprint(row.path) != row.fingerprint:
        return True
    store.set_source(row.id, "failed", row.reason, look=Look(row.fingerprint, *found.files[row.path]))
    return False


def _fingerprint(path: str) -> str:
    try:
        return look_at(SourceRow(0, "", path, "file", "")).fingerprint
    except ReadingError:
        return ""
