"""The reference engine: KerasNLP's GPT-2 on TensorFlow. It trains, serves the lab, and writes where there is a GPU."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.generation import presets
from assistant.generation.presets import ModelError
from corpus.frameworks import importing_tensorflow

NAME = "keras"
CACHE_STEP = 64  # the cache is as long as prompt and answer need, rounded up: each step reads and copies all of it


class KerasEngine:
    """A KerasHub GPT2CausalLM on the TensorFlow backend (`Engine`)."""

    name = NAME
    longest_draft = 0

    def __init__(self, model):
        self.model = model
        self.window: int = model.backbone.max_sequence_length
        self.vocabulary_size: int = model.backbone.vocabulary_size
        self.parameters: int = model.count_params()
        self.prefill, self.step, self._logits = _compiled(model)

    @classmethod
    def load(cls, folder: Path, architecture: dict) -> "KerasEngine":
        """The engine of a validated preset. Raises ModelError when its weights cannot be read."""
        return cls(load_model(folder, architecture))

    def begin(self, capacity: int) -> "KerasContinuation":
        """A continuation of nothing, with room for `capacity` tokens."""
        return KerasContinuation(self, min(self.window, -(-capacity // CACHE_STEP) * CACHE_STEP))

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """Logits after each token, float32 of shape (texts, tokens, vocabulary); `batch` is int32 (texts, tokens)."""
        return self._logits(batch).numpy()


class KerasContinuation:
    """Keys and values as the tensor that KerasHub passes from step to step (`Continuation`)."""

    def __init__(self, engine: KerasEngine, capacity: int):
        self._engine, self._capacity = engine, np.int32(capacity)
        self._cache = None

    def feed(self, tokens: Sequence[int], at: int, rows: int) -> np.ndarray:
        """The whole prompt first, then one token at a time: `rows` is 1."""
        batch = np.array([tokens], np.int32)
        if at == 0:
            logits, self._cache = self._engine.prefill(batch, self._capacity)
        else:
            logits, self._cache = self._engine.step(batch, self._cache, np.int32(at))
        return logits.numpy()


def load_model(folder: Path, architecture: dict | None = None, *, dtype: str = "float32"):
    """The preset's GPT2CausalLM with its weights, without a preprocessor. Raises ModelError when they do not fit."""
    architecture = architecture or presets.validate(folder)
    model = build_model(architecture, dtype=dtype)
    try:
        model.backbone.load_weights(str(presets.weights(folder)))
    except Exception as error:  # h5py and Keras raise many kinds
        raise ModelError("model.weights_unfit", folder=folder) from error
    return model


def build_model(architecture: dict, *, dtype: str = "float32"):
    """A GPT2CausalLM of the given sizes with fresh random weights."""
    keras_nlp = import_keras_nlp()
    backbone = keras_nlp.models.GPT2Backbone(**architecture, dtype=dtype)
    return keras_nlp.models.GPT2CausalLM(backbone=backbone, preprocessor=None, dtype=dtype)


def import_keras_nlp():
    """KerasNLP on the TensorFlow backend. Takes seconds the first time; raises ModelError when it cannot be had."""
    try:
        with importing_tensorflow():
            import keras
            import keras_nlp
    except ImportError as error:
        raise ModelError("model.no_libraries", reason=str(error)) from error
    if keras.backend.backend() != "tensorflow":
        raise ModelError("model.backend", backend=keras.backend.backend())
    return keras_nlp


def _compiled(model):
    """(prefill, step, logits) as tf.functions that are traced once for every length.

    prefill(tokens (1, n), cache_length) and step(token (1, 1), cache, index) give (logits (1, V), cache);
    logits(tokens (b, n)) gives (b, n, V).
    """
    import tensorflow as tf

    backbone = model.backbone
    heads, width = backbone.num_heads, backbone.hidden_dim // backbone.num_heads
    shape = (1, backbone.num_layers, 2, None, heads, width)
    tokens = tf.TensorSpec((1, None), tf.int32)
    scalar = tf.TensorSpec((), tf.int32)

    def run(token_ids, cache, index):
        # Only the last position's logits are used, so that the others (n x vocabulary) are never computed.
        _, hidden, cache = model.call_with_cache(token_ids, cache, index)
        return backbone.token_embedding(hidden[:, -1, :], reverse=True), cache

    @tf.function(input_signature=[tokens, scalar])
    def prefill(token_ids, cache_length):
        cache = tf.zeros((1, backbone.num_layers, 2, cache_length, heads, width), model.compute_dtype)
        return run(token_ids, cache, 0)

    @tf.function(input_signature=[tf.TensorSpec((1, 1), tf.int32), tf.TensorSpec(shape, model.compute_dtype), scalar])
    def step(token_ids, cache, index):
        return run(token_ids, cache, index)

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)])
    def logits(token_ids):
        return model({"token_ids": token_ids, "padding_mask": tf.ones_like(token_ids)}, training=False)

    return prefill, step, logits
