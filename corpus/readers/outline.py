"""Headings and the text below them, gathered into sections: what Markdown, HTML and Word have in common."""

import re
from itertools import groupby

from corpus.cleaning import CONTROL, SURROGATE, one_line, tidy
from corpus.document import Section
from corpus.layout import CODE_INDENT

SEPARATOR = " › "
CODE_MARK = "\x02"  # opens it until the section is made; no text may hold this sign
ONE_PASSAGE = 500  # characters that surely stay together
ITEM = re.compile(r"(?:-|\d{1,9}[.)]) ")


class Outline:
    """Takes headings and text in reading order; gives sections whose heading names the way down to them."""

    def __init__(self) -> None:
        self._found: list[tuple[tuple[str, ...], str]] = []  # trail of headings, text below the last one
        self._trail: list[tuple[int, str]] = []
        self._text: list[str] = []
        self._bare = False  # the last heading has nothing below it yet
        self.first_heading = ""

    def heading(self, level: int, text: str) -> None:
        """Starts a section; `level` counts from 1, deeper levels belong to the one above."""
        text = one_line(text)
        if not text:
            return
        self._close()
        if self._bare and level <= self._trail[-1][0]:
            self._keep_bare()
        self._trail = [(depth, name) for depth, name in self._trail if depth < level]
        self._trail.append((level, text))
        self._bare = True
        self.first_heading = self.first_heading or text

    def text(self, text: str) -> None:
        """Adds a block of text below the last heading."""
        if text.strip():
            self._text.append(text)
            self._bare = False

    def table(self, lines: list[str], caption: str = "") -> None:
        """Adds a table's rows below its caption; rows of more than a passage get a section that it heads."""
        text = "\n".join(lines)
        if not text:
            self.text(caption)
        elif not caption or len(text) <= ONE_PASSAGE:
            self.text(f"{caption}\n{text}" if caption else text)
        else:
            self._close()
            self._found.append(((*self._names(), caption.rstrip(" :")), tidy(f"{caption}\n{text}")))
            self._bare = False

    def sections(self, title: str) -> tuple[Section, ...]:
        """All sections, in order, none where there is no text; `title` is not repeated in their headings."""
        self._close()
        if self._bare and self._found:
            self._keep_bare()
        return tuple(Section(text, _path(trail, title)) for trail, text in self._found)

    def _close(self) -> None:
        text = tidied("\n\n".join(self._text))
        if text:
            self._found.append((self._names(), text))
        self._text = []

    def _keep_bare(self) -> None:
        """A heading with nothing below it is a text of its own, or it would be lost."""
        self._found.append((self._names(), self._trail[-1][1]))
        self._bare = False

    def _names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self._trail)


def _path(trail: tuple[str, ...], title: str) -> str:
    return SEPARATOR.join(trail[1:] if len(trail) > 1 and trail[0] == title else trail)


def code(text: str) -> str:
    """A block of code for `Outline.text`, which keeps its lines and their indentation, and nothing else's."""
    text = SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (CONTROL.sub("", line.replace("\f", "")).expandtabs(4).rstrip() for line in text.split("\n"))
    return "\n".join(f"{CODE_MARK}{line}" for line in lines)


def tidied(text: str) -> str:
    """`tidy` for all but the blocks of code, each line of which begins with CODE_INDENT."""
    if CODE_MARK not in text:
        return tidy(text)
    blocks = []
    for is_code, lines in groupby(text.split("\n"), key=lambda line: line.startswith(CODE_MARK)):
        if is_code:
            kept = (line.removeprefix(CODE_MARK) for line in lines)
            blocks.append("\n".join(CODE_INDENT + line if line else "" for line in kept).strip("\n"))
        else:
            blocks.append(tidy("\n".join(lines)))
    return "\n\n".join(filter(None, blocks))


def item(marker: str, blocks: list[str]) -> str:
    """An item of a list: its marker ("-", "2."), its text, and the lists inside it on lines of their own."""
    return f"{marker} {joined(blocks, inside_item=True)}"


def joined(blocks: list[str], inside_item: bool = False) -> str:
    """Blocks of text with a blank line between them; the items of a list follow each other without one."""
    text, after_item = "", inside_item
    for block in blocks:
        is_item = ITEM.match(block) is not None
        if text:
            text += "\n" if is_item and after_item else "\n\n"
        text += block
        after_item = is_item or inside_item
    return text
