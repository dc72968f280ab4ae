"""The sheet with the Gantt chart: a column a day, coloured by rules over the dates of "Tâches", so that bars move."""

from datetime import timedelta

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from scripts._course.plan.cells import COLOURS, DATE, INK, PALE, compute, fill, font, put, title, widths
from scripts._course.plan.tasks import Plan

MONTHS = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split(" ")
PERIODS, MONTH, WEEK, DAY, FIRST = 3, 4, 5, 6, 7  # rows
LEFT = 5  # columns before the first day
BLOCKED, DONE, LATE, DUE = "C0392B", INK, "E8743B", "111111"


def write(sheet: Worksheet, plan: Plan, first_task: int, today: str) -> None:
    """Fills the sheet. `first_task` is the row of the first task in "Tâches", `today` the cell of the reference day."""
    title(sheet, "Diagramme de Gantt", "Dates lues dans la feuille Tâches ; la bande du haut nomme le gestionnaire.")
    days = (plan.end - plan.start).days + 1
    _scale(sheet, plan, days)
    last_column = get_column_letter(LEFT + days)
    row = FIRST
    for number, deliverable in enumerate(plan.deliverables):
        colour = COLOURS[number % len(COLOURS)]
        _group(sheet, row, deliverable)
        start = row
        row += 1
        for at, task in enumerate(plan.tasks, start=first_task):
            if task.deliverable == deliverable:
                for column, letter in enumerate("ACGDE", start=1):
                    compute(sheet, row, column, f"=Tâches!{letter}{at}", DATE if column > 3 else "General")
                compute(sheet, row, LEFT + days + 1, f"=Tâches!J{at}", "0%")
                compute(sheet, row, LEFT + days + 2, f"=Tâches!I{at}")
                compute(sheet, row, LEFT + days + 3, f"=Tâches!M{at}")
                compute(sheet, row, LEFT + days + 4, f'=Tâches!N{at}&""')
                sheet.cell(row, 2).alignment = Alignment(horizontal="left", vertical="center")
                row += 1
        _rules(sheet, start, row - 1, last_column, colour)
    _everywhere(sheet, row - 1, last_column, today)
    widths(sheet, (6, 80, 13, 12, 12, *[0.85] * days, 8, 10, 13, 16))
    sheet.freeze_panes = sheet.cell(FIRST, LEFT + 1)
    sheet.print_title_rows = f"{PERIODS}:{DAY}"


def _scale(sheet: Worksheet, plan: Plan, days: int) -> None:
    for row, name in ((PERIODS, "Gestionnaire"), (MONTH, "Mois"), (WEEK, "Semaine du")):
        cell = sheet.cell(row, LEFT, name)
        cell.font, cell.alignment = font(bold=True, size=9), Alignment(horizontal="right")
    for column, name in enumerate(("N°", "Tâche", "Responsable", "Début", "Fin"), start=1):
        _bold(put(sheet, DAY, column, name))
    for column, name in enumerate(("Fait", "État", "Alerte", "Jalon"), start=LEFT + days + 1):
        _bold(put(sheet, DAY, column, name))
    for offset in range(days):
        cell = sheet.cell(DAY, LEFT + 1 + offset, plan.start + timedelta(days=offset))
        cell.number_format, cell.font = ";;;", font(size=6)  # there for the rules, not to be read
    for period in plan.periods:
        name = f"P{period.number} · {period.manager}"
        _span(sheet, PERIODS, plan, period.start, period.end, name, PALE if period.number % 2 else "D6DEEB")
    for first, last in _stretches(plan, lambda day: (day.year, day.month)):
        _span(sheet, MONTH, plan, first, last, f"{MONTHS[first.month - 1]} {first.year}", PALE)
    for first, last in _stretches(plan, lambda day: day.isocalendar()[:2]):
        name = f"{first:%d/%m}" if (last - first).days > 3 else ""
        _span(sheet, WEEK, plan, first, last, name, "FFFFFF")


def _stretches(plan: Plan, key) -> list[tuple]:
    """(first, last) day of each run of days with the same key."""
    found: list[list] = []
    day = plan.start
    while day <= plan.end:
        if found and key(found[-1][0]) == key(day):
            found[-1][1] = day
        else:
            found.append([day, day])
        day += timedelta(days=1)
    return [tuple(pair) for pair in found]


def _span(sheet: Worksheet, row: int, plan: Plan, first, last, text: str, colour: str) -> None:
    start, end = (LEFT + 1 + (day - plan.start).days for day in (first, last))
    for column in range(start, end + 1):
        put(sheet, row, column, None)
    cell = put(sheet, row, start, text)
    cell.font, cell.fill = font(size=8), fill(colour)
    cell.alignment = Alignment(horizontal="center", vertical="center")
    if end > start:
        sheet.merge_cells(start_row=row, start_column=start, end_row=row, end_column=end)


def _group(sheet: Worksheet, row: int, name: str) -> None:
    for column in range(1, LEFT + 1):
        put(sheet, row, column, None).fill = fill(PALE)
    put(sheet, row, 1, name).font = font(bold=True, color=INK)
    sheet.cell(row, 1).alignment = Alignment(vertical="center")
    sheet.cell(row, 1).fill = fill(PALE)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=LEFT)


def _rules(sheet: Worksheet, first: int, last: int, last_column: str, colour: str) -> None:
    """The bars of one deliverable; the first rule that holds wins. Its heading, `first`, has no dates and no bar."""
    corner = get_column_letter(LEFT + 1)
    after = column_index_from_string(last_column)
    done, state, alert, due = (f"${get_column_letter(after + offset)}{first}" for offset in (1, 2, 3, 4))
    day, start, end = f"{corner}${DAY}", f"$D{first}", f"$E{first}"
    bar = f"ISNUMBER({start}),{day}>={start},{day}<={end}"
    area = f"{corner}{first}:{last_column}{last}"
    for condition, paint in (
        (f'AND({bar},{due}<>"")', DUE),
        (f"AND({bar},{day}<{start}+({end}-{start}+1)*{done})", DONE),
        (f'AND({bar},{state}="bloquée")', BLOCKED),
        (f'AND({bar},{alert}="en retard")', LATE),
        (f"AND({bar})", colour),
    ):
        sheet.conditional_formatting.add(area, FormulaRule(formula=[condition], fill=fill(paint), stopIfTrue=True))


def _everywhere(sheet: Worksheet, last: int, last_column: str, today: str) -> None:
    corner = get_column_letter(LEFT + 1)
    day, area = f"{corner}${DAY}", f"{corner}{FIRST}:{last_column}{last}"
    line = Border(left=Side(style="thin", color="C0392B"))
    sheet.conditional_formatting.add(area, FormulaRule(formula=[f"{day}={today}"], border=line))
    sheet.conditional_formatting.add(area, FormulaRule(formula=[f"WEEKDAY({day},2)>5"], fill=fill(PALE)))


def _bold(cell) -> None:
    cell.font, cell.fill = font(bold=True, color="FFFFFF"), fill(INK)
