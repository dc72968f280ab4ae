"""Rich text (RTF): its text by striprtf, without headers, pictures and styles."""

from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import tidy
from corpus.document import Document, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers.text import title_of
from corpus.tables import CELL, facts

KIND = Reason("kind.rtf")
LARGEST = 50_000_000  # bytes, most of which are pictures
DEEPEST = 2_000  # groups in each other


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. Raises ReadingError for what is no RTF."""
    from striprtf.striprtf import rtf_to_text

    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    source = path.read_bytes().decode("latin-1")
    if not source.lstrip("\ufeffï»¿ \r\n\t").startswith("{\\rtf"):
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND)
    try:
        text = rtf_to_text(source, encoding="cp1252", errors="replace")
    except Exception as error:  # the library lets errors of broken control words through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    text = tidy(_tables(text))
    if text:
        yield Document(title_of(path), (Section(text),), path=str(path), language=detect(text))


def _tables(text: str) -> str:
    """The text with its tables' rows naming their columns: the library ends each cell with "|"."""
    lines: list[str] = []
    table: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        stripped = line.rstrip()
        if stripped.endswith("|") and stripped.count("|") > 1:
            table.append(stripped[:-1].split("|"))
            continue
        if table:
            lines += facts(table) if len(table) > 1 else [CELL.join(table[0])]
            table = []
        lines.append(line)
    return "\n".join(lines)
