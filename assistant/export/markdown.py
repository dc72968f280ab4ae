"""Conversations as Markdown with footnotes (GitHub's and Pandoc's `[^1]`); untrusted text stays text in all of them."""

import re
import time
from collections.abc import Sequence

from assistant.export.footnotes import Chapter, Exchange, Note, Part
from assistant.export.texts import word
from assistant.text.sanitize import one_line

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$^@])")  # emphasis, links, HTML, tables, mathematics, mentions
LEADING = re.compile(r"^([-+=:.!>]|\d+(?=[.)]))")  # lists, rules, definitions
PLAIN_PATH = re.compile(r"[\w./:%~() +,-]+")
ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|javascript|data|file):|\bwww\.")  # what renderers make links of


def markdown(chapters: Sequence[Chapter], lang: str) -> str:
    """The whole file."""
    made = word("made", lang, date=time.strftime("%Y-%m-%d"))
    return f"<!-- {made} -->\n\n" + "\n\n".join(_chapter(chapter, lang) for chapter in chapters) + "\n"


def escaped(text: str, *, begins: bool = True) -> str:
    """`text` on one line, with no meaning in Markdown; `begins` says that it may start a block."""
    text = SPECIAL.sub(r"\\\1", one_line(text).replace("&", "&amp;"))
    text = ADDRESS.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], text)
    if not begins:
        return text
    return LEADING.sub(r"\\\1" if not text[:1].isdigit() else r"\1\\", text)


def _chapter(chapter: Chapter, lang: str) -> str:
    parts = [f"# {escaped(chapter.title)}", f"*{chapter.date}*"]
    parts += [_exchange(exchange, lang) for exchange in chapter.exchanges]
    return "\n\n".join(parts)


def _exchange(exchange: Exchange, lang: str) -> str:
    lines = [f"## {escaped(exchange.question)}"]
    if exchange.parts:
        lines.append(_answer(exchange.parts, lang))
    if exchange.draft:
        lines.append(f"*{word('draft', lang)}:* {escaped(exchange.draft)}")
    if exchange.remark:
        lines.append(f"> {escaped(exchange.remark)}")
    if exchange.closest:
        numbers = "".join(f"[^{note.number}]" for note in exchange.notes)
        lines.append(f"{word('closest', lang)}: {numbers}" if numbers else "")
    if exchange.facts:
        lines.append(f"<sub>{escaped(exchange.facts)}</sub>")
    lines += [_note(note, lang) for note in exchange.notes]
    return "\n\n".join(filter(None, lines))


def _answer(parts: Sequence[Part], lang: str) -> str:
    """Sentences one after the other, items of a list on lines of their own."""
    text = ""
    for part in parts:
        marks = "".join(f"[^{number}]" for number in part.notes)
        doubt = "" if part.supported else f" *({word('doubt', lang)})*"
        glue = ("\n" if text.rsplit("\n", 1)[-1].startswith("- ") else "\n\n") + "- " if part.item else " "
        text += (glue if text or part.item else "") + escaped(part.text) + marks + doubt
    return text.strip()


def _note(note: Note, lang: str) -> str:
    passage = "".join(_marked(words) if marked else _within(words) for words, marked in note.passage)
    place = f", {escaped(note.place)}" if note.place else ""
    place += f", {_literal(note.path)}" if note.path else ""
    return f"[^{note.number}]: **{escaped(note.title)}**{place}: {passage.strip()}"


def _literal(text: str) -> str:
    """A path or an address as code, to be read and copied as it is; with any sign beyond the usual ones, as text."""
    return f"`{text}`" if PLAIN_PATH.fullmatch(text) else escaped(text, begins=False)


def _within(words: str) -> str:
    if words.isspace():
        return " "
    before, after = (" " if words[at : at + 1 or None].isspace() else "" for at in (0, -1))
    return before + escaped(words, begins=False) + after


def _marked(words: str) -> str:
    """In bold; stars have this meaning only next to a letter."""
    before, after = (" " if words[at : at + 1 or None].isspace() else "" for at in (0, -1))
    return f"{before}**{escaped(words, begins=False)}**{after}"
