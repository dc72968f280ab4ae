"""Fine-tunes a KerasNLP GPT-2 on examples in the chat's own format: full or LoRA, loss on answer tokens only."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from assistant import presets
from assistant.generator import build_model, load_model
from assistant.presets import ModelError
from assistant.prompt import continuation, pack, sentence_ends
from assistant.tokenizer import Tokenizer
from assistant.training.examples import DISTRACTORS, Distractors, Example

log = logging.getLogger(__name__)

CONFIG, JOURNAL, CHECKPOINT, SPLIT = "config.json", "journal.jsonl", "checkpoint.npz", "split.json"
CHECKPOINT_SECONDS = 240
BUCKET = 64  # rows are padded to a multiple of it, so that few shapes occur


@dataclass(frozen=True)
class Settings:
    """One fine-tuning. `lora_rank` 0 trains all weights; `batch` rows at a time, `accumulate` of them an update."""

    base: str = presets.STARTER
    data: tuple[str, ...] = ("medquad",)
    epochs: float = 1.0
    batch: int = 8
    accumulate: int = 1
    rate: float = 1e-4
    warmup: float = 0.05  # part of all updates
    length: int = 512  # tokens a row
    answer: int = 160  # tokens of the answer, at most
    lora_rank: int = 0
    precision: str = "float32"  # or "mixed_float16", "mixed_bfloat16"
    validate_every: int = 200  # steps
    validation: int = 128  # held-out examples
    patience: int = 3  # validations without improvement before it stops
    passages: bool = True  # False is the ablation: questions alone
    seed: int = 1


@dataclass(frozen=True)
class Progress:
    """Where a run is: `step` of `steps`, the last losses in nats a token, seconds left (None at first)."""

    step: int
    steps: int
    loss: float
    validation_loss: float | None = None
    seconds_left: float | None = None


class FineTuning:
    """One run in one folder: config.json, split.json, journal.jsonl, checkpoint.npz, TensorBoard's logs/."""

    def __init__(
        self, settings: Settings, base: Path, folder: Path, train: Sequence[Example], valid: Sequence[Example]
    ):
        self.settings, self.base, self.folder = settings, Path(base), Path(folder)
        self.architecture = presets.validate(self.base)
        if settings.length > self.architecture["max_sequence_length"]:
            most = self.architecture["max_sequence_length"]
            raise ModelError(f"Rows of {settings.length} tokens are longer than the {most} that {settings.base} reads.")
        self.tokenizer = Tokenizer.load(self.base)
        self.train_set, self.valid_set = list(train), list(valid)[: settings.validation]
        self.distractors = {id(self.train_set): Distractors(train), id(self.valid_set): Distractors(valid)}
        self.steps_an_epoch = max(1, -(-len(self.train_set) // settings.batch))
        self.steps = max(settings.accumulate, round(settings.epochs * self.steps_an_epoch))
        self.step, self.best, self.stale, self.seconds = 0, float("inf"), 0, 0.0
        self.model = None

    def run(
        self, *, progress: Callable[[Progress], None] = lambda _: None, stop: threading.Event | None = None
    ) -> bool:
        """Trains to the end, until it stops improving, or until `stop`; whether it came to its end.

        Goes on from the folder's checkpoint if there is one. Raises ModelError for what cannot be used.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._record()
        self.model = self._built()
        self._restore()
        watch = _watch(self, progress, stop or threading.Event())
        while self.step < self.steps and self.stale < self.settings.patience:
            until = min(self.steps, (self.step // self.settings.validate_every + 1) * self.settings.validate_every)
            watch.begin()
            self.model.fit(
                _dataset(self, self.step), steps_per_epoch=until - self.step, verbose=0, callbacks=[watch.callback]
            )
            if watch.stopped:
                self.save()
                return False
            self._validated(watch)
            self.save()
        return True

    def batch_at(self, step: int) -> tuple[dict, np.ndarray, np.ndarray]:
        """(inputs, targets, weights) of a step; each epoch has its own order and its own distractors."""
        epoch, place = divmod(step, self.steps_an_epoch)
        order = np.random.default_rng((self.settings.seed, epoch)).permutation(len(self.train_set))
        chosen = order[place * self.settings.batch : (place + 1) * self.settings.batch]
        chosen = np.resize(chosen, self.settings.batch)  # the last batch of an epoch is filled up
        rows = [
            self.encode(self.train_set[i], np.random.default_rng((self.settings.seed, epoch, int(i))), self.train_set)
            for i in chosen
        ]
        return _padded(rows)

    def encode(self, example: Example, rng: np.random.Generator, among: list[Example]) -> tuple[list[int], int]:
        """(ids with the end token, how many of them are the prompt), at most `length` + 1 ids."""
        answer = self._answer(example.answer)
        passages = []
        if self.settings.passages and example.right:
            count = int(rng.integers(0, DISTRACTORS + 1))
            beside = example.beside[:count]
            drawn = self.distractors[id(among)].draw(rng, example, count - len(beside))
            passages = [example.right, *beside, *drawn]
            if rng.random() < 0.5:
                rng.shuffle(passages)
        room = {"window": self.settings.length, "reserve": len(answer) + 1}
        prompt = pack(example.question, passages, self.tokenizer.count, **room)
        if passages and passages.index(example.right) not in prompt.passages_used:
            prompt = pack(example.question, [example.right], self.tokenizer.count, **room)
        ids = self.tokenizer.encode(prompt.text)
        return [*ids, *answer, self.tokenizer.end], len(ids)

    def _answer(self, text: str) -> list[int]:
        """Ids of as many whole sentences as an answer may have; of the first one's start, where that is longer."""
        limit = min(self.settings.answer, self.settings.length // 3)
        text = continuation(text)
        ids = self.tokenizer.encode(text)
        if len(ids) <= limit:
            return ids
        whole = (self.tokenizer.encode(text[:end]) for end in reversed(sentence_ends(text)))
        return next((part for part in whole if len(part) <= limit), ids[:limit])

    def validation_loss(self) -> tuple[float, float]:
        """(nats a token, accuracy) of answer tokens over the held-out examples; the same rows each time."""
        nats = right = count = 0.0
        rows = [self.encode(e, np.random.default_rng((0, n)), self.valid_set) for n, e in enumerate(self.valid_set)]
        for start in range(0, len(rows), self.settings.batch):
            inputs, targets, weights = _padded(rows[start : start + self.settings.batch])
            logits = np.asarray(self.model.predict_on_batch(inputs), np.float32)
            peak = logits.max(-1, keepdims=True)
            logs = logits - peak - np.log(np.exp(logits - peak).sum(-1, keepdims=True))
            chosen = np.take_along_axis(logs, targets[..., None], -1)[..., 0]
            nats -= float((chosen * weights).sum())
            right += float(((logits.argmax(-1) == targets) * weights).sum())
            count += float(weights.sum())
        return nats / count, right / count

    def save(self) -> None:
        """Writes what is trained and the optimizer's state; a kill at any moment leaves a whole checkpoint."""
        arrays = {f"weight/{n}": v.numpy() for n, v in enumerate(self.model.trainable_variables)}
        arrays |= {f"optimizer/{n}": v.numpy() for n, v in enumerate(self.model.optimizer.variables)}
        arrays |= {f"seed/{n}": v.numpy() for n, v in enumerate(self._seeds())}
        state = {"step": self.step, "best": self.best, "stale": self.stale, "seconds": self.seconds}
        part = self.folder / "checkpoint.part.npz"
        np.savez(part, state=np.frombuffer(json.dumps(state).encode(), np.uint8), **arrays)
        os.replace(part, self.folder / CHECKPOINT)

    def export(self, folder: Path) -> Path:
        """Writes the model as a preset in float32 with LoRA's updates merged in; see `report` for its card."""
        from assistant.training.export import save

        merged = build_model(self.architecture)
        carrier = self.folder / "merged.weights.h5"
        self.model.backbone.save_weights(str(carrier))
        merged.backbone.load_weights(str(carrier))
        carrier.unlink()
        return save(merged, self.base, folder)

    def note(self, values: dict) -> None:
        """Adds a line to the journal."""
        line = {"step": self.step, "seconds": round(self.seconds, 1), **values}
        with (self.folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(line) + "\n")

    def _built(self):
        import keras

        model = load_model(self.base, self.architecture, dtype=self.settings.precision)
        if self.settings.lora_rank:
            model.backbone.enable_lora(self.settings.lora_rank)
        updates = max(1, self.steps // self.settings.accumulate)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0,
            decay_steps=max(1, updates - round(self.settings.warmup * updates)),
            warmup_target=self.settings.rate,
            warmup_steps=max(1, round(self.settings.warmup * updates)),
        )
        optimizer = keras.optimizers.AdamW(
            rate,
            weight_decay=0.01,
            global_clipnorm=1.0,
            gradient_accumulation_steps=self.settings.accumulate if self.settings.accumulate > 1 else None,
        )
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "embeddings"])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")
        model.compile(optimizer=optimizer, loss=loss, jit_compile=False)
        optimizer.build(model.trainable_variables)
        return model

    def _seeds(self) -> list:
        """The states of dropout's random numbers."""
        return [variable for variable in self.model.non_trainable_variables if "seed" in variable.path]

    def _record(self) -> None:
        config = {"settings": asdict(self.settings), "base": str(self.base), "data_sha256": self.data_hash()}
        path = self.folder / CONFIG
        if path.is_file() and (self.folder / CHECKPOINT).is_file():
            before = json.loads(path.read_text(encoding="utf-8"))
            if before != json.loads(json.dumps(config)):
                raise ModelError(f"{self.folder} holds a run with other settings or other data: choose another name.")
        path.write_text(json.dumps(config, indent=1), encoding="utf-8")
        groups = {
            name: sorted({example.group for example in part})
            for name, part in (("train", self.train_set), ("held_out", self.valid_set))
        }
        (self.folder / SPLIT).write_text(json.dumps(groups, ensure_ascii=False, indent=0), encoding="utf-8")

    def data_hash(self) -> str:
        """SHA-256 of all examples in order."""
        import hashlib

        sha = hashlib.sha256()
        for example in (*self.train_set, *self.valid_set):
            beside = "".join(f"{passage}\0" for passage in example.beside)
            sha.update(f"{example.question}\0{example.answer}\0{example.right}\0{beside}".encode("utf-8", "replace"))
        return sha.hexdigest()

    def _restore(self) -> None:
        if not (self.folder / CHECKPOINT).is_file():
            for number, variable in enumerate(self._seeds()):
                variable.assign(np.array([self.settings.seed, number], variable.dtype))
            return
        with np.load(self.folder / CHECKPOINT, allow_pickle=False) as arrays:
            for kind, variables in (
                ("weight", self.model.trainable_variables),
                ("optimizer", self.model.optimizer.variables),
                ("seed", self._seeds()),
            ):
                for number, variable in enumerate(variables):
                    variable.assign(arrays[f"{kind}/{number}"])
            state = json.loads(arrays["state"].tobytes())
        self.step, self.best, self.stale = state["step"], state["best"], state["stale"]
        self.seconds = state["seconds"]
        log.info("going on at step %d", self.step)

    def _validated(self, watch) -> None:
        loss, accuracy = self.validation_loss()
        self.stale = 0 if loss < self.best else self.stale + 1
        self.best = min(self.best, loss)
        self.note({"loss": watch.loss, "validation_loss": round(loss, 4), "accuracy": round(accuracy, 4)})
        watch.validated(loss)


class _Watch:
    """Between Keras's fit and the run: counts steps, saves, reports, stops."""

    def __init__(self, run: FineTuning, progress: Callable[[Progress], None], stop: threading.Event):
        import tensorflow as tf

        self.run, self.progress, self.stop = run, progress, stop
        self.loss, self.validation, self.stopped = 0.0, None, False
        self.started, self.first = time.monotonic(), run.step
        self.saved = self.last = self.started
        self.logs = tf.summary.create_file_writer(str(run.folder / "logs"))
        self.callback = _callback(self)

    def begin(self) -> None:
        self.last = time.monotonic()

    def after(self, loss: float) -> bool:
        """After a step; whether to stop."""
        run, now = self.run, time.monotonic()
        run.step += 1
        run.seconds += now - self.last
        self.last, self.loss = now, round(loss, 4)
        left = (now - self.started) / (run.step - self.first) * (run.steps - run.step)
        self.progress(Progress(run.step, run.steps, self.loss, self.validation, left))
        if run.step % 10 == 0:
            run.note({"loss": self.loss})
            self._log("loss", loss)
        if now - self.saved > CHECKPOINT_SECONDS:
            run.save()
            self.saved = now
        self.stopped = self.stop.is_set()
        return self.stopped

    def validated(self, loss: float) -> None:
        self.validation = loss
        self._log("validation_loss", loss)
        self.progress(Progress(self.run.step, self.run.steps, self.loss, loss))

    def _log(self, name: str, value: float) -> None:
        """A scalar in TensorBoard's format, which TensorFlow writes without TensorBoard being installed."""
        import tensorflow as tf

        metadata = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        )
        with self.logs.as_default():
            tf.summary.write(name, tf.constant(value, tf.float32), step=self.run.step, metadata=metadata)
        self.logs.flush()


def _watch(run: FineTuning, progress: Callable[[Progress], None], stop: threading.Event) -> _Watch:
    return _Watch(run, progress, stop)


def _callback(watch: _Watch):
    import keras

    class Steps(keras.callbacks.Callback):
        """Tells the watch of each step."""

        def on_train_batch_end(self, batch, logs=None):
            # Keras gives a running mean over the fit; the step's own loss is what is between two of them.
            mean = float((logs or {}).get("loss", 0.0))
            self.total, before = mean * (batch + 1), getattr(self, "total", 0.0) if batch else 0.0
            if watch.after(self.total - before):
                self.model.stop_training = True

    return Steps()


def _dataset(run: FineTuning, first: int):
    import tensorflow as tf

    def rows() -> Iterator:
        for step in range(first, run.steps):
            yield run.batch_at(step)

    batch = run.settings.batch
    ids = tf.TensorSpec((batch, None), tf.int32)
    signature = ({"token_ids": ids, "padding_mask": ids}, ids, tf.TensorSpec((batch, None), tf.float32))
    return tf.data.Dataset.from_generator(rows, output_signature=signature).prefetch(2)


def _padded(rows: Sequence[tuple[list[int], int]]) -> tuple[dict, np.ndarray, np.ndarray]:
    """(inputs, targets, weights), each (rows, width); weight 1 on the targets that belong to the answer."""
    width = -(-(max(len(ids) for ids, _ in rows) - 1) // BUCKET) * BUCKET
    tokens, targets = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.int32)
    mask, weights = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.float32)
    for row, (ids, prompt) in enumerate(rows):
        size = len(ids) - 1
        tokens[row, :size], targets[row, :size], mask[row, :size] = ids[:-1], ids[1:], 1
        weights[row, prompt - 1 : size] = 1.0
    return {"token_ids": tokens, "padding_mask": mask}, targets, weights
