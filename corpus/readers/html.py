"""Web pages: what a reader sees of them, with their headings as sections. Nothing in them is run or fetched."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line
from corpus.document import Document, ReadingError
from corpus.language import guess
from corpus.readers.encoding import LARGEST, MARKS, SAMPLE, detect
from corpus.readers.outline import Outline
from corpus.readers.text import title_of

UNSEEN = ("script", "style", "nav", "noscript", "template", "svg", "iframe", "object", "button", "select", "textarea")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = (
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form header "
    "hr main ol p pre section summary table ul"
).split(" ")
SPACE = re.compile(r"\s+")
# Marks put into the text where headings stand; the page's own are taken out before.
OPEN, SPLIT, CLOSE = "\x02", "\x03", "\x04"
MARKED = re.compile(f"{OPEN}(\\d){SPLIT}([^{CLOSE}]*){CLOSE}")
CHARSET = re.compile(rb"<meta[^>]+charset|<\?xml[^>]+encoding", re.IGNORECASE)


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text."""
    import warnings

    from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

    if path.stat().st_size > LARGEST:
        raise ReadingError(f"{path.name} is larger than {LARGEST // 1_000_000} MB.")
    data = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(data, "lxml", from_encoding=_declared(path, data))
    title, language = _title(soup), _language(soup)
    outline = _outline(soup)
    title = title or outline.first_heading or title_of(path)
    sections = outline.sections(title)
    if sections:
        text = " ".join(section.text for section in sections)
        yield Document(title, sections, path=str(path), language=language or guess(text))


def _declared(path: Path, data: bytes) -> str | None:
    """Our own finding, unless the page or a byte order mark declares its encoding, which the parser obeys."""
    found = detect(path)
    marked = any(data.startswith(mark) for mark, _ in MARKS)
    return None if marked or CHARSET.search(data[:SAMPLE]) else found


def _title(soup) -> str:
    return one_line(soup.title.get_text()) if soup.title else ""


def _language(soup) -> str:
    tag = soup.find("html")
    code = str(tag.get("lang", "")).strip().lower()[:2] if tag else ""
    return code if code.isalpha() and len(code) == 2 else ""


def _outline(soup) -> Outline:
    for tag in soup(list(UNSEEN)) + soup("head"):
        tag.decompose()
    _normalise(soup)
    _mark(soup)
    outline = Outline()
    parts = MARKED.split(soup.get_text())  # text, level, heading, text, level, heading, text, …
    outline.text(parts[0])
    for level, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        outline.heading(int(level), heading)
        outline.text(text)
    return outline


def _normalise(soup) -> None:
    """White space as a browser treats it: line breaks of the source mean nothing outside <pre>."""
    for string in soup.find_all(string=True):
        text = re.sub(f"[{OPEN}{SPLIT}{CLOSE}]", "", string)
        if string.find_parent("pre") is None:
            text = SPACE.sub(" ", text)
        if text != string:
            string.replace_with(type(string)(text))


def _mark(soup) -> None:
    """Line breaks, list marks and heading marks as text, so that one pass over the text finds them all."""
    for tag in soup("br"):
        tag.replace_with("\n")
    for tag in soup("li"):
        tag.insert(0, "\n- ")
    for tag in soup(["td", "th"]):
        if tag.find_next_sibling(["td", "th"]) is not None:
            tag.append(" | ")
    for tag in soup("tr"):
        tag.append("\n")
    for tag in soup(BLOCKS):
        within_item = tag.find_parent("li") is not None or tag.find_parent("tr") is not None
        tag.insert(0, "" if within_item else "\n\n")
        tag.append("\n" if within_item else "\n\n")
    for tag in soup(list(HEADINGS)):
        text = one_line(tag.get_text())
        tag.replace_with(f"{OPEN}{tag.name[1]}{SPLIT}{text}{CLOSE}" if text else "")
