"""Measures of the parts. Today `refusal`, which also fits the gate; a further measure is a further sub-command."""

import argparse
import json
import sys
from pathlib import Path

from assistant.calibration import examples, fit, held_out, quality
from assistant.confidence import FITTED, Gates
from index.embedder import load_embedder
from index.search import Search
from index.store import Store
from index.vectors import VectorCache
from scripts._common import home_of, parser, run


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 1 when the collections are not there, 2 wrong usage."""
    made = parser("evaluate", "Measures how well the parts do their work.")
    measures = made.add_subparsers(dest="measure", required=True, metavar="refusal")
    refusal = measures.add_parser("refusal", help="questions that the documents answer and ones that they cannot")
    refusal.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    refusal.add_argument("--collection", default="medquad")
    refusal.add_argument("--other", default="wikipedia", help="collection whose titles make foreign questions")
    refusal.add_argument("--count", type=int, default=400, help="examples of each kind")
    refusal.add_argument("--threshold", type=float, default=0.5)
    refusal.add_argument("--seed", type=int, default=7)
    refusal.add_argument("--fit", action="store_true", help="fit the gate on one half of the topics and keep it")
    refusal.add_argument("--json", action="store_true")
    refusal.set_defaults(action=_refusal)
    options = made.parse_args(argv)
    return options.action(options)


def _refusal(options: argparse.Namespace) -> int:
    home = home_of(options)
    store, embedder = Store(home.index), load_embedder()
    search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
    data = examples(store, search, options.collection, options.other, options.count, options.seed)
    train, test = held_out(data)
    gates = fit(train, embedder.name) if options.fit else Gates.load()
    gate = gates.by_embedder.get(embedder.name, gates.by_embedder[""])
    scores = {
        "all features": quality(test, gate, options.threshold),
        "words alone": quality(test, gates.by_embedder[""], options.threshold),
    }
    facts = {
        "collection": options.collection,
        "threshold": options.threshold,
        "seed": options.seed,
        "fitted_on": len(train),
        "tested_on": len(test),
        "tested": {name: {key: round(value, 4) for key, value in table.items()} for name, table in scores.items()},
    }
    if options.fit:
        gates.save(FITTED, **facts)
        print(f"kept in {Path(FITTED).name}", file=sys.stderr)
    if options.json:
        print(json.dumps(facts))
        return 0
    for name, table in scores.items():
        print(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in table.items()))
    return 0


if __name__ == "__main__":
    run(main)
