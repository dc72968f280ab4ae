"""What is looked for in the words of passages, whichever database holds them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Match:
    """Words or phrases: any of `phrases` (or `every` one) at a `place`, or any of `forms` among the stems.

    The words of a phrase stand beside each other, in any inflected form that Porter's stemmer joins.
    """

    phrases: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    place: Literal["heading", "passage", "anywhere"] = "passage"  # "passage": heading or text; "anywhere": stems too
    every: bool = False


class Words(Protocol):
    """The word index of one database. `scope` holds collection ids, "passage id" is a row number."""

    def find(
        self, match: Match, scope: Sequence[int], documents: Sequence[int] = (), limit: int = 100
    ) -> dict[int, float]:
        """BM25 by passage id, higher is better, best first; in the rows `documents` alone where some are given."""

    def standing(self, match: Match, scope: Sequence[int], passages: Sequence[int]) -> tuple[int | None, int | None]:
        """The best of `passages` and its rank from 1 among all of the scope; (None, None) where none matches."""

    def holding(self, match: Match, scope: Sequence[int] | None, limit: int, texts: bool = False) -> list[Any]:
        """`id` and `document_id` of passages that match, best first; with `texts` also `text` and `title`."""

    def holds(self, match: Match, scope: Sequence[int] | None = None) -> bool:
        """Whether any passage matches."""

    def count(self, match: Match) -> int:
        """How many passages match: slow for common words."""

    def headings(self, match: Match, limit: int) -> list[str]:
        """Headings of some passages that match."""

    def terms(self) -> dict[str, int]:
        """Passages by stem of their headings and texts; of a large server's index an estimate without rare stems."""

    def sizes(self) -> dict[str, int]:
        """Passages by collection's name."""

    def texts(self, term: str, count: int, scope: Sequence[int]) -> Iterator[str]:
        """Headings and texts of up to `count` passages that hold a stem."""


def marks(values: Collection) -> str:
    """As many question marks as values, for IN (...)."""
    return ",".join("?" * len(values))
