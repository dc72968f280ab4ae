"""Markdown: headings become sections, the first one the title; marks that only set type are taken off."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line
from corpus.document import Document
from corpus.language import guess
from corpus.readers.encoding import read_text
from corpus.readers.outline import Outline
from corpus.readers.text import title_of

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
FRONT_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)
FENCE = re.compile(r"[ ]{0,3}(```+|~~~+)")
HEADING = re.compile(r"[ ]{0,3}(#{1,6})([ \t].*|)")
UNDERLINE = re.compile(r"[ ]{0,3}(=+|-{2,})[ \t]*")
LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
INLINE = (
    *((LINK, r"\1"),) * 2,  # twice: an image may be a link's text
    (re.compile(r"!?\[([^\[\]\n]+)\]\[[^\[\]\n]*\]"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]{1,300}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"^[ ]{0,3}>[ ]?", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[*+](?=[ \t]+\S)", re.MULTILINE), r"\1-"),
)


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text."""
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    front = FRONT_MATTER.match(text)
    named = FRONT_TITLE.search(front[1]) if front else None
    outline = _outline(_without_comments(text[front.end() :] if front else text))
    title = (one_line(named[1].strip(" \"'")) if named else outline.first_heading) or title_of(path)
    sections = outline.sections(title)
    if sections:
        language = guess(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _outline(text: str) -> Outline:
    outline, block, fence = Outline(), [], ""

    def flush() -> None:
        outline.text(_plain("\n".join(block)))
        block.clear()

    for line in text.split("\n"):
        opened = FENCE.match(line)
        if fence or opened:
            if not fence:
                flush()
                fence = opened[1]
            elif opened and opened[1].startswith(fence) and not line.strip(" `~"):
                outline.text("\n".join(block))  # code stays as it is
                block.clear()
                fence = ""
            else:
                block.append(line)
            continue
        heading, underline = HEADING.fullmatch(line), UNDERLINE.fullmatch(line)
        if heading:
            flush()
            outline.heading(len(heading[1]), _plain(_unclosed(heading[2].strip())))
        elif underline and block and block[-1].strip():
            title = block.pop()
            flush()
            outline.heading(1 if underline[1][0] == "=" else 2, _plain(title))
        else:
            block.append(line)
    flush()
    return outline


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + len("-->")
    return "".join(kept) + text[at:]


def _unclosed(heading: str) -> str:
    """ "Title ##" without its closing marks, but "C#" as it is."""
    bare = heading.rstrip("#")
    return bare if not bare or bare[-1] in " \t" else heading


def _plain(text: str) -> str:
    for pattern, replacement in INLINE:
        text = pattern.sub(replacement, text)
    return text
