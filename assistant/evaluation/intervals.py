"""Means and shares with 95 % intervals, and paired tests, all by SciPy; the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
LEVEL = 0.95
AT_ONCE = 200  # resamples held in memory together


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval over `count` values."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Share:
    """`right` of `count`, with the 95 % interval of Wilson (1927)."""

    right: int
    count: int

    @property
    def mean(self) -> float:
        """0 for none."""
        return self.right / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high; (0, 1) for none."""
        from scipy.stats import binomtest

        if not self.count:
            return 0.0, 1.0
        found = binomtest(self.right, self.count).proportion_ci(LEVEL, method="wilson")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right}/{self.count} = {self.mean:.3f} [{low:.3f}, {high:.3f}]"


def estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of `values` with its percentile bootstrap interval (Efron & Tibshirani 1993).

    Raises ValueError for no values.
    """
    from scipy.stats import bootstrap

    data = np.asarray(values, float)
    if not len(data):
        raise ValueError("an interval needs at least one value")
    mean = float(data.mean())
    if (data == data[0]).all():  # nothing varies; SciPy takes no single value
        return Estimate(mean, mean, mean, len(data))
    found = bootstrap(
        (data,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=AT_ONCE,
        confidence_level=LEVEL,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Estimate(mean, float(found.low), float(found.high), len(data))


def paired_p(first: Sequence[float], second: Sequence[float], seed: int = 0) -> float:
    """Two-sided p-value that the mean difference of paired values is 0, by random swaps within the pairs.

    Raises ValueError for no pairs.
    """
    from scipy.stats import permutation_test

    before, after = np.asarray(first, float), np.asarray(second, float)
    if not len(before):
        raise ValueError("a test needs at least one pair")
    differs = before != after
    if differs.sum() < 2:  # one pair is as far apart either way round
        return 1.0
    found = permutation_test(
        (before[differs], after[differs]),  # equal pairs stay equal, however they are swapped
        _distance,
        permutation_type="samples",
        alternative="greater",
        n_resamples=RESAMPLES,
        batch=AT_ONCE,
        rng=np.random.default_rng(seed),
    )
    return min(1.0, float(found.pvalue))


def _distance(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
    return np.abs((first - second).mean(axis=axis))
