"""Web pages: what a reader sees of them, with their headings as sections. Nothing in them is run or fetched."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line
from corpus.document import Document, ReadingError
from corpus.language import detect
from corpus.readers.encoding import LARGEST, MARKS, SAMPLE, encoding_of_bytes
from corpus.readers.outline import Outline
from corpus.readers.text import title_of

UNSEEN = frozenset(
    "script style nav noscript template svg iframe object button select textarea head".split(" ")
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = frozenset(
    (
        "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form "
        "header hr main ol p pre section summary table ul"
    ).split(" ")
)
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split(" "))
SPACE = re.compile(r"\s+")
BEFORE_ITEM = re.compile(r"(?<!\s)\s+-(?= \S)")
CHARSET = re.compile(rb"<meta[^>]+charset|<\?xml[^>]+encoding", re.IGNORECASE)


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. Raises ReadingError when the content is not text."""
    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    page = parsed(path.read_bytes(), path.name)
    title = one_line(page.title) or page.outline.first_heading or title_of(path)
    sections = page.outline.sections(title)
    if sections:
        text = " ".join(section.text for section in sections)
        yield Document(title, sections, path=str(path), language=page.language or detect(text))


def parsed(data: bytes, name: str, encoding: str | None = None) -> "Page":
    """The page in these bytes; `encoding` is what a sender declared. Raises ReadingError, which says `name`."""
    from lxml import etree

    page = Page()
    found = encoding_of_bytes(data, name)
    if encoding is None and not _declares_encoding(data):
        data, encoding = data.decode(found, "replace").encode("utf-8"), "utf-8"  # the parser knows fewer encodings
    try:
        etree.fromstring(data, etree.HTMLParser(target=page, encoding=encoding, huge_tree=True))
    except (etree.XMLSyntaxError, etree.ParserError, LookupError) as error:
        raise ReadingError("html.unreadable", name=name) from error
    return page


def _declares_encoding(data: bytes) -> bool:
    """Whether a byte order mark or the page itself does, which the parser obeys."""
    return any(data.startswith(mark) for mark, _ in MARKS) or CHARSET.search(data[:SAMPLE]) is not None


class Page:
    """Takes a page's tags and texts as the parser meets them (lxml's target interface), so depth costs nothing."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.title = ""
        self.language = ""
        self._text: list[str] = []
        self._heading: list[str] = []
        self._open: dict[str, int] = {}  # how many of the tags that matter are open
        self._unseen = 0

    def start(self, tag: str, attributes) -> None:
        if tag == "html":
            code = attributes.get("lang", "").strip().lower()[:2]
            self.language = code if len(code) == 2 and code.isalpha() else ""
        self._unseen += tag in UNSEEN
        if tag not in VOID:
            self._open[tag] = self._open.get(tag, 0) + 1
        if tag in HEADINGS:
            self._flush()
        elif tag == "br":
            self._put("\n")
        elif tag == "li":
            self._put("\n- ")
        elif tag in ("td", "th"):
            self._put("\t")
        elif tag in BLOCKS and not self._within("li", "tr"):
            self._put("\n\n")

    def end(self, tag: str) -> None:
        if tag in VOID:
            return
        self._unseen -= tag in UNSEEN
        self._open[tag] = self._open.get(tag, 0) - 1
        if tag in HEADINGS:
            self.outline.heading(int(tag[1]), "".join(self._heading))
            self._heading = []
        elif tag == "tr":
            self._put("\n")
        elif tag in BLOCKS:
            self._put("\n" if self._within("li", "tr") else "\n\n")

    def data(self, text: str) -> None:
        if self._within("title") and not self._within("svg", "body"):
            self.title += text
        elif not self._unseen:
            # Line breaks of the source mean nothing outside <pre>.
            self._put(text if self._within("pre") else SPACE.sub(" ", text))

    def comment(self, text: str) -> None:
        pass

    def close(self) -> None:
        self._flush()

    def _within(self, *tags: str) -> bool:
        return any(self._open.get(tag) for tag in tags)

    def _put(self, text: str) -> None:
        (self._heading if self._within(*HEADINGS) else self._text).append(text)

    def _flush(self) -> None:
        text = BEFORE_ITEM.sub(_item_gap, "".join(self._text))
        self.outline.text("\n".join(_cells(line) for line in text.split("\n")))
        self._text = []


def _item_gap(match: re.Match) -> str:
    """No blank line between the items of a list."""
    return "\n-" if "\n" in match[0] else match[0]


def _cells(line: str) -> str:
    """A table's row, in which a tab opens each cell."""
    return " | ".join(map(one_line, line.split("\t")[1:])) if line.lstrip(" ").startswith("\t") else line
