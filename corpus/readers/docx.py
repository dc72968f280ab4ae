"""Word documents: paragraphs, lists and tables in their order, headings as sections."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line
from corpus.document import Document, ReadingError
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import package
from corpus.readers.outline import Outline
from corpus.readers.text import title_of

KIND = Reason("kind.word")
HEADING = re.compile(r"(?:heading|titre|überschrift) ?(\d)", re.IGNORECASE)
LIST = re.compile(r"list|liste", re.IGNORECASE)


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. Raises ReadingError when it is no Word document."""
    import docx
    from docx.table import Table

    package.check(path, KIND)
    try:
        document = docx.Document(str(path))
        outline = Outline()
        items: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                _flush(outline, items)
                outline.text(_table(block))
            else:
                _paragraph(outline, items, block)
        _flush(outline, items)
        properties = document.core_properties
        title = one_line(properties.title or "")
    except Exception as error:  # the library lets errors of zip, XML and missing parts through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("office.unreadable", name=path.name, kind=KIND) from error
    title = title or outline.first_heading or title_of(path)
    sections = outline.sections(title)
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _paragraph(outline: Outline, items: list[str], paragraph) -> None:
    style = paragraph.style.name if paragraph.style is not None else ""
    text = paragraph.text.strip()
    heading = HEADING.match(style or "")
    if heading or style == "Title":
        _flush(outline, items)
        outline.heading(int(heading[1]) + 1 if heading else 1, text)
    elif text and _is_item(paragraph, style or ""):
        items.append(f"- {one_line(text)}")
    else:
        _flush(outline, items)
        outline.text(text)


def _flush(outline: Outline, items: list[str]) -> None:
    outline.text("\n".join(items))
    items.clear()


def _is_item(paragraph, style: str) -> bool:
    properties = paragraph._p.pPr
    return bool(LIST.match(style)) or (properties is not None and properties.numPr is not None)


def _table(table) -> str:
    """ "cell | cell" a row; merged cells once, tables in a cell on its line.

    The library's own `row.cells` repeats a cell as often as its span claims, which may be a thousand million times.
    """
    from docx.table import _Cell

    lines = []
    for row in table.rows:
        cells = [_cell(_Cell(cell, table)) for cell in row._tr.tc_lst if cell.vMerge != "continue"]
        if any(cells):
            lines.append(" | ".join(cells))
    return "\n".join(lines)


def _cell(cell) -> str:
    from docx.table import Table

    blocks = cell.iter_inner_content()
    return one_line(" ".join(_table(block) if isinstance(block, Table) else block.text for block in blocks))
