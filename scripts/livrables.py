"""Builds what commands make in the course's deliverables, and says what is out of date or linked to nothing."""

import argparse
import sys
from pathlib import Path

from corpus.errors import SourcierError
from corpus.home import Home
from scripts._common import reason, run, say
from scripts._setup.command_line import Parser, program

DESCRIPTION = """\
Builds the generated files of livrables/, or says which are not up to date with what they are made from.

  python -m scripts.livrables list                 the parts, their files and what they need
  python -m scripts.livrables build [NAME...]      the named parts; without names, those that are out of date
  python -m scripts.livrables check                exit status 1 when a part is out of date, a link leads nowhere, or
                                                   deliverables give different values for one quantity
  python -m scripts.livrables figures RUN.json...  figures of stored runs for the slides; without runs, what is missing
  python -m scripts.livrables usertests            the results of the tests with users, from what was filled in

Tools for documents and notebooks: pip install -e .[course]; slides also need Node.js and Chromium.
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; 1 when something is out of date or could not be built; 2 for wrong usage."""
    made = _parser()
    options = made.parse_args(argv)
    if options.action == "usertests":
        return _usertests(options)
    if options.action == "figures":
        return _figures(options.runs)

    from scripts._course.livrables.catalogue import PARTS

    known = {part.name: part for part in PARTS}
    unknown = [name for name in options.names if name not in known]
    if unknown:
        made.error(f"there is no part {unknown[0]!r}; there are: {', '.join(known)}")
    chosen = [known[name] for name in options.names] or list(PARTS)
    if options.action == "list":
        return _list(chosen)
    return _check(chosen, not options.names) if options.action == "check" else _build(chosen, bool(options.names))


def _parser() -> argparse.ArgumentParser:
    made = Parser(
        prog=program("livrables"),
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = made.add_subparsers(dest="action", required=True, metavar="list | build | check | figures | usertests")
    for name in ("list", "build", "check"):
        actions.add_parser(name).add_argument("names", nargs="*", metavar="NAME")
    figures = actions.add_parser("figures", help="keeps figures of stored runs, or says which are missing")
    figures.add_argument("runs", nargs="*", type=Path, metavar="RUN.json")
    tests = actions.add_parser("usertests", help="results of the tests with users, as Markdown")
    folder = Path(__file__).parent.parent / "livrables" / "09-presentation-et-documentation" / "tests-utilisateurs"
    tests.add_argument("--answers", type=Path, default=folder / "reponses.csv", metavar="FILE.csv")
    tests.add_argument("--sus", type=Path, default=folder / "questionnaire.csv", metavar="FILE.csv")
    tests.add_argument("--home", action="append", metavar="DIR", help="a participant's data folder; several times")
    tests.add_argument("--feedback", action="append", type=Path, metavar="FILE.jsonl", help="as the app exports it")
    tests.add_argument("--out", type=Path, metavar="FILE.md", help="default: the terminal")
    return made


def _list(parts) -> int:
    for part in parts:
        needs = f" (needs {part.needs})" if part.needs else ""
        print(f"{part.name}{needs}")
        for name in part.outputs:
            print(f"  livrables/{part.folder}/{name}")
    return 0


def _build(parts, named: bool) -> int:
    from scripts._course.livrables.parts import make, stale

    failed = False
    for part in parts:
        if not named and not stale(part):
            continue
        try:
            make(part)
            print(f"{part.name}: built")
        except (SourcierError, OSError) as error:
            failed = True
            print(f"{part.name}: {say(error)}", file=sys.stderr)
    return int(failed)


def _check(parts, everything: bool) -> int:
    from scripts._course.livrables.links import broken, texts
    from scripts._course.livrables.parts import LIVRABLES, stale

    wrong = [sentence for part in parts if (sentence := stale(part))]
    for path in texts(LIVRABLES):
        name = path.relative_to(LIVRABLES.parent).as_posix()
        wrong += [f"{name} links to {target}, which is not there." for target in broken(path)]
    if everything:
        from scripts._course.livrables.quantities import contradictions

        wrong += contradictions()
    print(*wrong or ["Everything is up to date."], sep="\n")
    return int(bool(wrong))


def _figures(runs: list[Path]) -> int:
    from scripts._course.livrables import figures
    from scripts._course.livrables.catalogue import SLIDES

    if runs:
        found = figures.of_runs(runs)
        try:
            print(f"{len(found)} figures kept in {figures.keep(found)}")
        except OSError as error:
            raise SourcierError("output.unwritable", path=figures.KEPT, reason=reason(error)) from error
    known = figures.known()
    missing = [key for key in figures.places(SLIDES.read_text(encoding="utf-8")) if key not in known]
    if missing:
        print("Still to be measured:", *(f"  {key}" for key in missing), "by", sep="\n")
        print(*(f"  {command}" for command in figures.commands(missing)), sep="\n")
    return 0


def _usertests(options: argparse.Namespace) -> int:
    from scripts._course.livrables import usability

    homes = [Home.find(name).path for name in options.home or ()]
    tried, rated = usability.attempts(options.answers), usability.ratings(options.sus)
    text = usability.report(tried, rated, homes, options.feedback or ())
    if not options.out:
        print(text, end="")
        return 0
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourcierError("output.unwritable", path=options.out, reason=reason(error)) from error
    print(options.out)
    return 0


if __name__ == "__main__":
    run(main)
