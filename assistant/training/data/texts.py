"""Texts to learn from, as documents in two stable halves: to train on, and held out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.training.data.split import held_out
from assistant.training.errors import TrainingError
from corpus import datasets
from corpus.document import Document

# Chances a token of a file has to be drawn, beside 1 for the others: two thirds of eLife's bodies are dense molecular
# biology that answers nobody's question, the Treasury's releases repeat themselves, and MedQuAD is read as questions
# with passages, too. What is written for everybody, about anything, comes most often. (Until step 3,450 of `starter`
# MedQuAD and Wikipedia had 1.5 each, the last two 1.)
SHARES = {
    "elife_bodies": 0.33,
    "treasury_press_releases_quarter": 0.4,
    "treasury_speeches_testimony": 0.5,
    "medquad": 0.5,
    "wikipedia": 4.0,
    "plos_starter": 2.0,
    "va_health_benefits": 2.0,
}
OPENING = {"# Abstract", "# Introduction", "# Digest"}  # the heading before one of these is a document's title
NAVIGATION = re.compile(r"(?m)^(Go to (Patient|Health Professional) Version|# (Altmetric|Views|File Formats Help):?)$")
BLOCK = 12_000  # characters: texts without titles are cut into documents of about this length, at headings
LONGEST = 60_000  # characters: where titles are further apart on average, they are not the documents' own


@dataclass(frozen=True)
class Text:
    """One document of a source. `group` is what must not stand on both sides of a split."""

    source: str
    group: str
    text: str
    title: str = ""
    question: bool = False  # the title is a question and the text its answer
    metadata: dict = field(default_factory=dict, hash=False, compare=False)

    @property
    def held_out(self) -> bool:
        """Whether this document is never trained on. Depends on nothing but the group's name."""
        return held_out(self.group)


def prose(folder: Path) -> Iterator[Text]:
    """Every document of the `*.txt` files in `folder`: paragraphs between blank lines, headings as "# Title"."""
    files = sorted(Path(folder).glob("*.txt"))
    if not files:
        raise TrainingError("training.no_texts", folder=folder)
    for file in files:
        for title, text in _documents(file.read_text(encoding="utf-8", errors="replace")):
            yield Text(file.stem, f"prose/{title}", text, title)


def medquad(folder: Path) -> Iterator[Text]:
    """MedQuAD's questions and answers, grouped by what they are about."""
    for item in datasets.get("medquad").documents(Path(folder)):
        if isinstance(item, Document):
            area = item.metadata.get("focus_area") or item.title
            yield Text("medquad", f"medquad/{area}", item.text, item.title, True, {"area": area})


def wikipedia() -> Iterator[Text]:
    """The English Wikipedia summaries that are installed with the program."""
    for item in datasets.get("wikipedia").documents(Path()):
        if isinstance(item, Document):
            yield Text("wikipedia", f"wikipedia/{item.title}", item.text, item.title, False, dict(item.metadata))


def _documents(text: str) -> Iterator[tuple[str, str]]:
    paragraphs = [p.strip() for p in NAVIGATION.sub("", text).split("\n\n") if p.strip()]
    titled = _starts(paragraphs)
    starts = titled if len(text) < LONGEST * len(titled) else _block_starts(paragraphs)
    for start, end in zip(starts, [*starts[1:], len(paragraphs)], strict=True):
        yield paragraphs[start].lstrip("# ")[:200], "\n\n".join(paragraphs[start:end])


def _starts(paragraphs: list[str]) -> list[int]:
    """Where a title stands right before "Abstract" and its like, or names a summary's version; the start always."""
    found = [0]
    for i, paragraph in enumerate(paragraphs[1:], start=1):
        follower = paragraphs[i + 1] if i + 1 < len(paragraphs) else ""
        titles = paragraph.startswith("# ") and paragraph not in OPENING
        if titles and (follower in OPENING or paragraph.endswith("Professional Version")):
            found.append(i)
    return found


def _block_starts(paragraphs: list[str]) -> list[int]:
    found, length = [0], 0
    for i, paragraph in enumerate(paragraphs):
        if length >= BLOCK and (paragraph.startswith("# ") or length >= 3 * BLOCK):
            found.append(i)
            length = 0
        length += len(paragraph)
    return found
