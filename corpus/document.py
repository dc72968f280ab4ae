"""What readers and data sets give: documents made of sections, and notes of what was left out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from corpus.errors import Reason, SourcierError


@dataclass(frozen=True)
class Section:
    """A stretch of a document's text with its place: a PDF page, a chapter, an abstract."""

    text: str
    heading: str = ""
    page: int | None = None  # counted from 1, as a reader of the PDF would


@dataclass(frozen=True)
class Document:
    """One text that can be cited.

    `path` says where it came from and is only ever shown, never opened. `external_id` is the identifier that the
    source itself gives (BEIR's `_id`, MedQuAD's question id). `language` is an ISO 639-1 code, empty when unknown.
    `pair` are the question and the answer of a row that has fields for both, "" for an empty one: what trainings learn
    of it, and nothing that the index keeps.
    """

    title: str
    sections: tuple[Section, ...]
    path: str = ""
    external_id: str = ""
    language: str = ""
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pair: tuple[str, str] | None = None

    @cached_property
    def id(self) -> str:
        """SHA-256 of title and text, in hex: two copies of one text are one document, whatever they are called."""
        digest = hashlib.sha256(self.title.encode("utf-8", "replace"))
        for section in self.sections:
            for part in (section.heading, section.text):
                digest.update(b"\0" + part.encode("utf-8", "replace"))
        return digest.hexdigest()

    @property
    def text(self) -> str:
        """All sections, separated by blank lines."""
        return "\n\n".join(section.text for section in self.sections)


@dataclass(frozen=True)
class Dropped:
    """Something that a reader left out, and why."""

    place: str  # "row 12", "page 3", a file's path
    reason: Reason


@dataclass(frozen=True)
class Passage:
    """A stretch of a document small enough to embed and to quote.

    `heading` stands in front of the text wherever the passage is searched: leaving it out cost 0.20 nDCG@10 on
    medical sets.
    """

    text: str
    heading: str = ""
    ordinal: int = 0  # place in the document, from 0
    page: int | None = None

    @property
    def indexed_text(self) -> str:
        """What is embedded and keyword-indexed."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text

    @cached_property
    def key(self) -> bytes:
        """SHA-256 of the indexed text (32 bytes): no text is embedded twice by the same embedder."""
        return hashlib.sha256(self.indexed_text.encode("utf-8", "replace")).digest()


class ReadingError(SourcierError):
    """A file, folder or data set that cannot be read."""
