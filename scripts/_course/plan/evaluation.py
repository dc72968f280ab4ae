"""The evaluation sheets: the manager on each member's tasks, the criteria, the members on managers and on peers."""

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from scripts._course.plan.cells import BUSY, compute, fill, font, header, put, title, widths
from scripts._course.plan.tasks import Plan

MOMENTS = ("mi-parcours", "fin du projet")
LEVELS = ("1 : insuffisant", "3 : attendu", "5 : remarquable")
# Criterion, weight, and what the three levels look like.
MANAGING = (
    (
        "Organisation",
        3,
        "Réunions sans ordre du jour",
        "Ordre du jour et compte rendu",
        "Décisions suivies jusqu’au bout",
    ),
    ("Suivi du plan", 3, "Retards découverts après coup", "Tableau à jour chaque semaine", "Retards prévus et traités"),
    ("Répartition du travail", 2, "Charge inégale", "Charge équilibrée", "Charge adaptée aux forces de chacun"),
    ("Communication", 2, "Informations perdues", "Chacun sait quoi faire", "Désaccords réglés tôt"),
    ("Passation", 2, "Rien d’écrit", "Rapport remis à temps", "Le suivant commence sans question"),
)
WORKING = (
    ("Travail rendu", 3, "Tâches non finies", "Tâches finies à temps", "Aide les autres à finir"),
    ("Qualité", 3, "À refaire", "Relu et testé", "Sert de modèle"),
    ("Participation", 2, "Absent ou muet", "Présent et actif", "Fait avancer les échanges"),
    ("Entraide", 2, "Travaille seul", "Répond quand on l’appelle", "Va au-devant des difficultés"),
    ("Rapports de quinzaine", 2, "Absents", "Remis, précis", "Remis, chiffrés, utiles à tous"),
)
WORKING_ROW = 6 + len(MANAGING) + 2  # where the second table of "Grille" has its header


def grid(sheet: Worksheet) -> None:
    """The criteria with their weights, which the other two sheets read."""
    title(sheet, "Grille d’évaluation", "Notes de 1 à 5 ; 2 et 4 sont intermédiaires. Les poids se changent ici.")
    for row, name, criteria in ((5, "Gestionnaire", MANAGING), (WORKING_ROW, "Membre de l’équipe", WORKING)):
        header(sheet, row, (name, "Poids", *LEVELS))
        for at, criterion in enumerate(criteria, start=row + 1):
            for column, value in enumerate(criterion, start=1):
                put(sheet, at, column, value)
            sheet.cell(at, 2).fill = fill(BUSY)
    widths(sheet, (26, 8, 32, 32, 36))


def managers(sheet: Worksheet, plan: Plan) -> None:
    """A line for each period and each member who judges its manager."""
    title(sheet, "Évaluation des gestionnaires", "Remplie par les autres membres à la fin de chaque période.")
    pairs = [
        (f"P{period.number}", period.manager, member)
        for period in plan.periods
        for member in plan.members
        if member != period.manager
    ]
    last = _notes(sheet, ("Période", "Gestionnaire", "Évaluateur"), pairs, MANAGING, 6)
    header(sheet, 4, ("Gestionnaire", "Moyenne /20"), 12)
    for row, member in enumerate(plan.members, start=5):
        put(sheet, row, 12, member)
        _mean(sheet, row, 13, f"$I$5:$I${last},$B$5:$B${last},$L{row}")


def peers(sheet: Worksheet, plan: Plan) -> None:
    """A line for each member as judged by each, themselves included; once half-way and once at the end."""
    title(sheet, "Évaluation de l’équipe", "Chacun évalue chacun, et soi-même, à mi-parcours et à la fin du projet.")
    trios = [(moment, member, judge) for moment in MOMENTS for member in plan.members for judge in plan.members]
    last = _notes(sheet, ("Moment", "Évalué", "Évaluateur"), trios, WORKING, WORKING_ROW + 1)
    views = [f"{moment}, vu {by}" for moment in MOMENTS for by in ("par ses pairs", "par lui-même")]
    header(sheet, 4, ("Membre", *views), 12)
    for row, member in enumerate(plan.members, start=5):
        put(sheet, row, 12, member)
        for number, moment in enumerate(MOMENTS):
            of = f'$I$5:$I${last},$A$5:$A${last},"{moment}",$B$5:$B${last},$L{row},$C$5:$C${last}'
            _mean(sheet, row, 13 + 2 * number, f'{of},"<>"&$L{row}')
            _mean(sheet, row, 14 + 2 * number, f"{of},$L{row}")


def tasks(sheet: Worksheet, plan: Plan) -> None:
    """A line for each period, member and task: what its manager noted half-way and at the end."""
    note = "Remplie par le gestionnaire, à mi-période et à la fin ; les notes vont de 1 à 5."
    title(sheet, "Évaluation des tâches de chaque membre", note)
    names = ("Période", "Gestionnaire", "Membre", "N°", "Tâche", "Rôle")
    noted = ("Fait à mi-période", "Note à mi-période", "Fait à la fin", "Note à la fin", "Commentaire")
    header(sheet, 4, (*names, *noted))
    row = 4
    for period in plan.periods:
        for member in plan.members:
            for task in plan.during(period):
                if member not in task.people(plan.members):
                    continue
                row += 1
                role = "responsable" if member == task.lead else "participant"
                line = (f"P{period.number}", period.manager, member, task.id, task.name, role)
                for column, value in enumerate(line, start=1):
                    put(sheet, row, column, value)
                for column in range(7, 12):
                    put(sheet, row, column, None, "0%" if column in (7, 9) else "")
    header(sheet, 4, ("Membre", "Note moyenne à mi-période", "Note moyenne à la fin"), 13)
    for at, member in enumerate(plan.members, start=5):
        put(sheet, at, 13, member)
        for column, letter in ((14, "H"), (15, "J")):
            _mean(sheet, at, column, f"${letter}$5:${letter}${row},$C$5:$C${row},$M{at}")
    one_to_five = DataValidation("whole", operator="between", formula1="1", formula2="5", allow_blank=True)
    share = DataValidation("decimal", operator="between", formula1="0", formula2="1", allow_blank=True)
    for validation, letters in ((one_to_five, "HJ"), (share, "GI")):
        sheet.add_data_validation(validation)
        for letter in letters:
            validation.add(f"{letter}5:{letter}{row}")
    sheet.auto_filter.ref = f"A4:K{row}"
    sheet.freeze_panes = "D5"
    sheet.row_dimensions[4].height = 48
    widths(sheet, (9, 13, 12, 7, 64, 13, 12, 12, 12, 12, 40, 3, 14, 16, 16))


def _notes(
    sheet: Worksheet, names: Sequence[str], lines: Sequence[Sequence[str]], criteria: Sequence[tuple], weights_row: int
) -> int:
    """The table to fill in; column I holds the note out of 20 once all criteria have one. Returns its last row."""
    header(sheet, 4, (*names, *(criterion[0] for criterion in criteria), "Note /20", "Commentaire"))
    weights = f"Grille!$B${weights_row}:$B${weights_row + len(criteria) - 1}"
    first, last = get_column_letter(4), get_column_letter(3 + len(criteria))
    for row, line in enumerate(lines, start=5):
        for column, value in enumerate(line, start=1):
            put(sheet, row, column, value)
        for column in range(4, 4 + len(criteria)):
            put(sheet, row, column, None)
        notes = f"{first}{row}:{last}{row}"
        # MMULT: the notes stand in a row, the weights in a column.
        mean = f"SUMPRODUCT(MMULT({notes},{weights}))/SUM({weights})"
        compute(sheet, row, 9, f'=IF(COUNT({notes})={len(criteria)},4*{mean},"")', "0.0").font = font(bold=True)
        put(sheet, row, 10, None)
    bottom = 4 + len(lines)
    one_to_five = DataValidation("whole", operator="between", formula1="1", formula2="5", allow_blank=True)
    one_to_five.error = "Une note va de 1 à 5."
    sheet.add_data_validation(one_to_five)
    one_to_five.add(f"{first}5:{last}{bottom}")
    sheet.auto_filter.ref = f"A4:J{bottom}"
    sheet.freeze_panes = "D5"
    sheet.row_dimensions[4].height = 48
    widths(sheet, (14, 14, 14, *[16] * len(criteria), 10, 34, 3, 14, 16, 16, 16, 16))
    return bottom


def _mean(sheet: Worksheet, row: int, column: int, of: str) -> None:
    compute(sheet, row, column, f'=IFERROR(AVERAGEIFS({of}),"")', "0.0")
