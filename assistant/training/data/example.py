"""One training example: a question, its passages and the answer."""

from dataclasses import dataclass

from corpus.document import Passage


@dataclass(frozen=True)
class Example:
    """One thing to learn. `right` is the passage that holds the answer; distractors are added while training.

    `group` stays on one side of the split; `subject` says where near distractors are found.
    """

    question: str
    answer: str
    right: Passage | None
    group: str
    subject: str = ""
    beside: tuple[Passage, ...] = ()  # what stands beside the right one, before any distractor is drawn
    after: str = ""  # the question before a follow-up; the prompt does not hold it, the search does
