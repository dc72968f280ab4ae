"""`scripts.index worker | move`: an index on a server that several machines share."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict

from corpus.home import Home
from index.ingestion.worker import work, work_on_server
from index.maintenance.move import move
from index.storage.opening import open_store
from index.storage.store import Store, StoreError


def register(action: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the commands; `action(name, function, help)` makes a sub-parser."""
    worker = action("worker", _worker, "Reads and embeds what waits, until it is stopped; any number may run at once.")
    worker.add_argument("--store", metavar="URL", help="postgresql://user@host/name; default: SOURCIER_STORE")
    worker.add_argument("--once", action="store_true", help="end when nothing waits")
    moving = action("move", _move, "Copies the index to another place and checks it; again, it goes on where it was.")
    moving.add_argument(
        "--to", metavar="URL", required=True, help="sqlite:/path/to/file or postgresql://user@host/name"
    )
    measuring = action("measure", _measure, "Loads made-up passages into a server's index, asks, and removes them.")
    measuring.add_argument("--store", metavar="URL", required=True, help="postgresql://user@host/name")
    measuring.add_argument("--passages", type=int, default=100_000, metavar="N")
    measuring.add_argument("--project", type=int, metavar="N", help="and what so many passages would take")
    measuring.add_argument("--memory", type=float, default=256, metavar="GB", help="of a machine, for --project (256)")
    measuring.add_argument("--price", type=float, default=1.0, metavar="P", help="of a machine an hour (1)")


def _measure(options: argparse.Namespace, home: Home, store: Store) -> int:
    if not store.is_server:
        raise StoreError("store.worker_needs_server")
    from scripts._index.measure import measure, projected

    figures: dict[str, object] = {"measured": (measured := measure(options.store, options.passages))}
    if options.project:
        figures["projected"] = projected(measured, options.project, options.memory, options.price)
    print(json.dumps(figures, indent=None if options.json else 2))
    return 0


def _worker(options: argparse.Namespace, home: Home, store: Store) -> int:
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    home.make()
    if store.is_server:
        work_on_server(home, store, stop, forever=not options.once)
    elif options.once:
        work(home, stop)
    else:
        raise StoreError("store.worker_needs_server")
    return 0


def _move(options: argparse.Namespace, home: Home, store: Store) -> int:
    there = open_store(home, options.to)
    if not options.to.startswith("postgres") and not store.is_server and there.file.path == store.file.path:
        raise StoreError("move.same_place")

    def progress(name: str, documents: int) -> None:
        if not options.json:
            print(f"{name}: {documents} documents", file=sys.stderr, flush=True)

    try:
        moved = move(store, there, progress)
        there.tidy()
    finally:
        there.close()
    if options.json:
        shown = [{"collection": one.name, "complete": one.complete, **asdict(one.there)} for one in moved]
        print(json.dumps({"moved": shown}, ensure_ascii=False))
    for one in moved if not options.json else ():
        counts = f"{one.there.documents} documents, {one.there.passages} passages, {one.there.vectors} vectors"
        print(f"{one.name}: {counts}; " + ("the same on both sides" if one.complete else "the two sides differ"))
    return 0 if all(one.complete for one in moved) else 1
