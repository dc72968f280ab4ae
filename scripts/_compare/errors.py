"""What is wrong with an answer, by rules that anybody can check: the first that holds names it."""

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


def kind(answer: str, passages: Sequence[str], right: int, rouge: float) -> str:
    """One of KINDS. `right` is the place of the passage that holds the expected answer, `rouge` the ROUGE-L to it."""
    sentences = [sentence for sentence in split(answer) if any(letter.isalnum() for letter in sentence)]
    if not sentences:
        return EMPTY
    if loops(answer):
        return LOOP
    held = [[supported(sentence, [passage]) for passage in passages] for sentence in sentences]
    if sum(map(any, held)) < LEAST_SUPPORTED * len(sentences):
        return UNSUPPORTED
    counts = [sum(column) for column in zip(*held, strict=True)]
    if counts[right] < max(counts):
        return OTHER_PASSAGE
    if rouge < LEAST_ROUGE:
        return OFF_TARGET
    return GOOD if answer.rstrip().endswith(ENDS) else CUT


def support(answer: str, passages: Sequence[str]) -> float:
    """The share of an answer's sentences that the passages state, 0 for an empty one."""
    sentences = [sentence for sentence in split(answer) if any(letter.isalnum() for letter in sentence)]
    return sum(supported(sentence, passages) for sentence in sentences) / len(sentences) if sentences else 0.0
