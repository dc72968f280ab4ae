"""Headings and the text below them, gathered into sections: what Markdown, HTML and Word have in common."""

from corpus.cleaning import one_line, tidy
from corpus.document import Section

SEPARATOR = " › "


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
