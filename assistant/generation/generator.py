"""A GPT-2 from a KerasNLP preset: streaming generation, token probabilities, likelihoods."""

import codecs
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.generation import presets
from assistant.generation.copy_guide import Copying
from assistant.generation.drafts import Drafts
from assistant.generation.engine.choice import KERAS, EngineName, load_engine
from assistant.generation.engine.protocol import Engine
from assistant.generation.presets import ModelError
from assistant.generation.prompt import STOPS, sentence_ends
from assistant.generation.sampling import GREEDY, Sampler, Sampling, log_softmax, probabilities, softmax
from assistant.generation.tokenizer import Tokenizer
from index.vectors.embedder import cache_folder

ENGINES = "engines"  # in the folder of caches


@dataclass(frozen=True)
class TokenProbability:
    """One candidate for the next token."""

    id: int
    text: str
    probability: float


class Generator:
    """One loaded model. Every method may be called from several threads: each call of the model is under a lock."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer, name: str):
        """`load` is the usual way to get here."""
        if tokenizer.size > engine.vocabulary_size:
            raise ModelError("model.tokenizer_larger", name=name)
        self.engine = engine
        self.tokenizer = tokenizer
        self.name = name
        self.window: int = engine.window
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        preset: str | os.PathLike = presets.STARTER,
        *,
        models: str | os.PathLike | None = None,
        engine: EngineName = KERAS,
    ) -> "Generator":
        """The generator called `preset`: "starter", a hub name, a name in the folder `models`, or a preset's folder.

        `engine` "automatic" takes what is fastest on this machine instead of the reference. Nothing is downloaded.
        Raises ModelError when the preset is not on this machine.
        """
        name = os.fspath(preset)
        folder = presets.find(name, models)
        architecture = presets.validate(folder)
        tokenizer = Tokenizer.load(folder)
        return cls(load_engine(folder, architecture, engine, cache_folder() / ENGINES), tokenizer, Path(name).name)

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return self.engine.parameters

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
        """Runs the engine once, so that the first question does not wait for it."""
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
        drafts = Drafts(ids, copying, self.engine.longest_draft)
        written: list[int] = []
        draft: list[int] = []
        text = self.engine.begin(total)
        rows = self._call(text.feed, ids, 0, 1)
        while len(ids) + len(written) < total:
            accepted = 0
            for row in rows:
                if stop and stop.is_set():
                    return
                scores = row[: self.tokenizer.size]
                scores, copied = copying.guided(scores, written) if copying else (scores, frozenset())
                token = sampler.choose(scores, written, copied)
                if token == self.tokenizer.end:
                    return
                written.append(token)
                yield token
                if accepted == len(draft) or token != draft[accepted]:
                    break
                accepted += 1
            drafts.learn(len(draft), accepted)
            at = len(ids) + len(written) - 1
            draft = drafts.propose(written, total - at - 2)
            if at + 1 < total and not (stop and stop.is_set()):
                rows = self._call(text.feed, [written[-1], *draft], at, 1 + len(draft))

    def next_token_distribution(
        self, text: str | Sequence[int], k: int = 10, sampling: Sampling | None = None
    ) -> list[TokenProbability]:
        """The `k` likeliest next tokens, likeliest first: of the plain model, or as `sampling` would draw them."""
        ids = self._prompt_ids(text)[-self.window :]
        logits = self._call(self.engine.logits, np.array([ids], np.int32))[0, -1, : self.tokenizer.size]
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
            logits = self._call(self.engine.logits, batch)
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

    def _call(self, function, *arguments):
        with self._lock:
            return function(*arguments)


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
