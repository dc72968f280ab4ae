"""The report on fine-tuning, written from the folders of its runs: python -m scripts.training --help."""

import argparse
from pathlib import Path

from corpus.errors import SourcierError
from scripts._common import home_of, parser, reason, run

OUT = Path(__file__).parent.parent / "livrables" / "05-fine-tuning"
KEPT = "entrainements.json"
DESCRIPTION = f"""\
Writes the report on fine-tuning (French, with curves) from the folders of runs.

  python -m scripts.training mine other     adds these runs, of the data folder or by path, to what is kept
  python -m scripts.training                writes the report again from what is kept ({KEPT})

A run that is named again replaces the kept one of its name; --fresh forgets the others.
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; 1 with a sentence when there is no run, or a folder is none."""
    options = _options(argv)
    from scripts._course.training import summary, text

    folder = Path(options.out)
    found = [summary.of_folder(_folder(name, options)) for name in options.runs]
    kept = [] if options.fresh else summary.load(folder / KEPT)
    named = {run.name for run in found}
    runs = [run for run in kept if run.name not in named] + found
    if not runs:
        raise SourcierError("training_report.nothing")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        summary.save(runs, folder / KEPT)
        print(text.write(runs, folder))
    except OSError as error:
        raise SourcierError("folder.unwritable", folder=folder, reason=reason(error)) from error
    return 0


def _folder(name: str, options: argparse.Namespace) -> Path:
    """The run's folder: a path, or a name in the data folder."""
    known = home_of(options).runs / name
    return known if Path(name).name == name and known.is_dir() else Path(name)


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("training", DESCRIPTION)
    made.add_argument("runs", nargs="*", metavar="RUN", help="a run's name in the data folder, or its folder")
    made.add_argument("--out", default=str(OUT), metavar="DIR", help="default: livrables/05-fine-tuning")
    made.add_argument("--fresh", action="store_true", help="report on the named runs alone")
    return made.parse_args(argv)


if __name__ == "__main__":
    run(main)
