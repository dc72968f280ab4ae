"""What is wrong with an answer, by rules that anybody can check: the first that holds names it."""

import re
from collections.abc import Sequence

from assistant.evaluation.measures import loops, supported
from corpus.sentences import split

EMPTY, LOOP, UNSUPPORTED, OTHER_PASSAGE, OFF_TARGET, CUT, GOOD = (
    *("empty", "loop", "unsupported", "other-passage", "off-target", "cut", "good"),
)
KINDS = (EMPTY, LOOP, UNSUPPORTED, OTHER_PASSAGE, OFF_TARGET, CUT, GOOD)
LEAST_SUPPORTED = 0.5  # of the sentences
LEAST_ROUGE = 0.2  # of an answer that is about the question
ENDS = (".", "!", "?", "…", ":", ")", '"', "”")
RUN = 4  # words: two passages often say the same of two diseases, but seldom in the same four words
TAIL = 30  # characters


def kind(answer: str, passages: Sequence[str], right: int, rouge: float) -> str:
    """One of KINDS. `right` is the place of the passage that holds the expected answer, `rouge` the ROUGE-L to it."""
    if not any(letter.isalnum() for letter in answer):
        return EMPTY
    if loops(answer):
        return LOOP
    if support(answer, passages) < LEAST_SUPPORTED:
        return UNSUPPORTED
    copied = [_copied(answer, passage) for passage in passages]
    if copied[right] < max(copied):
        return OTHER_PASSAGE
    if rouge < LEAST_ROUGE:
        return OFF_TARGET
    return CUT if _cut(answer, passages) else GOOD


def _copied(answer: str, passage: str) -> int:
    """How many runs of words of the answer stand in the passage."""
    there = set(_runs(passage))
    return sum(run in there for run in _runs(answer))


def _runs(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    length = min(RUN, len(words))
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)] if words else []


def _cut(answer: str, passages: Sequence[str]) -> bool:
    """Whether the last sentence stops in the middle; some passages end without a full stop, and so may an answer."""
    end = answer.rstrip()
    return not end.endswith(ENDS) and not any(passage.rstrip().endswith(end[-TAIL:]) for passage in passages)


def support(answer: str, passages: Sequence[str]) -> float:
    """The share of an answer's sentences that the passages state, 0 for an empty one."""
    sentences = [sentence for sentence in split(answer) if any(letter.isalnum() for letter in sentence)]
    return sum(supported(sentence, passages) for sentence in sentences) / len(sentences) if sentences else 0.0
