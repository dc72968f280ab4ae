"""What a search gives back, and what the reader adds to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from index.storage.backend import Row


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of a passage, and the probability that they answer the question."""

    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Hit:
    """A passage that was found, with its place and why it was found.

    `blend` is what both searches say together, in [0, 1]. `score` orders the hits, in [0, 1]: the blend, and what the
    reader says where it has read the passage.
    `rank_keyword` and `rank_dense` count from 1 and are None where that search did not return the passage; `bm25` is
    FTS5's (higher is better here), `cosine` the embedder's. What the reader says: `reader` is the probability that
    the passage answers, None while it has not been read; `evidence` are the words that do, likeliest first;
    `sentences` are all sentences of the passage with theirs, in order.
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
    blend: float = 0.0
    rank_keyword: int | None = None
    rank_dense: int | None = None
    bm25: float | None = None
    cosine: float | None = None
    language: str = ""
    ordinal: int = 0  # place among the passages of its document
    parts: int = 1  # neighbouring passages that were put together
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reader: float | None = None
    evidence: tuple[Span, ...] = ()
    sentences: tuple[Span, ...] = ()

    @classmethod
    def of(cls, row: Row, **found: Any) -> "Hit":
        """The passage of a row with its document's columns and the name of its `collection`; `found` says why."""
        return cls(
            passage_id=row["id"],
            document_id=document_id(row),
            title=row["title"],
            text=row["text"],
            heading=row["heading"],
            path=row["path"],
            page=row["page"],
            ordinal=row["ordinal"],
            collection=row["collection"],
            language=row["language"],
            metadata=json.loads(row["metadata"]),
            **found,
        )

    @property
    def indexed_text(self) -> str:
        """Heading and text, as they were embedded."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text

    @property
    def place(self) -> str:
        """The names of the folder that its file lies in and of the file: "2025 invoice.txt"."""
        return " ".join(PurePath(self.path.replace("\\", "/")).parts[-2:])

    @property
    def label(self) -> str:
        """What stands over the passage: its document's title and its own heading, once where they say the same."""
        if not self.heading or self.heading in self.title:
            return self.title
        return self.heading if self.title in self.heading else f"{self.title}. {self.heading}"

    @property
    def document(self) -> tuple[str, str]:
        """Collection and document id: what tells one document from another."""
        return self.collection, self.document_id


def document_id(row: Row) -> str:
    """What names a document outside the index: the id that its source gave, else a prefix of its SHA-256."""
    return row["external_id"] or row["sha256"][:16]
