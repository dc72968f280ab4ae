"""Data sets and generators into the data folder: python -m scripts.fetch --help."""

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.generation.presets import HUB_PRESETS, LICENCE, LICENCE_URL
from corpus.datasets import NAMES, get
from corpus.datasets.dataset import DataSet, Download, Installed, Tfds
from corpus.datasets.fetching import Count, Progress, copy, fetch, place
from corpus.document import ReadingError
from corpus.errors import Reason, SourcierError
from corpus.home import Home
from scripts._common import reason, say
from scripts._setup.command_line import Parser, program

if TYPE_CHECKING:
    from assistant.generation.preset_store import Standing

DESCRIPTION = """\
Data sets and generators into the data folder. Nothing else downloads any.

  python -m scripts.fetch medquad                          then: python -m scripts.index add medquad
  python -m scripts.fetch gpt2_base_en                     OpenAI's GPT-2 in KerasNLP's form, 0.5 GB
  python -m scripts.fetch gpt2_base_en --from PATH         from a folder or ZIP archive on a stick
  python -m scripts.fetch gpt2_base_en --delete            off the disk again

A generator comes from the Hugging Face Hub or from Kaggle, whichever answers. A download that was cut off goes on
where it ended when the same command is given again; one that is there is read through and mended.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; 0 when all is done, 1 when something failed, 2 for wrong usage."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    parser = _parser()
    options = parser.parse_args(argv)
    home = Home.find(options.home)
    if options.list:
        _print_list(home, options.json)
        return 0
    unknown = [name for name in options.names if name not in (*NAMES, *HUB_PRESETS)]
    if unknown or not options.names:
        what = f"nothing is called {unknown[0]!r}" if unknown else "name a data set or a generator"
        parser.error(f"{what}; there are: {', '.join((*NAMES, *HUB_PRESETS))}")
    names = dict.fromkeys(options.names)
    results = [_result(get(name), home, options) for name in names if name in NAMES]
    made = [_generator(name, home, options) for name in names if name in HUB_PRESETS]
    if options.json:
        found = {"home": str(home.path), "datasets": results, "generators": made}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    return int(any(result["state"] == "failed" for result in (*results, *made)))


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog=program("fetch"), description=DESCRIPTION, formatter_class=plain)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join((*NAMES, *HUB_PRESETS))}")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="PATH", help="take it from this folder, download nothing"
    )
    parser.add_argument("--home", metavar="DIR", help="the data folder (else SOURCIER_HOME, else the user's own)")
    parser.add_argument("--list", action="store_true", help="name everything with size, licence and source")
    parser.add_argument("--again", action="store_true", help="download data sets that are there already once more")
    parser.add_argument("--delete", action="store_true", help="delete generators, or what has arrived of them")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _generator(name: str, home: Home, options: argparse.Namespace) -> dict:
    """Fetches, brings or deletes a hub preset and says so."""
    from assistant.generation import hubs, preset_store

    loud = not options.json
    progress = _shown_progress(name, loud)
    try:
        home.make()
        if options.delete:
            preset_store.delete(name, home.models)
        elif options.source:
            preset_store.bring(options.source.expanduser(), home.models, name, progress)
        else:
            hubs.fetch(name, home.models, progress)
    except (SourcierError, OSError) as error:
        told = say(error) if isinstance(error, SourcierError) else reason(error)
        if loud:
            print(f"{name}: {told}", file=sys.stderr)
        return {"name": name, "state": "failed", "reason": told}
    standing = preset_store.standing(name, home.models)
    if loud and standing.path is not None:
        print(f"{name}: {standing.bytes / 1e6:,.1f} MB in {standing.path}, whole; choose it by its name.")
        print(f"  licence: {LICENCE}, {LICENCE_URL}")
    elif loud:
        print(f"{name}: no longer on this computer.")
    return _standing(standing)


def _standing(standing: "Standing") -> dict:
    return {
        "name": standing.name,
        "state": standing.state,
        "folder": str(standing.path or ""),
        "bytes": standing.bytes,
        "origin": standing.origin,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
    }


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
    return _shown_progress(data_set.name, loud)


def _shown_progress(name: str, loud: bool) -> Progress:
    shown = loud and sys.stderr.isatty()
    terminal = sys.stderr

    def show(done: int, total: int | None) -> None:
        if shown:
            part = f" of {total / 1e6:,.1f} MB ({done / total:.0%})" if total else " MB"
            print(f"\r{name}: {done / 1e6:,.1f}{part} ", end="", file=terminal)
            if done == total:
                print(file=terminal)

    return show


def _print_list(home: Home, as_json: bool) -> None:
    from assistant.generation import preset_store

    described = [_described(get(name), home) for name in NAMES]
    standings = [preset_store.standing(name, home.models) for name in HUB_PRESETS]
    if as_json:
        made = [_standing(standing) for standing in standings]
        found = {"home": str(home.path), "datasets": described, "generators": made}
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for entry in described:
        print(f"{entry['name']} · {entry['title']}{' (fetched)' if entry['fetched'] else ''}")
        print(f"  {entry['description']}")
        print(f"  {entry['size']}; from {entry['origin']}")
        print(f"  licence: {entry['licence']}")
        for warning in entry["warnings"]:
            print(f"  note: {warning}")
    for standing in standings:
        preset = HUB_PRESETS[standing.name]
        tuned = f", fine-tuned on {preset.tuned}" if preset.tuned else ""
        print(f"{standing.name} · OpenAI's GPT-2{tuned}{'' if standing.state == 'none' else f' ({standing.state})'}")
        print(f"  {preset.parameters / 1e6:,.0f} million parameters, about {preset.bytes / 1e9:.1f} GB")
        print("  from the Hugging Face Hub or Kaggle, in KerasNLP's form")
        print(f"  licence: {LICENCE}, {LICENCE_URL}")


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
