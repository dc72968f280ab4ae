"""A GPT-2 from a KerasNLP preset: streaming generation with a key-value cache, token probabilities, likelihoods."""

import codecs
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.generation import presets
from assistant.generation.copy_guide import Copying
from assistant.generation.presets import ModelError
from assistant.generation.prompt import STOPS, sentence_ends
from assistant.generation.sampling import GREEDY, Sampler, Sampling, log_softmax, probabilities, softmax
from assistant.generation.tokenizer import Tokenizer
from corpus.frameworks import importing_tensorflow

log = logging.getLogger(__name__)

CACHE_STEP = 64  # the cache is as long as prompt and answer need, rounded up: each step reads and copies all of it


@dataclass(frozen=True)
class TokenProbability:
    """One candidate for the next token."""

    id: int
    text: str
    probability: float


class Generator:
    """One loaded model. Every method may be called from several threads: each call of the model is under a lock."""

    def __init__(self, model, tokenizer: Tokenizer, name: str):
        """`model` is a KerasHub GPT2CausalLM on the TensorFlow backend; `load` is the usual way to get here."""
        if tokenizer.size > model.backbone.vocabulary_size:
            raise ModelError("model.tokenizer_larger", name=name)
        self.model = model
        self.tokenizer = tokenizer
        self.name = name
        self.window: int = model.backbone.max_sequence_length
        self._lock = threading.Lock()
        self._prefill, self._step, self._logits = _compiled(model)

    @classmethod
    def load(
        cls, preset: str | os.PathLike = presets.STARTER, *, models: str | os.PathLike | None = None, download=False
    ) -> "Generator":
        """The generator called `preset`: "starter", a hub name, a name in the folder `models`, or a preset's folder.

        A hub preset is fetched only with `download=True`. Raises ModelError for anything else.
        """
        name = os.fspath(preset)
        folder = presets.download(name) if download and name in presets.HUB_PRESETS else presets.find(name, models)
        architecture = presets.validate(folder)
        tokenizer = Tokenizer.load(folder)
        return cls(load_model(folder, architecture), tokenizer, Path(name).name)

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return self.model.count_params()

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`."""
        return self.tokenizer.encode(text)

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids."""
        return self.tokenizer.decode(tokens)

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` takes of the window."""
        return self.tokenizer.count(text)

    def copying_from(self, texts: Sequence[str]) -> Copying:
        """A guide for one generation (`assistant.generation.copy_guide`) by these texts, best first."""
        return Copying([self.tokenizer.encode_many(_pieces(text)) for text in texts], self.tokenizer.end)

    def warm_up(self) -> None:
        """Traces the model's functions, so that the first question does not wait for it (about a second)."""
        for _ in self.tokens([self.tokenizer.end], max_new_tokens=2):
            pass

    def generate(self, prompt: str | Sequence[int], **options) -> str:
        """What `stream` gives, joined."""
        return "".join(self.stream(prompt, **options))

    def stream(
        self,
        prompt: str | Sequence[int],
        *,
        max_new_tokens: int = 200,
        sampling: Sampling = GREEDY,
        copying: Copying | None = None,
        stop: threading.Event | None = None,
        stop_strings: Sequence[str] = STOPS,
    ) -> Iterator[str]:
        """Yields the continuation in pieces as it is written; the pieces joined are the text.

        Ends at the end token, before the first of `stop_strings`, after `max_new_tokens`, at the end of the window, or
        soon after `stop` is set. Incomplete characters and possible starts of a stop string are held back.
        Raises ModelError when the prompt fills the window.
        """
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = ""
        for token in self.tokens(prompt, max_new_tokens=max_new_tokens, sampling=sampling, copying=copying, stop=stop):
            held += decoder.decode(self.tokenizer.bytes_of(token))
            end = min((place for place in map(held.find, stop_strings) if place >= 0), default=None)
            if end is not None:
                if held[:end]:
                    yield held[:end]
                return
            ready = len(held) - _possible_start(held, stop_strings)
            if ready:
                yield held[:ready]
                held = held[ready:]
        held += decoder.decode(b"", final=True)
        if held:
            yield held

    def tokens(
        self,
        prompt: str | Sequence[int],
        *,
        max_new_tokens: int,
        sampling: Sampling = GREEDY,
        copying: Copying | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[int]:
        """Yields the continuation's token ids up to, and without, the end token.

        `copying` (from `copying_from`, fresh for each call) makes going on with a passage's words likelier.
        """
        ids = self._prompt_ids(prompt)
        total = min(self.window, len(ids) + max_new_tokens)
        if len(ids) >= self.window:
            raise ModelError("model.prompt_too_long", tokens=len(ids), name=self.name, most=self.window - 1)
        sampler = Sampler(sampling)
        written: list[int] = []
        logits, cache = self._call(self._prefill, np.array([ids], np.int32), np.int32(self._cache_length(total)))
        while not (stop and stop.is_set()) and len(written) < total - len(ids):
            scores = logits.numpy()[0, : self.tokenizer.size]
            scores, copied = copying.guided(scores, written) if copying else (scores, frozenset())
            token = sampler.choose(scores, written, copied)
            if token == self.tokenizer.end:
                return
            written.append(token)
            yield token
            if len(written) < total - len(ids) and not (stop and stop.is_set()):
                index = np.int32(len(ids) + len(written) - 1)
                logits, cache = self._call(self._step, np.array([[token]], np.int32), cache, index)

    def next_token_distribution(
        self, text: str | Sequence[int], k: int = 10, sampling: Sampling | None = None
    ) -> list[TokenProbability]:
        """The `k` likeliest next tokens, likeliest first: of the plain model, or as `sampling` would draw them."""
        ids = self._prompt_ids(text)[-self.window :]
        logits = self._call(self._logits, np.array([ids], np.int32)).numpy()[0, -1, : self.tokenizer.size]
        chances = softmax(logits.astype(np.float64)) if sampling is None else probabilities(logits, sampling, ids)
        best = np.argsort(-chances, kind="stable")[:k]
        return [TokenProbability(int(i), self.tokenizer.decode([i]), float(chances[i])) for i in best if chances[i] > 0]

    def score(self, prompt: str, continuation: str) -> np.ndarray:
        """Natural-log probability of each token of `continuation` after `prompt`, shape (tokens,)."""
        return self.score_many([(prompt, continuation)])[0]

    def score_many(self, pairs: Sequence[tuple[str, str]], batch_size: int = 8) -> list[np.ndarray]:
        """`score` for many pairs, batched by length. A prompt too long for the window loses its start."""
        encoded = [self._pair_ids(*pair) for pair in pairs]
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i][0]))
        results: list[np.ndarray] = [np.zeros(0)] * len(encoded)
        for start in range(0, len(order), batch_size):
            group = order[start : start + batch_size]
            width = max(len(encoded[i][0]) for i in group)
            batch = np.zeros((len(group), width), np.int32)
            for row, i in enumerate(group):
                batch[row, : len(encoded[i][0])] = encoded[i][0]  # padding on the right is never looked at
            logits = self._call(self._logits, batch).numpy()
            for row, i in enumerate(group):
                ids, first = encoded[i]
                logs = log_softmax(logits[row, first - 1 : len(ids) - 1, : self.tokenizer.size].astype(np.float64))
                results[i] = logs[np.arange(len(ids) - first), ids[first:]]
        return results

    def _pair_ids(self, prompt: str, continuation: str) -> tuple[list[int], int]:
        """Ids of prompt and continuation, and where the continuation starts (at least 1: something must predict it)."""
        after = self.encode(continuation)[: self.window - 1]
        before = self._prompt_ids(prompt)[-(self.window - len(after)) :]
        return before + after, len(before)

    def _prompt_ids(self, prompt: str | Sequence[int]) -> list[int]:
        ids = self.encode(prompt) if isinstance(prompt, str) else [int(i) for i in prompt]
        return ids or [self.tokenizer.end]

    def _cache_length(self, total: int) -> int:
        return min(self.window, -(-total // CACHE_STEP) * CACHE_STEP)

    def _call(self, function, *arguments):
        with self._lock:
            return function(*arguments)


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


def _pieces(text: str) -> list[str]:
    """The sentences of a text, each with the space or line break before it, as they stand in a prompt."""
    return [f" {text}"[start and start + 1 : end + 1] for start, end in pairwise([0, *sentence_ends(text)])]


def _possible_start(text: str, stop_strings: Sequence[str]) -> int:
    """Length of the longest end of `text` that could become one of the stop strings."""
    longest = 0
    for string in stop_strings:
        for length in range(min(len(string) - 1, len(text)), longest, -1):
            if text.endswith(string[:length]):
                longest = length
                break
    return longest
