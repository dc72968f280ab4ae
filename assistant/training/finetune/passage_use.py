"""How much a model uses its passages: its accuracy with them, without them, and with another question's."""

from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np

from assistant.training.data.example import Example
from assistant.training.finetune.rows import Batch, Row, Rows, padded

# A padded batch → (nats, whether it was the likeliest) of each target, each (rows, width).
Scores = Callable[[Batch], tuple[np.ndarray, np.ndarray]]
CASES = ("with", "without", "other")


class Use(TypedDict):
    """Accuracy and nats of answer tokens by case, over `questions`; both empty where there are fewer than two."""

    questions: int
    accuracy: dict[str, float]
    nats: dict[str, float]


def use_of_passages(
    scores: Scores, rows: Rows, count: int, batch: int, stopped: Callable[[], bool] = lambda: False
) -> Use | None:
    """Teacher-forced accuracy and nats of answer tokens, on examples whose answer stands word for word in a passage.

    Cases: `with` the right passage among up to three others, in any place; `without` passages; with the passages of an
    `other` question instead. The questions are the same in each case. None when `stopped` ended it.
    """
    chosen = spread([example for example in rows.examples if _stands(example)], count)
    found = Use(questions=len(chosen), accuracy={}, nats={})
    for case in CASES if len(chosen) > 1 else ():
        if stopped():
            return None
        nats, accuracy = scored(scores, [_row(rows, chosen, at, case) for at in range(len(chosen))], batch)
        found["accuracy"][case], found["nats"][case] = round(accuracy, 4), round(nats, 4)
    return found


def scored(scores: Scores, rows: Sequence[Row], batch: int) -> tuple[float, float]:
    """(nats a token, accuracy) over the answer tokens of the rows."""
    nats = right = count = 0.0
    for start in range(0, len(rows), batch):
        part = padded(rows[start : start + batch])
        losses, hits = scores(part)
        nats += float((losses * part[2]).sum())
        right += float((hits * part[2]).sum())
        count += float(part[2].sum())
    return nats / count, right / count


def spread(examples: Sequence[Example], count: int) -> list[Example]:
    """At most `count` of the examples, evenly spread: they come one data set after the other."""
    count = min(count, len(examples))
    return [examples[place] for place in np.unique(np.linspace(0, len(examples) - 1, count).astype(int))]


def _row(rows: Rows, chosen: Sequence[Example], at: int, case: str) -> Row:
    example, other = chosen[at], chosen[(at + len(chosen) // 2) % len(chosen)]
    if case == "without":
        return rows.asked(example, ())
    drawn = rows.drawn(example if case == "with" else other, np.random.default_rng((3, at)))
    if case == "other":
        drawn = [passage for passage in drawn if example.right is None or passage.text != example.right.text]
    return rows.asked(example, drawn)


def _stands(example: Example) -> bool:
    """Whether the answer stands word for word in the right passage."""
    right = example.right
    return right is not None and " ".join(example.answer.split()) in " ".join(right.text.split())
