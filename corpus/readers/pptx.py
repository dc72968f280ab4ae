"""Presentations: a section a slide with its number; shapes in groups, tables, charts, SmartArt, notes and comments.

python-pptx opens the file and orders the slides. The shapes are walked here, because that library passes over SmartArt,
what is drawn in two versions, and charts whose points are no categories. What cannot be read is Dropped.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.cleaning import one_line, tidy
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import drawing, grid, package
from corpus.readers.drawing import attribute, children, local
from corpus.readers.limits import BEYOND_LIMIT, LimitReached, TextLimit, unread
from corpus.readers.text import beside_name

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

KIND = Reason("kind.powerpoint")
DEFAULT_TITLE = "PowerPoint Presentation"
TITLES = frozenset(("title", "ctrTitle"))
AROUND = frozenset(("ftr", "dt", "hdr"))  # placeholders that stand on every slide
MARGIN = "\n\n"


def read(path: Path) -> Iterator[Document | Dropped]:
    """One document, or none when no slide has text, and a Dropped for what cannot be read.

    Raises ReadingError when it is no presentation.
    """
    import pptx

    package.check(path, KIND)
    try:
        presentation = pptx.Presentation(str(path))
        slides = _Slides(TextLimit(path))
        sections = tuple(section for section in slides.sections(presentation.slides) if section.text)
        title = one_line(presentation.core_properties.title or "")
    except Exception as error:  # the library lets errors of zip, XML and missing parts through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("office.unreadable", name=path.name, kind=KIND) from error
    if sections:
        title = "" if title == DEFAULT_TITLE else title
        title = beside_name(title, path, sections[0].heading, sections[0].text[:500])
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)
    yield from unread(path.name, slides.unread)


class _Slides:
    """Reads slides one after another; what stands on every slide is given once."""

    def __init__(self, limit: TextLimit) -> None:
        self.unread: Counter[str] = Counter()
        self._limit = limit
        self._around: set[str] = set()
        self._part: Any = None  # of the slide, or of its notes: what the relations of its shapes belong to

    def sections(self, slides: Any) -> Iterator[Section]:
        """A section a slide; stops, and says so, where the file gives more text than it may."""
        for number, slide in enumerate(slides, start=1):
            try:
                yield self._slide(slide, number)
            except LimitReached:
                self.unread[BEYOND_LIMIT] += 1
                return

    def _slide(self, slide: Any, number: int) -> Section:
        self._part = slide.part
        blocks: list[str] = []
        heading = ""
        for shape in self._shapes(slide._element):
            if not heading and _placeholder(shape) in TITLES:
                heading = one_line(self._text(shape))
            else:
                blocks += self._blocks(shape)
        if slide.has_notes_slide:
            self._part = slide.notes_slide.part
            notes = [self._text(shape) for shape in self._shapes(slide.notes_slide._element) if _is_body(shape)]
            blocks += [f"Notes: {text}" for text in notes if text]
        self._part = slide.part
        blocks += self._comments(slide.part)
        text = self._limit.take(tidy(MARGIN.join(filter(None, blocks))))
        if slide._element.get("show") in ("0", "false"):
            text = f"(hidden slide){MARGIN}{text}" if text else "(hidden slide)"
        # A slide with nothing but its title is still something to find.
        return Section(text or heading, heading, page=number)

    def _shapes(self, root: "Element") -> Iterator["Element"]:
        """The shapes of a slide in their order, those in groups, too."""
        tree = drawing.first(root, "spTree")
        todo = list(children(tree))[::-1] if tree is not None else []
        while todo:
            shape = todo.pop()
            if local(shape) == "grpSp":
                todo += list(children(shape))[::-1]
            else:
                yield shape

    def _blocks(self, shape: "Element") -> Iterator[str]:
        name = local(shape)
        if name in ("sp", "cxnSp"):
            text = self._text(shape)
            kind = _placeholder(shape)
            if kind in AROUND:
                if text not in self._around:
                    self._around.add(text)
                    yield text
            elif kind != "sldNum":
                yield text
        elif name == "graphicFrame":
            yield from self._graphic(shape)
        elif name == "pic":
            properties = drawing.first(shape, "cNvPr")
            text = drawing.described(properties)
            if drawing.first(shape, "videoFile", "audioFile", "quickTimeFile") is not None:
                self.unread["dropped.media"] += 1
            elif not text:
                self.unread["dropped.pictures"] += 1
            yield f"Picture: {text}" if text else ""

    def _text(self, shape: "Element") -> str:
        body = next((each for each in shape if local(each) == "txBody"), None)
        text = drawing.shape_text(body) if body is not None else ""
        links = (each for each in body.iter() if local(each) == "hlinkClick") if body is not None else ()
        return self._limit.take(text + "".join(dict.fromkeys(self._target(each, text) for each in links)))

    def _target(self, link: "Element", text: str) -> str:
        with suppress(KeyError):
            relation = self._part.rels[link.get(f"{drawing.RELATED}id", "")]
            return drawing.target_beside(text, relation.target_ref) if relation.is_external else ""
        return ""

    def _graphic(self, frame: "Element") -> Iterator[str]:
        held = drawing.first(frame, "tbl", "chart", "relIds", "oleObj")
        kind = local(held) if held is not None else ""
        if held is None:
            self.unread["dropped.drawing"] += 1
        elif kind == "tbl":
            yield "\n".join(map(self._limit.take, _table_lines(held)))
        elif kind == "oleObj":
            self.unread["dropped.embedded"] += 1
        else:
            try:
                part = self._part.rels[attribute(held, "dm" if kind == "relIds" else "id")].target_part
                if kind == "relIds":
                    yield self._limit.take("\n".join(drawing.smart_art(part.blob)))
                else:
                    yield self._chart(drawing.chart(part.blob, lambda number: part.rels[number].target_part.blob))
            except (KeyError, ValueError, SyntaxError):  # lxml's errors are syntax errors
                self.unread["dropped.drawing"] += 1
        text = drawing.described(drawing.first(frame, "cNvPr"))
        yield f"Picture: {text}" if text else ""

    def _chart(self, chart: drawing.Chart) -> str:
        if chart.points and not chart.lines:
            self.unread["dropped.chart_points"] += chart.points
        return self._limit.take("\n".join((*((f"Chart: {chart.title}",) if chart.title else ()), *chart.lines)))

    def _comments(self, part: Any) -> Iterator[str]:
        """Comments of both kinds that PowerPoint has had, with who wrote them."""
        for relation in list(part.rels.values()):
            if relation.is_external or not relation.reltype.endswith("/comments"):
                continue
            with suppress(SyntaxError, ValueError):
                authors = self._authors(part)
                root = drawing.parsed(relation.target_part.blob)
                for comment in (each for each in root.iter() if local(each) in ("cm", "reply")):
                    author = authors.get(attribute(comment, "authorId"), "")
                    body = next((each for each in comment if local(each) in ("text", "txBody")), None)
                    if body is not None:
                        text = one_line(body.text or "" if local(body) == "text" else drawing.shape_text(body))
                        yield self._limit.take(f"Comment by {author}: {text}" if author else f"Comment: {text}")

    def _authors(self, part: Any) -> dict[str, str]:
        presentation = part.package.main_document_part
        found: dict[str, str] = {}
        for relation in presentation.rels.values():
            if not relation.is_external and relation.reltype.endswith(("/commentAuthors", "/authors")):
                authors = (each for each in drawing.parsed(relation.target_part.blob) if local(each))
                found.update({attribute(each, "id"): one_line(attribute(each, "name")) for each in authors})
        return found


def _placeholder(shape: "Element") -> str:
    """The kind of placeholder that the shape is ("title", "ftr"); "" for any other shape."""
    properties = next((each for each in shape if local(each).startswith("nv")), None)
    mark = drawing.first(properties, "ph") if properties is not None else None
    return attribute(mark, "type") or "obj" if mark is not None else ""


def _is_body(shape: "Element") -> bool:
    """Whether a shape of a notes page holds the notes, and no number, date or picture of the slide."""
    return local(shape) == "sp" and _placeholder(shape) not in (*AROUND, "sldNum", "sldImg")


def _table_lines(table: "Element") -> list[str]:
    rows: list[list[str]] = []
    merged: list[grid.Merged] = []
    for at, row in enumerate(each for each in table if local(each) == "tr"):
        rows.append([])
        for column, cell in enumerate(each for each in row if local(each) == "tc"):
            body = next((each for each in cell if local(each) == "txBody"), None)
            covered = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
            rows[-1].append(one_line(drawing.shape_text(body)) if body is not None and not covered else "")
            wide, tall = (cell.get(name, "1") for name in ("gridSpan", "rowSpan"))
            if (wide, tall) != ("1", "1") and wide.isdecimal() and tall.isdecimal() and len(wide + tall) < 8:
                merged.append(grid.Merged(at, column, at + max(1, int(tall)) - 1, column + max(1, int(wide)) - 1))
    properties = next((each for each in table if local(each) == "tblPr"), None)
    marked = properties is not None and properties.get("firstRow") in ("1", "true") and len(rows) > 1
    depth = max(1, grid.header_depth(rows, merged)) if marked and grid.are_names(rows[0]) else None
    return grid.lines(rows, merged, depth)
