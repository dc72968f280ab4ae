"""Presentations: a section a slide with its number, its title as heading, tables and charts as rows, and the notes."""

from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line, tidy
from corpus.document import Document, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import package
from corpus.readers.text import title_of

KIND = Reason("kind.powerpoint")
POINTS = 2000  # of a series, beyond which a chart is no table to read
DEFAULT_TITLE = "PowerPoint Presentation"


def read(path: Path) -> Iterator[Document]:
    """One document, or none when no slide has text. Raises ReadingError when it is no presentation."""
    import pptx

    package.check(path, KIND)
    try:
        presentation = pptx.Presentation(str(path))
        slides = [_slide(slide, number) for number, slide in enumerate(presentation.slides, start=1)]
        title = one_line(presentation.core_properties.title or "")
    except Exception as error:  # the library lets errors of zip, XML and missing parts through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("office.unreadable", name=path.name, kind=KIND) from error
    sections = tuple(section for section in slides if section.text)
    if sections:
        title = title if title not in ("", DEFAULT_TITLE) else sections[0].heading or title_of(path)
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _slide(slide, number: int) -> Section:
    title = slide.shapes.title
    heading = one_line(title.text_frame.text) if title is not None else ""
    number_of_title = title.shape_id if title is not None else None
    blocks = [block for shape in slide.shapes if shape.shape_id != number_of_title for block in _blocks(shape)]
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        blocks.append(f"Notes: {notes.text}")
    # A slide with nothing but its title is still something to find.
    return Section(tidy("\n\n".join(blocks)) or heading, heading, page=number)


def _blocks(shape) -> Iterator[str]:
    """The texts of a shape, or of all shapes in a group."""
    if hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _blocks(inner)
    elif getattr(shape, "has_table", False):
        yield "\n".join(_rows(shape.table))
    elif getattr(shape, "has_chart", False):
        yield "\n".join(_chart(shape.chart))
    elif shape.has_text_frame and shape.text_frame.text.strip() and not _is_slide_number(shape):
        yield shape.text_frame.text


def _is_slide_number(shape) -> bool:
    from pptx.enum.shapes import PP_PLACEHOLDER

    return shape.is_placeholder and shape.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER


def _rows(table) -> Iterator[str]:
    """ "cell | cell" a row; what a merged cell covers is left out."""
    for row in table.rows:
        cells = [one_line(cell.text) for cell in row.cells if not cell.is_spanned]
        if any(cells):
            yield " | ".join(cells)


def _chart(chart) -> Iterator[str]:
    """The title, then a row for each category with the value of each series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield one_line(chart.chart_title.text_frame.text)
    if any(int(count) > POINTS for count in chart._chartSpace.xpath(".//c:ptCount/@val")):
        return  # a number that only claims so much would be counted up to
    for plot in chart.plots:
        series = list(plot.series)
        yield " | ".join(["", *(one_line(str(each.name)) for each in series)]).strip(" |")
        for at, category in enumerate(plot.categories):
            values = [each.values[at] if at < len(each.values) else None for each in series]
            yield " | ".join([one_line(str(category)), *("" if value is None else f"{value:g}" for value in values)])
