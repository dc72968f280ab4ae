"""Markdown (CommonMark, tables, strikethrough) by markdown-it-py: headings become sections, front matter is text.

Marks that only set type go, what is struck through with them; code keeps its lines; wiki links give their words.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cleaning import lowered, one_line, raised
from corpus.document import Document, ReadingError
from corpus.language import detect
from corpus.readers import html
from corpus.readers.encoding import read_text
from corpus.readers.outline import SEPARATOR, Outline, code, item, joined
from corpus.readers.text import title_of
from corpus.tables import facts

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

log = logging.getLogger(__name__)

FRONT_LIMIT = 50_000  # characters of the front matter
FRONT_LINES = 200  # of it, as text
HEADING_ID = re.compile(r"\{[#.:][^{}\n]{0,100}\}$")  # "## Treatment {#treat}"
NOTE_MARK = re.compile(r"\[\^([\w-]{1,40})\](:?)")
WIKI_LINK = re.compile(r"!?\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\]")  # as Obsidian has them
DEEPEST = 60  # levels of lists and quotations in each other; what lies deeper is left out
LARGEST = 2_000_000  # characters, two to five seconds; a larger file is read as plain text
LONGEST_LINE = 20_000  # characters; a longer line is data, on which its search for pairs of marks is quadratic


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. The title: the front matter's, else the first heading."""
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    front, body = _front(text)
    named, about = front_matter(front)
    outline = _outline(body, about)
    title = named or outline.first_heading or title_of(path)
    sections = outline.sections(title)
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _front(text: str) -> tuple[str, str]:
    """(front matter without its fences, the rest)."""
    if not text.startswith("---"):
        return "", text
    first, _, rest = text.partition("\n")
    if first.strip() != "---":
        return "", text
    at = 0
    for line in rest[:FRONT_LIMIT].split("\n"):
        if line.rstrip() in ("---", "..."):
            return rest[:at], rest[at + len(line) + 1 :]
        at += len(line) + 1
    return "", text


def front_matter(source: str) -> tuple[str, list[str]]:
    """(title, other fields as "- author: Anna" lines) of YAML; what is no YAML stays as it is written."""
    import yaml

    if not source.strip():
        return "", []
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(source)):
            raise yaml.YAMLError("an alias may stand for more than a file may hold")
        fields = yaml.load(source, yaml.BaseLoader)  # which makes text of everything, dates as they are written
    except (yaml.YAMLError, RecursionError, ValueError):
        return "", [source]
    if not isinstance(fields, dict):
        return "", [source]
    title = one_line(fields.pop("title", "")) if isinstance(fields.get("title", ""), str) else ""
    lines = [f"- {name}: {shown}" for name, value in fields.items() if (shown := _flat(value))]
    return title, lines[:FRONT_LINES]


def _flat(value: object, depth: int = 5) -> str:
    if isinstance(value, dict) and depth:
        parts = (f"{name} {shown}" for name, each in value.items() if (shown := _flat(each, depth - 1)))
    elif isinstance(value, list) and depth:
        parts = (shown for each in value if (shown := _flat(each, depth - 1)))
    else:
        return one_line(str(value))
    return ", ".join(parts)


def _outline(text: str, about: list[str]) -> Outline:
    if len(text) <= LARGEST and max(map(len, text.split("\n"))) <= LONGEST_LINE:
        try:
            return parsed(text, about)
        except RecursionError:
            log.debug("read as plain text", exc_info=True)
    outline = Outline()
    outline.text("\n".join(about))
    outline.text(text)
    return outline


def parsed(text: str, about: Sequence[str] = ()) -> Outline:
    """The headings and texts of Markdown source, below lines `about` it."""
    outline = Outline()
    outline.text("\n".join(about))
    _fill(outline, text)
    return outline


def parsed_into(outline: Outline, text: str) -> None:
    """Adds a piece of Markdown source to an outline; what takes too long to parse is added as it is."""
    if len(text) <= LARGEST and max(map(len, text.split("\n"))) <= LONGEST_LINE:
        try:
            return _fill(outline, text)
        except RecursionError:
            log.debug("read as plain text", exc_info=True)
    return outline.text(text)


def _fill(outline: Outline, text: str) -> None:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import reference
    from markdown_it.tree import SyntaxTreeNode

    def reference_but_no_note(state, first: int, last: int, silent: bool) -> bool:
        """ "[^1]: Once." is a note's text, not the address of a link."""
        at = state.bMarks[first] + state.tShift[first]
        return not state.src.startswith("[^", at) and reference(state, first, last, silent)

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    parser.block.ruler.at("reference", reference_but_no_note)
    blocks: list[str] = []
    for node in SyntaxTreeNode(parser.parse(text)).children:
        if node.type == "heading":
            outline.text(joined(blocks))
            blocks = []
            outline.heading(int(node.tag[1]), HEADING_ID.sub("", _inline(node)))
        else:
            blocks += _blocks(node)
    outline.text(joined(blocks))


def _blocks(node: "SyntaxTreeNode") -> list[str]:
    """The texts of a block: paragraphs, items of lists, code as it is, a table's rows."""
    if node.type in ("paragraph", "heading"):
        return [_inline(node)]
    if node.type in ("fence", "code_block"):
        return [code(node.content.rstrip("\n"))]
    if node.type == "bullet_list":
        return [item("-", _inner(child)) for child in node.children]
    if node.type == "ordered_list":
        first = int(node.attrs.get("start", 1))
        return [item(f"{number}.", _inner(child)) for number, child in enumerate(node.children, start=first)]
    if node.type == "table":
        rows = [[_inline(cell) for cell in row.children] for part in node.children for row in part.children]
        return ["\n".join(facts(rows, headers=1 if any(map(str.strip, rows[0])) else 0))]
    if node.type == "html_block":
        return _html(node.content)
    return _inner(node)


def _inner(node: "SyntaxTreeNode") -> list[str]:
    return [block for child in node.children for block in _blocks(child)]


def _inline(node: "SyntaxTreeNode") -> str:
    """What a reader sees of a line: a link's words, an image's description, code without its marks."""
    if node.type == "text":
        return WIKI_LINK.sub(_wiki_words, NOTE_MARK.sub(r"[\1]\2", node.content))
    if node.type == "code_inline":
        return node.content
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "html_inline":
        return "\n" if node.content.lower().startswith("<br") else ""
    if node.type == "s":  # struck through
        return ""
    text = ""
    script: tuple[str, int] | None = None  # "<sup>" or "<sub>", and where its text begins
    for child in node.children:
        tag = child.content.lower() if child.type == "html_inline" else ""
        if tag in ("<sup>", "<sub>"):
            script = tag, len(text)
        elif tag in ("</sup>", "</sub>") and script:
            before, inside = text[: script[1]], text[script[1] :]
            text = before + (raised if tag == "</sup>" else lowered)(before, inside)
            script = None
        else:
            text += _inline(child)
    return text


def _wiki_words(link: re.Match[str]) -> str:
    """ "[[Page#Part|words]]" as "words", "[[Page]]" as "Page"."""
    return link[2] or link[1].replace("#", SEPARATOR)


def _html(source: str) -> list[str]:
    """The text of HTML that stands between paragraphs; none for a comment."""
    try:
        page = html.parsed(source.encode("utf-8", "replace"), "HTML in Markdown", "utf-8")
    except ReadingError:
        return []
    return [text for section in page.outline.sections("") for text in (section.heading, section.text) if text]
