"""reStructuredText by docutils: titles become sections, directives and roles give way to the text that they frame.

docutils is only asked to parse: it may include no file, fetch no address and pass on no raw HTML, and no transform is
run. Sphinx's directives and roles, which it does not know, are read for their text.
"""

import logging
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cleaning import one_line, raised
from corpus.document import Document
from corpus.language import detect
from corpus.readers.encoding import read_text
from corpus.readers.outline import Outline, code, item, joined
from corpus.readers.text import title_of
from corpus.tables import facts

if TYPE_CHECKING:
    from docutils import nodes

log = logging.getLogger(__name__)

LARGEST = 2_000_000  # characters, two to eight seconds; a larger file is read as plain text
LONGEST_LINE = 20_000  # characters; a longer line is data
DEEPEST = 5  # unknown directives in each other
DIRECTIVE = re.compile(r"\s*\.\. (?:\|[^|\n]{1,100}\| )?([\w:+.-]+?)::[ \t]*(.*)")
OPTION = re.compile(r"\s+:[\w-]+:(?:\s|$)")
WHOLLY_DROPPED = frozenset("contents include index meta raw replace tabularcolumns testsetup toctree".split(" "))
ARGUMENT_DROPPED = frozenset(
    "code code-block currentmodule default-role figure highlight image list-table literalinclude math module "
    "only parsed-literal role sourcecode".split(" ")
)
SAID = frozenset("deprecated seealso todo versionadded versionchanged".split(" "))
CODE = frozenset("code code-block parsed-literal sourcecode".split(" "))
TARGET = re.compile(r"\A([^<]*[^<\s])\s*<[^<>]+>\Z")  # "the site <http://x.org>"


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. The first title is the document's."""
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    outline = _outline(text)
    title = outline.first_heading or title_of(path)
    sections = outline.sections(title)
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _outline(text: str) -> Outline:
    outline = Outline()
    if len(text) <= LARGEST and max(map(len, text.split("\n"))) <= LONGEST_LINE:
        try:
            _fill(outline, _parsed(text), level=1)
            return outline
        except Exception as error:  # deep nesting, and what docutils lets through; the text itself can still be read
            if isinstance(error, MemoryError):
                raise
            log.debug("read as plain text", exc_info=True)
    outline = Outline()
    outline.text(text)
    return outline


def _parsed(text: str) -> "nodes.document":
    from docutils import frontend, nodes, utils
    from docutils.parsers.rst import Parser, states

    def text_of_role(self, rawsource, text, role, lineno):
        """Instead of a role's own function, so that Sphinx's roles are no errors."""
        target = TARGET.match(text)
        words = target[1] if target else text
        kind = {"sup": nodes.superscript, "superscript": nodes.superscript}.get(role, nodes.inline)
        return [kind(rawsource, words.removeprefix("~").removeprefix("!"))], []

    # docutils reads its patterns from the attributes of the very class, which a plain subclass would not have.
    inliner = type("Inliner", (states.Inliner,), {**vars(states.Inliner), "interpreted": text_of_role})
    settings = frontend.get_default_settings(Parser)
    settings.file_insertion_enabled = settings.raw_enabled = False
    settings.report_level = settings.halt_level = 6  # above all levels: nothing is printed, nothing is raised
    settings.line_length_limit = LARGEST
    settings.syntax_highlight = "none"
    document = utils.new_document("", settings)
    Parser(inliner=inliner()).parse(text, document)
    return document


def _fill(outline: Outline, parent: "nodes.Element", level: int) -> None:
    from docutils import nodes

    blocks: list[str] = []
    for node in parent.children:
        if isinstance(node, nodes.section):
            outline.text(joined(blocks))
            blocks = []
            _fill(outline, node, level + 1)
        elif isinstance(node, nodes.title):
            outline.heading(level - 1, _inline(node))
        else:
            blocks += _blocks(node, 0)
    outline.text(joined(blocks))


def _blocks(node: "nodes.Node", depth: int) -> list[str]:
    """The texts of a block: paragraphs, items of lists, code as it is, a table's rows. `depth` counts directives."""
    from docutils import nodes

    if isinstance(node, nodes.system_message):
        return _refused(node, depth)
    if isinstance(node, nodes.literal_block | nodes.doctest_block | nodes.math_block):
        return [code(node.astext())]
    if isinstance(node, nodes.TextElement):
        return [_inline(node)] if not isinstance(node, nodes.Invisible) else []
    if isinstance(node, nodes.Invisible) or not isinstance(node, nodes.Element):
        return []
    if isinstance(node, nodes.table):
        return [_table(node, depth)]
    if isinstance(node, nodes.enumerated_list):
        first = int(node.get("start", 1))
        numbered = enumerate(node.children, start=first)
        return [item(f"{number}.", _inner(child, depth)) for number, child in numbered]
    if isinstance(node, nodes.bullet_list):
        return [item("-", _inner(child, depth)) for child in node.children]
    if isinstance(node, nodes.definition_list_item | nodes.field | nodes.option_list_item):
        term, *rest = _inner(node, depth) or [""]
        return [item("-", [f"{one_line(term)}: {joined(rest)}" if rest else term])]
    if isinstance(node, nodes.line_block):
        return ["\n".join(_inner(node, depth))]
    if isinstance(node, nodes.footnote | nodes.citation):
        label, *rest = _inner(node, depth) or [""]
        return [f"[{label}] {joined(rest)}"]
    if isinstance(node, nodes.Admonition):
        name = "" if isinstance(node, nodes.admonition) else f"{node.tagname.capitalize()}: "
        return [name + joined(_inner(node, depth))]
    return _inner(node, depth)


def _inner(node: "nodes.Node", depth: int) -> list[str]:
    return [block for child in node.children for block in _blocks(child, depth)]


def _inline(node: "nodes.Node") -> str:
    """What a reader sees of a line; the number of a note stands in brackets."""
    from docutils import nodes

    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.footnote_reference | nodes.citation_reference):
        return f"[{node.astext()}]"
    text = ""
    for child in node.children:
        shown = _inline(child)
        text += raised(text, shown) if isinstance(child, nodes.superscript) else shown
    return text


def _table(node: "nodes.table", depth: int) -> str:
    """The title, then the rows with their columns' names."""
    from docutils import nodes

    rows = [[_cell(cell, depth) for cell in row.children] for row in node.findall(nodes.row)]
    headers = sum(len(head.children) for head in node.findall(nodes.thead))
    titles = [_inline(child) for child in node.children if isinstance(child, nodes.title)]
    return "\n".join((*titles, *facts(rows, headers or None)))


def _cell(node: "nodes.Node", depth: int) -> str:
    return one_line(joined(_inner(node, depth)))


def _refused(message: "nodes.system_message", depth: int) -> list[str]:
    """What stood where docutils saw an error: the text inside an unknown directive, any other source as it is."""
    from docutils import nodes

    blocks = [node.astext() for node in message.children if isinstance(node, nodes.literal_block)]
    source = "\n".join(blocks)
    found = DIRECTIVE.match(source)
    if not found:
        return blocks
    name, argument = found[1].lower(), found[2].strip()
    if name in WHOLLY_DROPPED:
        return []
    lines = source.split("\n")[1:]
    while lines and OPTION.match(lines[0]):
        del lines[0]
    body = textwrap.dedent("\n".join(lines)).strip("\n")
    if name in CODE:
        return [code(body)]
    if name in SAID:
        argument = f"{name.capitalize()}: {argument}"
    elif name in ARGUMENT_DROPPED:
        argument = ""
    inner = _inner(_parsed(body), depth + 1) if depth < DEEPEST else [body]
    return [block for block in (argument, *inner) if block]
