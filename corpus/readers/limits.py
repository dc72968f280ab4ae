"""What a reader leaves out of a file, and how much text the file may give, by its size."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from corpus.document import Dropped
from corpus.errors import Reason

FLOOR = 5_000_000  # characters that any file may give
FACTOR = 200  # characters a byte: texts in an Office file reach 20, tables with their columns' names 60


class LimitReached(Exception):
    """The file has given all the text that it may; what was read so far stands. Readers catch it themselves."""


class TextLimit:
    """Counts the characters that a reader has taken from one file. It costs the reader a call for each text."""

    def __init__(self, path: Path, slack: int = 1) -> None:
        """`path` is the file whose size, in bytes, sets the limit, which `slack` multiplies."""
        self._left = slack * (FLOOR + FACTOR * path.stat().st_size)

    @property
    def is_reached(self) -> bool:
        """Whether the file has given too much."""
        return self._left < 0

    def take(self, text: str) -> str:
        """The text itself. Raises LimitReached when the file has given too much."""
        self._left -= len(text)
        if self._left < 0:
            raise LimitReached
        return text


BEYOND_LIMIT = "dropped.beyond_limit"
# What a file holds beside the text that is read; `unread` fills in how often.
UNREAD = {
    reason.code: reason
    for reason in (
        Reason("dropped.pictures", {"count": 0}),
        Reason("dropped.media", {"count": 0}),
        Reason("dropped.drawing", {"count": 0}),
        Reason("dropped.embedded", {"count": 0}),
        Reason("dropped.chart_points", {"count": 0}),
        Reason("dropped.hidden_text", {"count": 0}),
        Reason("dropped.beyond_limit", {"count": 0}),
    )
}


def unread(place: str, counts: Mapping[str, int]) -> Iterator[Dropped]:
    """A Dropped for each kind that was met in the file called `place`: "3 pictures without a description"."""
    for code, count in counts.items():
        if count:
            yield Dropped(place, replace(UNREAD[code], values={"count": count}))
