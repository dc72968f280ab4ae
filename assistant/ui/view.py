"""What the panels show, as frozen records without HTML: a turn of a conversation, and what one tab has open."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.schema import Answer, Sentence, Turn
from index.hit import Hit

# A turn goes waiting -> searching -> drafting -> done, or ends as stopped, interrupted (by a restart) or failed.
RUNNING = ("waiting", "searching", "drafting")


@dataclass(frozen=True)
class TurnView:
    """A question and as much of its answer as there is. `documents` is None where it is no longer known."""

    id: int
    question: str
    state: str = "waiting"
    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0
    seconds: float = 0.0
    documents: int | None = None
    draft: str = ""
    settled: tuple[Sentence, ...] = ()  # of the draft, finished and checked
    rest: str = ""  # of the draft, being written
    answer: Answer | None = None
    error: str = ""

    @property
    def running(self) -> bool:
        """Whether more of this turn is to come."""
        return self.state in RUNNING

    @property
    def sources(self) -> tuple[Hit, ...]:
        """The numbered passages: those of the answer once there is one, what the search found until then."""
        return self.answer.sources if self.answer else self.hits


@dataclass(frozen=True)
class Tab:
    """The state of one browser tab. It lives in the tab's session only, so two tabs never mix.

    The turns themselves are read from the history and from the answers being written, never kept here.
    """

    lang: str = "en"
    conversation: int | None = None  # None: a new one, not yet in the history
    query: str = ""  # what the list of conversations is filtered by
    renaming: int | None = None
    deleting: int | None = None
    collection: str = ""  # whose sources the Documents tab lists
    removing: int | None = None  # the source that the user was asked about


class Gaze:
    """Which of a tab's followers is the newest: only that one may write into the page. Lives in the tab's session."""

    def __init__(self):
        self.newest = 0

    def turn(self) -> int:
        """Makes the caller the newest follower; its number stays equal to `newest` until another one comes."""
        self.newest += 1
        return self.newest


def stored_view(turn) -> TurnView:
    """The view of a turn as the history keeps it (`StoredTurn`)."""
    answer = turn.answer
    seen = {"answer": answer, "confidence": answer.confidence, "seconds": answer.timings.search_s} if answer else {}
    return TurnView(turn.id, turn.question, "interrupted" if turn.state == "writing" else turn.state, **seen)


def earlier_turns(views: Iterable[TurnView]) -> tuple[Turn, ...]:
    """The answered turns as the assistant wants its history, oldest first."""
    return tuple(Turn(view.question, view.answer) for view in views if view.answer is not None)
