"""Tries to break the index: kills, hostile files, constant change. Prints a table, ends non-zero on a loss."""

import argparse
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from corpus.errors import SourcierError
from scripts._common import run as run_command
from scripts._setup.command_line import Parser, program
from scripts._stress.common import Report, Row

SCENARIOS = ("kills", "library", "hostile", "giants", "soak")


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when every check passed, 1 when one failed, 2 wrong usage."""
    options = _options(argv)
    logging.basicConfig(level=logging.ERROR)
    with contextlib.suppress(ValueError):  # not in the main thread: a test
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # what was started is ended, too
    os.environ["SOURCIER_EMBEDDER"] = "hashing"  # of the scenarios that embed thousands; the library's has its own
    scenarios = options.scenarios or [scenario for scenario in SCENARIOS if scenario != "library" or options.library]
    if "library" in scenarios and not options.library:
        raise SourcierError("stress.needs_library")
    rows: list[Row] = []
    base = Path(tempfile.mkdtemp(prefix="sourcier-stress-", dir=options.folder))
    began = time.monotonic()
    try:
        for scenario in scenarios:
            folder = base / scenario
            folder.mkdir()
            report = Report(
                scenario, lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", file=sys.stderr, flush=True)
            )
            _runner(scenario, options)(report, folder)
            rows += report.rows
    finally:
        if options.keep:
            print(f"kept: {base}", file=sys.stderr)
        else:
            shutil.rmtree(base, ignore_errors=True)
    print(table(rows))
    broken = sum(not row.passed for row in rows)
    print(f"{len(rows) - broken} of {len(rows)} checks passed, in {(time.monotonic() - began) / 60:.0f} minutes.")
    return 1 if broken else 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = Parser(prog=program("stress"), description=__doc__)
    made.add_argument(
        "scenarios",
        nargs="*",
        choices=[*SCENARIOS, []],
        metavar="SCENARIO",
        help=f"of {', '.join(SCENARIOS)}; default: all",
    )
    made.add_argument("--kills", type=int, default=200, help="of indexing processes and users' programs (200)")
    made.add_argument("--documents", type=int, default=2000, help="of the collection that is killed (2000)")
    made.add_argument("--files", type=int, default=300, help="hostile files (300)")
    made.add_argument("--minutes", type=float, default=20, help="of the soak (20)")
    made.add_argument("--library", metavar="HOME", help="a data folder with a large collection, embedded; it is copied")
    made.add_argument(
        "--scale", type=float, default=1.0, help="of the giants (1: 300 MB of PDF, 1 GB of CSV, 100,000 files)"
    )
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--folder", help="where to work (default: the system's folder for temporary files)")
    made.add_argument("--keep", action="store_true", help="leave the folder for looking at it")
    return made.parse_args(argv)


def _runner(scenario: str, options: argparse.Namespace) -> Callable[[Report, Path], None]:
    from functools import partial

    from scripts._stress import giants, hostile, kills, library, soak

    return {
        "kills": partial(kills.run, kills=options.kills, documents=options.documents, seed=options.seed),
        "library": partial(library.run, library=options.library, seed=options.seed),
        "hostile": partial(hostile.run, files=options.files, seed=options.seed),
        "giants": partial(giants.run, seed=options.seed, scale=options.scale),
        "soak": partial(soak.run, minutes=options.minutes, seed=options.seed),
    }[scenario]


def table(rows: list[Row]) -> str:
    """The lines as a table for people and for Markdown."""
    cells = [
        ("scenario", "check", "measured", "limit", ""),
        *((*_cells(row), "passed" if row.passed else "FAILED") for row in rows),
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _cells(row: Row) -> tuple[str, str, str, str]:
    return row.scenario, row.what, row.measured, row.limit


if __name__ == "__main__":
    run_command(main)
