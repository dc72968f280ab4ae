"""`refusal`: the gate on questions that a collection answers and on ones that it cannot; it is fitted here, too."""

import argparse
import sys
from collections.abc import Sequence

from assistant.evaluation.gate_fitting import Example, examples, fit, plain_collections, plain_examples, quality
from assistant.evaluation.runs import Table, table
from assistant.gate.gate import Gate, Gates
from corpus.document import ReadingError
from corpus.home import Home
from scripts._evaluate.common import Measured, collection_option, count_option, searching, stored

FITTED_ON, TESTED_ON = "dev", "test"
ALL, WORDS = "all features", "words alone"


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "refusal", "questions that the documents answer and ones that they cannot", measured)
    collection_option(sub)
    sub.add_argument(
        "--other", default="wikipedia", metavar="NAME", help="collection whose titles make foreign questions"
    )
    count_option(sub, 400, "examples of each kind")
    sub.add_argument("--threshold", type=float, default=0.5)
    sub.add_argument("--seed", type=int, default=7)
    sub.add_argument("--fit", action="store_true", help=f"fit the gate on the {FITTED_ON} half first, and keep it")


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """A table for each kind of question, with the share decided rightly by each gate, and one for all."""
    from assistant.gate import gate as confidence

    halves = (FITTED_ON, TESTED_ON) if options.fit else (TESTED_ON,)
    with searching(home) as (store, search, embedder):
        for name in (options.collection, options.other):
            store.collection_id(name)
        made = {
            half: [
                *examples(store, search, options.collection, options.other, options.count, half, options.seed),
                *plain_examples(store, search, half),
            ]
            for half in halves
        }
        plain = {half: plain_collections(store, half) for half in halves}
    for half, data in made.items():
        if len({example.answerable for example in data}) < 2:
            raise ReadingError(f"The half '{half}' of '{options.collection}' has no questions of both kinds.")
    test = made[TESTED_ON]
    gates = fit(made[FITTED_ON], embedder.name) if options.fit else Gates.load(confidence.FITTED)
    if not all(plain.values()):
        print("No plain documents are asked: evaluation/plain_questions.json says which to add.", file=sys.stderr)
    if embedder.name not in gates.by_embedder:
        print(f"No gate was fitted for the embedder '{embedder.name}': words alone decide.", file=sys.stderr)
    words = gates.by_embedder[""]
    chosen = {ALL: gates.by_embedder.get(embedder.name, words), WORDS: words}
    tested = {name: quality(test, gate, options.threshold) for name, gate in chosen.items()}
    if options.fit:
        gates.save(
            confidence.FITTED,
            collection=options.collection,
            threshold=options.threshold,
            seed=options.seed,
            fitted_on=len(made[FITTED_ON]),
            tested_on=len(test),
            plain=plain,
            tested={name: {key: round(value, 4) for key, value in row.items()} for name, row in tested.items()},
        )
        print(f"The gate is kept in {confidence.FITTED.name}.", file=sys.stderr)
    areas = {f"roc_auc, {name}": row["roc_auc"] for name, row in tested.items()}
    settings = {"embedder": embedder.name, "gate_data_sha256": gates.data_sha256}
    return Measured(tabulated(test, chosen, options.threshold, areas), settings)


def tabulated(
    data: Sequence[Example], gates: dict[str, Gate], threshold: float, areas: dict[str, float]
) -> list[Table]:
    """Tables by kind, in the order of the examples, and one over all of them with the areas under the ROC curve."""
    kinds: dict[str, list[Example]] = {}
    for example in data:
        kinds.setdefault(example.kind, []).append(example)
    return [
        *(_table(kind, group, gates, threshold) for kind, group in kinds.items()),
        _table("all kinds", data, gates, threshold, **areas),
    ]


def _table(name: str, data: Sequence[Example], gates: dict[str, Gate], threshold: float, **areas: float) -> Table:
    asked = [[example.question, example.kind, example.answerable] for example in data]
    right = {
        gate: [(found.probability(example.features) >= threshold) == example.answerable for example in data]
        for gate, found in gates.items()
    }
    return table(name, asked, right, shares=True, **areas)
