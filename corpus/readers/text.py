"""Plain text: one document, one section, titled after the file."""

from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line, tidy
from corpus.document import Document, Section
from corpus.language import detect
from corpus.readers.encoding import read_text


def read(path: Path) -> Iterator[Document]:
    """One document, or none when only white space is there."""
    text = tidy(read_text(path))
    if text:
        yield Document(title_of(path), (Section(text),), path=str(path), language=detect(text))


def title_of(path: Path) -> str:
    """ "annual_report-2020.txt" as "annual report-2020"."""
    return one_line(path.stem.replace("_", " ")) or path.name
