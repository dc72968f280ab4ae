"""What each change did to quality and speed, out of stored runs: python -m scripts.ablation --help."""

import argparse
import contextlib
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from corpus.errors import SourcierError
from corpus.home import Home
from scripts._common import home_of, parser, reason, run, say
from scripts._course.ablation.steps import QUESTIONS, RUNS, SPECIALISED

OUT = Path(__file__).parent.parent / "livrables" / "08-optimisation"
STORED = "mesures"
DESCRIPTION = f"""\
Writes the table of what each change did (French), out of the runs stored in --out/{STORED}.

  python -m scripts.ablation                          the table again, from what is stored
  python -m scripts.ablation --measure                measures what is not stored yet, then writes the table
  python -m scripts.ablation --measure NAME...        measures these anew: {", ".join(RUNS)}

Measuring needs MedQuAD fetched (dialogue) and indexed (recherche, reponses), and takes minutes.
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; 1 when something could not be measured, which is said, or when there is nothing to write of."""
    options = _options(argv)
    from assistant.evaluation import runs
    from scripts._course.ablation import text

    folder = Path(options.out)
    failed = options.measure is not None and _measure(options, folder)
    stored = {name: runs.load(path) for name in RUNS if (path := folder / STORED / f"{name}.json").is_file()}
    if not stored:
        raise SourcierError("ablation.no_runs", folder=folder / STORED)
    try:
        print(text.write(stored, folder))
    except OSError as error:
        raise SourcierError("folder.unwritable", folder=folder, reason=reason(error)) from error
    return int(failed)


def _measure(options: argparse.Namespace, folder: Path) -> bool:
    """Whether something failed. What is measured stays, whatever fails after it."""
    home = home_of(options)
    try:
        (folder / STORED).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourcierError("folder.unwritable", folder=folder, reason=reason(error)) from error
    wanted = options.measure or [name for name in RUNS if not (folder / STORED / f"{name}.json").is_file()]
    failed = False
    with tempfile.TemporaryDirectory() as questions:
        for name in wanted:
            try:
                _run(RUNS[name], folder / STORED / f"{name}.json", options, home, questions)
                print(f"{name}: measured", file=sys.stderr)
            except SourcierError as error:
                failed = True
                print(f"{name}: {say(error)}", file=sys.stderr)
    return failed


def _run(command: tuple[str, ...], path: Path, options: argparse.Namespace, home: Home, questions: str) -> None:
    """One call of scripts.evaluate. Raises SourcierError."""
    from scripts import evaluate

    if SPECIALISED in command and not options.specialised:
        raise SourcierError("ablation.no_specialised")
    count = str(options.count)
    with contextlib.redirect_stdout(sys.stderr):
        if QUESTIONS in command and not any(Path(questions).iterdir()):
            made = ["questions", "--half", "test", "--count", count, "--out", questions]
            evaluate.main(["--home", str(home.path), *made])
        known = {QUESTIONS: questions, SPECIALISED: options.specialised}
        arguments = [known.get(part, part) for part in command]
        counted = [] if command[0] == "retrieval" else ["--count", count]
        evaluate.main(["--home", str(home.path), *arguments, *counted, "--out", str(path)])
    _without_paths(path)


def _without_paths(path: Path) -> None:
    """Leaves out the folder of questions: it was a temporary one."""
    from assistant.evaluation import runs

    run = runs.load(path)
    runs.save(replace(run, settings={name: v for name, v in run.settings.items() if name != "folders"}), path)


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("ablation", DESCRIPTION)
    made.add_argument("--measure", nargs="*", choices=tuple(RUNS), metavar="NAME", help="what to measure")
    made.add_argument("--count", type=int, default=100, metavar="N", help="questions of each set (100)")
    made.add_argument("--specialised", metavar="NAME", help="the fine-tuned generator")
    made.add_argument("--out", default=str(OUT), metavar="DIR", help="default: livrables/08-optimisation")
    options = made.parse_args(argv)
    if options.count < 2:
        made.error("--count has to be 2 or more: an interval of one question is none")
    return options


if __name__ == "__main__":
    run(main)
