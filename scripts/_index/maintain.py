"""`scripts.index check | export | import`: looking after an index."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import Reason
from corpus.home import Home
from index.ingestion.process import start_worker
from index.ingestion.worker import lock_path
from index.maintenance import check as checks
from index.maintenance.backup import SUFFIX, export
from index.maintenance.restore import restore
from index.storage.store import Store, StoreError
from index.vectors.embedder import EmbedderError, load_embedder
from scripts._common import say

LOCK_WAIT_S = 15.0


def register(action: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the commands; `action(name, function, help)` makes a sub-parser."""
    check = action("check", _check, "Says what in the index contradicts itself; with --repair, mends it.")
    check.add_argument("--repair", action="store_true", help="mend what is derived, read again what is destroyed")
    saving = action("export", _export, "Writes a collection to one file.")
    saving.add_argument("name", metavar="COLLECTION")
    saving.add_argument("file", nargs="?", metavar="FILE", help=f"default: COLLECTION{SUFFIX}")
    saving.add_argument("--originals", action="store_true", help="with the original files, where they still are")
    loading = action("import", _import, "Reads a collection from a file that export wrote.")
    loading.add_argument("file", metavar="FILE")
    loading.add_argument("--collection", default="", help="default: the name that it had")


def _check(options: argparse.Namespace, home: Home, store: Store) -> int:
    found = _repaired(home, store) if options.repair else checks.check(store, home.vectors)
    left = checks.check(store, home.vectors) if options.repair else found
    if options.json:
        findings = [
            {"rule": finding.rule, "count": finding.count, "sentence": say(finding.reason)} for finding in found
        ]
        print(json.dumps({"findings": findings, "repaired": options.repair, "left": len(left)}, ensure_ascii=False))
        return 1 if left else 0
    for reason in [*(finding.reason for finding in found), checks.mended(store)]:
        if reason is not None:
            print(say(reason))
    if not found:
        print("The index is sound.")
    elif not options.repair:
        print("Mend it with: python -m scripts.index check --repair")
    else:
        print("All of it is mended." if not left else f"{len(left)} of these are left to be mended.")
    return 1 if left else 0


def _repaired(home: Home, store: Store) -> list[checks.Finding]:
    try:
        with FileLock(lock_path(home), timeout=LOCK_WAIT_S):
            found = checks.repair(store, home.vectors)
    except Timeout:
        raise StoreError("index.busy") from None
    if found:
        start_worker(home)  # for what is to be read, cut or embedded again
    return found


def _export(options: argparse.Namespace, home: Home, store: Store) -> int:
    path = Path(options.file or f"{options.name}{SUFFIX}").expanduser().absolute()
    exported = export(store, options.name, path, originals=options.originals)
    if options.json:
        print(json.dumps({**asdict(exported), "path": str(path)}, ensure_ascii=False))
    else:
        size = path.stat().st_size / 1e6
        print(f"{exported.documents} documents, {exported.passages} passages, {exported.originals} originals in {path}")
        print(f"({size:.1f} MB). Read it with: python -m scripts.index import FILE")
    for original in exported.missing:
        print(f"{original}: {say(Reason('backup.original_missing'))}", file=sys.stderr)
    return 1 if exported.missing else 0


def _import(options: argparse.Namespace, home: Home, store: Store) -> int:
    path = Path(options.file).expanduser().absolute()
    if not path.is_file():
        raise StoreError("backup.no_file", path=str(path))
    try:
        embedder = load_embedder()
    except EmbedderError:
        embedder = None  # the vectors are then taken over unchecked, if they have the right form
    imported = restore(store, home, path, options.collection, embedder)
    if imported.vectors < imported.passages:
        start_worker(home)
    if options.json:
        print(json.dumps(asdict(imported), ensure_ascii=False))
    else:
        print(
            f"{imported.collection}: {imported.documents} documents, {imported.passages} passages, "
            f"{imported.vectors} with their vector, {imported.originals} originals."
        )
    return 0
