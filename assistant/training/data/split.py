"""Which groups of documents are held out of training."""

import hashlib
from collections.abc import Sequence

from assistant.training.data.example import Example
from assistant.training.errors import TrainingError

HELD_OUT = 0.1


def held_out(group: str, share: float = HELD_OUT) -> bool:
    """A stable choice of `share` of all groups, by SHA-256 of the name in lower case."""
    digest = hashlib.sha256(" ".join(group.lower().split()).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """(train, held out) by group. A group's side depends on its name alone, here and in pretraining.

    Raises TrainingError when either side would be empty.
    """
    train = [example for example in examples if not held_out(example.group)]
    valid = [example for example in examples if held_out(example.group)]
    if not valid or not train:  # a handful of documents: the last group
        last = examples[-1].group if examples else ""
        train, valid = [e for e in examples if e.group != last], [e for e in examples if e.group == last]
    learnt = {example.right.text for example in train if example.right}
    # MedQuAD gives some answers under several topics: one that is learnt cannot be held out as well.
    valid = [example for example in valid if not example.right or example.right.text not in learnt]
    if not train or not valid:
        raise TrainingError("training.too_little")
    return train, valid
