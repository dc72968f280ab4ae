"""`retrieval`: whether search finds the documents that answer, beside the plain searches it must beat."""

import argparse
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.questions import Query, load
from assistant.evaluation.retrieval import rank, scores, systems, unknown
from assistant.evaluation.runs import Comparison, Table, paired, table
from corpus.home import Home
from index.retrieval.search import Search
from index.storage.store import Store
from scripts._common import reason, say
from scripts._evaluate.command import Measured, collection_option, searching, stored

SYSTEMS = ("sourcier", "keyword", "dense", "rrf", "blend")
FIRST = "nDCG@10"  # the measure by which systems are compared within a run


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "retrieval", "whether search finds the judged documents of BEIR folders", measured)
    sub.add_argument(
        "folders", nargs="+", metavar="DIR", help="a BEIR folder (queries.jsonl, qrels/) or a folder of such"
    )
    sub.add_argument("--split", default="test", metavar="NAME", help="the judgements: qrels/NAME.tsv (default: test)")
    collection_option(sub)
    sub.add_argument(
        "--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS), metavar="NAME", help=", ".join(SYSTEMS)
    )
    sub.epilog = "Documents judged above 0 count as relevant, all the same."


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """A table for each set of questions and system."""
    sets = judged([Path(folder) for folder in options.folders], options.split)
    found: list[Table] = []
    gaps: list[Comparison] = []
    with searching(home) as (store, search, embedder):
        store.collection_id(options.collection)
        for folder, queries in sets.values():
            _check(store, options.collection, folder, queries)
        for name, (_, queries) in sets.items():
            rows = ranked(search, options.collection, name, queries, options.systems)
            found += rows
            gaps += _gaps(name, rows)
    return Measured(found, {"embedder": embedder.name}, gaps)


def judged(folders: Sequence[Path], split: str) -> dict[str, tuple[Path, list[Query]]]:
    """The judged queries of each BEIR folder, by a name of its own. Raises EvaluationError."""
    found: dict[str, tuple[Path, list[Query]]] = {}
    for folder in [each for chosen in folders for each in _beir(chosen)]:
        name = folder.resolve().name
        found[name if name not in found else str(folder)] = folder, _queries(folder, split)
    return found


def ranked(search: Search, collection: str, name: str, queries: Sequence[Query], chosen: Sequence[str]) -> list[Table]:
    """The table of each system."""
    known = systems(search, [collection])
    asked = [[query.id, query.text, sorted(query.relevant)] for query in queries]
    found = []
    for system in dict.fromkeys(chosen):
        known[system](queries[0].text)  # what is loaded with the first question is no time of a search
        ranking = rank(system, known[system], queries)
        print(f"{name}: {system}, {len(queries)} queries in {sum(ranking.seconds):.1f} s", file=sys.stderr)
        median = statistics.median(ranking.seconds)
        found.append(table(f"{name}/{system}", asked, scores(ranking, queries), facts={"median_s": median}))
    return found


def _gaps(name: str, rows: Sequence[Table]) -> list[Comparison]:
    first, *others = rows
    return [
        paired(f"{name}: {_system(first)} - {_system(other)}", FIRST, first.values[FIRST], other.values[FIRST])
        for other in others
    ]


def _system(row: Table) -> str:
    return row.name.rpartition("/")[2]


def _beir(folder: Path) -> list[Path]:
    try:
        if not folder.is_dir():
            raise EvaluationError("beir.no_folder", folder=folder)
        inside = sorted(each for each in folder.iterdir() if (each / "queries.jsonl").is_file())
    except OSError as error:
        raise EvaluationError("beir.unreadable", folder=folder, reason=reason(error)) from error
    if (folder / "queries.jsonl").is_file():
        return [folder]
    if not inside:
        raise EvaluationError("beir.none", folder=folder)
    return inside


def _queries(folder: Path, split: str) -> list[Query]:
    try:
        queries = load(folder, split)
    except OSError as error:
        raise EvaluationError("beir.unreadable", folder=folder, reason=reason(error)) from error
    if not queries:
        raise EvaluationError("beir.empty", folder=folder)
    for query in queries:
        if not _is_text(query.text):
            raise EvaluationError("beir.no_text", path=folder / "queries.jsonl", id=query.id)
    if len({query.id for query in queries}) < len(queries):
        raise EvaluationError("beir.same_id", path=folder / "queries.jsonl")
    return queries


def _is_text(value: object) -> bool:
    """Whether it is a text with something in it; JSON may hold halves of characters, which no index takes."""
    if not isinstance(value, str):
        return False
    return bool(value.strip()) and value.encode("utf-8", "ignore").decode() == value


def _check(store: Store, collection: str, folder: Path, queries: Sequence[Query]) -> None:
    """Documents that are not in the collection cannot be found: an error when all are missing, else a warning."""
    wanted = frozenset().union(*(query.relevant for query in queries))
    missing = unknown(store, collection, wanted)
    if not missing:
        return
    found = EvaluationError(
        "beir.not_indexed" if (folder / "corpus.jsonl").is_file() else "beir.missing",
        missing=len(missing),
        wanted=len(wanted),
        folder=folder,
        collection=collection,
    )
    if len(missing) == len(wanted):
        raise found
    print(say(found), file=sys.stderr)
