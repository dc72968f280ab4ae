"""What Office draws: text in shapes, SmartArt, charts. Shared by Word, PowerPoint and Excel files.

Written by hand: python-docx, python-pptx and openpyxl read neither SmartArt nor the points of every kind of chart.
Elements are told by their local names, because the newer drawings have a namespace for each year.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from corpus.cleaning import lowered, one_line, raised
from corpus.readers.number_format import shown_serial
from corpus.tables import facts

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

POINTS = 2000  # of a chart; more are no table to read
LARGEST_WORKBOOK = 50 << 20  # bytes that the workbook inside a chart may unpack to
LONGEST_LINK = 200  # characters of an address that is said
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DEEPEST = 20  # levels of a diagram that are said


def local(element: "Element") -> str:
    """The element's name without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def parsed(data: bytes) -> "Element":
    """The root of an XML part. Raises lxml's XMLSyntaxError when it is none."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def attribute(element: "Element", name: str) -> str:
    """The attribute of this local name, whatever its namespace; "" where there is none."""
    if (value := element.get(name)) is not None:
        return str(value)
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def children(element: "Element") -> Iterator["Element"]:
    """The children; of what is drawn once for new programs and once for old ones, the first that holds text."""
    for child in element:
        name = local(child)
        if name == "AlternateContent":
            choices = [each for each in child if local(each) in ("Choice", "Fallback")]
            chosen = next((each for each in choices if _holds_something(each)), choices[0] if choices else None)
            if chosen is not None:
                yield from children(chosen)
        elif name:
            yield child


def _holds_something(element: "Element") -> bool:
    return any(local(each) in ("t", "chart", "relIds", "imagedata") for each in element.iter())


def first(element: "Element", *names: str) -> "Element | None":
    """The first element below that has one of these local names, or None."""
    return next((each for each in element.iter() if local(each) in names), None)


def shape_text(body: "Element") -> str:
    """The paragraphs of a shape's text, a line each; the number of a slide is left out."""
    return "\n".join(filter(None, (_paragraph(each) for each in children(body) if local(each) == "p")))


def _paragraph(paragraph: "Element") -> str:
    parts: list[str] = []
    for run in children(paragraph):
        name = local(run)
        if name == "br":
            parts.append("\n")
        elif name == "r" or (name == "fld" and attribute(run, "type") != "slidenum"):
            text = "".join(each.text or "" for each in run if local(each) == "t")
            properties = next((each for each in run if local(each) == "rPr"), None)
            baseline = properties.get("baseline", "0") if properties is not None else "0"
            before = "".join(parts[-3:])
            if baseline.lstrip("-").isdecimal() and int(baseline):
                text = lowered(before, text) if baseline.startswith("-") else raised(before, text)
            parts.append(text)
        elif name in ("m", "oMath", "oMathPara"):
            parts.append(formula(run))
    return "".join(parts).strip()


def formula(element: "Element") -> str:
    """A formula on one line: "x^2", "(a)/(b)"."""
    name = local(element)
    if name in ("t", "r"):
        return "".join(each.text or "" for each in element.iter() if local(each) == "t")
    parts = {local(each): formula(each) for each in element if local(each) not in ("rPr", "ctrlPr")}
    if name == "sSup":
        return f"{parts.get('e', '')}^{_bracketed(parts.get('sup', ''))}"
    if name == "sSub":
        return f"{parts.get('e', '')}_{_bracketed(parts.get('sub', ''))}"
    if name == "sSubSup":
        return f"{parts.get('e', '')}_{_bracketed(parts.get('sub', ''))}^{_bracketed(parts.get('sup', ''))}"
    if name == "f":
        return f"{_bracketed(parts.get('num', ''))}/{_bracketed(parts.get('den', ''))}"
    if name == "rad":
        return f"√({parts.get('e', '')})"
    if name == "d":
        return f"({', '.join(formula(each) for each in element if local(each) == 'e')})"
    return "".join(formula(each) for each in element)


def _bracketed(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def described(properties: "Element | None") -> str:
    """The alternative text of a picture or chart, "" where a program made it up or there is none."""
    text = one_line(attribute(properties, "descr")) if properties is not None else ""
    made_up = "automatically generated" in text or text.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".emf"))
    return "" if made_up else text


def target_beside(text: str, target: str) -> str:
    """ " (https://…)" for a link whose text does not say where it leads; "" otherwise."""
    shown = target.removeprefix("mailto:").rstrip("/")
    is_said = shown.removeprefix("https://").removeprefix("http://") in text
    fits = target.startswith(("https://", "http://", "mailto:")) and len(target) <= LONGEST_LINK
    return f" ({shown})" if fits and text.strip() and not is_said else ""


# --- SmartArt -------------------------------------------------------------------------------------------------


def smart_art(data: bytes) -> list[str]:
    """The texts of a diagram's data in their order, each an item that says what it stands below: "- Chair › Clerk"."""
    root = parsed(data)
    texts: dict[str, str] = {}
    tops: list[str] = []
    for point in (each for each in root.iter() if local(each) == "pt"):
        number, kind = attribute(point, "modelId"), point.get("type", "node")
        body = next((each for each in point if local(each) == "t"), None)
        if kind == "doc":
            tops.append(number)
        elif kind in ("node", "asst"):
            texts[number] = one_line(shape_text(body)) if body is not None else ""
    below: dict[str, list[tuple[int, str]]] = {}
    for link in (each for each in root.iter() if local(each) == "cxn" and each.get("type", "parOf") == "parOf"):
        order = link.get("srcOrd", "0")
        place = int(order) if order.isdecimal() else 0
        below.setdefault(attribute(link, "srcId"), []).append((place, attribute(link, "destId")))
    found: list[str] = []
    met: set[str] = set()
    todo: list[tuple[str, tuple[str, ...]]] = [(number, ()) for number in [*reversed(texts), *tops]]
    while todo:
        number, path = todo.pop()
        if number in met:
            continue
        met.add(number)
        way = (*path, texts[number])[-DEEPEST:] if texts.get(number) else path
        if texts.get(number):
            found.append("- " + " › ".join(way))
        todo += [(inner, way) for _, inner in sorted(below.get(number, ()), reverse=True)]
    return found


# --- charts ---------------------------------------------------------------------------------------------------


@dataclass
class _Series:
    name: str
    labels: dict[int, str] = field(default_factory=dict)  # of categories, or of single points
    values: dict[int, str] = field(default_factory=dict)
    across: dict[int, str] | None = None  # the horizontal values of an XY chart
    sizes: dict[int, str] = field(default_factory=dict)

    def points(self) -> Iterator[list[str]]:
        """Of an XY chart: the series with the point's label, its place across and up, its size."""
        for at, value in sorted(self.values.items()):
            name = ", ".join(filter(None, (self.name, self.labels.get(at, ""))))
            yield [name, (self.across or {}).get(at, ""), value, self.sizes.get(at, "")]


@dataclass(frozen=True)
class Chart:
    """A chart as text: its title, and a line for each category or point."""

    title: str
    lines: tuple[str, ...]
    points: int  # how many it has; the lines are left out where these are too many


def chart(data: bytes, embedded: Callable[[str], bytes] | None = None) -> Chart:
    """The chart of any kind in this part; `embedded` gives the workbook of a relation, for points that were not saved.

    "March | Folding: 571 | Golf: 166" for categories, "Stations | X: 12.5 | Y: 310" for points. Raises lxml's
    XMLSyntaxError when the part is damaged.
    """
    root = parsed(data)
    cells = _Workbook(root, embedded)
    named = [(local(each), _title(inner)) for each in root.iter() for inner in each if local(inner) == "title"]
    titles = dict(named)
    title = titles.get("chart", "")
    axes = [text for name, text in named if name != "chart"]
    if first(root, "plotArea") is not None and first(root, "chartData") is None:
        series = [_series(each, cells) for each in root.iter() if local(each) == "ser"]
    else:
        series = list(_new_series(root))
    horizontal = titles.get("catAx") or titles.get("dateAx") or titles.get("serAx") or ""
    points = sum(len(each.values) for each in series)
    if points > POINTS:
        return Chart(title, (), points)
    found: list[str] = []
    categories = [each for each in series if each.across is None]
    if categories:
        vertical = titles.get("valAx", "")
        if vertical:
            title = f"{title} ({vertical})" if title else vertical
        found += _category_lines(categories, horizontal, vertical or title)
    spread = [each for each in series if each.across is not None]
    if spread:
        x, y = axes[:2] if len(axes) > 1 else ("", "")
        header = ["", x or "X", y or "Y", "Size"]
        points_of = [row for each in spread for row in each.points()]
        found += facts([header, *points_of], 1) if points_of else []
    return Chart(title, tuple(found), points)


def _category_lines(series: list[_Series], horizontal: str, vertical: str) -> list[str]:
    labels: dict[int, str] = {}
    for each in reversed(series):
        labels.update(each.labels)
    numbers = sorted({at for each in series for at in each.values})
    if not numbers:
        return []
    names = [each.name or (vertical if len(series) == 1 else f"Series {at}") for at, each in enumerate(series, start=1)]
    grid = [[labels.get(at) or str(at + 1), *(each.values.get(at, "") for each in series)] for at in numbers]
    return facts([[horizontal, *names], *grid], 1)


def _title(element: "Element") -> str:
    rich = first(element, "rich", "txData")
    if rich is not None and (text := one_line(shape_text(rich))):
        return text
    return one_line(" ".join(each.text or "" for each in element.iter() if local(each) in ("t", "v")))


def _series(element: "Element", cells: "_Workbook") -> _Series:
    parts = {local(each): each for each in element}
    name = one_line(" ".join(_points(parts["tx"], cells).values())) if "tx" in parts else ""
    found = _Series(name or (one_line(_first_value(parts["tx"])) if "tx" in parts else ""))
    if "cat" in parts:
        found.labels = _points(parts["cat"], cells)
    if "xVal" in parts or "yVal" in parts:
        found.across = _points(parts["xVal"], cells) if "xVal" in parts else {}
    values = parts.get("val", parts.get("yVal"))
    found.values = _points(values, cells) if values is not None else {}
    found.sizes = _points(parts["bubbleSize"], cells) if "bubbleSize" in parts else {}
    for label in (each for each in element.iter() if local(each) == "dLbl"):
        number, rich = first(label, "idx"), first(label, "rich")
        if number is not None and rich is not None and number.get("val", "").isdecimal():
            found.labels.setdefault(int(number.get("val", "0")), one_line(shape_text(rich)))
    ranged = first(element, "dlblRangeCache")
    if ranged is not None:
        found.labels = {**_cached(ranged), **{at: text for at, text in found.labels.items() if text}}
    return found


def _first_value(element: "Element") -> str:
    value = first(element, "v")
    return value.text or "" if value is not None else ""


def _points(element: "Element", cells: "_Workbook") -> dict[int, str]:
    """Number of the point -> its text, as it was saved, else as the workbook inside the file holds it."""
    cache = first(element, "strCache", "numCache", "multiLvlStrCache", "strLit", "numLit")
    found = _cached(cache) if cache is not None else {}
    reference = first(element, "f")
    if not found and reference is not None:
        found = dict(enumerate(cells.range(reference.text or "")))
    return {at: text for at, text in found.items() if text}


def _cached(cache: "Element") -> dict[int, str]:
    levels = [each for each in cache if local(each) == "lvl"]
    if levels:
        return _joined_levels([_cached(level) for level in levels])
    code = next((each.text or "" for each in cache if local(each) == "formatCode"), cache.get("formatCode", ""))
    is_number = local(cache) in ("numCache", "numLit") or bool(code)
    found: dict[int, str] = {}
    for point in (each for each in cache if local(each) == "pt"):
        number = point.get("idx", "")
        text = _first_value(point) if first(point, "v") is not None else point.text or ""
        if number.isdecimal():
            found[int(number)] = _number(text, point.get("formatCode", code)) if is_number else one_line(text)
    return found


def _joined_levels(levels: list[dict[int, str]]) -> dict[int, str]:
    """Labels of several levels, the innermost first: an outer one stands where its group begins."""
    found = dict(levels[0])
    for level in levels[1:]:
        current = ""
        for at in sorted({*levels[0], *level}):
            current = level.get(at, current)
            if at in found and current:
                found[at] = f"{current}, {found[at]}"
    return found


def _number(text: str, code: str) -> str:
    with suppress(ValueError, OverflowError):
        return shown_serial(float(text), code)
    return one_line(text)


def _new_series(root: "Element") -> Iterator[_Series]:
    """The series of the kinds that came with Office 2016: waterfall, tree map, funnel, histogram, box plot."""
    data: dict[str, _Series] = {}
    for block in (each for each in root.iter() if local(each) == "data"):
        held = _Series("")
        for dimension in block:
            levels = [
                {
                    int(point.get("idx", "0")): _number(point.text or "", level.get("formatCode", "General"))
                    if local(dimension) == "numDim" else one_line(point.text or "")
                    for point in level if local(point) == "pt" and point.get("idx", "").isdecimal()
                }
                for level in dimension if local(level) == "lvl"
            ]  # fmt: skip
            if levels and local(dimension) == "strDim":
                held.labels = _joined_levels(levels)
            elif levels and local(dimension) == "numDim":
                held.values = levels[0]
        data[block.get("id", "")] = held
    for each in (each for each in root.iter() if local(each) == "series"):
        text, number = first(each, "tx"), first(each, "dataId")
        found = data.get(number.get("val", "")) if number is not None else None
        if found is not None:
            name = one_line(_first_value(text)) if text is not None else ""
            yield _Series(name, found.labels, found.values)


class _Workbook:
    """The workbook inside a chart, opened only where the chart has not saved its points."""

    def __init__(self, root: "Element", embedded: Callable[[str], bytes] | None) -> None:
        external = first(root, "externalData")
        self._relation = external.get(f"{RELATED}id", "") if external is not None else ""
        self._embedded = embedded
        self._opened: Any = None  # openpyxl's workbook

    def range(self, reference: str) -> list[str]:
        """The cells of "Sheet1!$B$2:$B$7" as text; none where they cannot be had."""
        if not self._embedded or not self._relation or "!" not in reference or len(reference) > 200:
            return []
        import openpyxl
        from openpyxl.utils.cell import range_boundaries

        try:
            if self._opened is None:
                data = io.BytesIO(self._embedded(self._relation))
                with ZipFile(data) as packed:
                    if sum(info.file_size for info in packed.infolist()) > LARGEST_WORKBOOK:
                        return []
                self._opened = openpyxl.load_workbook(data, data_only=True, keep_links=False)
            name, _, place = reference.rpartition("!")
            left, top, right, bottom = range_boundaries(place.replace("$", ""))
            if None in (left, top, right, bottom) or (right - left + 1) * (bottom - top + 1) > POINTS + 1:
                return []
            book = self._opened
            sheet = book[name.strip("'").replace("''", "'")]
            area = sheet.iter_rows(top, bottom, left, right)
            return [_cell(cell.value, cell.number_format) for row in area for cell in row]
        except Exception as error:  # the chart's own part stays readable whatever is wrong with the workbook
            if isinstance(error, MemoryError):
                raise
            self._embedded = None
            return []


def _cell(value: object, code: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(str(value), code)
    return "" if value is None else one_line(str(value))
