"""How far the index is, as lines of text, and waiting until it is further."""

import shutil
import sys
import time

from corpus.errors import Reason
from corpus.home import Home
from index.ingestion.chunking_settings import chunking_of
from index.ingestion.process import start_worker
from index.storage.store import Store, StoreError
from index.vectors.embedder import load_embedder
from index.views.status import CollectionStatus, collection_statuses
from scripts._common import say

FULL = 1 << 20  # bytes left on the disk


def statuses_of(store: Store) -> list[CollectionStatus]:
    """The state of every collection, as the chosen embedder sees it."""
    embedder = load_embedder()
    return collection_statuses(store, embedder.name, chunking_of(embedder))


def line(status: CollectionStatus) -> str:
    """ "notes: embedding, 3 documents, 12 passages, 6 embedded (50 %), about 4 s left"."""
    percent = f"{100 * status.embedded // status.passages} %" if status.passages else "-"
    left = f", about {_duration(status.seconds_left)} left" if status.seconds_left and not status.paused else ""
    state = f"{status.state.replace('_', ' ')}{' (paused)' if status.paused else ''}"
    failed = f", {status.failed} failed" if status.failed else ""
    return (
        f"{status.name}: {state}, {status.documents} documents, {status.passages} passages, "
        f"{status.embedded} embedded ({percent}){left}{failed}"
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def follow(home: Home, store: Store, ids: set[int], *, wait: bool, quiet: bool) -> None:
    """Starts the indexing process and shows how far it is, until the sources are read; with `wait`, embedded.

    While the indexing is paused it says so and returns at once.
    """
    worker, shown = None, ""
    collections = {row.collection for row in store.sources() if row.id in ids}
    while True:
        statuses = [status for status in statuses_of(store) if status.name in collections]
        text = "; ".join(line(status) for status in statuses)
        if text != shown and not quiet:
            print(text, file=sys.stderr, flush=True)
            shown = text
        unembedded = sum(status.passages - status.embedded + status.outdated for status in statuses)
        if not (wait and unembedded) and not store.unread(ids):
            return
        if store.paused:
            print(say(Reason("index.paused")), file=sys.stderr)
            return
        if worker is None or worker.poll() is not None:
            from index.ingestion.worker import is_running

            if worker is not None and worker.returncode != 0:
                raise _why_stopped(home)
            if not is_running(home):
                worker = start_worker(home)
        time.sleep(0.5)


def _why_stopped(home: Home) -> StoreError:
    if shutil.disk_usage(home.path).free < FULL:  # the log has no room either
        return StoreError("index.disk_full")
    return StoreError("index.stopped", log=str(home.logs / "indexing.log"))
