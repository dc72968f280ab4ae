"""Markdown (CommonMark and its tables) by markdown-it-py: headings become sections, marks that only set type go."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cleaning import one_line
from corpus.document import Document, ReadingError
from corpus.language import detect
from corpus.readers import html
from corpus.readers.encoding import read_text
from corpus.readers.outline import Outline, item, joined
from corpus.readers.text import title_of

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

log = logging.getLogger(__name__)

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
FRONT_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)
DEEPEST = 60  # levels of lists and quotations in each other; what lies deeper is left out
LARGEST = 2_000_000  # characters, two to five seconds; a larger file is read as plain text
LONGEST_LINE = 20_000  # characters; a longer line is data, on which its search for pairs of marks is quadratic


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. The title: the front matter's, else the first heading."""
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    front = FRONT_MATTER.match(text)
    named = FRONT_TITLE.search(front[1]) if front else None
    outline = _outline(text[front.end() :] if front else text)
    title = (one_line(named[1].strip(" \"'")) if named else outline.first_heading) or title_of(path)
    sections = outline.sections(title)
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _outline(text: str) -> Outline:
    if len(text) <= LARGEST and max(map(len, text.split("\n"))) <= LONGEST_LINE:
        try:
            return _parsed(text)
        except RecursionError:
            log.debug("read as plain text", exc_info=True)
    outline = Outline()
    outline.text(text)
    return outline


def _parsed(text: str) -> Outline:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    outline = Outline()
    blocks: list[str] = []
    for node in SyntaxTreeNode(parser.parse(text)).children:
        if node.type == "heading":
            outline.text(joined(blocks))
            blocks = []
            outline.heading(int(node.tag[1]), _inline(node))
        else:
            blocks += _blocks(node)
    outline.text(joined(blocks))
    return outline


def _blocks(node: "SyntaxTreeNode") -> list[str]:
    """The texts of a block: paragraphs, items of lists, code as it is, a table's rows."""
    if node.type in ("paragraph", "heading"):
        return [_inline(node)]
    if node.type in ("fence", "code_block"):
        return [node.content.rstrip("\n")]
    if node.type == "bullet_list":
        return [item("-", _inner(child)) for child in node.children]
    if node.type == "ordered_list":
        first = int(node.attrs.get("start", 1))
        return [item(f"{number}.", _inner(child)) for number, child in enumerate(node.children, start=first)]
    if node.type == "table":
        rows = (row for part in node.children for row in part.children)
        return ["\n".join(" | ".join(one_line(_inline(cell)) for cell in row.children) for row in rows)]
    if node.type == "html_block":
        return _html(node.content)
    return _inner(node)


def _inner(node: "SyntaxTreeNode") -> list[str]:
    return [block for child in node.children for block in _blocks(child)]


def _inline(node: "SyntaxTreeNode") -> str:
    """What a reader sees of a line: a link's words, an image's description, code without its marks."""
    if node.type in ("text", "code_inline"):
        return node.content
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "html_inline":
        return "\n" if node.content.lower().startswith("<br") else ""
    return "".join(map(_inline, node.children))


def _html(source: str) -> list[str]:
    """The text of HTML that stands between paragraphs; none for a comment."""
    try:
        page = html.parsed(source.encode("utf-8", "replace"), "HTML in Markdown", "utf-8")
    except ReadingError:
        return []
    return [text for section in page.outline.sections("") for text in (section.heading, section.text) if text]
