"""The frozen records that carry an answer from the pipeline to the app, the command line and the history."""

from dataclasses import dataclass, field
from typing import Literal

from index.retrieval.hit import Hit

Mode = Literal["grounded", "quotes", "free"]
MODES: tuple[Mode, ...] = ("grounded", "quotes", "free")

BULLETS = ("- ", "* ", "• ", "‣ ", "▪ ", "◦ ")


@dataclass(frozen=True)
class Citation:
    """Passage number `n` (from 1) and the characters [start, end) of its text that support the sentence."""

    n: int
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer.

    `support` is in [0, 1]: how much of it the best passage holds. `highlight` are the characters [start, end) of
    `text` that are the words which answer.
    """

    text: str
    supported: bool
    support: float
    citations: tuple[Citation, ...] = ()
    highlight: tuple[tuple[int, int], ...] = ()

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list, with its marker before it."""
        return self.text.startswith(BULLETS)


@dataclass(frozen=True)
class Timings:
    """Seconds: of the search, of the reading, from the question to the first token and to the end; and the number of
    tokens that the generator wrote."""

    search_s: float = 0.0
    read_s: float = 0.0
    first_token_s: float | None = None
    total_s: float = 0.0
    new_tokens: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer with everything needed to check it. `sources[n - 1]` is what [n] points to."""

    question: str
    refused: bool
    confidence: float  # calibrated probability that the passages hold an answer
    mode: Mode
    model: str  # "" where no generator took part
    sentences: tuple[Sentence, ...] = ()
    sources: tuple[Hit, ...] = ()
    timings: Timings = field(default_factory=Timings)
    threshold: float = 0.5  # confidence below this was refused
    query: str = ""  # what was searched for, where a follow-up was completed from the history
    documents: int = 0  # searched
    notices: tuple[str, ...] = ()  # keys of the texts `notice.KEY` in assistant.ui.i18n
    collections: tuple[str, ...] = ()  # that were asked; () is all of them

    @property
    def text(self) -> str:
        """The sentences with their [n] marks, one after the other; items of a list on lines of their own."""
        parts = [("\n" if sentence.is_item else " ") + marked(sentence) for sentence in self.sentences]
        return "".join(parts).strip()


@dataclass(frozen=True)
class Turn:
    """A question and its answer (None while it is being written or when it was interrupted)."""

    question: str
    answer: Answer | None = None


@dataclass(frozen=True)
class Searched:
    """Event: the search is done; `hits` in the order in which they are numbered."""

    hits: tuple[Hit, ...]
    confidence: float
    seconds: float
    documents: int  # documents searched


@dataclass(frozen=True)
class Drafted:
    """Event: what the generator has written so far. `settled` are the sentences that are finished and checked, `rest`
    is what is still being written, unchecked."""

    text: str
    settled: tuple[Sentence, ...] = ()
    rest: str = ""


@dataclass(frozen=True)
class Answered:
    """Event: the last one, with the checked answer."""

    answer: Answer


Event = Searched | Drafted | Answered


def marked(sentence: Sentence) -> str:
    """The sentence with its [n] marks at the end."""
    return sentence.text + "".join(f" [{citation.n}]" for citation in sentence.citations)
