"""Jupyter notebooks: their Markdown as it reads, their code as code, and what the code printed."""

import json
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document, ReadingError
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import markdown
from corpus.readers.encoding import read_text
from corpus.readers.outline import Outline, code
from corpus.readers.text import title_of

KIND = Reason("kind.notebook")
LONGEST_OUTPUT = 4_000  # characters of what one cell printed
ESCAPES = ("\x1b[", "m")  # colours in what a terminal shows


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. Raises ReadingError for what is no notebook."""
    try:
        found = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    cells = _cells(found)
    if cells is None:
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND)
    outline = Outline()
    for cell in cells:
        if isinstance(cell, dict):
            _add(outline, cell)
    title = outline.first_heading or title_of(path)
    sections = outline.sections(title)
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _cells(found: object) -> list | None:
    """The cells, also of a notebook of version 3; None where there are none."""
    if not isinstance(found, dict):
        return None
    sheets = found.get("worksheets")
    if isinstance(sheets, list):
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _listed(sheet.get("cells"))]
        return cells or None
    return found["cells"] if isinstance(found.get("cells"), list) else None


def _add(outline: Outline, cell: dict) -> None:
    source = _text(cell.get("source", cell.get("input", "")))
    kind = cell.get("cell_type")
    if kind == "markdown":
        markdown.parsed_into(outline, source)
    elif kind == "heading":
        level = cell.get("level")
        outline.heading(level if isinstance(level, int) else 1, source)
    elif kind == "code":
        if source.strip():
            outline.text(code(source.strip("\n")))
        for output in _listed(cell.get("outputs")):
            if isinstance(output, dict) and (shown := _output(output)):
                outline.text(code(shown))
    else:
        outline.text(source)


def _output(output: dict) -> str:
    """What an output shows as text; of an error, its name and message."""
    if output.get("output_type") in ("error", "pyerr"):
        return f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}".strip(": ")
    data = output.get("data")
    shown = _text(output.get("text") or (data.get("text/plain") if isinstance(data, dict) else ""))
    if shown.startswith("<") and shown.rstrip().endswith(">") and "\n" not in shown.strip():
        return ""  # "<Figure size 640x480 with 1 Axes>"
    return _without_colours(shown[:LONGEST_OUTPUT]).strip("\n")


def _without_colours(text: str) -> str:
    start, end = ESCAPES
    first, *rest = text.split(start)
    return first + "".join(part.partition(end)[2] if end in part[:12] else part for part in rest)


def _listed(value: object) -> list:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Notebooks keep texts as they are or as lists of lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
