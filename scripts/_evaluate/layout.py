"""Tables and comparisons as lines of text."""

from collections.abc import Sequence
from itertools import groupby

from assistant.evaluation.runs import Compared, Comparison, Table

LEAST_P = 0.001


def tables(found: Sequence[Table]) -> str:
    """Tables of the same measures share a heading, one row each; one that stands alone has a line a measure."""
    groups = [list(group) for _, group in groupby(found, key=lambda table: (*table.values, None, *table.facts))]
    return "\n\n".join(_grid(_rows(group)) if len(group) > 1 else _alone(group[0]) for group in groups)


def compared(found: Sequence[Comparison]) -> str:
    """A line for each where some question differs, and one for all others."""
    different = [row for row in found if row.differing]
    same = len(found) - len(different)
    lines = [_grid(_compared_rows(different))] if different else []
    lines += [f"  The same for every question: {same} of {len(found)} comparisons"] if same else []
    return "\n".join(lines)


def not_compared(found: Compared) -> str:
    """One sentence on the tables that could not be compared, "" when there is none."""
    reasons = [f"{', '.join(found.other)}: not over the same questions"] if found.other else []
    reasons += [f"{', '.join(found.missing)}: not in the baseline"] if found.missing else []
    return f"Not compared: {'; '.join(reasons)}." if reasons else ""


def _compared_rows(found: Sequence[Comparison]) -> list[list[str]]:
    return [
        [
            f"  {row.name}",
            row.measure,
            f"{row.first:.3f} - {row.second:.3f} =",
            f"{row.difference.mean:+.3f} [{row.difference.low:+.3f}, {row.difference.high:+.3f}]",
            f"p < {LEAST_P}" if row.p_value < LEAST_P else f"p = {row.p_value:.3f}",
            f"{row.differing} of {row.difference.count} differ",
        ]
        for row in found
    ]


def _rows(group: Sequence[Table]) -> list[list[str]]:
    heading = ["", "n", *group[0].values, *group[0].facts]
    return [heading, *([table.name, str(len(table.keys)), *_cells(table)] for table in group)]


def _alone(table: Table) -> str:
    rows = zip([*table.values, *table.facts], _cells(table), strict=True)
    return f"{table.name} ({len(table.keys)})\n" + _grid([[f"  {name}", cell] for name, cell in rows])


def _cells(table: Table) -> list[str]:
    return [*map(str, table.estimates().values()), *(f"{value:.3f}" for value in table.facts.values())]


def _grid(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
