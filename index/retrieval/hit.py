"""What a search gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Hit:
    """A passage that was found, with its place and why it was found.

    `score` is the fused score in [0, 1]. `rank_keyword` and `rank_dense` count from 1 and are None where that
    search did not return the passage; `bm25` is FTS5's (higher is better here), `cosine` the embedder's.
    """

    passage_id: int
    document_id: str
    title: str
    text: str
    heading: str = ""
    path: str = ""
    page: int | None = None
    collection: str = ""
    score: float = 0.0
    rank_keyword: int | None = None
    rank_dense: int | None = None
    bm25: float | None = None
    cosine: float | None = None
    language: str = ""
    ordinal: int = 0  # place among the passages of its document
    parts: int = 1  # neighbouring passages that were put together
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def indexed_text(self) -> str:
        """Heading and text, as they were embedded."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text
