"""OpenDocument files of LibreOffice and others: texts (odt), spreadsheets (ods) and presentations (odp).

No well-kept library reads them (odfpy ships no wheel): they are XML in a zip archive, walked here. Repeated rows and
cells, which may claim a thousand million, are read once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from corpus.cleaning import one_line
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import package
from corpus.readers.limits import BEYOND_LIMIT, LimitReached, TextLimit, unread
from corpus.readers.outline import Outline, item, joined
from corpus.readers.text import beside_name
from corpus.readers.xml_file import parsed
from corpus.tables import facts

if TYPE_CHECKING:
    from lxml.etree import _Element

KIND = Reason("kind.opendocument")
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
COUNTS = ("page-number", "page-count", "sheet-name")
PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
MACROS = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}scripts"
UNSEEN = frozenset(
    (f"{TEXT}tracked-changes", f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph", f"{OFFICE}forms", MACROS)
)
MOST_COLUMNS = 200


def read(path: Path) -> Iterator[Document | Dropped]:
    """One document, or none when there is no text. Raises ReadingError when it is no OpenDocument file."""
    limit = TextLimit(path)
    outline = Outline()
    beyond = False
    pages: list[Section] = []
    with package.opened(path, KIND) as archive:
        if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in package.read_member(
            archive, "META-INF/manifest.xml"
        ):
            raise ReadingError("file.protected", name=path.name)
        content = _xml(archive, "content.xml", path)
        body = content.find(f"{OFFICE}body")
        if body is None:
            raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND)
        hidden = _hidden_sheets(content)
        try:
            for part in body:
                if part.tag == f"{OFFICE}presentation":
                    pages += _slides(part, _hidden_slides(content), limit)
                elif part.tag == f"{OFFICE}spreadsheet":
                    pages += _sheets(part, hidden, limit)
                    around = "\n\n".join(_furniture(archive, path, limit))
                    pages += [Section(around)] if around else []
                else:
                    _fill(outline, part, limit)
                    outline.text("\n\n".join(_furniture(archive, path, limit)))
        except LimitReached:
            beyond = True
        title = _title(archive, path)
    sections = tuple(pages) or outline.sections(title)
    if sections:
        heading = outline.first_heading or (sections[0].heading if path.suffix.lower() == ".odp" else "")
        named = beside_name(title, path, heading, sections[0].text[:500])
        language = detect(" ".join(section.text for section in sections[:9]))
        yield Document(named, sections, path=str(path), language=language)
    if beyond:
        yield from unread(path.name, {BEYOND_LIMIT: 1})


def _xml(archive: ZipFile, name: str, path: Path) -> "_Element":
    try:
        data = package.read_member(archive, name)
    except ReadingError as error:
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    return parsed(data, path.name, KIND)


def _title(archive: ZipFile, path: Path) -> str:
    if "meta.xml" not in archive.namelist():
        return ""
    found = _xml(archive, "meta.xml", path).find(f".//{DC}title")
    return one_line("".join(map(str, found.itertext()))) if found is not None else ""


def _furniture(archive: ZipFile, path: Path, limit: TextLimit) -> list[str]:
    """The headers and footers, each once, without those that count pages: "Page 1 of 9" says nothing."""
    if "styles.xml" not in archive.namelist():
        return []
    styles = _xml(archive, "styles.xml", path)
    found = (
        _joined_blocks(part, limit)
        for page in styles.iter(f"{STYLE}master-page")
        for part in page
        if part.tag in (f"{STYLE}header", f"{STYLE}footer") and not _counts_pages(part)
    )
    return list(dict.fromkeys(filter(None, found)))


def _counts_pages(part: "_Element") -> bool:
    counts = any(True for name in COUNTS for _ in part.iter(f"{TEXT}{name}"))
    words = [word for word in " ".join(map(str, part.itertext())).split() if any(map(str.isalpha, word))]
    return counts and len(words) < 3


def _fill(outline: Outline, body: "_Element", limit: TextLimit) -> None:
    blocks: list[str] = []
    for element in body:
        if element.tag == f"{TEXT}h":
            outline.text(joined(blocks))
            blocks = []
            level = element.get(f"{TEXT}outline-level", "1")
            outline.heading(int(level) if level.isdecimal() else 1, limit.take(_inline(element, limit, blocks)))
        elif element.tag == f"{TEXT}section" or str(element.tag).startswith(f"{TEXT}table-of"):
            if element.tag == f"{TEXT}section" and element.get(f"{TEXT}display", "") != "none":
                outline.text(joined(blocks))
                blocks = []
                _fill(outline, element, limit)
        else:
            blocks += _blocks(element, limit)
    outline.text(joined(blocks))


def _joined_blocks(element: "_Element", limit: TextLimit) -> str:
    return joined([block for child in element for block in _blocks(child, limit)])


def _blocks(element: "_Element", limit: TextLimit, depth: int = 0) -> list[str]:
    """The texts of a block: a paragraph with its notes, the items of a list, a table's rows."""
    tag = element.tag
    if tag in UNSEEN or not isinstance(tag, str) or depth > 60:
        return []
    if tag in (f"{TEXT}p", f"{TEXT}h"):
        after: list[str] = []
        text = limit.take(_inline(element, limit, after))
        return [*filter(str.strip, [text]), *after]
    if tag == f"{TEXT}list-item" or tag == f"{TEXT}list-header":
        inner = [block for child in element for block in _blocks(child, limit, depth + 1)]
        return [item("-", inner)] if inner else []
    if tag == f"{TABLE}table":
        rows = list(_rows(element, limit))
        return ["\n".join(facts(rows))] if rows else []
    if tag in (f"{SVG}title", f"{SVG}desc"):
        return [limit.take(one_line("".join(map(str, element.itertext()))))]
    if tag == f"{PRESENTATION}notes":
        return []
    return [block for child in element for block in _blocks(child, limit, depth + 1)]


def _inline(element: "_Element", limit: TextLimit, after: list[str], depth: int = 0) -> str:
    """The words of a line; notes stand in `after`, what is drawn at a word's place (boxes, pictures) too."""
    parts = [element.text or ""]
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in UNSEEN or depth > 60:
            pass
        elif tag == f"{TEXT}note":
            mark = one_line("".join(map(str, child.findtext(f"{TEXT}note-citation", ""))))
            body = child.find(f"{TEXT}note-body")
            parts.append(f"[{mark}]")
            after.append(f"[{mark}] {_joined_blocks(body, limit) if body is not None else ''}")
        elif tag in (f"{OFFICE}annotation", f"{OFFICE}annotation-end"):
            said = one_line(" ".join("".join(map(str, each.itertext())) for each in child.iter(f"{TEXT}p")))
            author = one_line(child.findtext(f"{DC}creator", ""))
            if said:
                after.append(f"Comment ({author}): {limit.take(said)}" if author else f"Comment: {limit.take(said)}")
        elif tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            parts.append(" " * min(int(count) if count.isdecimal() else 1, 20))
        elif tag == f"{TEXT}tab":
            parts.append(" ")
        elif tag == f"{TEXT}line-break":
            parts.append("\n")
        elif str(tag).startswith(DRAW):
            after += _blocks(child, limit, depth + 1)
        else:
            parts.append(_inline(child, limit, after, depth + 1))
        parts.append(child.tail or "")
    return "".join(parts)


def _rows(table: "_Element", limit: TextLimit) -> Iterator[list[str]]:
    """The rows that hold something, merged cells said in each row and column that they span."""
    hanging: dict[int, tuple[int, str]] = {}  # column -> (rows to come, text)
    for row in table.iter(f"{TABLE}table-row"):
        if next(row.iterancestors(f"{TABLE}table"), None) is not table:
            continue  # of a table in a cell
        cells: list[str] = []
        for cell in row:
            if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell") or len(cells) >= MOST_COLUMNS:
                continue
            repeated = _number(cell, f"{TABLE}number-columns-repeated")
            repeated = min(repeated, MOST_COLUMNS - len(cells)) if repeated <= MOST_COLUMNS or not len(cell) else 1
            text = one_line(_joined_blocks(cell, limit)) if len(cell) else ""
            if cell.tag == f"{TABLE}covered-table-cell":
                for _ in range(repeated):
                    left, above = hanging.get(len(cells), (0, ""))
                    cells.append(above if left > 0 else "")
                continue
            span, rows = _number(cell, f"{TABLE}number-columns-spanned"), _number(cell, f"{TABLE}number-rows-spanned")
            for column in range(len(cells), min(len(cells) + max(span, 1), MOST_COLUMNS)):
                if text and (span > 1 or rows > 1):
                    hanging[column] = (rows, text)
            cells += [text] * repeated
        hanging = {column: (left - 1, text) for column, (left, text) in hanging.items() if left > 1}
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield cells


def _number(element: "_Element", name: str) -> int:
    value = element.get(name, "1")
    return int(value) if value[:9].isdecimal() and len(value) < 10 else 1


def _styles(content: "_Element", properties: str, attribute: str, value: str) -> set[str]:
    """The names of the styles one of whose properties has a value."""
    return {
        style.get(f"{STYLE}name", "")
        for style in content.iter(f"{STYLE}style")
        for each in style.iter(f"{STYLE}{properties}")
        if each.get(attribute) == value
    }


def _hidden_sheets(content: "_Element") -> set[str]:
    """The names of the styles of sheets that are not shown."""
    return _styles(content, "table-properties", f"{TABLE}display", "false")


def _sheets(body: "_Element", hidden: set[str], limit: TextLimit) -> Iterator[Section]:
    for table in body.iter(f"{TABLE}table"):
        name = one_line(table.get(f"{TABLE}name", ""))
        heading = f"{name} (hidden sheet)" if table.get(f"{TABLE}style-name", "") in hidden else name
        lines = facts(list(_rows(table, limit)))
        if lines:
            yield Section("\n".join(lines), heading)


def _hidden_slides(content: "_Element") -> set[str]:
    """The names of the styles of slides that are left out of a show."""
    return _styles(content, "drawing-page-properties", f"{PRESENTATION}visibility", "hidden")


def _slides(body: "_Element", hidden: set[str], limit: TextLimit) -> Iterator[Section]:
    declared = [
        one_line("".join(map(str, each.itertext())))
        for kind in ("header", "footer")
        for each in body.iter(f"{PRESENTATION}{kind}-decl")
    ]
    for number, page in enumerate(body.iter(f"{DRAW}page"), start=1):
        heading = ""
        blocks: list[str] = []
        for frame in page:
            found = _blocks(frame, limit)
            if frame.get(f"{PRESENTATION}class") == "title" and not heading:
                heading = one_line(" ".join(found))
            else:
                blocks += found
        for notes in page.iter(f"{PRESENTATION}notes"):
            said = joined([block for frame in notes for block in _blocks(frame, limit)])
            if said:
                blocks.append(f"Notes: {said}")
        text = joined(blocks) or heading
        if page.get(f"{DRAW}style-name", "") in hidden:
            text = joined(["(hidden slide)", *blocks])
        if text:
            yield Section(text, heading, page=number)
    if said := "\n".join(dict.fromkeys(filter(None, declared))):
        yield Section(limit.take(said))
