"""One question answered by two generators, from the same passages."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.pipeline import Assistant
from assistant.schema import Answer, Answered, Drafted, Mode
from corpus.errors import Reason, SourcierError


@dataclass(frozen=True)
class Side:
    """What one generator has made of the question so far; `error` says why it could not answer."""

    model: str
    draft: str = ""
    answer: Answer | None = None
    error: Reason | None = None
    working: bool = False


@dataclass(frozen=True)
class Comparison:
    """A question with both sides. It can be voted on once both have answered."""

    question: str
    left: Side
    right: Side

    @property
    def complete(self) -> bool:
        """Whether there are two answers to choose between."""
        sides = self.left, self.right
        return all(side.answer is not None and not side.answer.refused and not side.working for side in sides)


def compare(
    assistant: Assistant,
    question: str,
    models: tuple[str, str],
    *,
    collections: Sequence[str] = (),
    mode: Mode = "grounded",
    stop: threading.Event | None = None,
) -> Iterator[Comparison]:
    """The comparison as it grows: left first, then right, since only one generator is in memory at a time.

    The search is the same for both, so that the passages are. What goes wrong on one side is said there.
    """
    whole = Comparison(question, Side(models[0]), Side(models[1]))
    for name in ("left", "right"):
        if stop is not None and stop.is_set():
            return
        side = replace(getattr(whole, name), working=True)
        yield replace(whole, **{name: side})
        try:
            for event in assistant.ask(question, collections=collections, mode=mode, model=side.model, stop=stop):
                if isinstance(event, Drafted):
                    side = replace(side, draft=event.text)
                elif isinstance(event, Answered):
                    side = replace(side, answer=event.answer)
                yield replace(whole, **{name: side})
        except SourcierError as error:
            side = replace(side, error=error.reason)
        whole = replace(whole, **{name: replace(side, working=False)})
        yield whole
