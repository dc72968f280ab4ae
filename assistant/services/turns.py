"""Turns of a conversation as the app shows them, made from what the history keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from assistant.schema import Answer, Drafted, Searched, Sentence, Timings, Turn
from assistant.storage.feedback_records import Judgement
from assistant.storage.history import StoredTurn
from index.retrieval.hit import Hit

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
    error: str = ""  # a stored reason (`Reason.dumps`)
    follow_ups: tuple[str, ...] = ()
    versions: tuple[int, ...] = ()  # ids of all turns that were asked at this place
    feedback: Judgement | None = None  # what the user thought of the answer

    @property
    def running(self) -> bool:
        """Whether more of this turn is to come."""
        return self.state in RUNNING

    @property
    def sources(self) -> tuple[Hit, ...]:
        """The numbered passages: those of the answer once there is one, what the search found until then."""
        return self.answer.sources if self.answer else self.hits


def stored_view(turn: StoredTurn) -> TurnView:
    """The view of a turn as the history keeps it."""
    state = "interrupted" if turn.state == "writing" else turn.state
    view = TurnView(turn.id, turn.question, state, error=turn.error, follow_ups=turn.follow_ups, versions=turn.versions)
    answer = turn.answer
    if answer is None:
        return replace(view, draft=turn.draft)
    documents = answer.documents or None
    view = replace(view, confidence=answer.confidence, seconds=answer.timings.search_s, documents=documents)
    if state == "done" or (state == "stopped" and not turn.draft):
        return replace(view, answer=answer)
    return replace(view, hits=answer.sources, settled=answer.sentences, rest=turn.draft, draft=turn.draft)


def unfinished(view: TurnView) -> Answer | None:
    """The checked part of an answer that is not finished, to be stored; None before the search has found anything."""
    if not view.hits:
        return None
    return Answer(
        question=view.question,
        refused=False,
        confidence=view.confidence,
        mode="grounded",
        model="",
        sentences=view.settled,
        sources=view.hits,
        timings=Timings(search_s=view.seconds),
        documents=view.documents or 0,
    )


def progress(event: object) -> dict[str, Any]:
    """What of a view changes when the assistant has told an event: what was found, how far the draft is."""
    if isinstance(event, Searched):
        found = {"hits": event.hits, "confidence": event.confidence, "seconds": event.seconds}
        return {"state": "drafting", "documents": event.documents, **found}
    if isinstance(event, Drafted):
        return {"state": "drafting", "draft": event.text, "settled": event.settled, "rest": event.rest}
    return {}


def earlier_turns(views: Iterable[TurnView]) -> tuple[Turn, ...]:
    """The answered turns as the assistant wants its history, oldest first."""
    return tuple(Turn(view.question, view.answer) for view in views if view.answer is not None)
