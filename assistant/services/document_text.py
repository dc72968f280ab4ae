"""The text of a document that has no pages to draw (Word, web page, Markdown), with the places of cited words in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.services.pdf_pages import LETTERS, PageError, letters
from index.retrieval.hit import Hit
from index.storage.store import Store
from index.views.documents import parts_of

KINDS = (".docx", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".rtf", ".odt")
LONGEST = 200_000  # characters that are shown: of a longer text the sections around the passage


@dataclass(frozen=True)
class Part:
    """A section of the document. `marks` are characters [start, end) of its text."""

    heading: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


def is_text(hit: Hit) -> bool:
    """Whether the passage stands in a file that is shown as text."""
    return hit.page is None and "://" not in hit.path and hit.path.lower().endswith(KINDS)


def text_with_marks(store: Store, hit: Hit, quotes: Sequence[str]) -> tuple[Part, ...]:
    """The sections of the passage's document, with `quotes` marked in the one that holds the passage. Raises PageError
    when the index no longer has the document."""
    sections = parts_of(store, hit.document_id, (hit.collection,) if hit.collection else ())
    if not sections:
        raise PageError("page.file_gone")
    wanted, _ = letters(hit.text)
    said = [letters(section.text) for section in sections]
    home = next((n for n, (text, _) in enumerate(said) if wanted in text), None)
    if home is None:  # a passage of several sections: the one in which the first words stand
        lead, _ = letters(quotes[0] if quotes else hit.text)
        home = next((n for n, (text, _) in enumerate(said) if lead in text), 0)
    parts = [Part(section.heading, section.text) for section in sections]
    parts[home] = Part(sections[home].heading, sections[home].text, _places(*said[home], wanted, quotes))
    return tuple(_around(parts, home))


def _places(text: str, places: Sequence[int], passage: str, quotes: Sequence[str]) -> tuple[tuple[int, int], ...]:
    start = max(text.find(passage), 0)  # the same words may stand before the passage, too
    found = []
    for quote in quotes:
        wanted, _ = letters(quote)
        at = text.find(wanted, start) if len(wanted) >= LETTERS or wanted == passage else -1
        if wanted and at >= 0:
            found.append((places[at], places[at + len(wanted) - 1] + 1))
    return tuple(sorted(found))


def _around(parts: Sequence[Part], home: int) -> Sequence[Part]:
    first = last = home
    size = len(parts[home].text)
    while True:
        wider = [(first - 1, last), (first, last + 1)]
        open_ = [(a, b) for a, b in wider if a >= 0 and b < len(parts)]
        grown = [(a, b) for a, b in open_ if size + len(parts[a if a < first else b].text) <= LONGEST]
        if not grown:
            return parts[first : last + 1]
        for a, b in grown[:1]:
            size += len(parts[a if a < first else b].text)
            first, last = a, b
