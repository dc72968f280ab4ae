"""Bootstrap intervals and paired tests (Efron & Tibshirani 1993), the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval over `count` values."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of `values` and its percentile interval. Raises ValueError for no values."""
    data = np.asarray(values, float)
    if not len(data):
        raise ValueError("an interval needs at least one value")
    means = _resampled(data, seed)
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(data.mean()), float(low), float(high), len(data))


def paired_p(first: Sequence[float], second: Sequence[float], seed: int = 0) -> float:
    """Two-sided p-value that the mean difference of paired values is 0, by random sign flips."""
    difference = np.asarray(first, float) - np.asarray(second, float)
    if not len(difference):
        raise ValueError("a test needs at least one pair")
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1.0, 1.0], size=(RESAMPLES, len(difference)))
    flipped = np.abs((signs * difference).mean(axis=1))
    return float((1 + (flipped >= abs(difference.mean()) - 1e-12).sum()) / (1 + RESAMPLES))


def _resampled(data: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([data[rng.integers(0, len(data), len(data))].mean() for _ in range(RESAMPLES)])
