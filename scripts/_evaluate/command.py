"""What the measures share: their options, an opened search, and a run that is shown, stored and compared."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from assistant.evaluation import runs
from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.runs import Compared, Comparison, Run, Table
from corpus.errors import SourcierError
from corpus.home import Home
from index.retrieval.search import Search
from index.storage.opening import open_store
from index.storage.store import Store
from index.vectors.embedder import Embedder
from scripts._common import home_of
from scripts._evaluate.layout import compared, not_compared, tables

Result = TypeVar("Result")

COLLECTION = "medquad"
NO_SETTINGS = {"action", "home", "json", "out", "baseline", "measure", "answers"}


@dataclass(frozen=True)
class Measured:
    """What a measure found. `settings` are stored beside the command's options; `comparisons` are within the run."""

    tables: Sequence[Table]
    settings: Mapping[str, object] = field(default_factory=dict)
    comparisons: Sequence[Comparison] = ()


@dataclass(frozen=True)
class Outcome:
    """A run with where it is stored ("" when that failed), and how it compares with its baseline."""

    run: Run
    stored: str
    within: Sequence[Comparison]
    baseline: Run | None = None
    against: Compared = field(default_factory=Compared)


def command(measures, name: str, help_text: str, action: Callable[[argparse.Namespace], int]):
    """The parser of one measure, with the options that all have."""
    sub = measures.add_parser(name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".")
    sub.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    sub.set_defaults(action=action)
    return sub


def stored(
    measures, name: str, help_text: str, measured: Callable[[argparse.Namespace, Home], Measured]
) -> argparse.ArgumentParser:
    """The parser of a measure whose runs are stored and compared; `measured` gives the tables."""
    sub = command(measures, name, help_text, lambda options: _kept(options, measured))
    sub.add_argument(
        "--out", metavar="RUN.json", help="where the run is stored (default: evaluation/ in the data folder)"
    )
    sub.add_argument("--baseline", metavar="RUN.json", help="an earlier run, to compare with question by question")
    return sub


def collection_option(sub: argparse.ArgumentParser) -> None:
    """Adds --collection."""
    sub.add_argument("--collection", default=COLLECTION, metavar="NAME", help=f"default: {COLLECTION}")


def count_option(sub: argparse.ArgumentParser, default: int, help_text: str) -> None:
    """Adds --count, 1 or more."""
    sub.add_argument("--count", type=_positive, default=default, metavar="N", help=f"{help_text} (default: {default})")


@contextmanager
def searching(home: Home) -> Iterator[tuple[Store, Search, Embedder]]:
    """The data folder's index with the search as shipped. Raises StoreError and EmbedderError."""
    from index.vectors.embedder import load_embedder
    from index.vectors.faiss_cache import VectorCache

    store = open_store(home)
    try:
        embedder = load_embedder()
        yield store, Search(store, embedder, VectorCache(store, home.vectors, embedder.name)), embedder
    finally:
        store.close()


def progress(results: Iterable[Result], total: int, label: str) -> Iterator[Result]:
    """The results as they come, counted by a bar on standard error."""
    from tqdm import tqdm

    return iter(tqdm(results, label, total, unit="question"))


# --- a run ------------------------------------------------------------------------------------------------------


def _kept(options: argparse.Namespace, measured: Callable[[argparse.Namespace, Home], Measured]) -> int:
    """Exit status 0, or 1 when there was a baseline and nothing could be compared with it."""
    home, made = home_of(options), runs.now()
    baseline = _baseline(options)  # what may be wrong is found before minutes of measuring
    path = _place(options, home, made)
    found = measured(options, home)
    if not found.tables:
        raise SourcierError("evaluate.no_questions")
    chosen = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in vars(options).items()
        if name not in NO_SETTINGS
    }
    run = Run(options.measure, made, {**chosen, **found.settings}, tuple(found.tables))
    problem = _saved(run, path)
    against = runs.compare(run, baseline) if baseline else Compared()
    outcome = Outcome(run, "" if problem else str(path), found.comparisons, baseline, against)
    (_print_json if options.json else _print)(outcome)
    if problem:
        raise problem
    return int(bool(baseline) and not against.comparisons)


def _baseline(options: argparse.Namespace) -> Run | None:
    if not options.baseline:
        return None
    run = runs.load(Path(options.baseline))
    if run.measure != options.measure:
        raise SourcierError("evaluate.other_measure", path=options.baseline, found=run.measure, wanted=options.measure)
    return run


def _place(options: argparse.Namespace, home: Home, made: str) -> Path:
    if not options.out:
        return runs.place(home.path, options.measure, made)
    path = Path(options.out)
    if path.is_dir():
        raise SourcierError("evaluate.out_folder", path=path)
    if not path.parent.is_dir():
        raise SourcierError("evaluate.out_nowhere", folder=path.parent)
    return path


def _saved(run: Run, path: Path) -> EvaluationError | None:
    """Stores the run. Returns the error when that fails, for what was measured is shown all the same."""
    try:
        runs.save(run, path)
    except EvaluationError as error:
        return error
    return None


def _print(outcome: Outcome) -> None:
    print(tables(outcome.run.tables))
    if outcome.within:
        print("\nWithin this run (difference with its interval, p of the paired test)")
        print(compared(outcome.within))
    if outcome.baseline:
        print(f"\nThis run - the run of {outcome.baseline.made} (difference with its interval, p of the paired test)")
        for name, (old, new) in runs.changed(outcome.run, outcome.baseline).items():
            print(f"  {name}: {old} then, {new} now")
        for line in filter(None, (compared(outcome.against.comparisons), not_compared(outcome.against))):
            print(line)
    if outcome.stored:
        print(f"Stored in {outcome.stored}", file=sys.stderr)


def _print_json(outcome: Outcome) -> None:
    run = outcome.run
    rows = [
        {
            "name": table.name,
            "data_sha256": table.data_sha256,
            "questions": len(table.keys),
            "measures": {name: asdict(value) for name, value in table.estimates().items()},
            "facts": dict(table.facts),
        }
        for table in run.tables
    ]
    record = {"measure": run.measure, "made": run.made, "settings": dict(run.settings), "tables": rows}
    record |= {"within": [asdict(row) for row in outcome.within], "stored": outcome.stored}
    if outcome.baseline:
        record["baseline"] = {
            "made": outcome.baseline.made,
            "settings": runs.changed(run, outcome.baseline),
            "comparisons": [asdict(row) for row in outcome.against.comparisons],
            "not_compared": not_compared(outcome.against),
        }
    print(json.dumps(record))


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {text!r}")
    return int(text)
