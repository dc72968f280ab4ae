"""Batches as a function of (seed, step): a run that is resumed at a step sees exactly what it would have seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.training.pretrain.tasks import Drills, Example, Reading

TASKS = ("text", "copying", "looking_up", "finding", "answering", "summarising")
REPEATED = 0.25  # share of running-text rows in which a span comes back


@dataclass(frozen=True)
class Stage:
    """A stretch of training: its rows' length, how many a step, how long, and the share of rows a task gets."""

    name: str
    steps: int
    length: int
    rows: int  # a step
    mix: Mapping[str, float]


@dataclass(frozen=True)
class Batch:
    """ids (rows, length + 1); weights (rows, length) of the targets ids[:, 1:]; where the first token stands."""

    ids: np.ndarray
    weights: np.ndarray
    first_position: int


class Running:
    """Running text: one array of ids a source, drawn from in proportion to length times share."""

    def __init__(self, arrays: Mapping[str, np.ndarray], shares: Mapping[str, float]):
        self.arrays = [array for array in arrays.values() if len(array) > 2048]
        names = [name for name, array in arrays.items() if len(array) > 2048]
        sizes = np.array([len(arrays[name]) * shares.get(name, 1.0) for name in names])
        self.chances = sizes / sizes.sum()

    def row(self, rng: np.random.Generator, length: int) -> Example:
        """A stretch from anywhere; in some a span is repeated further on, which copying alone can predict."""
        array = self.arrays[int(rng.choice(len(self.arrays), p=self.chances))]
        start = int(rng.integers(0, len(array) - length))
        ids = array[start : start + length].astype(np.int64)
        if rng.random() < REPEATED:
            size = int(rng.integers(16, max(17, length // 3)))
            source = int(rng.integers(0, length - 2 * size))
            target = int(rng.integers(source + size, length - size + 1))
            ids[target : target + size] = ids[source : source + size]
        return ids.tolist(), [1.0] * length


class Batches:
    """Makes any step's batch of a stage."""

    def __init__(self, running: Running, drills: Drills, reading: Reading, end: int, window: int, seed: int):
        self.makers: dict[str, Callable[[np.random.Generator, int], Example]] = {
            "text": running.row,
            "copying": drills.copying,
            "looking_up": drills.looking_up,
            "finding": reading.finding,
            "answering": reading.answering,
            "summarising": reading.summarising,
        }
        self.end, self.window, self.seed = end, window, seed

    def at(self, stage: Stage, step: int) -> Batch:
        """The batch of the run's step number `step`."""
        rng = np.random.default_rng((self.seed, step))
        names = [name for name in TASKS if stage.mix.get(name)]
        shares = np.array([stage.mix[name] for name in names], float)
        rows = [
            self._row(rng, names[int(rng.choice(len(names), p=shares / shares.sum()))], stage.length + 1)
            for _ in range(stage.rows)
        ]
        # Short rows are trained at all places of the position table; half of them where prompts stand, at its start.
        room = self.window - stage.length
        first = int(rng.integers(0, room + 1)) if room and rng.random() < 0.5 else 0
        return Batch(
            np.array([ids for ids, _ in rows]), np.array([weights[1:] for _, weights in rows], np.float32), first
        )

    def _row(self, rng: np.random.Generator, task: str, length: int) -> Example:
        """One row of exactly `length` ids: examples of the task one after the other, the last one cut."""
        ids: list[int] = []
        weights: list[float] = []
        while len(ids) < length:
            room = length - len(ids)
            if ids and room < 96:  # too little for another example
                ids += [self.end] * room
                weights += [0.0] * room
                break
            more, more_weights = self.makers[task](rng, room)
            ids += more
            weights += more_weights
        return ids[:length], weights[:length]


def tokens_left(stages: Sequence[Stage], step: int) -> int:
    """Tokens that are still to be read when `step` steps are done."""
    left = 0
    for stage in stages:
        done = min(step, stage.steps)
        left += (stage.steps - done) * stage.rows * stage.length
        step -= done
    return left


def stage_at(stages: Sequence[Stage], step: int) -> Stage | None:
    """The stage that a step belongs to; None after the last."""
    for stage in stages:
        if step < stage.steps:
            return stage
        step -= stage.steps
    return None
