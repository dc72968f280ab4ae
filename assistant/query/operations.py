"""What a question asks of a table: a count, a total, a mean, the least or the greatest, or something else to compute.

The classifier knows the wording alone, learnt from the examples in `assistant/training/queries/operations.json`. "How
many inhabitants has Lyon?" is worded like a count of rows, too: whether a table explains the rest of the question is
decided by `assistant.query.computation`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

import numpy as np

from assistant.query.classifier import Classifier

Operation = Literal["count", "sum", "mean", "least", "greatest", "other"]
OTHER: Operation = "other"  # a computation that is not made here: a median, totals by group, "more than"
ORDINARY = "question"
LIKELY = 0.5  # that a computation is asked for at all
WEIGHTS = Path(__file__).with_name("operations.npz")
FRAMES = Path(__file__).with_name("operations_frames.npz")


@dataclass(frozen=True)
class Asked:
    """The operation that a question is worded as, and how likely it is."""

    operation: Operation
    probability: float


def operation(question: str) -> Asked | None:
    """What a question asks to compute, None where it is worded like any other question."""
    likely = _classifier().probabilities(question)
    if 1 - likely.pop(ORDINARY) < LIKELY:
        return None
    best = max(likely, key=lambda name: likely[name])
    return Asked(cast(Operation, best), likely[best])


@cache
def _classifier() -> Classifier:
    return Classifier.load(WEIGHTS)


@cache
def frame_words() -> dict[str, frozenset[str]]:
    """Stems of the words that each operation is asked with ("total", « moyenne »). Raises OSError without its file."""
    with np.load(FRAMES) as kept:
        lines = str(kept["words"]).split("\n")
    return {name: frozenset(stems.split()) for name, stems in (line.split("\t") for line in lines)}
