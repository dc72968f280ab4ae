"""`grounding`: the checker of sentences, on pairs of a sentence and its passages written by hand."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from assistant.evaluation.runs import Table, table
from corpus.home import Home
from scripts._evaluate.command import Measured, stored


def add(measures) -> None:
    """Declares the options."""
    stored(measures, "grounding", "the checker of sentences, on pairs written by hand", measured)


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """For each split a table of all pairs, and tables by verdict and kind of change."""
    from assistant.evaluation.grounding import SPLITS, pairs, verdicts

    found = {split: verdicts(pairs(split)) for split in SPLITS}
    wholes = [_whole(split, rows) for split, rows in found.items()]
    return Measured([*wholes, *(row for split, rows in found.items() for row in _parts(split, rows))])


def _whole(split: str, found: Sequence) -> Table:
    from assistant.evaluation.grounding import measures

    shares = measures(found)
    facts = {name: shares[name].mean for name in ("precision", "recall", "changed_passed")}
    return _table(split, found, **facts)


def _parts(split: str, found: Sequence) -> list[Table]:
    kinds = sorted({verdict.pair.kind for verdict in found})
    return [_table(f"{split}, {kind}", [each for each in found if each.pair.kind == kind]) for kind in kinds]


def _table(name: str, found: Sequence, **facts: float) -> Table:
    asked = [[verdict.pair.sentence, asdict(verdict.pair)] for verdict in found]
    return table(name, asked, {"right": [verdict.right for verdict in found]}, shares=True, facts=facts)
