"""What openpyxl's streaming reader leaves out of a worksheet: merged and hidden cells, formulas without a value,
comments, links, text boxes. Read in one pass over the sheet's XML, in memory that grows only with what is found.
"""

import posixpath
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zipfile import ZipFile

from corpus.cleaning import one_line
from corpus.readers import drawing, package
from corpus.readers.drawing import attribute, local
from corpus.readers.grid import Merged

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MOST = 100_000  # of merged cells, formulas or comments of one sheet
LONGEST_FORMULA = 200  # characters of it that are said
NUMBERED = ("", "page", "page of", "seite", "seite von", "page sur")  # what a page's number leaves behind
NOT_CALCULATED = "(not calculated)"  # ends a formula without a saved value
THREADED = "[Threaded comment]"  # begins the copy of a comment that is kept for old programs


@dataclass
class SheetParts:
    """Rows and columns count from 1, as openpyxl's do; those of `merged` from 0, as a grid's do."""

    merged: list[Merged] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    comments: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    boxes: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)  # the printed page's header and footer
    pictures: int = 0
    embedded: int = 0
    damaged: int = 0  # charts, comments and the like


def relations(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Number of each relation of a part -> (kind, target: a member's name, or an address)."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}
    with suppress(Exception):  # what a part has no relations file for, it is not related to
        for each in drawing.parsed(package.read_member(archive, f"{folder}/_rels/{name}.rels")):
            target = each.get("Target", "")
            if each.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], target)
    return found


def sheet_members(archive: ZipFile) -> dict[str, str]:
    """Name of each sheet -> the member that holds it."""
    start = next((target for kind, target in relations(archive, "x").values() if kind == "officeDocument"), "")
    start = start or next((t for k, t in relations(archive, "").values() if k == "officeDocument"), "xl/workbook.xml")
    targets = relations(archive, start)
    root = drawing.parsed(package.read_member(archive, start))
    sheets = (each for each in root.iter() if local(each) == "sheet")
    return {each.get("name", ""): targets.get(attribute(each, "id"), ("", ""))[1] for each in sheets}


def sheet_parts(archive: ZipFile, member: str) -> SheetParts:
    """What stands in and beside the sheet of this member."""
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, range_boundaries

    def place(reference: str) -> tuple[int, int]:
        with suppress(Exception):  # openpyxl raises several kinds for what is no cell
            letters, row = coordinate_from_string(reference[:20])
            return row, column_index_from_string(letters)
        return 0, 0

    found = SheetParts()
    related = relations(archive, member)
    shared: dict[str, tuple[str, str]] = {}
    number = 0
    for element in _elements(archive, member):
        name = local(element)
        if name == "row":
            stated = element.get("r", "")
            number = int(stated) if stated.isdecimal() and len(stated) < 9 else number + 1
            if element.get("hidden") in ("1", "true"):
                found.hidden_rows.add(number)
            if len(found.formulas) < MOST:
                for formula in element.iterfind("{*}c/{*}f"):
                    _take_formula(formula, place, shared, found)
        elif name == "mergeCell" and len(found.merged) < MOST:
            with suppress(Exception):
                left, top, right, bottom = range_boundaries(element.get("ref", "")[:40])
                found.merged.append(Merged(top - 1, left - 1, bottom - 1, right - 1))
        elif name == "col" and element.get("hidden") in ("1", "true"):
            first, last = element.get("min", ""), element.get("max", "")
            if first.isdecimal() and last.isdecimal() and len(first + last) < 12:
                found.hidden_columns.append((int(first), int(last)))
        elif name == "hyperlink" and len(found.links) < MOST:
            kind, target = related.get(attribute(element, "id"), ("", ""))
            if kind == "hyperlink":
                found.links[place(element.get("ref", "").partition(":")[0])] = target
        elif name in ("oddHeader", "oddFooter", "firstHeader", "firstFooter", "evenHeader", "evenFooter"):
            text = _printed(element.text or "")
            if text:
                found.around.append(f"Page {'header' if name.endswith('Header') else 'footer'}: {text}")
    found.merged.sort(key=lambda each: (each.top, each.left))
    for kind, target in related.values():
        try:
            if kind in ("comments", "threadedComment"):
                _take_comments(archive, kind, target, place, found)
            elif kind == "drawing":
                _take_drawing(archive, target, found)
        except MemoryError:
            raise
        except Exception:  # the sheet's cells are read whatever is wrong beside them
            found.damaged += 1
        found.embedded += kind in ("oleObject", "package")
    return found


def _elements(archive: ZipFile, member: str):
    """The sheet's elements that matter, each freed once it was looked at."""
    from lxml import etree

    wanted = "row mergeCell col hyperlink oddHeader oddFooter firstHeader firstFooter evenHeader evenFooter".split()
    with archive.open(member) as file:
        context = etree.iterparse(
            file, events=("end",), tag=[f"{{*}}{name}" for name in wanted], resolve_entities=False, huge_tree=True
        )
        with suppress(etree.XMLSyntaxError):  # openpyxl will say so of what it cannot read either
            for _, element in context:
                yield element
                element.clear()
                while (before := element.getprevious()) is not None and (parent := element.getparent()) is not None:
                    parent.remove(before)


def _take_formula(formula: "Element", place, shared: dict[str, tuple[str, str]], found: SheetParts) -> None:
    """Keeps the formula of a cell that has no value; an empty text is one."""
    cell = formula.getparent()
    if cell is None:
        return
    reference, text = cell.get("r", ""), formula.text or ""
    if formula.get("t") == "shared":
        group = formula.get("si", "")
        if text:
            shared[group] = (text, reference)
        elif group in shared:
            text = _translated(*shared[group], reference)
    value = next((each.text for each in cell if local(each) == "v"), None)
    if not value and cell.get("t") != "str":
        shown = one_line(text)[:LONGEST_FORMULA]
        found.formulas[place(reference)] = f"={shown} {NOT_CALCULATED}" if shown else f"formula {NOT_CALCULATED}"


def _translated(text: str, origin: str, reference: str) -> str:
    from openpyxl.formula.translate import Translator

    if len(text) > LONGEST_FORMULA:
        return ""
    with suppress(Exception):  # what openpyxl cannot take apart is still a formula
        return str(Translator(f"={text}", origin).translate_formula(reference)).removeprefix("=")
    return ""


def _printed(text: str) -> str:
    """A page's header without the codes of fonts, page numbers and dates: "&LReport&RPage &P" as "Report"."""
    parts, at = [], 0
    text = text[:1000]
    while at < len(text):
        if text[at] != "&":
            parts.append(text[at])
            at += 1
            continue
        code = text[at + 1 : at + 2]
        at += 2
        if code == "&":
            parts.append("&")
        elif code == '"':
            end = text.find('"', at)
            at = len(text) if end < 0 else end + 1
        elif code in ("L", "C", "R"):
            parts.append("\n")
        elif code.isdecimal():
            while text[at : at + 1].isdecimal():
                at += 1
        elif code == "K":
            at += 6
    lines = [one_line(line) for line in "".join(parts).split("\n")]
    return ", ".join(line for line in lines if line.lower().strip(" /") not in NUMBERED)


def _take_comments(archive: ZipFile, kind: str, member: str, place, found: SheetParts) -> None:
    root = drawing.parsed(package.read_member(archive, member))
    if kind == "comments":
        authors = {
            at: one_line(each.text or "") for at, each in enumerate(e for e in root.iter() if local(e) == "author")
        }
    else:
        workbook = relations(archive, "xl/workbook.xml").values()
        people = next((target for name, target in workbook if name == "person"), "")
        names = drawing.parsed(package.read_member(archive, people)) if people else ()
        persons = {each.get("id", ""): one_line(each.get("displayName", "")) for each in names}
    for comment in (each for each in root.iter() if local(each) in ("comment", "threadedComment")):
        text = one_line("".join(each.text or "" for each in comment.iter() if local(each) in ("t", "text")))
        if kind == "comments":
            author = authors.get(_whole(comment.get("authorId", "")), "")
            text = text.removeprefix(f"{author}:").strip() if author else text
            author = "" if author.startswith("tc=") else author
        else:
            author = persons.get(comment.get("personId", ""), "")
        if text and not text.startswith(THREADED) and len(found.comments) < MOST:
            at = place(comment.get("ref", ""))
            found.comments.setdefault(at, []).append(f"Comment by {author}\0{text}" if author else f"Comment\0{text}")


def _take_drawing(archive: ZipFile, member: str, found: SheetParts) -> None:
    """Text boxes, diagrams, and the titles of charts: their numbers stand in cells."""
    related = relations(archive, member)
    root = drawing.parsed(package.read_member(archive, member))
    for element in root.iter():
        name = local(element)
        if name == "txBody":
            text = drawing.shape_text(element)
            if text and text not in found.boxes:
                found.boxes.append(text)
        elif name in ("chart", "relIds"):
            target = related.get(attribute(element, "dm" if name == "relIds" else "id"), ("", ""))[1]
            if target:
                data = package.read_member(archive, target)
                if name == "relIds":
                    found.boxes.append("\n".join(drawing.smart_art(data)))
                elif title := drawing.chart(data).title:
                    found.boxes.append(f"Chart: {title}")
        elif name == "pic":
            text = drawing.described(drawing.first(element, "cNvPr"))
            if text:
                found.boxes.append(f"Picture: {text}")
            else:
                found.pictures += 1


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else -1
