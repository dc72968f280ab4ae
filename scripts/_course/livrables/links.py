"""Links in the deliverables' Markdown and notebooks that lead to no file or no heading."""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt

OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def texts(folder: Path) -> list[Path]:
    """The Markdown files and notebooks below a folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".md", ".ipynb"))


def broken(path: Path) -> list[str]:
    """The targets, as they are written, of links and pictures in `path` that are not there. The web is not asked."""
    return [target for target in _targets(path) if not OUTSIDE.match(target) and not _leads_somewhere(path, target)]


def outside(path: Path) -> list[str]:
    """The web addresses that `path` links to."""
    return [target for target in _targets(path) if OUTSIDE.match(target)]


def _leads_somewhere(path: Path, target: str) -> bool:
    name, _, anchor = unquote(target).partition("#")
    file = path.parent / name if name else path
    if not file.exists():
        return False
    return not anchor or file.suffix != ".md" or anchor in _anchors(file)


def _targets(path: Path) -> Iterator[str]:
    for token in _tokens(_markdown(path)):
        target = token.attrGet("href") or token.attrGet("src")
        if target:
            yield str(target)


def _anchors(path: Path) -> set[str]:
    """The anchors of a file's headings, as GitHub, the Hub and pandoc's `gfm_auto_identifiers` name them."""
    found: set[str] = set()
    tokens = _parser().parse(_markdown(path))
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            name = anchor(token.content)
            number = next(n for n in range(1000) if (f"{name}-{n}" if n else name) not in found)
            found.add(f"{name}-{number}" if number else name)
    return found


def anchor(heading: str) -> str:
    """The anchor of a heading: small letters and digits, blanks as hyphens, other signs left out."""
    kept = (sign for sign in heading.lower() if sign in " -_" or unicodedata.category(sign)[0] in "LN")
    return "".join(kept).replace(" ", "-")


def _markdown(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def _tokens(text: str) -> Iterator:
    for token in _parser().parse(text):
        yield token
        yield from token.children or ()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
