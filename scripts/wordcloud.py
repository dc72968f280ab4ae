"""Word clouds of the data sets, for each as a whole and for its classes, and their counts."""

import json
import sys
from pathlib import Path

from corpus.datasets import NAMES, get
from corpus.datasets.fetching import place
from corpus.errors import SourcierError
from corpus.home import Home
from scripts._common import parser, reason, run, say

FIGURES = "comptes.json"


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; 1 when some data set could not be read; 2 for wrong usage."""
    made = parser(
        "wordcloud", "Draws the words of data sets, as a whole and class by class, and counts what they hold."
    )
    made.add_argument("names", nargs="*", metavar="NAME", help="default: the five of the course")
    made.add_argument("--from", dest="source", type=Path, metavar="DIR", help="folder of data sets (default: fetched)")
    made.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="for the pictures (default: here)")
    made.add_argument("--figures", type=Path, metavar="FILE.json", help="write the counts there, too")
    made.add_argument("--no-pictures", action="store_true", help="only count")
    options = made.parse_args(argv)
    from scripts._course.survey.counts import SETS

    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        made.error(f"there is no data set {unknown[0]!r}; there are: {', '.join(NAMES)}")
    figures, failed = {}, False
    for name in dict.fromkeys(options.names or SETS):
        try:
            figures[name] = _surveyed(name, options)
        except SourcierError as error:
            failed = True
            print(f"{name}: {say(error)}", file=sys.stderr)
    if options.figures:
        _write(options.figures, figures)
    return int(failed)


def _surveyed(name: str, options) -> dict:
    from scripts._course.survey import clouds
    from scripts._course.survey.counts import survey

    data_set = get(name)
    folder = options.source / data_set.folder if options.source else place(data_set, Home.find(options.home))
    found = survey(data_set, data_set.documents(folder))
    figures = found.figures()
    print(f"{name}: {found.documents:,} documents of {found.rows:,} rows, {figures['mots_distincts']:,} words")
    for label, count in figures["classes"].items():
        print(f"  {count:>7,} {label}")
    if not options.no_pictures:
        try:
            options.out.mkdir(parents=True, exist_ok=True)
            print(*(f"  {path}" for path in clouds.save(found, options.out)), sep="\n")
        except OSError as error:
            raise SourcierError("output.unwritable", path=options.out, reason=reason(error)) from error
    return figures


def _write(path: Path, figures: dict) -> None:
    try:
        path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise SourcierError("output.unwritable", path=path, reason=reason(error)) from error


if __name__ == "__main__":
    run(main)
