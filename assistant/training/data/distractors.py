"""Passages that stand in a prompt beside the one that answers."""

from collections.abc import Sequence

import numpy as np

from assistant.training.data.example import Example
from corpus.document import Passage

MOST = 3  # beside the right passage
NEAR = 0.4  # chance that a distractor comes from the same subject


class Distractors:
    """Draws other examples' passages: near ones (same subject) and any."""

    def __init__(self, examples: Sequence[Example]):
        self.all = [example for example in examples if example.right]
        self.near: dict[str, list[Example]] = {}
        for example in self.all:
            if example.subject:
                self.near.setdefault(example.subject, []).append(example)

    def draw(self, rng: np.random.Generator, example: Example, count: int) -> list[Passage]:
        """Up to `count` passages that do not answer the example's question."""
        found: list[Passage] = []
        for _ in range(count if self.all else 0):
            near = self.near.get(example.subject, [])
            pool = near if len(near) > 1 and rng.random() < NEAR else self.all
            other = pool[int(rng.integers(len(pool)))]
            if other.right and other.question != example.question and not _alike(other.right, example):
                found.append(other.right)
        return found


def _alike(passage: Passage, example: Example) -> bool:
    """Whether the passage may answer the example's question, too."""
    right = example.right
    same = right is not None and (passage.text == right.text or (passage.heading and passage.heading == right.heading))
    return bool(same) or passage.text == example.answer
