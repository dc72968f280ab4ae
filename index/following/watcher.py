"""The watcher: keeps the index in step with the followed folders.

The system's notifications (watchdog) say which paths to look at, a moment after the last of them. A look through the
whole folder from time to time finds what no notification told: on network drives, with more folders than inotify can
watch, or while no program ran.
"""

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from filelock import FileLock, Timeout
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from corpus.home import Home
from index.following.reconcile import reconcile
from index.following.scan import is_meant
from index.following.watches import Watch, watches
from index.storage.rows import StoreError
from index.storage.store import Store

log = logging.getLogger(__name__)

QUIET_S = 0.4  # without a further change before a file counts as written
LONGEST_S = 3.0  # after which changes are looked at although they go on
LOOK_S = 60.0  # between looks through a whole folder, at least
DEAF_S = 15.0  # the same where the system sends no notifications
AWAY_S = 3.0  # the same while a folder is away: only its name is looked at
SHARE = 20  # a look that takes one second comes at most every SHARE seconds
MANY = 2000  # changed paths above which the whole folder is looked through
LOCK_AGAIN_S = 5.0
TOUCHING = ("created", "modified", "moved", "deleted", "closed")


class Changes(FileSystemEventHandler):
    """The paths that the system named since they were last taken. Called from watchdog's threads."""

    def __init__(self, root: str):
        self._root = root
        self._lock = threading.Lock()
        self._paths: set[str] = set()
        self._first = self._last = -math.inf

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Notes the paths of an event (both, for a move) if it can change a document."""
        if event.event_type not in TOUCHING or (event.is_directory and event.event_type == "modified"):
            return
        paths = [path for path in map(_text, (event.src_path, event.dest_path)) if path and is_meant(path, self._root)]
        with self._lock:
            now = time.monotonic()
            self._first = self._first if self._paths else now
            self._last = now
            self._paths.update(paths[: MANY + 1 - len(self._paths)])

    def settled(self, quiet_s: float) -> set[str]:
        """Takes the paths once nothing has happened for `quiet_s`, or once the first has waited for LONGEST_S."""
        with self._lock:
            now = time.monotonic()
            if not self._paths or (now - self._last < quiet_s and now - self._first < LONGEST_S):
                return set()
            taken, self._paths = self._paths, set()
            return taken


def _text(path: str | bytes) -> str:
    """The path as text, "" when its bytes are no text."""
    try:
        path = path.decode() if isinstance(path, bytes) else path
        path.encode()
    except UnicodeError:
        return ""
    return path


@dataclass
class _Followed:
    changes: Changes
    handle: ObservedWatch | None = None  # None while no notifications come
    look_at: float = -math.inf  # when to look through the whole folder, in monotonic time; at first at once
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
        self._lock_at = -math.inf
        self._observer: BaseObserver | None = None
        self._followed: dict[int, _Followed] = {}

    def close(self) -> None:
        """Ends the notifications and lets another watcher work."""
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
            self._stop_listening(followed)  # another folder may come back: the old notifications would not tell of it
            return AWAY_S
        if followed.handle is not None and followed.identity not in ("", now.identity):
            self._stop_listening(followed)
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
            log.info("%s sends no notifications (%s): it is looked through instead", watch.path, error)

    def _stop_listening(self, followed: _Followed) -> None:
        if followed.handle is not None and self._observer is not None:
            try:
                self._observer.unschedule(followed.handle)
            except (KeyError, OSError):
                log.debug("the notifications had ended already")
            followed.handle = None

    def _unfollow(self, watch_id: int) -> None:
        self._stop_listening(self._followed.pop(watch_id))
