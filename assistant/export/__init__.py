"""Conversations as files to keep or pass on: Markdown, HTML, PDF, and JSON, which can be imported again.

Everything in them is untrusted text: each format escapes what it writes, and none of them can run anything.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.export.json import ImportFileError, as_json, imported
from assistant.storage.history import Conversation, StoredTurn
from assistant.storage.history_schema import folded

__all__ = ["EXTENSIONS", "File", "ImportFileError", "exported", "imported"]

EXTENSIONS = {"markdown": "md", "html": "html", "pdf": "pdf", "json": "json"}
TYPES = {"md": "text/markdown", "html": "text/html", "pdf": "application/pdf", "json": "application/json"}
LONGEST_NAME = 60  # characters

Kept = Sequence[tuple[Conversation, Sequence[StoredTurn]]]


@dataclass(frozen=True)
class File:
    """A file for the browser to save; it is not written to a disk here."""

    name: str
    type: str
    content: bytes


def exported(conversations: Kept, kind: str, lang: str = "en", notice: Callable[[str], str] = lambda key: "") -> File:
    """The conversations in one file of the `kind` markdown, html, pdf or json, its headings in `lang`.

    `notice` gives the sentence of an answer's notice by its key, "" for one that it does not know.
    """
    extension = EXTENSIONS[kind]
    return File(f"{_name(conversations)}.{extension}", TYPES[extension], _content(conversations, kind, lang, notice))


def _content(conversations: Kept, kind: str, lang: str, notice: Callable[[str], str]) -> bytes:
    if kind == "json":
        return as_json(conversations).encode()
    from assistant.export.footnotes import chapters

    made = chapters(conversations, lang, notice)
    if kind == "markdown":
        from assistant.export.markdown import markdown

        return markdown(made, lang).encode()
    if kind == "html":
        from assistant.export.html import page

        return page(made, lang).encode()
    from assistant.export.pdf import paper

    return paper(made, lang)


def _name(conversations: Kept) -> str:
    """A name that is safe on every system: letters and digits of the title, or the date where there are several."""
    if len(conversations) == 1:
        words = re.findall(r"[a-z0-9]+", folded(conversations[0][0].title))
        return "-".join(words)[:LONGEST_NAME].strip("-") or "conversation"
    return "sourcier-" + time.strftime("%Y-%m-%d")
