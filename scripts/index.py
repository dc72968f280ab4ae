"""The index from the command line: add, list, remove, rebuild, status. `scripts._index` holds the other commands."""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict

from corpus.errors import Reason
from corpus.home import Home
from index.following.watches import dismiss, watches
from index.ingestion.queue import Enqueued, enqueue, enqueue_rebuild
from index.maintenance import check as checks
from index.storage.opening import open_store
from index.storage.store import SourceRow, Store, StoreError
from index.vectors.embedder import load_embedder
from scripts._common import home_of, parser, run, say
from scripts._index import maintain as _maintain
from scripts._index import server as _server
from scripts._index import upkeep as _upkeep
from scripts._index.progress import follow, line, statuses_of

EXAMPLES = """examples:
  python -m scripts.index add ~/papers report.pdf --collection work
  python -m scripts.index add medquad --wait          a data set that was fetched
  python -m scripts.index watch ~/papers --collection work
  python -m scripts.index status --json
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 1 some inputs failed, 2 wrong usage."""
    options = _options(argv)
    home = home_of(options)
    store = open_store(home, getattr(options, "store", None))
    try:
        return options.action(options, home, store)
    finally:
        store.close()


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("index", "Adds documents to the index, lists and removes them, says how far it is.")
    made.epilog = EXAMPLES
    actions = made.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def action(name: str, function, help_text: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=help_text, description=help_text)
        sub.set_defaults(action=function)
        sub.add_argument("--json", action="store_true", help="print one JSON object")
        sub.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return sub

    add = action("add", _add, "Adds files, folders, data sets by name and BEIR folders; returns once they are read.")
    add.add_argument("paths", nargs="+", metavar="PATH")
    add.add_argument("--collection", default="", help="default: a data set's name, else 'documents'")
    add.add_argument("--wait", action="store_true", help="until every passage is embedded, too")
    listing = action("list", _list, "Lists documents.")
    listing.add_argument("--collection")
    listing.add_argument("--query", default="", help="only documents whose title or path holds this")
    listing.add_argument("--limit", type=int, default=100)
    remove = action("remove", _remove, "Removes documents by id, or all of a source by its path, or a collection.")
    remove.add_argument("ids", nargs="*", metavar="ID")
    remove.add_argument("--collection", help="removes this whole collection")
    rebuild = action("rebuild", _rebuild, "Reads every source again and embeds what the embedder has not seen.")
    rebuild.add_argument("--wait", action="store_true", help="until every passage is embedded")
    action("status", _status, "Says what is in the index and how far it is.")
    _upkeep.register(action)
    _maintain.register(action)
    _server.register(action)
    return made.parse_args(argv)


# --- commands -----------------------------------------------------------------------------------------------


def _add(options: argparse.Namespace, home: Home, store: Store) -> int:
    queued = enqueue(store, options.paths, options.collection)
    if queued.sources:
        follow(home, store, {row.id for row in queued.sources}, wait=options.wait, quiet=options.json)
    ids = {row.id for row in queued.sources}
    rows = [row for row in store.sources() if row.id in ids]
    _report(options, store, rows, queued)
    return 1 if queued.failed or any(row.state == "failed" for row in rows) else 0


def _report(options: argparse.Namespace, store: Store, rows: list[SourceRow], queued: Enqueued) -> None:
    failed = [{"path": item.place, "reason": say(item.reason)} for item in queued.failed]
    failed += [{"path": row.path, "reason": say(row.reason)} for row in rows if row.state == "failed"]
    added = [(row, _left_out(store, row)) for row in rows if row.state != "failed"]
    if options.json:
        skipped = [{"path": item.place, "reason": say(item.reason)} for item in queued.skipped]
        shown = [
            {"path": row.path, "collection": row.collection, "documents": row.documents, "dropped": left_out}
            for row, left_out in added
        ]
        print(json.dumps({"added": shown, "failed": failed, "skipped": skipped}, ensure_ascii=False))
        return
    for reason, count in Counter(say(item.reason) for item in queued.skipped).items():
        print(f"{count} skipped in folders: {reason}")
    for row, left_out in added:
        reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        print(f"{row.path}: {row.documents} documents in '{row.collection}'", end="")
        print(f"; left out: {reasons}" if reasons else "")
    for one in failed:
        print(f"{one['path']}: {one['reason']}", file=sys.stderr)


def _left_out(store: Store, row: SourceRow) -> dict[str, int]:
    """How many parts of a source were left out, by reason.

    "exact duplicate of row 12" and "exact duplicate of row 40" count together, as "exact duplicate". Where a code has
    no sentence for its kind, the first reason's sentence stands for all.
    """
    dropped = store.dropped(row.id)
    first = {item.reason.code: item.reason for item in reversed(dropped)}
    counted = Counter(item.reason.code for item in dropped)
    return {_kind(first[code]): count for code, count in counted.items()}


def _kind(reason: Reason) -> str:
    kind = Reason(f"{reason.code}.kind")
    said = say(kind)
    return said if said != str(kind) else say(reason)


def _list(options: argparse.Namespace, home: Home, store: Store) -> int:
    if options.collection:
        store.collection_id(options.collection)
    rows = store.documents(options.collection, options.query, options.limit)
    if options.json:
        print(json.dumps({"documents": [asdict(row) for row in rows]}, ensure_ascii=False))
    for row in rows if not options.json else ():
        print(f"{row.id}  {row.collection}  {row.passages:4d} passages  {row.title}")
    return 0


def _remove(options: argparse.Namespace, home: Home, store: Store) -> int:
    if not options.ids and not options.collection:
        raise StoreError("index.nothing_to_remove")
    removed = store.remove_collection(options.collection) if options.collection else 0
    by_path = {row.path: row for row in store.sources()}
    sources = [by_path[name] for name in options.ids if name in by_path]
    dismiss(store, [row.id for row in sources])
    names = [name for name in options.ids if name not in by_path]
    removed += sum(row.documents for row in sources) + (store.remove_documents(names) if names else 0)
    print(json.dumps({"removed": removed}) if options.json else f"Removed {removed} documents.")
    return 0


def _rebuild(options: argparse.Namespace, home: Home, store: Store) -> int:
    ids = {row.id for row in enqueue_rebuild(store, load_embedder())}
    follow(home, store, ids, wait=options.wait, quiet=options.json)
    return _status(options, home, store)


def _status(options: argparse.Namespace, home: Home, store: Store) -> int:
    statuses, followed = statuses_of(store), watches(store)
    if options.json:
        shown: dict[str, object] = {"collections": [_told(asdict(status)) for status in statuses]}
        if followed:
            shown["watches"] = [asdict(watch) | {"reason": say(watch.reason)} for watch in followed]
        if store.paused:
            shown["paused"] = True
        if mended := checks.mended(store):
            shown["mended"] = say(mended)
        print(json.dumps(shown, ensure_ascii=False))
        return 0
    if mended := checks.mended(store):
        print(say(mended))
    if not statuses:
        print("The index is empty. Add documents with: python -m scripts.index add PATH")
    for status in statuses:
        print(line(status))
        for error in status.errors:
            print(f"    {error.path}: {say(error.reason)}")
    for watch in followed:
        print(f"{watch.path}: followed into '{watch.collection}'" + (f"; {say(watch.reason)}" if watch.reason else ""))
    if store.paused:
        print(say(_upkeep.PAUSED))
    return 0


def _told(status: dict) -> dict:
    """A status for JSON, with the reasons of its errors as sentences."""
    return status | {"errors": [error | {"reason": say(error["reason"])} for error in status["errors"]]}


if __name__ == "__main__":
    run(main)
