"""`refusal`: the gate on questions that a collection answers and on ones that it cannot."""

import argparse
from collections.abc import Sequence

from assistant.evaluation import gate_fitting
from assistant.evaluation.gate_fitting import Example
from assistant.evaluation.open_answers import area
from assistant.evaluation.refusals import plain, reworded
from assistant.evaluation.runs import Table, table
from assistant.gate.gate import Gate, key
from assistant.pipeline import Assistant
from corpus.home import Home
from scripts._evaluate.command import Measured, collection_option, count_option, progress, stored


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "refusal", "questions that the documents answer and ones that they cannot", measured)
    collection_option(sub)
    sub.add_argument(
        "--other", default="wikipedia", metavar="NAME", help="collection whose titles make foreign questions"
    )
    count_option(sub, 400, "examples of each kind")
    sub.add_argument("--half", choices=("dev", "test"), default="test")
    sub.add_argument("--threshold", type=float, default=0.5)
    sub.add_argument("--seed", type=int, default=7)


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """A table for each kind of question, with the share decided rightly, and one for all."""
    assistant = Assistant(home)
    try:
        store = assistant.resources.store
        for name in (options.collection, options.other):
            store.collection_id(name)
        sets = reworded(store, options.collection, options.other, options.count, options.half, options.seed)
        asked = [(options.collection, case) for one in sets for case in one.cases]
        asked += [(one.name, case) for one in plain(store, options.half) for case in one.cases]
        data = [
            gate_fitting.example(assistant, collection, case)
            for collection, case in progress(asked, len(asked), "refusal")
        ]
        gates = assistant.resources.gates
        embedder = assistant.resources.search.embedder_name
        wanted = key(embedder, assistant.resources.reader is not None)
        chosen = gates.by_key.get(wanted) or gates.by_key[key("", assistant.resources.reader is not None)]
    finally:
        assistant.close()
    return Measured(tabulated(data, chosen, options.threshold), {"embedder": embedder, "gate": wanted})


def tabulated(data: Sequence[Example], gate: Gate, threshold: float) -> list[Table]:
    """Tables by collection and kind, in the order of the examples, and one over all with the area under the curve."""
    kinds: dict[str, list[Example]] = {}
    for one in data:
        kinds.setdefault(f"{one.collection}, {one.kind}", []).append(one)
    scores: dict[bool, list[float]] = {True: [], False: []}
    for one in data:
        scores[one.answerable].append(gate.probability(one.features))
    whole = _table("all kinds", data, gate, threshold, roc_auc=area(scores[True], scores[False]))
    return [*(_table(kind, group, gate, threshold) for kind, group in kinds.items()), whole]


def _table(name: str, data: Sequence[Example], gate: Gate, threshold: float, **areas: float) -> Table:
    asked = [[one.question, one.kind, one.answerable] for one in data]
    right = [(gate.probability(one.features) >= threshold) == one.answerable for one in data]
    return table(name, asked, {"decided rightly": right}, shares=True, facts=areas)
