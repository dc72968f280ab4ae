"""Data sets into the data folder, ready for `python -m scripts.index add NAME`."""

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.datasets import NAMES, get
from corpus.datasets.dataset import DataSet, Download, Installed, Tfds
from corpus.datasets.fetching import Count, Progress, copy, fetch, place
from corpus.document import ReadingError
from corpus.errors import Reason
from corpus.home import Home
from scripts._common import say
from scripts._setup.command_line import Parser, program


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; 0 when all is done, 1 when some data set failed, 2 for wrong usage."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    parser = _parser()
    options = parser.parse_args(argv)
    home = Home.find(options.home)
    if options.list:
        _print_list(home, options.json)
        return 0
    unknown = [name for name in options.names if name not in NAMES]
    if unknown or not options.names:
        parser.error(
            f"{f'no data set {unknown[0]!r}' if unknown else 'name a data set'}; there are: {', '.join(NAMES)}"
        )
    results = [_result(get(name), home, options) for name in dict.fromkeys(options.names)]
    if options.json:
        print(json.dumps({"home": str(home.path), "datasets": results}, ensure_ascii=False, indent=2))
    return int(any(result["state"] == "failed" for result in results))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog=program("fetch"), description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(NAMES)}")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="DIR", help="copy from this folder, download nothing"
    )
    parser.add_argument("--home", metavar="DIR", help="the data folder (else SOURCIER_HOME, else the user's own)")
    parser.add_argument("--list", action="store_true", help="name all data sets with size, licence and source")
    parser.add_argument("--again", action="store_true", help="download what is there already once more")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _result(data_set: DataSet, home: Home, options: argparse.Namespace) -> dict:
    start = time.perf_counter()
    loud = not options.json
    try:
        if options.source:
            counted = copy(data_set, options.source.expanduser(), home)
        else:
            counted = fetch(data_set, home, _progress(data_set, loud), options.again)
    except ReadingError as error:
        if loud:
            print(f"{data_set.name}: {say(error)}", file=sys.stderr)
        return {"name": data_set.name, "state": "failed", "reason": say(error)}
    folder = place(data_set, home)
    seconds = time.perf_counter() - start
    if loud:
        _print_count(data_set, counted, folder, seconds)
    return {
        "name": data_set.name,
        "state": "ready",
        "folder": str(folder),
        "files": [str(path) for path in data_set.find(folder)],
        "rows": counted.rows,
        "documents": counted.documents,
        "dropped": {say(Reason(code)): number for code, number in counted.dropped.items()},
        "licence": say(data_set.licence),
        "warnings": [say(warning) for warning in data_set.warnings],
        "seconds": round(seconds, 2),
    }


def _print_count(data_set: DataSet, counted: Count, folder: Path, seconds: float) -> None:
    print(f"{data_set.name}: {counted.documents:,} documents from {counted.rows:,} rows in {folder} ({seconds:.1f} s)")
    for code, number in counted.dropped.items():
        print(f"  left out: {number:,} × {say(Reason(code))}")
    print(f"  licence: {say(data_set.licence)}")
    for warning in data_set.warnings:
        print(f"  note: {say(warning)}")


def _progress(data_set: DataSet, loud: bool) -> Progress:
    """Rewrites one line on a terminal; elsewhere says nothing but the start of a long download."""
    if loud and isinstance(data_set.origin, Tfds):
        size = data_set.origin.gigabytes
        print(f"{data_set.name}: TensorFlow Datasets downloads {size} GB unless it has them.", file=sys.stderr)
    shown = loud and sys.stderr.isatty()

    def show(done: int, total: int | None) -> None:
        if shown:
            part = f" of {total / 1e6:,.1f} MB ({done / total:.0%})" if total else " MB"
            print(f"\r{data_set.name}: {done / 1e6:,.1f}{part} ", end="", file=sys.stderr)
            if done == total:
                print(file=sys.stderr)

    return show


def _print_list(home: Home, as_json: bool) -> None:
    described = [_described(get(name), home) for name in NAMES]
    if as_json:
        print(json.dumps({"home": str(home.path), "datasets": described}, ensure_ascii=False, indent=2))
        return
    for entry in described:
        print(f"{entry['name']} · {entry['title']}{' (fetched)' if entry['fetched'] else ''}")
        print(f"  {entry['description']}")
        print(f"  {entry['size']}; from {entry['origin']}")
        print(f"  licence: {entry['licence']}")
        for warning in entry["warnings"]:
            print(f"  note: {warning}")


def _described(data_set: DataSet, home: Home) -> dict:
    folder = place(data_set, home)
    return {
        "name": data_set.name,
        "title": data_set.title,
        "description": say(data_set.description),
        "language": data_set.language,
        "size": say(data_set.size),
        "licence": say(data_set.licence),
        "licence_url": data_set.licence_url,
        "homepage": data_set.homepage,
        "warnings": [say(warning) for warning in data_set.warnings],
        "origin": _origin(data_set),
        "fetched": any(path.is_relative_to(folder) for path in data_set.find(folder)),
    }


def _origin(data_set: DataSet) -> str:
    origin = data_set.origin
    if isinstance(origin, Download):
        return origin.url
    if isinstance(origin, Tfds):
        return f"TensorFlow Datasets ({', '.join(origin.names)}; {origin.gigabytes} GB to download)"
    if isinstance(origin, Installed):
        return f"the installed package {origin.distribution}"
    return f"{origin.page} (needs a Kaggle account)"


if __name__ == "__main__":
    sys.exit(main())
