"""The commands that keep an index going: watch, unwatch, pause, resume, retry, rename, delete."""

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

from corpus.errors import Reason
from corpus.home import Home
from index.following.upkeep import Upkeep
from index.following.watches import add_watch, remove_watch, watches
from index.ingestion.process import start_worker
from index.storage.store import Store, StoreError
from scripts._common import say
from scripts._index.progress import follow, line, statuses_of

PAUSED = Reason("index.paused")


def register(action: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the commands by `action(name, function, help)`."""
    watch = action("watch", _watch, "Follows folders, these and all earlier ones, until Ctrl-C; the app does it, too.")
    watch.add_argument("paths", nargs="*", metavar="FOLDER")
    watch.add_argument("--collection", default="documents", help="where their documents go (documents)")
    watch.add_argument("--once", action="store_true", help="bring the index in step and end")
    watch.add_argument("--later", action="store_true", help="only remember the folders; the app follows them")
    unwatch = action("unwatch", _unwatch, "Follows folders no more; what was read of them stays.")
    unwatch.add_argument("paths", nargs="+", metavar="FOLDER")
    unwatch.add_argument("--remove", action="store_true", help="remove what was read of them, too")
    action("pause", _pause, "Holds the indexing up, in the app, too, until it is resumed.")
    resume = action("resume", _resume, "Goes on with what waits.")
    resume.add_argument("--wait", action="store_true", help="until every passage is embedded")
    retry = action("retry", _retry, "Reads failed files once more; without this they wait until they change.")
    retry.add_argument("paths", nargs="*", metavar="PATH", help="default: all that failed")
    retry.add_argument("--collection", help="only those of this collection")
    retry.add_argument("--wait", action="store_true", help="until every passage is embedded")
    rename = action("rename", _rename, "Gives a collection another name.")
    rename.add_argument("name")
    rename.add_argument("new")
    delete = action("delete", _delete, "Deletes collections with all their documents; the files themselves stay.")
    delete.add_argument("names", nargs="+", metavar="NAME")


def _watch(options: argparse.Namespace, home: Home, store: Store) -> int:
    found, failed = [], []
    for path in options.paths:
        try:
            found.append(add_watch(store, path, options.collection, home))
        except StoreError as error:
            failed.append({"path": path, "reason": say(error)})
            print(f"{path}: {say(error)}", file=sys.stderr)
    if options.json and (options.once or options.later):
        if options.once:
            _look_once(home, store, quiet=True)
        shown = [asdict(watch) | {"reason": say(watch.reason)} for watch in watches(store)]
        print(json.dumps({"watches": shown, "failed": failed}, ensure_ascii=False))
    elif options.once:
        _look_once(home, store, quiet=False)
    elif not options.later and (watches(store) or not failed):
        _follow_on(home, store)
    return 1 if failed else 0


def _look_once(home: Home, store: Store, quiet: bool) -> None:
    from index.following.reconcile import reconcile

    for watch in watches(store):
        reconcile(store, watch, str(home.path))
    for watch in watches(store):
        if watch.reason:
            print(f"{watch.path}: {say(watch.reason)}", file=sys.stderr)
    follow(home, store, store.unread(), wait=False, quiet=quiet)


def _follow_on(home: Home, store: Store) -> None:
    if not watches(store):
        raise StoreError("watch.none")
    upkeep = Upkeep(home, store)
    upkeep.start()
    print("Following; Ctrl-C ends it.", file=sys.stderr)
    shown: dict[str, str] = {}
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            new = {status.name: line(status) for status in statuses_of(store)}
            new |= {watch.path: f"{watch.path}: {say(watch.reason) or 'followed'}" for watch in watches(store)}
            for key, text in new.items():
                if shown.get(key) != text:
                    print(text, flush=True)
            shown = new
            time.sleep(1.0)
    upkeep.close()


def _unwatch(options: argparse.Namespace, home: Home, store: Store) -> int:
    from os.path import abspath, expanduser

    wanted = {abspath(expanduser(path)): path for path in options.paths}
    found = [watch for watch in watches(store) if watch.path in wanted]
    removed = sum(remove_watch(store, watch.id, documents=options.remove) for watch in found)
    unknown = [path for full, path in wanted.items() if full not in {watch.path for watch in found}]
    for path in unknown:
        print(f"{path}: {say(Reason('watch.not_followed'))}", file=sys.stderr)
    if options.json:
        print(json.dumps({"unwatched": [watch.path for watch in found], "files_removed": removed}))
    return 1 if unknown else 0


def _pause(options: argparse.Namespace, home: Home, store: Store) -> int:
    store.pause()
    print(json.dumps({"paused": True}) if options.json else say(PAUSED))
    return 0


def _resume(options: argparse.Namespace, home: Home, store: Store) -> int:
    store.resume()
    _go_on(options, home, store)
    print(json.dumps({"paused": False}) if options.json else "Indexing goes on.")
    return 0


def _retry(options: argparse.Namespace, home: Home, store: Store) -> int:
    ids = None
    if options.paths:
        by_path = {row.path: row.id for row in store.sources(options.collection)}
        if unknown := [path for path in options.paths if path not in by_path]:
            raise StoreError("index.no_source", path=unknown[0])
        ids = [by_path[path] for path in options.paths]
    count = store.retry(ids, options.collection)
    _go_on(options, home, store)
    print(json.dumps({"queued": count}) if options.json else f"{count} files are read once more.")
    return 0


def _go_on(options: argparse.Namespace, home: Home, store: Store) -> None:
    if options.wait:
        follow(home, store, {row.id for row in store.sources()}, wait=True, quiet=options.json)
    elif not store.paused:
        start_worker(home)


def _rename(options: argparse.Namespace, home: Home, store: Store) -> int:
    name = store.rename_collection(options.name, options.new)
    print(json.dumps({"name": name}) if options.json else f"It is called '{name}' now.")
    return 0


def _delete(options: argparse.Namespace, home: Home, store: Store) -> int:
    for name in options.names:
        store.collection_id(name)  # all or none
    removed = sum(store.remove_collection(name) for name in options.names)
    print(json.dumps({"removed": removed}) if options.json else f"Deleted, with {removed} documents.")
    return 0
