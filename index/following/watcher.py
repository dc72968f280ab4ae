"""The watcher: what changes in the followed folders changes in the index by itself.

The system's own messages (watchdog) say which paths to look at, a moment after the last of them; a look through the
whole folder every now and then finds what no message told: network drives, too many folders for inotify, changes
while no program ran.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from filelock import FileLock, Timeout
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from corpus.home import Home
from index.following.reconcile import reconcile
from index.following.scan import is_meant
from index.following.watches import Watch, watches
from index.storage.rows import StoreError
from index.storage.store import Store

log = logging.getLogger(__name__)

QUIET_S = 0.4  # without a further change before a file counts as written
LONGEST_S = 3.0  # for which changes that do not end are waited for
LOOK_S = 60.0  # between looks through a whole folder, at least
DEAF_S = 15.0  # the same where the system sends no messages
AWAY_S = 3.0  # the same while a folder is away: only its name is looked at
SHARE = 20  # a look that takes a second comes every SHARE seconds at most
MANY = 2000  # changed paths from which on the whole folder is looked through
LOCK_AGAIN_S = 5.0
TOUCHING = ("created", "modified", "moved", "deleted", "closed")


class Changes(FileSystemEventHandler):
    """The paths that the system named since they were last taken. Called from watchdog's threads."""

    def __init__(self, root: str):
        self._root = root
        self._lock = threading.Lock()
        self._paths: set[str] = set()
        self._first = self._last = 0.0

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Notes both ends of what happened, if it can change a document."""
        if event.event_type not in TOUCHING or (event.is_directory and event.event_type == "modified"):
            return
        paths = [path for path in map(_text, (event.src_path, event.dest_path)) if path and is_meant(path, self._root)]
        with self._lock:
            now = time.monotonic()
            self._first = self._first if self._paths else now
            self._last = now
            self._paths.update(paths[: MANY + 1 - len(self._paths)])

    def settled(self, quiet_s: float) -> set[str]:
        """Takes the paths, once nothing has happened for `quiet_s` or they have waited for long."""
        with self._lock:
            now = time.monotonic()
            if not self._paths or (now - self._last < quiet_s and now - self._first < LONGEST_S):
                return set()
            taken, self._paths = self._paths, set()
            return taken


def _text(path: str | bytes) -> str:
    """The path, "" for one whose name is no text."""
    try:
        path = path.decode() if isinstance(path, bytes) else path
        path.encode()
    except UnicodeError:
        return ""
    return path


@dataclass
class _Followed:
    changes: Changes
    handle: object = None  # watchdog's; None while no messages come
    look_at: float = 0.0  # when to look through the folder, in monotonic time
    identity: str = field(default="")


class Watcher:
    """Follows the folders of one index while `step` is called again and again, from one thread.

    Only one watcher a data folder works; others wait until it ends.
    """

    def __init__(
        self, store: Store, home: Home, on_change: Callable[[], None] = lambda: None, quiet_s: float = QUIET_S
    ):
        self._store = store
        self._home = home
        self._on_change = on_change
        self._quiet_s = quiet_s
        self._lock = FileLock(str(home.path / "watching.lock"), timeout=0)
        self._lock_at = 0.0
        self._observer = None
        self._followed: dict[int, _Followed] = {}

    def close(self) -> None:
        """Ends the messages and lets another watcher work."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(5)
            self._observer = None
        self._followed.clear()
        self._lock.release()

    def step(self) -> bool:
        """Looks at what is due; returns whether this watcher is the one that works."""
        if not self._is_mine():
            return False
        found = {watch.id: watch for watch in watches(self._store)}
        for gone in set(self._followed) - set(found):
            self._unfollow(gone)
        changed = sum(self._look(watch) for watch in found.values())
        if changed:
            self._on_change()
        return True

    def _is_mine(self) -> bool:
        if self._lock.is_locked:
            return True
        if time.monotonic() < self._lock_at:
            return False
        try:
            self._lock.acquire()
        except (Timeout, OSError):
            self._lock_at = time.monotonic() + LOCK_AGAIN_S
            return False
        return True

    def _look(self, watch: Watch) -> int:
        followed = self._followed.setdefault(watch.id, _Followed(Changes(watch.path)))
        only = followed.changes.settled(self._quiet_s)
        whole = time.monotonic() >= followed.look_at or len(only) > MANY
        if not (only or whole):
            return 0
        if whole:
            self._listen(watch, followed)  # before the look, so that nothing falls between the two
        started = time.monotonic()
        try:
            changed = reconcile(self._store, watch, str(self._home.path), None if whole else only)
        except (OSError, StoreError, sqlite3.Error) as error:
            log.warning("%s: %s", watch.path, error)
            followed.look_at = time.monotonic() + DEAF_S
            return 0
        now = time.monotonic()
        pause = self._pause(watch, followed)
        if whole:
            followed.look_at = now + max(pause, SHARE * (now - started))
        else:
            followed.look_at = min(followed.look_at, now + pause)  # it may just have gone away
        return changed

    def _pause(self, watch: Watch, followed: _Followed) -> float:
        now = next((one for one in watches(self._store) if one.id == watch.id), watch)
        if now.state == "away":
            self._deafen(followed)  # what comes back may be another folder, of which the old messages say nothing
            return AWAY_S
        if followed.handle is not None and followed.identity not in ("", now.identity):
            self._deafen(followed)
            return 0.0
        followed.identity = now.identity
        return LOOK_S if followed.handle is not None else DEAF_S

    def _listen(self, watch: Watch, followed: _Followed) -> None:
        if followed.handle is not None:
            return
        try:
            if self._observer is None:
                self._observer = Observer()
                self._observer.start()
            followed.handle = self._observer.schedule(followed.changes, watch.path, recursive=True)
            followed.identity = ""
        except Exception as error:  # each system fails in its own way: too many folders, no such folder, no permission
            log.info("%s sends no messages (%s): it is looked through instead", watch.path, error)

    def _deafen(self, followed: _Followed) -> None:
        if followed.handle is not None:
            try:
                self._observer.unschedule(followed.handle)
            except (KeyError, OSError):
                log.debug("the messages had ended already")
            followed.handle = None

    def _unfollow(self, watch_id: int) -> None:
        self._deafen(self._followed.pop(watch_id))
