"""What a running program does for its index: it follows the folders and keeps the indexing process going.

The indexing process runs while there is work, and is started again when it was killed.
"""

import contextlib
import logging
import math
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable

from corpus.home import Home
from index.following.watcher import Watcher
from index.ingestion.chunking_settings import chunking_of
from index.ingestion.process import start_worker
from index.storage.rows import StoreError
from index.storage.store import Store
from index.vectors.embedder import EmbedderError, fallback, load_embedder

log = logging.getLogger(__name__)

STEP_S = 0.2
WORK_S = 2.0  # how often it is asked whether there is work
LONGEST_WAIT_S = 60.0  # before an indexing process that failed is started again


class Upkeep:
    """A thread beside the app. `start` it once; `wake` it when something was queued; `close` it at the end."""

    def __init__(self, home: Home, store: Store, start: Callable[[], subprocess.Popen] | None = None):
        self._home = home
        self._store = store
        self._start = start or (lambda: start_worker(home, tied=True))
        self._workers: list[subprocess.Popen] = []  # kept, because each lives as long as its pipe
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._wait_s = WORK_S
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins."""
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Starts the indexing process now if there is work, even when the last one failed."""
        self._wait_s = 0.0
        self._wake.set()

    def close(self) -> None:
        """Stops following and ends the indexing process, in the middle of its work if need be, by closing its pipe."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)
        for worker in self._workers:
            if worker.stdin:
                with contextlib.suppress(OSError):
                    worker.stdin.close()

    def _run(self) -> None:
        watcher = Watcher(self._store, self._home, on_change=self.wake)
        looked_at = -math.inf  # never yet: 0 would be the start of the machine, or any other moment
        try:
            while not self._stop.is_set():
                try:
                    watcher.step()
                    # What is queued while a process ends is left to the next one, which starts once it has ended.
                    ended = any(worker.poll() is not None for worker in self._workers)
                    if ended or time.monotonic() - looked_at >= self._wait_s or self._wake.is_set():
                        self._wake.clear()
                        looked_at = time.monotonic()
                        self._keep_working()
                except (OSError, StoreError, sqlite3.Error, EmbedderError) as error:
                    log.warning("upkeep: %s", error)
                    self._stop.wait(WORK_S)
                except Exception:  # this thread must not end while the app runs
                    log.exception("upkeep")
                    self._stop.wait(WORK_S)
                self._stop.wait(STEP_S)
        finally:
            watcher.close()

    def _keep_working(self) -> None:
        if self._store.is_server:
            return  # workers of its own do that (`scripts.index worker`)
        ended = [worker for worker in self._workers if worker.poll() is not None]
        self._workers = [worker for worker in self._workers if worker.poll() is None]
        failed = any(worker.returncode for worker in ended)
        self._wait_s = min(2 * max(self._wait_s, WORK_S), LONGEST_WAIT_S) if failed else WORK_S
        if failed:
            return
        try:
            embedder = load_embedder()
        except EmbedderError:
            self._wait_s = LONGEST_WAIT_S
            raise
        adopts = fallback() is None
        if not self._workers and self._store.has_work(embedder.name, chunking_of(embedder), adopts):
            self._workers.append(self._start())
