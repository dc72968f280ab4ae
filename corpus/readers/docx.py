"""Word documents: all that a reader of the paper sees, in its order, with headings as sections.

python-docx opens the file and follows its relations. The text is walked here, because that library gives neither text
boxes, content controls, tracked changes, notes, nor the numbers of lists. What is met and cannot be read is Dropped.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cleaning import lowered, one_line, raised
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import drawing, grid, package
from corpus.readers.drawing import attribute, children, local
from corpus.readers.limits import BEYOND_LIMIT, LimitReached, TextLimit, unread
from corpus.readers.outline import Outline
from corpus.readers.text import beside_name

if TYPE_CHECKING:
    from docx.opc.part import Part
    from lxml.etree import _Element as Element

KIND = Reason("kind.word")
DEFAULT_TITLE = "Word Document"  # python-docx's for a file that states none
HEADING = re.compile(r"(?:heading|titre|überschrift) ?(\d)", re.IGNORECASE)
LIST = re.compile(r"list|liste", re.IGNORECASE)
CAPTION = re.compile(r"(?:table|tabelle|tableau|tab\.) ?\d", re.IGNORECASE)
LONGEST_CAPTION = 120  # characters
DEEPEST_LIST = 8  # levels, counted from 0, as in Word
ITEM = re.compile(r"-|\d{1,3}[.)]|[a-z][.)]")
PAGE_NUMBER = re.compile(r"(?:page|seite|página|pagina|p\.|s\.|of|von|sur|de|di|[\d/|–-]|\s)*", re.IGNORECASE)
COUNTED = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))  # fields that differ from page to page
WHOLE = frozenset(("ins", "moveTo", "smartTag", "customXml", "sdtContent", "hyperlink", "fldSimple", "dir", "bdo"))
GONE = frozenset(("del", "moveFrom", "rPr", "pPr", "sdtPr", "sdtEndPr", "delText", "instrText", "delInstrText"))
SYMBOLS = {"F0FE": "☒", "F0FD": "☒", "F052": "☑", "F0A8": "☐", "F06F": "☐", "F0FC": "✓", "F0FB": "✗", "F0E0": "→"}
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def read(path: Path) -> Iterator[Document | Dropped]:
    """One document, or none when there is no text, and a Dropped for what cannot be read.

    Raises ReadingError when it is no Word document.
    """
    import docx

    package.check(path, KIND)
    try:
        opened = docx.Document(str(path))
        walk = _Walk(opened.part, TextLimit(path))
        walk.document()
        stated = one_line(opened.core_properties.title or "")
        title = beside_name("" if stated == DEFAULT_TITLE else stated, path, walk.outline.first_heading, walk.beginning)
        sections = (*walk.outline.sections(title), *walk.around())
    except Exception as error:  # the library lets errors of zip, XML and missing parts through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("office.unreadable", name=path.name, kind=KIND) from error
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)
    yield from unread(path.name, walk.unread)


@dataclass
class _Field:
    """A field ("PAGE", "REF") while its runs are read."""

    code: str = ""
    shows: bool = False  # behind its separator: what it last gave


@dataclass
class _Paragraph:
    """What one paragraph holds: its text, and what stands outside its line."""

    parts: list[str] = field(default_factory=list)
    boxes: list["Element"] = field(default_factory=list)  # text boxes
    blocks: list[str] = field(default_factory=list)  # charts, diagrams, pictures, notes, comments
    fields: list[_Field] = field(default_factory=list)

    def put(self, text: str) -> None:
        if not self.fields or (self.fields[-1].shows and self.fields[-1].code not in COUNTED):
            self.parts.append(text)

    @property
    def text(self) -> str:
        return "".join(self.parts).strip()


class _Walk:
    """Goes through a document once, and gathers its text in an outline."""

    def __init__(self, part: "Part", limit: TextLimit) -> None:
        self.outline = Outline()
        self.unread: Counter[str] = Counter()
        self.beginning = ""  # the first text of the document
        self._part = part
        self._limit = limit
        self._items: list[str] = []
        self._caption = ""  # the last paragraph, while it may head a table
        self._related = _by_kind(part)
        self._styles = _Styles(self._root("styles"))
        self._lists = _Lists(self._root("numbering"))
        self._notes = {kind: _numbered(self._root(kind)) for kind in ("footnotes", "endnotes", "comments")}
        self._told: set[tuple[str, str]] = set()  # notes and comments that were given
        self._counts: Counter[str] = Counter()

    def document(self) -> None:
        """Reads the body; stops, and says so, where the file gives more text than it may."""
        body = next((each for each in drawing.parsed(self._part.blob) if local(each) == "body"), None)
        try:
            for block in children(body) if body is not None else ():
                self._block(block)
        except LimitReached:
            self.unread[BEYOND_LIMIT] += 1
        self._flush()

    def around(self) -> tuple[Section, ...]:
        """Headers and footers, each text once."""
        found: dict[str, None] = {}
        for kind, label in (("header", "Page header"), ("footer", "Page footer")):
            for part in self._related.get(kind, ()):
                for text in self._plain_blocks(drawing.parsed(part.blob)):
                    if not PAGE_NUMBER.fullmatch(text[:200]):
                        found[f"{label}: {text}"] = None
        return (Section("\n\n".join(found)),) if found else ()

    # Blocks

    def _block(self, element: "Element") -> None:
        name = local(element)
        if name == "p":
            self._paragraph(element)
        elif name == "tbl":
            self._table(element)
        elif name == "sdt":
            self._control(element)
        elif name in WHOLE:
            for inner in children(element):
                self._block(inner)
        elif name == "altChunk":
            self.unread["dropped.embedded"] += 1

    def _control(self, element: "Element") -> None:
        """A content control around blocks; a table of contents only repeats the headings."""
        gallery = drawing.first(element, "docPartGallery")
        if gallery is not None and attribute(gallery, "val") == "Table of Contents":
            return
        if not _is_placeholder(element):
            for inner in children(element):
                self._block(inner)

    def _paragraph(self, element: "Element") -> None:
        found = self._runs(element)
        properties = next((each for each in element if local(each) == "pPr"), None)
        style = self._styles.of(properties)
        text = self._limit.take(found.text)
        counts = bool(text) or not _is_deleted(properties)  # an empty item has a number, too
        marker = self._lists.marker(*self._styles.numbering(properties, style)) if counts else ""
        heading = HEADING.match(style.name)
        self.beginning = self.beginning or text
        if heading or style.name == "Title":
            self._flush()
            self.outline.heading(
                int(heading[1]) + 1 if heading else 1, f"{marker} {text}" if marker.strip("-") else text
            )
        elif text and (ITEM.fullmatch(marker) or (not marker and LIST.match(style.name))):
            if self._caption:
                self._flush()
            self._items.append(f"{marker or '-'} {one_line(text)}")
        else:
            self._flush()
            text = f"{marker} {text}" if marker and text else text
            if _may_head_a_table(text, style.name):
                self._caption = text
            else:
                self.outline.text(text)
        self._beside(found)

    def _beside(self, found: _Paragraph) -> None:
        """What stands in a paragraph but outside its line: text boxes, pictures, notes."""
        if found.boxes or found.blocks:
            self._flush()
        for box in found.boxes:
            for block in children(box):
                self._block(block)
            self._flush()
        for block in found.blocks:
            self.outline.text(self._limit.take(block))

    def _flush(self) -> None:
        self.outline.text("\n".join(self._items))
        self._items.clear()
        self.outline.text(self._caption)
        self._caption = ""

    # Inside a paragraph

    def _runs(self, element: "Element") -> _Paragraph:
        found = _Paragraph()
        marked: dict[str, slice] = {}  # comment -> the parts of the text that it is on
        self._inline(element, found, marked)
        return found

    def _inline(self, element: "Element", found: _Paragraph, marked: dict[str, slice]) -> None:
        for child in children(element):
            name = local(child)
            if name in GONE:
                continue
            if name == "r":
                self._run(child, found, marked)
            elif name == "sdt":
                if not _is_placeholder(child):
                    self._inline(child, found, marked)
            elif name == "hyperlink":
                start = len(found.parts)
                self._inline(child, found, marked)
                self._link(child, "".join(found.parts[start:]), found)
            elif name == "fldSimple":
                if (attribute(child, "instr").split() or [""])[0] not in COUNTED:
                    self._inline(child, found, marked)
            elif name in WHOLE:
                self._inline(child, found, marked)
            elif name in ("oMath", "oMathPara"):
                found.put(drawing.formula(child))
            elif name == "commentRangeStart":
                marked[attribute(child, "id")] = slice(len(found.parts), None)
            elif name == "commentRangeEnd" and (begun := marked.get(attribute(child, "id"))):
                marked[attribute(child, "id")] = slice(begun.start, len(found.parts))

    def _run(self, run: "Element", found: _Paragraph, marked: dict[str, slice]) -> None:
        properties = next((each for each in run if local(each) == "rPr"), None)
        look = {local(each): attribute(each, "val") for each in properties} if properties is not None else {}
        if look.get("vanish", "0") not in ("0", "false"):
            if any((each.text or "").strip() for each in run if local(each) == "t"):
                self.unread["dropped.hidden_text"] += 1
            return
        for child in children(run):
            name = local(child)
            if name == "t":
                text, before = child.text or "", "".join(found.parts[-3:])
                if look.get("vertAlign") == "superscript":
                    text = raised(before, text)
                elif look.get("vertAlign") == "subscript":
                    text = lowered(before, text)
                found.put(text)
            elif name in ("tab", "ptab"):
                found.put("\t")
            elif name in ("br", "cr"):
                found.put("\n")
            elif name == "noBreakHyphen":
                found.put("-")
            elif name == "sym":
                found.put(SYMBOLS.get(attribute(child, "char").upper(), ""))
            elif name == "ruby":
                self._ruby(child, found, marked)
            elif name == "fldChar":
                _take_field(found, attribute(child, "fldCharType"), child)
            elif name == "instrText" and found.fields and not found.fields[-1].shows:
                found.fields[-1].code += (child.text or "").strip().partition(" ")[0].upper()
            elif name in ("footnoteReference", "endnoteReference"):
                self._note(name.removesuffix("Reference"), attribute(child, "id"), found)
            elif name == "commentReference":
                self._comment(attribute(child, "id"), found, marked)
            elif name in ("drawing", "pict", "object"):
                self._drawn(child, found)

    def _ruby(self, element: "Element", found: _Paragraph, marked: dict[str, slice]) -> None:
        """Characters with their reading above them: "漢字(かんじ)"."""
        parts = {local(each): each for each in element}
        if "rubyBase" in parts:
            self._inline(parts["rubyBase"], found, marked)
        if "rt" in parts:
            reading = "".join(each.text or "" for each in parts["rt"].iter() if local(each) == "t")
            found.put(f"({reading})" if reading else "")

    def _link(self, element: "Element", text: str, found: _Paragraph) -> None:
        relation = self._part.rels.get(element.get(f"{drawing.RELATED}id", ""))
        found.put(drawing.target_beside(text, relation.target_ref if relation and relation.is_external else ""))

    def _note(self, kind: str, number: str, found: _Paragraph) -> None:
        note = self._notes[f"{kind}s"].get(number)
        if note is None or (kind, number) in self._told:
            return
        self._told.add((kind, number))
        self._counts[kind] += 1
        text = " ".join(self._plain_blocks(note))
        if text:
            found.blocks.append(f"{kind.capitalize()} {self._counts[kind]}: {text}")

    def _comment(self, number: str, found: _Paragraph, marked: dict[str, slice]) -> None:
        comment = self._notes["comments"].get(number)
        if comment is None or ("comment", number) in self._told:
            return
        self._told.add(("comment", number))
        text = " ".join(self._plain_blocks(comment))
        words = one_line("".join(found.parts[marked[number]])) if number in marked else ""
        if text:
            by = one_line(attribute(comment, "author"))
            on = f" on “{words}”" if words and len(words) <= LONGEST_CAPTION else ""
            found.blocks.append(f"Comment{f' by {by}' if by else ''}{on}: {text}")

    def _drawn(self, element: "Element", found: _Paragraph) -> None:
        """Text boxes, charts, diagrams and pictures, by what they hold; a box inside a box comes with the outer one."""
        todo = [element]
        shown = len(found.boxes) + len(found.blocks)
        texts = []
        pictures = 0
        while todo:
            for child in reversed(list(children(todo.pop()))):
                name = local(child)
                if name == "txbxContent":
                    found.boxes.append(child)
                elif name in ("docPr", "cNvPr"):
                    texts.append(drawing.described(child))
                elif name in ("shape", "rect") and child.get("alt"):
                    texts.append(one_line(child.get("alt", "")))
                elif name == "textpath" and child.get("string"):
                    texts.append(one_line(child.get("string", "")))  # WordArt
                elif name in ("chart", "relIds"):
                    found.blocks += self._graphic(child)
                elif name == "OLEObject":
                    self.unread["dropped.embedded"] += 1
                    shown -= 1
                else:
                    pictures += name in ("pic", "imagedata")
                    todo.append(child)
        found.boxes[:] = dict.fromkeys(found.boxes)
        said = [text for text in dict.fromkeys(texts) if text]
        found.blocks += [f"Picture: {text}" if pictures else text for text in said]
        if pictures and not said and len(found.boxes) + len(found.blocks) == shown:
            self.unread["dropped.pictures"] += pictures

    def _graphic(self, element: "Element") -> list[str]:
        """A chart or diagram as a block of text."""
        numbers = [attribute(element, name) for name in (("id",) if local(element) == "chart" else ("dm",))]
        try:
            part = self._part.rels[numbers[0]].target_part
            if local(element) == "relIds":
                return ["\n".join(drawing.smart_art(part.blob))]
            made = drawing.chart(part.blob, lambda number: part.rels[number].target_part.blob)
        except (KeyError, ValueError, SyntaxError):  # lxml's errors are syntax errors
            self.unread["dropped.drawing"] += 1
            return []
        if made.points and not made.lines:
            self.unread["dropped.chart_points"] += made.points
        return ["\n".join(filter(None, (f"Chart: {made.title}" if made.title else "", *made.lines)))]

    # Tables

    def _table(self, table: "Element") -> None:
        caption, self._caption = self._caption, ""
        self._flush()
        rows = list(_rows(table))
        if all(len(cells) == 1 for _, cells in rows) or any(_holds_blocks(cell) for _, cells in rows for cell in cells):
            self.outline.text(caption)
            for _, cells in rows:  # it only arranges the page
                for cell in cells:
                    for block in children(cell):
                        self._block(block)
                    self._flush()
            return
        texts, merged, beside = self._cells(rows)
        marked = [_is_marked(row) for row, _ in rows]
        headers = next((at for at, mark in enumerate(marked) if not mark), 0) or _bold_rows(rows) or None
        self.outline.table([self._limit.take(line) for line in grid.lines(texts, merged, headers)], caption)
        for found in beside:
            self._beside(found)

    def _cells(self, rows: list[tuple["Element", list["Element"]]]) -> tuple[list[list[str]], list[grid.Merged], list]:
        """(text of each cell, what is merged, what stands beside the text of its paragraphs)."""
        texts: list[list[str]] = []
        merged: list[grid.Merged] = []
        tall: dict[int, tuple[int, int]] = {}  # column -> (row, last column) of a cell that may go on below
        beside: list[_Paragraph] = []
        for at, (row, cells) in enumerate(rows):
            line: list[str] = [""] * _skipped(row)
            going_on: dict[int, tuple[int, int]] = {}
            for cell in cells:
                width, down = _span(cell)
                left = len(line)
                text = self._limit.take(self._cell_text(cell, beside))
                if down == "continue" and left in tall:
                    going_on[left] = tall[left]
                    text = ""
                elif down:
                    going_on[left] = (at, left + width - 1)
                elif width > 1:
                    merged.append(grid.Merged(at, left, at, left + width - 1))
                line += [text, *[""] * (width - 1)]
            for column, (top, right) in tall.items():
                if column not in going_on and (at - 1 > top or right > column):
                    merged.append(grid.Merged(top, column, at - 1, right))
            tall = dict(going_on)
            texts.append(line)
        for column, (top, right) in tall.items():
            if len(rows) - 1 > top or right > column:
                merged.append(grid.Merged(top, column, len(rows) - 1, right))
        return texts, merged, beside

    def _cell_text(self, cell: "Element", beside: list[_Paragraph]) -> str:
        parts = []
        for block in _flat(cell):
            if local(block) == "p":
                found = self._runs(block)
                properties = next((each for each in block if local(each) == "pPr"), None)
                marker = self._lists.marker(*self._styles.numbering(properties, self._styles.of(properties)))
                parts.append(f"{marker} {found.text}" if marker.rstrip("-") and found.text else found.text)
                if found.boxes or found.blocks:
                    beside.append(found)
            else:
                parts += [self._cell_text(inner, beside) for _, cells in _rows(block) for inner in cells]
        return one_line(" ".join(filter(None, parts)))

    def _plain_blocks(self, root: "Element") -> Iterator[str]:
        """The paragraphs and table rows of a note, header or footer."""
        for block in _flat(root):
            if local(block) == "p":
                found = self._runs(block)
                texts = [found.text, *found.blocks, *(text for box in found.boxes for text in self._plain_blocks(box))]
            else:
                rows = [[self._cell_text(cell, []) for cell in cells] for _, cells in _rows(block)]
                texts = [" | ".join(filter(None, row)) for row in rows]
            yield from filter(None, (self._limit.take(one_line(text)) for text in texts))

    def _root(self, kind: str) -> "Element | None":
        part = next(iter(self._related.get(kind, ())), None)
        with suppress(SyntaxError, ValueError):
            return drawing.parsed(part.blob) if part is not None else None
        return None


def _by_kind(part: "Part") -> dict[str, list["Part"]]:
    """The parts that the document refers to, by what they are: "footnotes", "header"."""
    found: dict[str, list[Part]] = {}
    for relation in part.rels.values():
        if not relation.is_external:
            found.setdefault(relation.reltype.rpartition("/")[2], []).append(relation.target_part)
    return found


def _numbered(root: "Element | None") -> dict[str, "Element"]:
    """Notes or comments by their number; separators of notes are none."""
    if root is None:
        return {}
    plain = (each for each in root if local(each) and "eparator" not in attribute(each, "type"))
    return {attribute(each, "id"): each for each in plain}


def _flat(element: "Element") -> Iterator["Element"]:
    """The paragraphs and tables in an element, whatever is wrapped around them."""
    for child in children(element):
        name = local(child)
        if name in ("p", "tbl"):
            yield child
        elif name in WHOLE or (name == "sdt" and not _is_placeholder(child)):
            yield from _flat(child)


def _rows(table: "Element") -> Iterator[tuple["Element", list["Element"]]]:
    """(row, its cells) of a table, but for what is deleted under change tracking."""
    for child in children(table):
        name = local(child)
        if name == "tr":
            properties = next((each for each in child if local(each) == "trPr"), ())
            if not any(local(each) == "del" for each in properties):
                yield child, list(_row_cells(child))
        elif name in WHOLE or name == "sdt":
            yield from _rows(child)


def _row_cells(row: "Element") -> Iterator["Element"]:
    for child in children(row):
        name = local(child)
        if name == "tc":
            properties = next((each for each in child if local(each) == "tcPr"), ())
            if not any(local(each) == "cellDel" for each in properties):
                yield child
        elif name in WHOLE or name == "sdt":
            yield from _row_cells(child)


def _span(cell: "Element") -> tuple[int, str]:
    """(columns, "restart" or "continue" where it is merged downwards); what claims a thousand columns has one."""
    properties = next((each for each in cell if local(each) == "tcPr"), ())
    width, down = 1, ""
    for each in properties:
        if local(each) == "gridSpan":
            value = attribute(each, "val")
            width = int(value) if value.isdecimal() and len(value) < 3 else 1
        elif local(each) == "vMerge":
            down = "restart" if attribute(each, "val") == "restart" else "continue"
    return max(1, width), down


def _skipped(row: "Element") -> int:
    """The columns that stay empty before the row's first cell."""
    properties = next((each for each in row if local(each) == "trPr"), ())
    value = next((attribute(each, "val") for each in properties if local(each) == "gridBefore"), "0")
    return int(value) if value.isdecimal() and len(value) < 3 else 0


def _is_deleted(properties: "Element | None") -> bool:
    """Whether a paragraph's end is deleted under change tracking: what is left belongs to the next one."""
    looks = (each for each in properties if local(each) == "rPr") if properties is not None else ()
    return any(local(mark) == "del" for look in looks for mark in look)


def _is_marked(row: "Element") -> bool:
    """Whether the row is repeated at the top of each page, as only headers are."""
    properties = next((each for each in row if local(each) == "trPr"), ())
    return any(local(each) == "tblHeader" and attribute(each, "val") not in ("0", "false") for each in properties)


def _bold_rows(rows: list[tuple["Element", list["Element"]]]) -> int:
    """How many rows at the top are bold, where those below are not."""
    bold = [all(_is_bold(cell) for cell in cells) and len(cells) > 1 for _, cells in rows[:5]]
    count = next((at for at, is_bold in enumerate(bold) if not is_bold), 0)
    return count if count < len(rows) else 0


def _is_bold(cell: "Element") -> bool:
    runs = [each for each in cell.iter() if local(each) == "r" and drawing.first(each, "t") is not None]
    marks = (drawing.first(run, "b") for run in runs)
    return all(mark is not None and attribute(mark, "val") not in ("0", "false") for mark in marks)


def _holds_blocks(cell: "Element") -> bool:
    """Whether a cell holds a table of several cells: then the outer one only arranges the page."""
    return any(local(block) == "tbl" and sum(len(cells) for _, cells in _rows(block)) > 1 for block in _flat(cell))


def _is_placeholder(control: "Element") -> bool:
    """Whether a content control shows "Click here to enter text" and nothing else."""
    properties = next((each for each in control if local(each) == "sdtPr"), ())
    return any(local(each) == "showingPlcHdr" and attribute(each, "val") not in ("0", "false") for each in properties)


def _may_head_a_table(text: str, style: str) -> bool:
    """Whether a paragraph is a caption, if a table follows: short and no sentence."""
    if not text or len(text) > LONGEST_CAPTION or "\n" in text:
        return False
    return style.lower() == "caption" or CAPTION.match(text) is not None or not text.endswith((".", "!", "?", ";"))


def _take_field(found: _Paragraph, kind: str, element: "Element") -> None:
    if kind == "begin":
        found.fields.append(_Field())
        box = drawing.first(element, "checkBox")
        if box is not None:
            marks = {local(each): attribute(each, "val") for each in box}
            on = marks.get("checked", marks.get("default", "0")) not in ("0", "false")
            found.parts.append("☒" if on else "☐")
    elif kind == "separate" and found.fields:
        found.fields[-1].shows = True
    elif kind == "end" and found.fields:
        found.fields.pop()


@dataclass(frozen=True)
class _Style:
    name: str = ""
    number: str = ""  # of the list that its paragraphs belong to
    level: str = "0"
    parent: str = ""


class _Styles:
    """The paragraph styles of the document, by their ids."""

    def __init__(self, root: "Element | None") -> None:
        self._styles: dict[str, _Style] = {}
        self._default = _Style()
        for style in (each for each in root if local(each) == "style") if root is not None else ():
            parts = {local(each): each for each in style}
            name = attribute(parts["name"], "val") if "name" in parts else ""
            parent = attribute(parts["basedOn"], "val") if "basedOn" in parts else ""
            number, level = _number_of(parts.get("pPr"))
            self._styles[attribute(style, "styleId")] = made = _Style(name, number, level or "0", parent)
            if attribute(style, "default") in ("1", "true") and attribute(style, "type") == "paragraph":
                self._default = made

    def of(self, properties: "Element | None") -> _Style:
        mark = next((each for each in properties if local(each) == "pStyle"), None) if properties is not None else None
        return self._styles.get(attribute(mark, "val"), self._default) if mark is not None else self._default

    def numbering(self, properties: "Element | None", style: _Style) -> tuple[str, int]:
        """(number of the list, level) of a paragraph; "" where it is in none."""
        number, level = _number_of(properties)
        for _ in range(20):
            if number or not (style.parent or style.number):
                break
            number, level = style.number, level or style.level
            style = self._styles.get(style.parent, _Style())
        return number, min(_whole(level), DEEPEST_LIST)


def _number_of(properties: "Element | None") -> tuple[str, str]:
    mark = next((each for each in properties if local(each) == "numPr"), ()) if properties is not None else ()
    found = {local(each): attribute(each, "val") for each in mark}
    return found.get("numId", ""), found.get("ilvl", "")


class _Lists:
    """Counts the items of the document's lists, which Word does when it shows them."""

    def __init__(self, root: "Element | None") -> None:
        self._abstract: dict[str, str] = {}  # list -> its definition
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}  # -> (format, text, first number)
        self._starts: dict[tuple[str, int], int] = {}
        self._counts: dict[str, list[int]] = {}
        self._begun: set[tuple[str, int]] = set()
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                self._define(element)
            elif local(element) == "num":
                number = attribute(element, "numId")
                for each in element:
                    if local(each) == "abstractNumId":
                        self._abstract[number] = attribute(each, "val")
                    elif (start := drawing.first(each, "startOverride")) is not None:
                        self._starts[number, _whole(attribute(each, "ilvl"))] = _whole(attribute(start, "val"), 1)

    def _define(self, element: "Element") -> None:
        for level in (each for each in element if local(each) == "lvl"):
            found = {local(each): attribute(each, "val") for each in level}
            form = (found.get("numFmt", "decimal"), found.get("lvlText", ""), _whole(found.get("start", "1"), 1))
            self._levels[attribute(element, "abstractNumId"), _whole(attribute(level, "ilvl"))] = form

    def marker(self, number: str, level: int) -> str:
        """What stands before the next item: "-", "2.", "1.3"; "" where the paragraph is in no list."""
        if not number or number == "0":
            return ""
        abstract = self._abstract.get(number, "")
        form, text, _ = self._levels.get((abstract, level), ("bullet", "", 1))
        counts = self._counts.setdefault(abstract, [])
        del counts[level + 1 :]
        for at in range(len(counts), level + 1):
            counts.append(self._levels.get((abstract, at), ("", "", 1))[2] - (at == level))
        if (number, level) in self._starts and (number, level) not in self._begun:
            counts[level] = self._starts[number, level] - 1
        self._begun.add((number, level))
        counts[level] += 1
        if form in ("bullet", "none") or not text:
            return "-" if form == "bullet" else ""
        for at, count in enumerate(counts):
            shown = _counted(count, self._levels.get((abstract, at), ("decimal", "", 1))[0])
            text = text.replace(f"%{at + 1}", shown)
        return one_line(text)


def _counted(count: int, form: str) -> str:
    if form.endswith("Letter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * min(5, 1 + (count - 1) // 26)
        return letter.upper() if form.startswith("upper") else letter
    if form.endswith("Roman") and 0 < count < 4000:
        shown, left = "", count
        for value, sign in ROMAN:
            shown, left = shown + sign * (left // value), left % value
        return shown.upper() if form.startswith("upper") else shown
    return f"{count:02}" if form == "decimalZero" else str(count)


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise
