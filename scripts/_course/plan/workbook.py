"""The workbook of a plan: tasks, Gantt chart, tracking, manager's periods, reports and evaluation sheets, in French.

Everything that follows from the tasks is a formula over the sheet "Tâches": whoever changes a date or a state there
sees chart and tables follow.
"""

from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.formatting.rule import DataBarRule, FormulaRule
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from scripts._course.plan import evaluation, gantt
from scripts._course.plan.cells import (
    BAD,
    BUSY,
    DATE,
    GOOD,
    compute,
    fill,
    font,
    header,
    one_page_wide,
    put,
    title,
    widths,
)
from scripts._course.plan.tasks import EVERYBODY, STATES, Plan

A4, A3 = 9, 8
FIRST = 4  # row of the first task, below title, note and header
TASK_COLUMNS = (
    ("N°", 7),
    ("Livrable", 40),
    ("Tâche", 84),
    ("Début", 12),
    ("Fin", 12),
    ("Jours", 7),
    ("Responsable", 14),
    ("Participants", 22),
    ("État", 12),
    ("Avancement", 13),
    ("Après", 12),
    ("Heures", 8),
    ("Alerte", 15),
    ("Jalon", 16),
    ("Personnes", 11),
)
TODAY = "'Lisez-moi'!$B$6"


def write(plan: Plan, path: Path, today: date | None = None) -> None:
    """Writes the workbook. `today` is what lateness is counted from; without it, the day on which it is opened."""
    book = Workbook()
    _guide(book.active, plan, today)
    _tasks(book.create_sheet("Tâches"), plan)
    gantt.write(book.create_sheet("Gantt"), plan, FIRST, TODAY)
    _due(book.create_sheet("Échéances"), plan)
    _tracking(book.create_sheet("Suivi"), plan)
    _periods(book.create_sheet("Gestionnaires"), plan)
    _reports(book.create_sheet("Rapports"), plan)
    evaluation.tasks(book.create_sheet("Éval. tâches"), plan)
    evaluation.grid(book.create_sheet("Grille"))
    evaluation.managers(book.create_sheet("Éval. gestionnaires"), plan)
    evaluation.peers(book.create_sheet("Éval. équipe"), plan)
    for sheet in book.worksheets:
        one_page_wide(sheet, A3 if sheet.title in ("Tâches", "Gantt") else A4)
    book.save(path)


def _guide(sheet: Worksheet, plan: Plan, today: date | None) -> None:
    sheet.title = "Lisez-moi"
    title(sheet, "Planification du projet", "Produit par « python -m scripts.plan » à partir du fichier des tâches.")
    facts = (("Début", plan.start), ("Fin", plan.end), ("Membres", ", ".join(plan.members)))
    for row, (name, value) in enumerate(facts, start=3):
        put(sheet, row, 1, name).font = font(bold=True)
        put(sheet, row, 2, value, DATE)
    put(sheet, 6, 1, "Date de référence").font = font(bold=True)
    if today:
        put(sheet, 6, 2, today, DATE).fill = fill(BUSY)
    else:
        compute(sheet, 6, 2, "=TODAY()", DATE).fill = fill(BUSY)
    lines = (
        "Les retards se comptent à la date de référence (B6) : écrivez-y =AUJOURDHUI() pour un suivi en direct.",
        "Tâches : la seule feuille à tenir à jour. États possibles : " + ", ".join(STATES) + ".",
        "Gantt : une colonne par jour ; partie foncée d’une barre : travail fait ; rouge : en retard ou bloquée.",
        "Échéances : les dates de remise du sujet, la marge que le plan leur laisse, ce qui les menace.",
        "Suivi : totaux par livrable et par responsable ; charge de chacun (heures partagées entre les participants).",
        "Gestionnaires : qui dirige l’équipe pendant chaque période de deux semaines, et quand il passe la main.",
        "Rapports : qui a remis son rapport individuel de quinzaine.",
        "Éval. tâches : le gestionnaire évalue les tâches de chacun, à mi-période et à la fin de sa période.",
        "Grille, Éval. gestionnaires, Éval. équipe : critères, notes de 1 à 5 et moyennes sur 20.",
        "Pour changer durablement le plan, modifiez le fichier CSV des tâches et relancez la commande.",
    )
    for row, line in enumerate(lines, start=8):
        sheet.cell(row, 1, line)
    for row in range(3, 7):
        sheet.cell(row, 2).alignment = Alignment(horizontal="left", vertical="center")
    widths(sheet, (20, 70))


def _tasks(sheet: Worksheet, plan: Plan) -> None:
    title(sheet, "Tâches", "La seule feuille à tenir à jour : les autres en sont calculées.")
    header(sheet, FIRST - 1, [name for name, _ in TASK_COLUMNS])
    for row, task in enumerate(plan.tasks, start=FIRST):
        first = (task.id, task.deliverable, task.name, task.start, task.end)
        for column, content in enumerate(first, start=1):
            put(sheet, row, column, content, DATE if column > 3 else "")
        compute(sheet, row, 6, f"=E{row}-D{row}+1", "0")
        others, before = ", ".join(task.others), ", ".join(task.after)
        later = (task.lead, others, task.state, task.progress / 100, before, task.hours)
        for column, content in enumerate(later, start=7):
            put(sheet, row, column, content, {10: "0%", 12: "0.#"}.get(column, ""))
        # Late: past its last day and not finished; or past its first day and not begun.
        compute(
            sheet,
            row,
            13,
            f'=IF(I{row}="bloquée","bloquée",IF(I{row}="terminée","",IF({TODAY}>E{row},"en retard",'
            f'IF(AND({TODAY}>D{row},I{row}="à faire"),"à commencer",""))))',
        )
        put(sheet, row, 14, task.hand_in or None)
        several = f'LEN(H{row})-LEN(SUBSTITUTE(H{row},",",""))+2'
        everybody = f'OR(G{row}="{EVERYBODY}",H{row}="{EVERYBODY}")'
        compute(sheet, row, 15, f'=IF({everybody},{len(plan.members)},IF(H{row}="",1,{several}))', "0")
    last = FIRST + len(plan.tasks) - 1
    states = DataValidation("list", formula1=f'"{",".join(STATES)}"', allow_blank=False)
    share = DataValidation("decimal", operator="between", formula1="0", formula2="1")
    for validation, letter in ((states, "I"), (share, "J")):
        sheet.add_data_validation(validation)
        validation.add(f"{letter}{FIRST}:{letter}{last}")
    for state, colour in (("terminée", GOOD), ("en cours", BUSY), ("bloquée", BAD)):
        sheet.conditional_formatting.add(
            f"I{FIRST}:I{last}", FormulaRule(formula=[f'$I{FIRST}="{state}"'], fill=fill(colour))
        )
    sheet.conditional_formatting.add(f"M{FIRST}:M{last}", FormulaRule(formula=[f'$M{FIRST}<>""'], fill=fill(BAD)))
    sheet.conditional_formatting.add(
        f"J{FIRST}:J{last}", DataBarRule("num", 0, "num", 1, color="6699CC", showValue=True)
    )
    milestone = FormulaRule(formula=[f'$N{FIRST}<>""'], font=Font(bold=True))
    sheet.conditional_formatting.add(f"A{FIRST}:O{last}", milestone)
    widths(sheet, [width for _, width in TASK_COLUMNS])
    sheet.freeze_panes = sheet.cell(FIRST, 4)
    sheet.auto_filter.ref = f"A{FIRST - 1}:O{last}"
    sheet.print_title_rows = f"{FIRST - 1}:{FIRST - 1}"


def _tracking(sheet: Worksheet, plan: Plan) -> None:
    title(sheet, "Suivi", "Calculé à partir de la feuille Tâches ; l’avancement est pondéré par les heures.")
    last = FIRST + len(plan.tasks) - 1
    row = _tracked(sheet, 4, "Livrable", plan.deliverables, "B", last)
    row = _tracked(sheet, row + 2, "Responsable", plan.members, "G", last)
    _load(sheet, row + 2, plan.members, last)
    widths(sheet, (40, 10, 10, 10, 10, 12, 12, 12, 14))


def _tracked(sheet: Worksheet, row: int, name: str, keys: tuple[str, ...], column: str, last: int) -> int:
    """A table of the tasks whose `column` is each of `keys`; returns the row of its totals."""

    def of(letter: str) -> str:
        return _column(letter, last)

    header(sheet, row, (name, "Tâches", *STATES, "en retard", "Heures", "Avancement"))
    first = row + 1
    for row, key in enumerate(keys, start=first):
        put(sheet, row, 1, key)
        mine = f'{of(column)},$A{row},{of("N")},""'  # a due day is no work
        compute(sheet, row, 2, f"=COUNTIFS({mine})")
        for offset, state in enumerate(STATES):
            compute(sheet, row, 3 + offset, f'=COUNTIFS({mine},{of("I")},"{state}")')
        compute(sheet, row, 7, f'=COUNTIFS({mine},{of("M")},"en retard")')
        compute(sheet, row, 8, f"=SUMIFS({of('L')},{mine})")
        done = f"SUMPRODUCT(({of(column)}=$A{row})*{of('L')}*{of('J')})"
        compute(sheet, row, 9, f"=IF(H{row}=0,0,{done}/H{row})", "0%")
    total = row + 1
    put(sheet, total, 1, "Ensemble")
    for number in range(2, 9):
        letter = get_column_letter(number)
        compute(sheet, total, number, f"=SUM({letter}{first}:{letter}{row})")
    compute(sheet, total, 9, f"=IF(H{total}=0,0,SUMPRODUCT(H{first}:H{row},I{first}:I{row})/H{total})", "0%")
    for number in range(1, 10):
        sheet.cell(total, number).font = font(bold=True)
    sheet.conditional_formatting.add(
        f"I{first}:I{total}", DataBarRule("num", 0, "num", 1, color="44AA99", showValue=True)
    )
    sheet.conditional_formatting.add(f"G{first}:G{total}", FormulaRule(formula=[f"$G{first}>0"], fill=fill(BAD)))
    return total


def _load(sheet: Worksheet, row: int, members: tuple[str, ...], last: int) -> None:
    """Hours of each member: those of a task are shared equally among all who work on it."""

    def of(letter: str) -> str:
        return _column(letter, last)

    header(sheet, row, ("Charge", "Heures", "Écart"))
    first, bottom = row + 1, row + len(members)
    for row, member in enumerate(members, start=first):
        put(sheet, row, 1, member)
        named = f'ISNUMBER(SEARCH(", "&$A{row}&",",", "&{of("H")}&","))'
        works = f'(({of("G")}=$A{row})+({of("G")}="{EVERYBODY}")+({of("H")}="{EVERYBODY}")+{named}>0)'
        compute(sheet, row, 2, f'=SUMPRODUCT(({of("N")}="")*{works}*{of("L")}/{of("O")})', "0.0")
        mean = f"AVERAGE($B${first}:$B${bottom})"
        compute(sheet, row, 3, f"=IF({mean}=0,0,B{row}/{mean}-1)", "+0%;-0%;0%")
    far = FormulaRule(formula=[f"ABS($C{first})>0.1"], fill=fill(BAD))
    sheet.conditional_formatting.add(f"C{first}:C{bottom}", far)


def _due(sheet: Worksheet, plan: Plan) -> None:
    title(sheet, "Échéances", "Les dates du sujet. Marge : jours entre la fin de la dernière tâche et l’échéance.")
    header(sheet, 4, ("Livrable", "Échéance", "Rendu", "Tâches", "Dernière fin", "Marge (jours)", "Avancement", "État"))
    bottom = FIRST + len(plan.tasks) - 1
    rows = {task.id: row for row, task in enumerate(plan.tasks, start=FIRST)}
    b, e, j, h, m, n = (_column(letter, bottom) for letter in "BEJLMN")
    for row, task in enumerate(plan.milestones, start=5):
        at = rows[task.id]
        compute(sheet, row, 1, f"=Tâches!B{at}")
        compute(sheet, row, 2, f"=Tâches!E{at}", DATE)
        compute(sheet, row, 3, f"=Tâches!N{at}")
        mine = f'({b}=$A{row})*({n}="")'
        compute(sheet, row, 4, f"=SUMPRODUCT({mine})", "0")
        compute(sheet, row, 5, f"=SUMPRODUCT(MAX({mine}*{e}))", DATE)
        compute(sheet, row, 6, f"=B{row}-E{row}", "0")
        hours = f"SUMPRODUCT({mine}*{h})"
        compute(sheet, row, 7, f"=IF({hours}=0,0,SUMPRODUCT({mine}*{h}*{j})/{hours})", "0%")
        behind = f'IF(COUNTIFS({b},$A{row},{m},"en retard")>0,"menacée","à temps")'
        missed = f'IF(F{row}<0,"manquée dans le plan",IF({TODAY}>B{row},"en retard",{behind}))'
        compute(sheet, row, 8, f'=IF(Tâches!I{at}="terminée","remis",{missed})')
    last = 4 + max(1, len(plan.milestones))
    for state, colour in (("remis", GOOD), ("menacée", BUSY), ("en retard", BAD), ("manquée dans le plan", BAD)):
        rule = FormulaRule(formula=[f'$H5="{state}"'], fill=fill(colour))
        sheet.conditional_formatting.add(f"H5:H{last}", rule)
    widths(sheet, (42, 13, 18, 9, 14, 14, 13, 24))


def _column(letter: str, last: int) -> str:
    return f"Tâches!${letter}${FIRST}:${letter}${last}"


def _periods(sheet: Worksheet, plan: Plan) -> None:
    title(
        sheet, "Gestionnaires", "La direction tourne ; le rapport de management est dû au début de la période suivante."
    )
    names = ("Période", "Du", "Au", "Gestionnaire", "Passe la main à", "Rapport dû le", "Rapport remis le", "Remarques")
    header(sheet, 4, names)
    for row, period in enumerate(plan.periods, start=5):
        following = plan.periods[period.number].manager if period.number < len(plan.periods) else "fin du projet"
        due = period.end + timedelta(days=1)
        line = (period.number, period.start, period.end, period.manager, following, due)
        for column, value in enumerate(line, start=1):
            put(sheet, row, column, value, DATE if column in (2, 3, 6) else "")
        put(sheet, row, 7, None, DATE)
        put(sheet, row, 8, None)
    last = 4 + len(plan.periods)
    current = f"AND({TODAY}>=$B5,{TODAY}<=$C5)"
    sheet.conditional_formatting.add(f"A5:H{last}", FormulaRule(formula=[current], fill=fill(BUSY)))
    header(sheet, last + 3, ("Membre", "Périodes dirigées"), 4)
    for row, member in enumerate(plan.members, start=last + 4):
        put(sheet, row, 4, member)
        compute(sheet, row, 5, f"=COUNTIF($D$5:$D${last},D{row})")
    widths(sheet, (10, 13, 13, 16, 18, 15, 16, 44))


def _reports(sheet: Worksheet, plan: Plan) -> None:
    title(sheet, "Rapports individuels", "Un par membre et par période, dû à la date écrite en tête ; état à choisir.")
    header(sheet, 4, ("Membre", *(f"P{period.number}\n{period.end:%d/%m}" for period in plan.periods), "Remis"))
    last_row, last = 4 + len(plan.members), get_column_letter(1 + len(plan.periods))
    for row, member in enumerate(plan.members, start=5):
        put(sheet, row, 1, member)
        for column in range(2, 2 + len(plan.periods)):
            put(sheet, row, column, None)
        compute(sheet, row, 2 + len(plan.periods), f'=COUNTIF(B{row}:{last}{row},"remis")')
    choice = DataValidation("list", formula1='"remis,en retard,dispensé"', allow_blank=True)
    sheet.add_data_validation(choice)
    choice.add(f"B5:{last}{last_row}")
    for state, colour in (("remis", GOOD), ("en retard", BAD)):
        rule = FormulaRule(formula=[f'B5="{state}"'], fill=fill(colour))
        sheet.conditional_formatting.add(f"B5:{last}{last_row}", rule)
    sheet.row_dimensions[4].height = 32
    widths(sheet, (16, *[11] * len(plan.periods), 8))
