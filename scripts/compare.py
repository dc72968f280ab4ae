"""Two generators beside each other: python -m scripts.compare --help."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.generation import presets
from corpus.errors import Reason, SourcierError
from corpus.home import Home
from scripts._common import home_of, parser, reason, run, say

if TYPE_CHECKING:
    from assistant.evaluation.runs import Run
    from scripts._course.compare.store import Example

OUT = Path(__file__).parent.parent / "livrables" / "07-comparaison"
DESCRIPTION = """\
Compares a generic and a specialised generator: the same questions of held-out topics, the same passages.

  python -m scripts.compare --specialised mine          measures, then writes the report (French) and its picture
  python -m scripts.compare --report                    writes the report again from the measures that are kept

Scores with bootstrap intervals, differences question by question, kinds of errors, examples, the votes given in the
app, and what the search alone would give. A specialised generator is compared with the one that it was fine-tuned
from; with any other, the command and the report say that the bases differ. The same models give the
same tables, but for the time that they took.
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; 1 with a sentence when a model or the data are not there."""
    options = _options(argv)
    from scripts._course.compare import report, store

    folder = Path(options.out)
    try:
        if not options.report:
            measured, found = _measured(options, home_of(options))
            store.save(measured, found, folder)
        print(report.write(*store.load(folder), folder))
    except OSError as error:
        raise SourcierError("folder.unwritable", folder=folder, reason=reason(error)) from error
    return 0


def _measured(options: argparse.Namespace, home: Home) -> "tuple[Run, list[Example]]":
    from tqdm import tqdm

    from assistant.evaluation import runs
    from assistant.evaluation.dialogue import cases, ranked
    from assistant.generation.generator import Generator
    from index.vectors.embedder import load_embedder
    from scripts._course.compare import measure, store

    names = _names(options, home)
    warning = _of_other_bases(*names, home)
    if warning:
        print(say(warning), file=sys.stderr)
    made = runs.now()
    found = ranked(cases(options.data, home.datasets, options.count, options.seed), load_embedder().encode)
    if not found:
        raise SourcierError("evaluate.no_cases", data=options.data)
    answers, models = measure.extracted(found), {}
    for role, name in zip((measure.GENERIC, measure.SPECIALISED), names, strict=True):
        generator = Generator.load(name, models=home.models)
        models[role] = store.described(name, presets.find(name, home.models), generator.parameters)
        with tqdm(desc=name, total=len(found), unit="question") as bar:
            answers |= measure.generated(role, generator, found, bar.update)
    settings = {"data": options.data, "seed": options.seed, **models, "votes": store.votes(home.path, names)}
    if warning:
        settings["other_bases"] = dict(warning.values)
    tables = tuple(measure.tables(found, answers))
    return runs.Run("compare", made, settings, tables), store.examples(found, answers)


def _names(options: argparse.Namespace, home: Home) -> tuple[str, str]:
    """The generic and the specialised generator. Raises SourcierError, ModelError when one cannot be used."""
    from scripts._course.compare import store

    specialised = options.specialised or _newest(home)
    presets.validate(presets.find(specialised, home.models))  # before minutes of answering
    generic = options.generic or store.base_of(specialised, home.models) or presets.STARTER
    presets.validate(presets.find(generic, home.models))
    if generic == specialised:
        raise SourcierError("compare.itself", name=generic)
    return generic, specialised


def _of_other_bases(generic: str, specialised: str, home: Home) -> Reason | None:
    """What to say where both do not come from one base, so that a difference is not the fine-tuning's alone."""
    from scripts._course.compare import store

    bases = [store.base_of(name, home.models) for name in (generic, specialised)]
    if "" in bases:
        return Reason("compare.unknown_base", {"name": (generic, specialised)[bases.index("")]})
    if bases[0] != bases[1]:
        return Reason("compare.other_base", {"name": specialised, "base": bases[1], "generic": generic})
    return None


def _newest(home: Home) -> str:
    """The generator that was fine-tuned last."""
    paths = (preset.path for preset in presets.available(home.models) if preset.origin == "trained")
    dated = {path.name: presets.weights(path).stat().st_mtime for path in paths if path is not None}
    if not dated:
        raise SourcierError("compare.none_trained")
    return max(dated, key=dated.__getitem__)


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("compare", DESCRIPTION)
    made.add_argument("--generic", metavar="NAME", help="default: the one that the specialised was fine-tuned from")
    made.add_argument("--specialised", metavar="NAME", help="default: the one that was fine-tuned last")
    made.add_argument("--data", default="medquad", metavar="NAME", help="a data set that was fetched (medquad)")
    made.add_argument("--count", type=int, default=100, metavar="N", help="questions (100)")
    made.add_argument("--seed", type=int, default=0, help="which questions (0)")
    made.add_argument("--out", default=str(OUT), metavar="DIR", help="default: livrables/07-comparaison")
    made.add_argument("--report", action="store_true", help="only write the report, from the measures in --out")
    options = made.parse_args(argv)
    if options.count < 2:
        made.error("--count has to be 2 or more: an interval of one question is none")
    return options


if __name__ == "__main__":
    run(main)
