"""Whether a model uses its passages: answer tokens with them, without them, and with another question's."""

from collections.abc import Callable, Sequence

import numpy as np

from assistant.training.data.example import Example
from assistant.training.finetune.batches import Batch, Row, Rows, padded

# A padded batch → (nats, whether it was the likeliest) of each target, each (rows, width).
Scores = Callable[[Batch], tuple[np.ndarray, np.ndarray]]
CASES = ("with", "without", "other")


def use_of_passages(
    scores: Scores, rows: Rows, count: int, batch: int, stopped: Callable[[], bool] = lambda: False
) -> dict | None:
    """Teacher-forced accuracy and nats of answer tokens on examples whose answer stands word for word in a passage.

    `with` the right passage among up to three others, in any place; `without` any; with the passages of an `other`
    question in place of its own. The same questions each time. {"questions", "accuracy", "nats"}, the latter two by
    case; with no such examples 0 questions and empty; None when `stopped` said so.
    """
    chosen = [example for example in rows.examples if example.right and _stands(example)]
    places = np.unique(np.linspace(0, len(chosen) - 1, min(count, len(chosen))).astype(int)) if chosen else []
    chosen = [chosen[place] for place in places]
    found = {"questions": len(chosen), "accuracy": {}, "nats": {}}
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


def _row(rows: Rows, chosen: Sequence[Example], at: int, case: str) -> Row:
    example, other = chosen[at], chosen[(at + len(chosen) // 2) % len(chosen)]
    if case == "without":
        return rows.asked(example, ())
    drawn = rows.drawn(example if case == "with" else other, np.random.default_rng((3, at)))
    if case == "other":
        drawn = [passage for passage in drawn if passage.text != example.right.text]
    return rows.asked(example, drawn)


def _stands(example: Example) -> bool:
    return " ".join(example.answer.split()) in " ".join(example.right.text.split())
