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


def beside_name(title: str, path: Path, heading: str, beginning: str) -> str:
    """The title in a file's properties, with the file's name where nothing in the text confirms it.

    Templates and old copies leave their titles behind. Without a title, the first heading, else the name.
    """
    name = title_of(path)
    if not title:
        return heading or name
    is_shown = title.casefold() in f"{heading}\n{beginning}".casefold()
    is_name = set(name.casefold().split()) <= set(title.casefold().split())
    return title if is_shown or is_name else f"{title} ({name})"
