"""How the sheets look: fonts, colours, borders, and texts that a spreadsheet never runs as a formula."""

from collections.abc import Iterable, Sequence

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

# Paul Tol's "muted" scheme, told apart by colour-blind readers too.
COLOURS = ("332288", "117733", "AA4499", "88CCEE", "999933", "CC6677", "44AA99", "882255", "DDCC77", "6699CC", "777777")
INK, LINE, PALE = "1F2A44", "C9CFDA", "EEF1F6"
GOOD, BAD, BUSY = "CFE8D5", "F6CFCF", "FDEBC8"
DATE = "dd/mm/yyyy"
_THIN = Side(style="thin", color=LINE)
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def fill(colour: str) -> PatternFill:
    """One colour over the whole cell, also inside a conditional format."""
    return PatternFill("solid", start_color=colour, end_color=colour)


def font(**style: object) -> Font:
    """A font of the sheets: openpyxl's own default for changed fonts has no name, and programs choose serifs."""
    return Font(**{"name": "Calibri", "size": 11, **style})


def put(sheet: Worksheet, row: int, column: int, value: object, number_format: str = "") -> Cell:
    """Writes a value: a text stays a text, whatever sign it begins with."""
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if number_format:
        cell.number_format = number_format
    cell.border, cell.font = BOX, font()
    beside = "left" if isinstance(value, str) else "center"
    cell.alignment = Alignment(horizontal=beside, vertical="center", wrap_text=isinstance(value, str))
    return cell


def compute(sheet: Worksheet, row: int, column: int, formula: str, number_format: str = "General") -> Cell:
    """Writes a formula of our own."""
    cell = put(sheet, row, column, None, number_format)
    cell.value = formula
    return cell


def title(sheet: Worksheet, text: str, note: str = "") -> None:
    """The sheet's heading in row 1 and a sentence of help in row 2."""
    sheet.cell(1, 1, text).font = font(bold=True, size=16, color=INK)
    sheet.cell(2, 1, note).font = font(italic=True, color="5B6475")
    sheet.sheet_view.showGridLines = False


def header(sheet: Worksheet, row: int, names: Sequence[str], column: int = 1) -> None:
    """A row of column names."""
    for offset, name in enumerate(names):
        cell = put(sheet, row, column + offset, name)
        cell.font = font(bold=True, color="FFFFFF")
        cell.fill = fill(INK)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def widths(sheet: Worksheet, values: Iterable[float]) -> None:
    """Column widths from A on, in characters."""
    for number, width in enumerate(values, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def one_page_wide(sheet: Worksheet, paper: int) -> None:
    """Prints the sheet on landscape pages, as many as its rows need."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", paper
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
