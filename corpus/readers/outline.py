"""Headings and the text below them, gathered into sections: what Markdown, HTML and Word have in common."""

import re

from corpus.cleaning import one_line, tidy
from corpus.document import Section

SEPARATOR = " › "
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

    def sections(self, title: str) -> tuple[Section, ...]:
        """All sections, in order, none where there is no text; `title` is not repeated in their headings."""
        self._close()
        if self._bare and self._found:
            self._keep_bare()
        return tuple(Section(text, _path(trail, title)) for trail, text in self._found)

    def _close(self) -> None:
        text = tidy("\n\n".join(self._text))
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
