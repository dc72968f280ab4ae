"""Rich text (RTF): its text by striprtf, then notes, headers and footers, which that library leaves out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpus.cleaning import one_line, tidy
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers.limits import unread
from corpus.readers.text import title_of
from corpus.tables import CELL, facts

KIND = Reason("kind.rtf")
LARGEST = 50_000_000  # bytes, most of which are pictures
DEEPEST = 2_000  # groups in each other
TOKEN = re.compile(r"\\[a-z]{1,32}-?\d{0,10}|\\[^a-z]|[{}]", re.DOTALL)
NOTE = "footnote"
FURNITURE = tuple(f"{part}{page}" for part in ("header", "footer") for page in ("", "l", "r", "f"))
PAGE_NUMBER = re.compile(r"[\W\d]*")  # what is left of a footer that holds nothing else


def read(path: Path) -> Iterator[Document | Dropped]:
    """One document, or none when there is no text, and a Dropped for what it hides. Raises ReadingError for what is no
    RTF."""
    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    source = path.read_bytes().decode("latin-1")
    if not source.lstrip("\ufeffï»¿ \r\n\t").startswith("{\\rtf"):
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND)
    parts = _apart(source)
    try:
        text = tidy(_tables(_plain(parts.main)))
        notes = [f"Note: {said}" for note in parts.notes if (said := one_line(_plain(note)))]
        around = [said for part in parts.furniture if not PAGE_NUMBER.fullmatch(said := one_line(_plain(part)))]
    except Exception as error:  # the library lets errors of broken control words through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    text = "\n\n".join(filter(None, [text, *notes, *dict.fromkeys(around)]))
    if text:
        yield Document(title_of(path), (Section(text),), path=str(path), language=detect(text))
    yield from unread(path.name, {"dropped.hidden_text": parts.hidden})


def _plain(source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    text: str = rtf_to_text(source, encoding="cp1252", errors="replace")
    return text


@dataclass
class _Parts:
    """A file cut in what the library reads and what it would leave out, each as RTF of its own; `hidden` counts the
    stretches of hidden text, which stand in none."""

    main: str = ""
    notes: list[str] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)
    hidden: int = 0


def _apart(source: str) -> _Parts:
    found = _Parts()
    main: list[str] = []
    inner: list[str] = []  # of the note, header or footer that is open
    at = depth = begins = 0  # up to where the source was taken; open groups; where the innermost begins
    apart = hidden = styles = 0  # depths at which a part of its own, hidden text and the list of styles are open
    kind = ""
    for token in TOKEN.finditer(source):
        word = token[0][1:]
        taken = inner if apart else main
        if token[0] == "{":
            depth, begins = depth + 1, token.start()
        elif token[0] == "}":
            if hidden == depth:
                at, hidden = token.start(), 0
            if apart and apart == depth:
                part = "".join(["{\\rtf1\\ansi ", *inner, source[at : token.start()], "}"])
                (found.notes if kind == NOTE else found.furniture).append(part)
                at, apart, inner = token.end(), 0, []
            styles = 0 if styles == depth else styles
            depth = max(0, depth - 1)
        elif word == "stylesheet":
            styles = depth
        elif styles or not depth:
            continue
        elif not apart and not hidden and word in (NOTE, *FURNITURE):
            main.append(source[at:begins])
            at, apart, kind = token.end(), depth, word
        elif not hidden and word in ("v", "v1"):
            taken.append(source[at : token.start()])
            hidden = depth
            found.hidden += 1
        elif hidden == depth and word in ("v0", "plain"):
            at, hidden = token.start(), 0
    if not hidden and not apart:
        main.append(source[at:])
    found.main = "".join(main)
    return found


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
