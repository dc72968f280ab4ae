"""The indexing process, one a data folder: it reads what waits, then embeds, then ends.

It shares only the SQLite file with the app. Killed at any moment, it continues where it was at its next start, since
each batch is one transaction.
"""

import argparse
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from filelock import FileLock, Timeout

from corpus.home import Home
from index.ingestion.allocation import keep_freed_memory
from index.ingestion.builder import Builder
from index.ingestion.parser import Parser
from index.ingestion.process import lower_priority
from index.ingestion.queue import adopt
from index.storage import manifest
from index.storage.database import StorageError
from index.storage.opening import open_store
from index.storage.store import Store, StoreError
from index.vectors.embedder import EmbedderError, load_embedder
from index.vectors.faiss_cache import VectorCache

log = logging.getLogger(__name__)

LOCK_WAIT_S = 10.0  # another process that is about to end may not have seen what was just queued
IDLE_S = 3.0
POLL_S = 0.1
GRACE_S = 5.0
SERVER_POLL_S = 1.0  # between looks for work on a server


def lock_path(home: Home) -> str:
    """The lock that the one indexing process of a data folder holds."""
    return str(home.path / "indexing.lock")


def is_running(home: Home) -> bool:
    """Whether an indexing process works on this data folder."""
    try:
        with FileLock(lock_path(home), timeout=0):
            return False
    except Timeout:
        return True


def work(home: Home, stop: threading.Event) -> None:
    """Reads and embeds until nothing waits, `stop` is set or the user pauses.

    Raises filelock.Timeout when another process does it.
    """
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(contextlib.closing(open_store(home)))
        if store.is_server:
            work_on_server(home, store, stop)
            return
        stack.enter_context(FileLock(lock_path(home), timeout=LOCK_WAIT_S))
        store.requeue_interrupted()
        embedder = load_embedder()
        adopt(store, embedder)

        def halted() -> bool:
            return stop.is_set() or store.paused

        def save() -> None:
            VectorCache(store, home.vectors, embedder.name).save()
            manifest.save(store.file)

        with contextlib.closing(Parser(home)) as parser:
            saved = _drain(Builder(store, embedder, parser, halted), halted, save)
        if not saved:
            save()


def work_on_server(home: Home, store: Store, stop: threading.Event, *, forever: bool = False) -> None:
    """Reads and embeds what waits on a server, beside any number of other workers there; with `forever` it waits for
    more until `stop`. A file must be where this machine sees it at the path that was queued.

    Raises StoreError when the index is another embedder's: workers of two would undo each other's work.
    """
    embedder = load_embedder()
    if not store.use_embedder(embedder.name):
        raise StoreError("store.other_embedder", name=store.meta("embedder"), here=embedder.name)

    def halted() -> bool:
        return stop.is_set() or store.paused

    with contextlib.closing(Parser(home)) as parser:
        while not stop.is_set():
            try:
                store.requeue_interrupted()
                _drain(Builder(store, embedder, parser, halted), halted, store.tidy)
            except StorageError as error:  # the server is away: what was begun is taken again
                if not forever:
                    raise
                log.warning("%s", error)
            if not forever:
                return
            stop.wait(SERVER_POLL_S)


def _drain(builder: Builder, halted: Callable[[], bool], save: Callable[[], None]) -> bool:
    """Reads everything before it embeds, so that keyword search covers it first.

    Saves when nothing came for IDLE_S, and gives True when nothing came during the saving either; gives False, unsaved,
    when it was halted. Embedding and saving run in a thread, so that a file that comes meanwhile is read at once and
    found by its words: otherwise it would wait for the end of this process and the start of the next one.
    """
    idle_since: float | None = None
    task: Future | None = None
    saving = False
    with ThreadPoolExecutor(1) as pool:
        while not halted():
            if builder.read_next() or builder.recut_next():
                idle_since = None
                continue
            if task is None:
                saving = idle_since is not None and time.monotonic() - idle_since > IDLE_S
                task = pool.submit(save if saving else builder.embed_next)
            wait([task], POLL_S)
            if not task.done():
                continue
            embedded, task = task.result(), None
            if saving and idle_since is not None:
                return True
            if embedded or saving:
                idle_since = None
            else:
                idle_since = time.monotonic() if idle_since is None else idle_since
                time.sleep(POLL_S)
    return False


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when the work is done or another process does it, 1 when it cannot be done."""
    parser = argparse.ArgumentParser(description="Indexes what waits in a data folder (started by the app).")
    parser.add_argument("--home")
    parser.add_argument("--tied", action="store_true", help="end when standard input closes")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    stop = threading.Event()
    if options.tied:
        threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    keep_freed_memory()  # embeds a quarter more passages a second
    lower_priority()  # also when it was started by hand
    try:
        work(Home.find(options.home).make(), stop)
    except Timeout:
        log.info("another process is indexing this folder")
    except (EmbedderError, StoreError) as error:  # StoreError: the disk is full, the folder read-only
        log.error("%s", error)
        return 1
    return 0


def _stop_at_end_of_input(stop: threading.Event) -> None:
    # Not sys.stdin: its lock, held by this thread, would make the interpreter's end a crash.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    stop.set()
    time.sleep(GRACE_S)
    os._exit(0)  # a long reading may be under way: what was committed stays, the rest is read again


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    # Everything is saved and closed. With PyTorch loaded the interpreter itself takes over a second to end, and what is
    # queued meanwhile would wait for that.
    os._exit(status)
