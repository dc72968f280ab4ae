"""The model that is trained, on one device or several: loss, gradients, updates, and all that a checkpoint holds.

Several devices are TensorFlow's MirroredStrategy. A batch's weights sum to one over all of its rows, each device sums
the loss of its own rows, gradients are summed over devices before they are clipped: the same update as on one device.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.generation.engine.keras_engine import import_keras_nlp, load_model
from assistant.training.errors import TrainingError
from assistant.training.finetune.rows import Batch
from assistant.training.finetune.settings import Settings
from assistant.training.runs.arrays import write_arrays

log = logging.getLogger(__name__)

WEIGHT_DECAY, CLIP = 0.01, 1.0
SCALE, GROWTH = 2.0**15, 2000  # float16: the loss is scaled up, twice as much after so many updates without overflow
UNDECAYED = ["bias", "gamma", "beta", "embeddings"]


def devices(count: int | None = None) -> list[str]:
    """TensorFlow's names of the devices to train on: all GPUs, else the processor; `count` of them if given.

    Raises TrainingError when there are fewer.
    """
    import_keras_nlp()
    import tensorflow as tf

    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    kind = found[0].device_type
    if count is None:
        count = len(found) if kind == "GPU" else 1
    if not 1 <= count <= len(found):
        raise TrainingError("training.devices", found=len(found), kind=kind, wanted=count)
    return [device.name for device in found[:count]]


class Learner:
    """A GPT2CausalLM with its optimizer. Every method is to be called from one thread."""

    def __init__(
        self, base: Path, architecture: dict[str, Any], settings: Settings, updates: int, names: Sequence[str] = ()
    ):
        """Loads the preset `base`. There will be `updates` of them; `names` are the devices, () for the usual one.

        Raises TrainingError when the devices cannot share a batch evenly.
        """
        import_keras_nlp()
        import keras
        import tensorflow as tf

        self.settings, self.scale, self.good = settings, SCALE, 0
        self.held: list[Any] | None = None  # gradients of an update whose batches are not all seen
        self.strategy = tf.distribute.MirroredStrategy(list(names)) if len(names) > 1 else tf.distribute.get_strategy()
        if settings.batch % self.replicas:
            raise TrainingError("training.uneven", rows=settings.batch, devices=self.replicas)
        keras.utils.set_random_seed(settings.seed)  # LoRA begins with random matrices
        with self.strategy.scope():
            self.model = load_model(base, architecture, dtype=settings.precision)
            if settings.lora_rank:
                self.model.backbone.enable_lora(settings.lora_rank)
            self.optimizer = _optimizer(settings, updates)
            self.optimizer.build(self.model.trainable_variables)
        self._gradients, self._apply, self._scores = _compiled(self)

    @property
    def replicas(self) -> int:
        """How many devices share a batch."""
        return self.strategy.num_replicas_in_sync

    @property
    def rate(self) -> float:
        """The learning rate of the next update."""
        return float(self.optimizer.learning_rate)

    def learn(self, batch: Batch, *, update: bool = True) -> float:
        """Adds the batch's gradients and, with `update`, applies them. Returns the loss: weights times nats, summed.

        Raises TrainingError when there is too little memory, or when the loss is no longer a number.
        """
        import tensorflow as tf

        inputs, targets, weights = batch
        scaled = self.settings.precision == "mixed_float16"
        scale = np.float32(self.scale if scaled else 1.0)
        try:
            loss, gradients, finite = self._gradients(
                inputs["token_ids"], inputs["padding_mask"], targets, weights, scale
            )
        except tf.errors.ResourceExhaustedError as error:
            rows, length = self.settings.batch, self.settings.length
            raise TrainingError("training.memory", rows=rows, length=length) from error
        if not scaled and not np.isfinite(float(loss)):
            raise TrainingError("training.loss")
        self.held = gradients if self.held is None else [a + b for a, b in zip(self.held, gradients, strict=True)]
        overflow = scaled and not bool(finite)
        if update or overflow:
            if not overflow:
                self._apply(self.held)
            self.held = None
            self._rescale(overflow)
        return float(loss)

    def scores(self, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        """(nats, whether it was the likeliest) of each target, each (rows, width), without any dropout."""
        inputs, targets, _ = batch
        nats, right = self._scores(inputs["token_ids"], inputs["padding_mask"], targets)
        return nats.numpy(), right.numpy()

    def weights(self) -> dict[str, np.ndarray]:
        """What is trained: all weights, or LoRA's."""
        return {f"weight/{n}": v.numpy() for n, v in enumerate(self.model.trainable_variables)}

    def put(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Sets the weights to what `weights` gave. Raises KeyError or ValueError when they do not fit."""
        _assign("weight", self.model.trainable_variables, arrays)

    def save(self, path: Path, state: dict[str, Any]) -> None:
        """Writes weights, optimizer, dropout's random state and `state`; a kill leaves a whole file. Raises OSError."""
        arrays = self.weights()
        arrays |= {f"optimizer/{n}": v.numpy() for n, v in enumerate(self.optimizer.variables)}
        arrays |= {f"seed/{n}": v.numpy() for n, v in enumerate(self._seeds())}
        arrays |= {f"held/{n}": np.asarray(v) for n, v in enumerate(self.held or ())}
        state = {**state, "scale": self.scale, "good": self.good}
        write_arrays(path, arrays | {"state": np.frombuffer(json.dumps(state).encode(), np.uint8)})

    def restore(self, path: Path) -> dict[str, Any]:
        """Goes back to what `save` wrote and returns its `state`. Raises TrainingError for a damaged file."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                state = json.loads(arrays["state"].tobytes())
                self.put(arrays)
                _assign("optimizer", self.optimizer.variables, arrays)
                _assign("seed", self._seeds(), arrays)
                held = sum(name.startswith("held/") for name in arrays.files)
                self.held = [arrays[f"held/{n}"] for n in range(held)] or None
        except Exception as error:  # zipfile, zlib, NumPy and Keras each raise their own
            raise TrainingError("training.checkpoint_damaged", path=path) from error
        self.scale, self.good = state.get("scale", SCALE), state.get("good", 0)
        return state

    def seed(self, seed: int) -> None:
        """Seeds dropout's random numbers."""
        for number, variable in enumerate(self._seeds()):
            variable.assign(np.array([seed, number], variable.dtype))

    def _seeds(self) -> list:
        return [variable for variable in self.model.non_trainable_variables if "seed" in variable.path]

    def _rescale(self, overflow: bool) -> None:
        self.good = 0 if overflow else self.good + 1
        if overflow:
            self.scale = max(1.0, self.scale / 2)
        elif self.good % GROWTH == 0:
            self.scale *= 2


def _optimizer(settings: Settings, updates: int):
    import keras

    warmup = max(1, round(settings.warmup * updates))
    rate = keras.optimizers.schedules.CosineDecay(
        settings.rate / warmup,  # an update at rate 0 would be lost
        decay_steps=max(1, updates - warmup),
        warmup_target=settings.rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)
    optimizer.exclude_from_weight_decay(var_names=UNDECAYED)
    return optimizer


def _compiled(learner: Learner):
    """(gradients, apply, scores) as tf.functions; ids, masks, targets (rows, width) int32, weights float32."""
    import tensorflow as tf

    model, strategy, settings = learner.model, learner.strategy, learner.settings
    variables, part = model.trainable_variables, settings.batch // learner.replicas
    ids, weights = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32)

    def nats_of(tokens, mask, targets, training):
        logits = tf.cast(model({"token_ids": tokens, "padding_mask": mask}, training=training), tf.float32)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits), logits

    def on_replica(tokens, mask, targets, weights, scale):
        context = tf.distribute.get_replica_context()
        if context.num_replicas_in_sync > 1:
            start = context.replica_id_in_sync_group * part
            tokens, mask, targets, weights = (x[start : start + part] for x in (tokens, mask, targets, weights))
        with tf.GradientTape() as tape:
            nats, _ = nats_of(tokens, mask, targets, True)
            loss = tf.reduce_sum(nats * weights)
            scaled = loss * scale
        found = [tf.convert_to_tensor(g) for g in tape.gradient(scaled, [v.value for v in variables])]
        return context.all_reduce(tf.distribute.ReduceOp.SUM, [loss, *found])

    @tf.function(input_signature=[ids, ids, ids, weights, tf.TensorSpec((), tf.float32)])
    def gradients(tokens, mask, targets, weights, scale):
        # Every device holds the sums; the first one's copy is enough.
        summed = strategy.run(on_replica, args=(tokens, mask, targets, weights, scale))
        loss, *found = (strategy.experimental_local_results(value)[0] for value in summed)
        found = [gradient / scale for gradient in found]
        finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in found])
        return loss, found, finite

    @tf.function
    def apply(found):
        clipped, _ = tf.clip_by_global_norm(found, CLIP)

        def update():  # Keras's optimizer sums over the devices
            learner.optimizer.apply([gradient / learner.replicas for gradient in clipped], variables)

        strategy.run(update)

    @tf.function(input_signature=[ids, ids, ids])
    def scores(tokens, mask, targets):
        nats, logits = nats_of(tokens, mask, targets, False)
        return nats, tf.equal(tf.argmax(logits, -1, tf.int32), targets)

    return gradients, apply, scores


def _assign(kind: str, variables: Sequence, arrays: Mapping[str, np.ndarray]) -> None:
    for number, variable in enumerate(variables):
        value = arrays[f"{kind}/{number}"]
        if value.shape != tuple(variable.shape):
            raise ValueError(f"{kind}/{number} is of another shape")
        variable.assign(value)
