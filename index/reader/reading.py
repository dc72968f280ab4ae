"""What the reader says of a passage, and who can say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.errors import SourcierError


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of a passage that answer, and how likely just these do (0 to 1, uncalibrated)."""

    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Sentence:
    """Characters [start, end) of a sentence and its score: as `Reading.score`, of the spans inside it alone."""

    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Reading:
    """What one passage says to a question.

    `score` is the log of the odds that the passage answers against that it does not, as the network gives it: a raw
    number that wants calibrating before it is shown. `null` is the network's raw score of "no answer". `evidence` are
    the best spans that do not overlap, best first; empty only for a passage without words. `sentences` are all
    sentences of the passage in their order.
    """

    score: float
    null: float
    evidence: tuple[Span, ...]
    sentences: tuple[Sentence, ...]


class PassageReader(Protocol):
    """Reads passages for a question: the learnt `Reader`, or `OverlapReader` where no weights are wanted."""

    def read(
        self, question: str, passages: Sequence[str], titles: Sequence[str] = (), languages: Sequence[str] = ()
    ) -> list[Reading]:
        """One reading a passage, in the passages' order.

        `titles` are the passages' documents' titles and `languages` their ISO 639-1 codes, empty or one a passage.
        """
        ...


class ReaderUnavailable(SourcierError):
    """The reader cannot work; `code` says why, `values` with what.

    `reader.missing`, `reader.damaged`: the shipped weights are not there or not the known ones. `e5.missing`,
    `e5.damaged`: the body's data file, see `index.vectors.e5`.
    """
