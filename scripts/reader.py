"""Trains and measures the reader: python -m scripts.reader --help."""

import argparse
import json
import logging
import os
from pathlib import Path

from assistant.training.runs.folder import disk_errors
from assistant.training.runs.stopping import stop_on_signals
from index.vectors.embedder import cache_folder
from scripts._common import run
from scripts._setup.command_line import Parser, program


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, or stopped with a checkpoint; errors are one sentence (see `run`)."""
    options = _options(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    # Threads that wait asleep: spinning ones halve the speed as soon as anything else wants a core.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    options.models = options.models or cache_folder()
    with disk_errors():
        from assistant.training.reader import commands

        command = {"train": commands.train, "measure": commands.measure, "export": commands.export}[options.command]
        result = command(options, stop_on_signals().is_set)
    if result is not None:
        print(json.dumps(result, indent=1, ensure_ascii=False))
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = Parser(prog=program("reader"), description="Trains the reader on open question-answering sets; resumable.")
    commands = made.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="start or resume a run")
    measure = commands.add_parser("measure", help="figures of a run's last checkpoint on held-out articles, as JSON")
    export = commands.add_parser("export", help="write a run's weights as they are shipped, with their model card")
    for one in (train, measure, export):
        one.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
        one.add_argument(
            "--models", type=Path, metavar="DIR", help="where the converted body is kept (default: the cache)"
        )
        one.add_argument("--threads", type=int, default=2, metavar="N")
    for one in (train, measure):
        one.add_argument("--qa", type=Path, required=True, metavar="DIR", help="folder of the question-answering sets")
    train.add_argument("--medquad", type=Path, metavar="FILE", help="MedQuAD as CSV")
    limit = train.add_mutually_exclusive_group()
    limit.add_argument("--minutes", type=float, default=100.0, help="active training time; the rate decays over it")
    limit.add_argument("--steps", type=int, default=0, help="instead: so many steps of about 20 examples")
    train.add_argument(
        "--start-from", type=Path, metavar="DIR", help="exported weights that a new run starts from (default: the body)"
    )
    train.add_argument("--seed", type=int, default=17, help="order of the examples")
    train.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    measure.add_argument("--questions", type=int, default=150, help="of each kind and set")
    measure.add_argument("--neighbours", type=int, default=5, help="nearest other passages read with each question")
    export.add_argument("out", type=Path, metavar="OUT", help="folder to write")
    export.add_argument("--measured", type=Path, metavar="FILE", help="output of measure, for the model card")
    return made.parse_args(argv)


if __name__ == "__main__":
    run(main)
