"""How the next token is chosen from the generator's logits. Pure numpy; a Sampler with a seed repeats itself exactly.

The order (repetition penalty, n-gram ban, temperature, top-k, top-p) is that of Hugging Face's logits processors.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from assistant.settings import Settings


@dataclass(frozen=True)
class Sampling:
    """The settings of one generation. `temperature` 0 is greedy; 0 for `top_k` and 1 for `top_p` switch them off."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    repetition_penalty: float = 1.0  # above 1 makes tokens that were already generated less likely (Keskar et al. 2019)
    no_repeat_ngram: int = 0  # no n-gram of this length is generated twice; 0 is off
    seed: int | None = None

    def __post_init__(self):
        if self.temperature < 0 or self.top_k < 0 or self.no_repeat_ngram < 0:
            raise ValueError("Temperature, top-k and the n-gram length cannot be negative.")
        if not 0 < self.top_p <= 1:
            raise ValueError("Top-p lies above 0 and at most at 1.")
        if self.repetition_penalty <= 0:
            raise ValueError("The repetition penalty is above 0.")


GREEDY = Sampling()


def decoding(generator, copied: Sequence, settings: Settings) -> dict:
    """The options of `Generator.stream` for a draft as the chat writes it.

    `copied` are the passages of the prompt (`Prompt.used`) that the draft is guided to copy from
    (`assistant.generation.copy_guide`); without any the model writes by itself.
    """
    return {
        "max_new_tokens": settings.max_new_tokens,
        "sampling": Sampling(temperature=settings.temperature, no_repeat_ngram=settings.no_repeat_ngram),
        "copying": generator.copying_from([used.text for used in copied]) if copied else None,
    }


class Sampler:
    """Chooses tokens for one generation: it remembers its random state, nothing else."""

    def __init__(self, sampling: Sampling = GREEDY):
        self.sampling = sampling
        self._random = np.random.default_rng(sampling.seed)

    def choose(self, logits: np.ndarray, generated: Sequence[int] = (), copied: Set[int] = frozenset()) -> int:
        """The next token id. `logits` has shape (vocabulary,); `generated` are the ids written so far.

        Tokens in `copied` go on with a copy: no n-gram ban holds for them, since a text may repeat itself.
        """
        if self.sampling.temperature == 0:
            return int(np.argmax(adjusted(logits, self.sampling, generated, copied)))
        chances = probabilities(logits, self.sampling, generated, copied)
        return int(self._random.choice(chances.size, p=chances))


def probabilities(
    logits: np.ndarray,
    sampling: Sampling = GREEDY,
    generated: Sequence[int] = (),
    copied: Set[int] = frozenset(),
) -> np.ndarray:
    """The distribution that is sampled from, float64 of shape (vocabulary,), summing to 1."""
    scores = adjusted(logits, sampling, generated, copied)
    if sampling.temperature == 0:
        return np.eye(1, scores.size, int(np.argmax(scores)))[0]
    scores = scores / sampling.temperature
    scores = keep_top_p(keep_top_k(scores, sampling.top_k), sampling.top_p)
    return softmax(scores)


def adjusted(
    logits: np.ndarray, sampling: Sampling, generated: Sequence[int], copied: Set[int] = frozenset()
) -> np.ndarray:
    """The logits after the repetition penalty and the n-gram ban, float64 of shape (vocabulary,)."""
    scores = np.array(logits, dtype=np.float64)
    if sampling.repetition_penalty != 1 and len(generated):
        seen = np.unique(np.asarray(generated, dtype=np.int64))
        penalty = sampling.repetition_penalty
        scores[seen] = np.where(scores[seen] > 0, scores[seen] / penalty, scores[seen] * penalty)
    banned = banned_tokens(generated, sampling.no_repeat_ngram) - copied
    if banned and len(banned) < scores.size:
        scores[sorted(banned)] = -np.inf
    return scores


def banned_tokens(generated: Sequence[int], length: int) -> set[int]:
    """The tokens that would complete an n-gram of `length` tokens which already stands in `generated`."""
    if length < 1 or len(generated) < length:
        return set()
    generated = list(generated)
    prefix = generated[len(generated) - length + 1 :]
    starts = range(len(generated) - length + 1)
    return {generated[i + length - 1] for i in starts if generated[i : i + length - 1] == prefix}


def keep_top_k(scores: np.ndarray, k: int) -> np.ndarray:
    """`scores` with everything below the k-th best at minus infinity (ties with it stay)."""
    if k < 1 or k >= scores.size:
        return scores
    threshold = np.partition(scores, -k)[-k]
    return np.where(scores < threshold, -np.inf, scores)


def keep_top_p(scores: np.ndarray, p: float) -> np.ndarray:
    """Nucleus sampling (Holtzman et al. 2019): the likeliest tokens whose probabilities first reach `p` together."""
    if p >= 1:
        return scores
    order = np.argsort(-scores, kind="stable")
    before = np.cumsum(softmax(scores)[order]) - softmax(scores)[order]  # what stands before each token
    kept = np.full_like(scores, -np.inf)
    nucleus = order[before < p]
    kept[nucleus] = scores[nucleus]
    return kept


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis; minus infinity becomes 0."""
    shifted = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Natural-log probabilities along the last axis."""
    shifted = scores - np.max(scores, axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
