"""Shares of a count with their Wilson intervals."""

from dataclasses import dataclass
from math import sqrt

Z = 1.96  # of a 95 % interval


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
        if not self.count:
            return 0.0, 1.0
        n, p = self.count, self.mean
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right}/{self.count} = {self.mean:.3f} [{low:.3f}, {high:.3f}]"
