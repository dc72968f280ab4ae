"""Web pages: what a reader sees of them, with their headings as sections. Nothing in them is run or fetched.

What the page hides is left out, tables are rows that name their columns, terms stand before their definitions, and
pictures are said with their alternative text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corpus.cleaning import lowered, one_line, raised
from corpus.document import Document, ReadingError
from corpus.language import detect
from corpus.readers.encoding import LARGEST, MARKS, SAMPLE, encoding_of_bytes
from corpus.readers.outline import Outline, code
from corpus.readers.text import title_of
from corpus.tables import facts

UNSEEN = frozenset(
    "script style nav noscript template svg iframe object button select textarea head datalist del s strike".split(" ")
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = frozenset(
    (
        "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form "
        "header hr main ol p pre section summary table ul"
    ).split(" ")
)
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split(" "))
SPACE = re.compile(r"\s+")
CHARSET = re.compile(rb"<meta[^>]{1,300}charset|<\?xml[^>]{1,300}encoding", re.IGNORECASE)
HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0{1,9})?\s*(?:;|!|$))", re.I)
SIMPLE_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][\w-]+", re.I)
MOST_COLUMNS = 100  # of a table; what spans more only claims so
MOST_CELLS = 200_000  # of a table with all its spans filled
WORDS_OF_A_PICTURE = 3  # from which its alternative text is a text of its own


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
    found = encoding_of_bytes(data, name)
    if encoding is None and not _declares_encoding(data):
        data, encoding = data.decode(found, "replace").encode("utf-8"), "utf-8"  # the parser knows fewer encodings
    page = _page(data, name, encoding, skips_aria=True)
    # What is only kept from screen readers is decoration, unless it is most of the page: one that lay behind a dialog
    # when it was saved.
    return page if page.seen >= page.left_to_aria else _page(data, name, encoding, skips_aria=False)


def _page(data: bytes, name: str, encoding: str | None, skips_aria: bool) -> "Page":
    from lxml import etree

    page = Page(skips_aria)
    try:
        etree.fromstring(data, etree.HTMLParser(target=page, encoding=encoding, huge_tree=True))
    except (etree.XMLSyntaxError, etree.ParserError, LookupError) as error:
        raise ReadingError("html.unreadable", name=name) from error
    return page


def _declares_encoding(data: bytes) -> bool:
    """Whether a byte order mark or the page itself does, which the parser obeys."""
    return any(data.startswith(mark) for mark, _ in MARKS) or CHARSET.search(data[:SAMPLE]) is not None


@dataclass
class _Cell:
    text: list[str] = field(default_factory=list)
    is_header: bool = False
    columns: int = 1
    rows: int = 1


@dataclass
class _Table:
    """A table while it is read. `flows`: it only arranges the page, and its cells are blocks of text."""

    rows: list[list[_Cell]] = field(default_factory=list)
    head: int = 0  # rows inside <thead>
    caption: list[str] = field(default_factory=list)
    flows: bool = False


class Page:
    """Takes a page's tags and texts as the parser meets them (lxml's target interface), so depth costs nothing.

    `seen` and `left_to_aria` count the characters that were kept, and those that are only hidden from screen readers.
    `links` counts the links, and `link_share` says how much of the text they are: nearly all of a page of contents.
    """

    def __init__(self, skips_aria: bool = True) -> None:
        self.outline = Outline()
        self.title = ""
        self.language = ""
        self.seen = self.left_to_aria = self.links = self._linked = 0
        self._skips_aria = skips_aria
        self._text: list[str] = []
        self._heading: list[str] = []
        self._open: dict[str, int] = {}  # how many of the tags that matter are open
        self._path: list[tuple[str, bool, bool]] = []  # open elements: (tag, hidden, hidden from screen readers)
        self._hidden = self._aria = 0
        self._hiding_names: set[str] = set()  # ".class" and "#id" that a style sheet hides
        self._tables: list[_Table] = []
        self._script: list[tuple[list[str], bool]] = []  # what stands in <sup> or <sub>, and whether it links
        self._term: list[str] = []
        self._pre: list[str] | None = None
        self._last = ""  # the last characters that were put

    @property
    def link_share(self) -> float:
        """Characters in links over all characters, 0 to 1."""
        return self._linked / self.seen if self.seen else 0.0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "html":
            language = attributes.get("lang", "").strip().lower()[:2]
            self.language = language if len(language) == 2 and language.isalpha() else ""
        if tag not in VOID:
            hidden = tag in UNSEEN or self._hides(tag, attributes)
            aria = self._skips_aria and attributes.get("aria-hidden", "").lower() == "true"
            self._path.append((tag, hidden, aria))
            self._hidden += hidden
            self._aria += aria
            self._open[tag] = self._open.get(tag, 0) + 1
        if self._hidden or self._aria:
            return
        if tag in HEADINGS:
            self._flow()
            self._flush()
        elif tag == "br":
            self._put("\n")
        elif tag == "li":
            self._put("\n- ")
        elif tag in ("sup", "sub"):
            self._script.append(([], False))
        elif tag == "a":
            self.links += 1
            self._script = [*self._script[:-1], *((parts, True) for parts, _ in self._script[-1:])]
        elif tag in ("img", "area") and attributes.get("alt", "").strip():
            self._picture(one_line(attributes["alt"]))
        elif tag == "pre" and self._pre is None:
            self._pre = []
        elif tag in ("table", "tr", "td", "th"):
            self._start_of_table(tag, attributes)
        elif tag == "dt":
            self._term = []
        elif tag == "dd":
            term = one_line(" ".join(self._term))
            self._put(f"\n- {term.rstrip(' :')}: " if term else "\n- ")
        elif tag in BLOCKS and not self._within("li", "td", "th", "dd"):
            self._put("\n\n")
        elif tag in BLOCKS and not self._last.endswith(("- ", ": ")):
            self._put(" " if self._tables else "\n")

    def end(self, tag: str) -> None:
        if tag in VOID:
            return
        unseen = bool(self._hidden or self._aria)
        if self._path and self._path[-1][0] == tag:
            _, hidden, aria = self._path.pop()
            self._hidden -= hidden
            self._aria -= aria
        self._open[tag] = self._open.get(tag, 0) - 1
        if unseen:
            return
        if tag in HEADINGS:
            self.outline.heading(int(tag[1]), "".join(self._heading))
            self._heading = []
        elif tag in ("sup", "sub") and self._script:
            parts, links = self._script.pop()
            text = "".join(parts)
            self._put(raised(self._last, text, links) if tag == "sup" else lowered(self._last, text))
        elif tag == "pre" and self._pre is not None and not self._open["pre"]:
            text, self._pre = "".join(self._pre), None
            self._put(one_line(text) if self._within("td", "th", "li") else f"\n\n{code(text)}\n\n")
        elif tag in ("table", "tr"):
            self._end_of_table(tag)
        elif tag == "dd":
            self._put("\n")
        elif tag == "dl":
            self._term = []
            self._put("\n\n")
        elif tag in BLOCKS and tag != "dt":
            self._put("\n" if self._within("li", "td", "th", "dd") else "\n\n")

    def data(self, text: str) -> None:
        if self._within("title") and not self._within("svg", "body"):
            self.title += text
        elif self._within("style") and not self._within("svg"):
            self._style(text)
        elif not self._hidden and self._aria:
            self.left_to_aria += len(text.strip())
        elif not self._hidden:
            size = len(text.strip())
            self.seen += size
            self._linked += size * self._within("a")
            # Line breaks of the source mean nothing outside <pre>.
            self._put(text if self._pre is not None else SPACE.sub(" ", text))

    def comment(self, text: str) -> None:
        pass

    def close(self) -> None:
        while self._tables:
            self._end_of_table("table")
        self._flush()

    def _hides(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether the page does not show this element."""
        if "hidden" in attributes or (tag == "dialog" and "open" not in attributes):
            return tag not in ("html", "body")
        if "style" in attributes and HIDING.search(attributes["style"][:2000]):
            return tag not in ("html", "body")  # which a script shows when the page is loaded
        if not self._hiding_names:
            return False
        names = {f".{name}" for name in attributes.get("class", "").split()} | {f"#{attributes.get('id', '')}"}
        return any(name in self._hiding_names or f"{tag}{name}" in self._hiding_names for name in names)

    def _style(self, sheet: str) -> None:
        """Takes the names that the sheet hides at all times: what is inside @media may be for paper alone."""
        sheet = sheet[:200_000].split("@media")[0]
        for rule in sheet.split("}"):
            names, _, style = rule.partition("{")
            if HIDING.search(style[:2000]):
                selectors = (each.strip() for each in names.split(","))
                self._hiding_names.update(each for each in selectors if SIMPLE_SELECTOR.fullmatch(each))

    def _picture(self, text: str) -> None:
        self.seen += len(text)
        own = len(text.split()) >= WORDS_OF_A_PICTURE
        self._put(f"\n\n{text}\n\n" if own and not self._within("li", "td", "th", "a", "p") else f" {text} ")

    def _start_of_table(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "table":
            self._flow()
            self._put("\n\n")
            self._tables.append(_Table())
            return
        if not self._tables or self._tables[-1].flows:
            self._put("\n" if tag == "tr" else "\n\n")
            return
        table = self._tables[-1]
        if tag == "tr" or not table.rows:
            table.rows.append([])
            table.head += self._within("thead")
        if tag != "tr":
            columns, rows = _span(attributes, "colspan"), _span(attributes, "rowspan")
            table.rows[-1].append(_Cell(is_header=tag == "th", columns=columns, rows=rows))

    def _end_of_table(self, tag: str) -> None:
        if tag == "tr" or not self._tables:
            self._put("\n" if tag == "tr" and not self._tables else "")
            return
        table = self._tables.pop()
        if not table.flows:
            self._put("\n".join(("", "", *_lines(table), "", "")))

    def _flow(self) -> None:
        """What holds headings or tables only arranges the page: its cells are blocks, those read and those to come."""
        for table in self._tables:
            if not table.flows:
                table.flows = True
                blocks = ["".join(table.caption), *("".join(cell.text) for row in table.rows for cell in row)]
                self._text.append("".join(f"\n\n{block}\n\n" for block in blocks if block.strip()))

    def _within(self, *tags: str) -> bool:
        return any(self._open.get(tag, 0) > 0 for tag in tags)

    def _put(self, text: str) -> None:
        if not self._script:
            self._last = (self._last + text)[-12:]
        self._place().append(text)

    def _place(self) -> list[str]:
        """Where text belongs now."""
        if self._script:
            return self._script[-1][0]
        if self._pre is not None:
            return self._pre
        if self._within(*HEADINGS):
            return self._heading
        if self._tables and not self._tables[-1].flows:
            table = self._tables[-1]
            if self._within("td", "th") and table.rows and table.rows[-1]:
                return table.rows[-1][-1].text
            return table.caption
        if self._within("dt"):
            return self._term
        return self._text

    def _flush(self) -> None:
        lines: list[str] = []
        for line in "".join(self._text).split("\n"):
            if line.lstrip().startswith("- "):
                while len(lines) > 1 and not lines[-1].strip() and _is_item_above(lines):
                    lines.pop()  # no blank line between the items of a list
            lines.append(line)
        self.outline.text("\n".join(lines))
        self._text = []


def _is_item_above(lines: list[str]) -> bool:
    return next((line.lstrip().startswith("- ") for line in reversed(lines) if line.strip()), False)


def _span(attributes: Mapping[str, str], name: str) -> int:
    value = attributes.get(name, "")
    return min(MOST_COLUMNS if name == "colspan" else MOST_CELLS, max(1, int(value))) if value[:9].isdecimal() else 1


def _lines(table: _Table) -> list[str]:
    """The table's rows with their columns' names below its caption; a table of one column or row as text."""
    grid, header, head_cells = _grid(table)
    caption = one_line("".join(table.caption))
    found = [caption] if caption else []
    width = max(map(len, grid), default=0)
    if width < 2:
        return [*found, *("".join(cell.text) for row in table.rows for cell in row)]
    is_sideways = not header and all(cells and cells[0] for cells in head_cells) and width == 2
    if is_sideways:
        return [*found, *(": ".join(filter(None, map(one_line, row))) for row in grid)]
    return [*found, *facts(grid, header or None)]


def _grid(table: _Table) -> tuple[list[list[str]], int, list[list[bool]]]:
    """(cells with spans filled in, number of header rows, whether each cell is a header)."""
    grid: list[list[str]] = []
    marks: list[list[bool]] = []
    hanging: dict[int, tuple[int, str, bool]] = {}  # column -> (rows to come, text, is header)
    total = 0
    for cells in table.rows:
        row: list[str] = []
        mark: list[bool] = []
        waiting = list(cells)
        while waiting or len(row) in hanging:
            at = len(row)
            if at >= MOST_COLUMNS or total > MOST_CELLS:
                break
            if at in hanging:
                left, text, is_header = hanging.pop(at)
                if left > 1:
                    hanging[at] = (left - 1, text, is_header)
                row.append(text)
                mark.append(is_header)
                total += 1
                continue
            cell = waiting.pop(0)
            if len(cells) == 1 and cell.columns > 1 and not row and not cell.is_header:
                cell.columns = 1  # a heading of the rows below it: alone in its row
            text = one_line("".join(cell.text))
            for column in range(at, min(at + cell.columns, MOST_COLUMNS)):
                if cell.rows > 1:
                    hanging[column] = (cell.rows - 1, text, cell.is_header)
                row.append(text)
                mark.append(cell.is_header)
                total += 1
        if any(row):
            grid.append(row)
            marks.append(mark)
    header = 0
    while header < len(grid) and all(marks[header]):
        header += 1
    return grid, min(max(header, min(table.head, len(grid))), len(grid)), marks
