"""The evaluation sheets: the grid of criteria, how each manager did, how each member worked, as seen by the others."""

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from scripts._course.plan.cells import BUSY, compute, fill, font, header, put, title, widths
from scripts._course.plan.tasks import Plan

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
    """A line for each member as judged by each, themselves included."""
    title(sheet, "Évaluation de l’équipe", "Chacun évalue chacun, et soi-même, à mi-parcours et à la fin du projet.")
    pairs = [
        ("soi-même" if judge == member else "pair", member, judge) for member in plan.members for judge in plan.members
    ]
    last = _notes(sheet, ("Regard", "Évalué", "Évaluateur"), pairs, WORKING, WORKING_ROW + 1)
    header(sheet, 4, ("Membre", "Vu par ses pairs", "Vu par lui-même"), 12)
    for row, member in enumerate(plan.members, start=5):
        put(sheet, row, 12, member)
        for column, view in ((13, "pair"), (14, "soi-même")):
            of = f'$I$5:$I${last},$B$5:$B${last},$L{row},$A$5:$A${last},"{view}"'
            _mean(sheet, row, column, of)


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
    sheet.row_dimensions[4].height = 32
    widths(sheet, (11, 14, 14, *[16] * len(criteria), 10, 34, 3, 14, 14, 14))
    return bottom


def _mean(sheet: Worksheet, row: int, column: int, of: str) -> None:
    compute(sheet, row, column, f'=IFERROR(AVERAGEIFS({of}),"")', "0.0")
