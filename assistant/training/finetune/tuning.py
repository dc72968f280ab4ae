"""Fine-tunes a KerasNLP GPT-2 on examples in the chat's own format: full or LoRA, loss on answer tokens only.

A run is a folder: config.json (settings, total of steps, what was cut), split.json, journal.jsonl, TensorBoard's logs/,
checkpoint.npz, best.npz (the weights of the best validation, which are the result) and metrics.json.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.generation import presets
from assistant.generation.engine.keras_engine import build_model
from assistant.generation.tokenizer import Tokenizer
from assistant.training.data.example import Example
from assistant.training.errors import TrainingError
from assistant.training.finetune.learner import Learner, devices
from assistant.training.finetune.passage_use import scored, spread, use_of_passages
from assistant.training.finetune.rows import Batch, Rows, fitted, padded
from assistant.training.finetune.settings import Settings
from assistant.training.runs import export
from assistant.training.runs.arrays import write_arrays
from assistant.training.runs.folder import BEST, CHECKPOINT, METRICS, describe, refuse_a_full_disk, refuse_another
from assistant.training.runs.journal import Record
from assistant.training.runs.json_file import read_json, write_json

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 240
SHORTEST_ROW = 48  # tokens: less holds no question with an answer
MERGED = "merged.weights.h5"


@dataclass(frozen=True)
class Progress:
    """Where a run is: `step` of `steps`, the last losses in nats a token, seconds left (None at first)."""

    step: int
    steps: int
    loss: float
    validation_loss: float | None = None
    seconds_left: float | None = None


class FineTuning:
    """One run in one folder."""

    def __init__(
        self, settings: Settings, base: Path, folder: Path, train: Sequence[Example], valid: Sequence[Example]
    ):
        self.settings, self.base, self.folder = settings, Path(base), Path(folder)
        self.architecture = presets.validate(self.base)
        _check(settings, self.architecture)
        self.tokenizer = Tokenizer.load(self.base)
        self.fitted = fitted(self._rows(train))
        self.train = self._rows(self.fitted.examples)
        self.valid = self._rows(spread(fitted(self._rows(valid)).examples, settings.validation))
        if not self.train.examples or not self.valid.examples:
            raise TrainingError("training.no_example_fits", length=settings.length)
        self.steps_an_epoch = -(-len(self.train.examples) // settings.batch)
        updates = max(1, -(-round(settings.epochs * self.steps_an_epoch) // settings.accumulate))
        self.steps = updates * settings.accumulate
        self.step, self.best, self.stale, self.loss = 0, float("inf"), 0, 0.0
        self.best_step = 0
        self.held_out_loss: float | None = None
        self.record = Record(self.folder)
        self._learner: Learner | None = None

    @property
    def learner(self) -> Learner:
        """What learns; there is none before `run`."""
        if self._learner is None:
            raise RuntimeError("the run has not begun")
        return self._learner

    @property
    def model(self) -> Any:
        """The Keras model; there is none before `run`."""
        return self.learner.model

    def run(
        self,
        *,
        progress: Callable[[Progress], None] = lambda _: None,
        stop: threading.Event | None = None,
        names: Sequence[str] | None = None,
    ) -> bool:
        """Trains until all steps are done or nothing improves any more; False when `stop` ended it before.

        Goes on from the folder's checkpoint if there is one, on the devices `names` (None: all GPUs). At the end the
        model has the weights of its best validation. Raises ModelError for the base, TrainingError and OSError.
        """
        stop = stop or threading.Event()
        self._begin(devices() if names is None else names)
        if not self.step:
            self._measured("before", stop)
        while self.step < self.steps and self.stale < self.settings.patience:
            if stop.is_set() or not self._trained(progress, stop):
                self.save()
                return False
            self._validated(progress)
            self.save()
        self._choose_best()
        self._measured("after", stop)
        return True

    def batch_at(self, step: int) -> Batch:
        """(inputs, targets, weights) of a step; each epoch has its own order and its own distractors.

        Weights sum to one over all batches of the step's update, so that each answer token counts the same.
        """
        epoch, chosen = self._chosen(step)
        rows = [
            self.train.encode(self.train.examples[i], np.random.default_rng((self.settings.seed, epoch, int(i))))
            for i in chosen
        ]
        inputs, targets, weights = padded(rows)
        first = step - step % self.settings.accumulate
        total = sum(self._answer_tokens(n) for n in range(first, first + self.settings.accumulate))
        return inputs, targets, (weights / total).astype(np.float32)

    def validation(self) -> tuple[float, float]:
        """(nats a token, accuracy) of answer tokens over the held-out examples; the same rows each time."""
        rows = [self.valid.encode(e, np.random.default_rng((0, n))) for n, e in enumerate(self.valid.examples)]
        return scored(self.learner.scores, rows, self.settings.batch)

    def save(self) -> None:
        """Writes the checkpoint; a kill at any moment leaves a whole one. Raises OSError."""
        state = {"step": self.step, "best": self.best, "stale": self.stale, "seconds": self.record.seconds}
        self.learner.save(self.folder / CHECKPOINT, state)

    def export(self, folder: Path) -> Path:
        """Writes the model as a preset in float32, LoRA merged in, without a card. Raises OSError."""
        merged = build_model(self.architecture)
        carrier = self.folder / MERGED
        with export.plain_errors():
            try:
                self.model.backbone.save_weights(str(carrier))
                merged.backbone.load_weights(str(carrier))
            finally:
                carrier.unlink(missing_ok=True)
            return export.save(merged, self.base, folder)

    def data_hash(self) -> str:
        """SHA-256 of all examples in order."""
        sha = hashlib.sha256()
        for example in (*self.train.examples, *self.valid.examples):
            beside = "".join(f"{passage}\0" for passage in example.beside)
            sha.update(f"{example.question}\0{example.answer}\0{example.right}\0{beside}".encode("utf-8", "replace"))
        return sha.hexdigest()

    def _rows(self, examples: Sequence[Example]) -> Rows:
        settings = self.settings
        sizes = {"length": settings.length, "answer": settings.answer}
        return Rows(examples, self.tokenizer, passages=settings.passages, **sizes)

    def _chosen(self, step: int) -> tuple[int, np.ndarray]:
        """The epoch of a step and its examples' numbers; the last batch of an epoch is filled up."""
        epoch, place = divmod(step, self.steps_an_epoch)
        order = np.random.default_rng((self.settings.seed, epoch)).permutation(len(self.train.examples))
        chosen = order[place * self.settings.batch : (place + 1) * self.settings.batch]
        return epoch, np.resize(chosen, self.settings.batch)

    def _answer_tokens(self, step: int) -> int:
        """How many targets of a step's batch are learnt: its answers, each with the end token."""
        return sum(len(self.train.answer(self.train.examples[i].answer)) + 1 for i in self._chosen(step)[1])

    def _trained(self, progress: Callable[[Progress], None], stop: threading.Event) -> bool:
        """Trains up to the next validation; False when it was stopped before."""
        every, accumulate = self.settings.validate_every, self.settings.accumulate
        until = min(self.steps, (self.step // every + 1) * every)
        self.record.begin()
        for batch in self._batches(until):
            update = (self.step + 1) % accumulate == 0
            rate = self.learner.rate
            self.loss = self.learner.learn(batch, update=update) / float(batch[2].sum())
            self.step += 1
            left = self.record.stepped(self.step, self.steps, {"loss": round(self.loss, 4), "rate": rate})
            progress(Progress(self.step, self.steps, self.loss, self.held_out_loss, left))
            if self.record.since_saved > CHECKPOINT_SECONDS:
                self.save()
                self.record.saved()
            if stop.is_set() and self.step < until:
                return False
        return True

    def _batches(self, until: int) -> Iterator[Batch]:
        """The batches from this step on, each put together while the one before it is learnt."""
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self.batch_at, self.step)
            for step in range(self.step, until):
                batch = ahead.result()
                ahead = pool.submit(self.batch_at, min(step + 1, until - 1))
                yield batch

    def _validated(self, progress: Callable[[Progress], None]) -> None:
        nats, accuracy = self.validation()
        self.held_out_loss = nats
        self.stale = 0 if nats < self.best else self.stale + 1
        if not self.stale:
            self.best, self.best_step = nats, self.step
            write_arrays(self.folder / BEST, self.learner.weights() | {"step": np.array(self.step)})
        found = {"validation_loss": round(nats, 4), "accuracy": round(accuracy, 4)}
        self.record.note(self.step, {"loss": round(self.loss, 4), **found})
        progress(Progress(self.step, self.steps, self.loss, nats))

    def _choose_best(self) -> None:
        """Goes back to the weights of the best validation, where later ones were worse."""
        path, self.best_step = self.folder / BEST, self.step
        if not self.stale or not path.is_file():
            return
        try:
            with np.load(path, allow_pickle=False) as arrays:
                self.learner.put(arrays)
                self.best_step = int(arrays["step"])
        except Exception as error:  # zipfile, zlib and NumPy each raise their own
            raise TrainingError("training.best_damaged", path=path) from error

    def _measured(self, when: str, stop: threading.Event) -> None:
        """Writes losses and use of passages on held-out examples into metrics.json, under `when`."""
        metrics = read_json(self.folder / METRICS)
        if when == "before" and when in metrics:
            return
        nats, accuracy = self.validation()
        if when == "before":
            self.record.note(0, {"validation_loss": round(nats, 4), "accuracy": round(accuracy, 4)})
        questions, batch = self.settings.measured, self.settings.batch
        used = use_of_passages(self.learner.scores, self.valid, questions, batch, stop.is_set)
        if used is None:
            return
        found = {"validation": {"nats": round(nats, 4), "accuracy": round(accuracy, 4)}, "use_of_passages": used}
        facts = {
            "trained_with_passages": self.settings.passages,
            "step": self.step,
            "best_step": self.best_step,
            "seconds": round(self.record.seconds),
            "devices": self.learner.replicas,
            "data_sha256": self.data_hash(),
        }
        write_json(self.folder / METRICS, metrics | {when: found} | facts)

    def _identity(self) -> dict[str, Any]:
        return {"settings": asdict(self.settings), "base": str(self.base), "data_sha256": self.data_hash()}

    def _begin(self, names: Sequence[str]) -> None:
        """Loads the model, describes the run in its folder, and restores the checkpoint if there is one."""
        refuse_another(self.folder, self._identity(), json.loads(json.dumps(asdict(Settings()))))
        updates = self.steps // self.settings.accumulate
        self._learner = Learner(self.base, self.architecture, self.settings, updates, names)
        trained = sum(int(np.prod(v.shape)) for v in self.model.trainable_variables)
        refuse_a_full_disk(self.folder, trained, self.model.count_params())
        counts = {
            "steps": self.steps,
            "examples": len(self.train.examples),
            "held_out": len(self.valid.examples),
            "cut": self.fitted.cut,
            "left_out": self.fitted.left_out,
        }
        sides = (("train", self.train), ("held_out", self.valid))
        groups = {name: {example.group for example in rows.examples} for name, rows in sides}
        describe(self.folder, self._identity(), counts, groups)
        self._restore()

    def _restore(self) -> None:
        if not (self.folder / CHECKPOINT).is_file():
            self.learner.seed(self.settings.seed)
            return
        state = self.learner.restore(self.folder / CHECKPOINT)
        self.step, self.best, self.stale = state["step"], state["best"], state["stale"]
        self.record.seconds = state["seconds"]
        log.info("going on at step %d", self.step)


def _check(settings: Settings, architecture: dict[str, Any]) -> None:
    most = architecture["max_sequence_length"]
    if settings.length > most:
        raise TrainingError("training.rows_too_long", length=settings.length, most=most, base=settings.base)
    if settings.length < SHORTEST_ROW:
        raise TrainingError("training.rows_too_short", length=settings.length, least=SHORTEST_ROW)
