"""The Gantt chart as a picture."""

import io
import textwrap
from datetime import date, timedelta
from pathlib import Path

from scripts._course.plan.cells import COLOURS, INK, PALE
from scripts._course.plan.tasks import Plan, Task

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(" ")
ROW, WIDTH, DPI = 0.3, 17.0, 100  # inches a task, inches, dots an inch
LATE = "#D1351F"
DAY = timedelta(days=1)


def draw(plan: Plan, path: Path, today: date | None = None) -> None:
    """Writes a PNG: a bar a task, darker as far as it is done, arrows from what it waits for, managers on top.

    A diamond is a due day; what is late at `today` is framed in red.
    """
    rows = _rows(plan)
    figure, axes = _chart(plan, len(rows), (len(rows) + 2.2) * ROW + 0.9)
    _background(axes, plan, len(rows))
    _bars(axes, plan, rows, today)
    _today(axes, plan, today)
    axes.set_title(f"Plan du projet, du {_in_words(plan.start)} au {_in_words(plan.end)}", loc="left", color=f"#{INK}")
    _save(figure, path)


def summary(plan: Plan, path: Path, today: date | None = None) -> None:
    """Writes a PNG for a slide: a bar a deliverable, from its first task to its last, and its due day."""
    from matplotlib.dates import date2num

    names = plan.deliverables
    figure, axes = _chart(plan, len(names), (len(names) + 2.2) * 0.55, width=11.0)
    _background(axes, plan, len(names), size=11, short=True)
    for n, name in enumerate(names):
        tasks = [task for task in plan.work if task.deliverable == name]
        start, end = min(task.start for task in tasks), max(task.end for task in tasks)
        axes.broken_barh([(start, end - start + DAY)], (n - 0.3, 0.6), color=f"#{COLOURS[n % len(COLOURS)]}", zorder=3)
        for due in (task for task in plan.milestones if task.deliverable == name):
            axes.plot(date2num(due.start) + 0.5, n, marker="D", markersize=11, color=f"#{INK}", zorder=5)
            _beside(axes, plan, due, n, f"{due.start:%d/%m}", size=12)
    axes.set_yticks(range(len(names)), names, fontsize=13)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    _today(axes, plan, today)
    _save(figure, path)


def _chart(plan: Plan, rows: int, height: float, width: float = WIDTH):
    """A figure and its axes over the plan's days; row 0 on top, two lines above it for months and managers."""
    # Not pyplot: that keeps figures in the module.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.dates import date2num
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlim(date2num(plan.start), date2num(plan.end + 4 * DAY))  # room for the last day's diamond
    axes.set_ylim(rows, -2.2)
    return figure, axes


def _save(figure, path: Path) -> None:
    from PIL import Image

    drawn = io.BytesIO()
    figure.savefig(drawn)
    with Image.open(drawn) as picture:  # few colours are in it: a third of the size
        picture.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


def _today(axes, plan: Plan, today: date | None) -> None:
    from matplotlib.dates import date2num

    if today and plan.start <= today <= plan.end:
        axes.axvline(date2num(today), color=LATE, linewidth=1.5)


def _rows(plan: Plan) -> list[str | Task]:
    """The lines from top to bottom: each deliverable's name, then its tasks."""
    found: list[str | Task] = []
    for deliverable in plan.deliverables:
        found += [deliverable, *(task for task in plan.tasks if task.deliverable == deliverable)]
    return found


def _background(axes, plan: Plan, rows: int, size: float = 8, short: bool = False) -> None:
    day = plan.start
    while day <= plan.end:
        if day.weekday() == 5:
            axes.axvspan(day, day + 2 * DAY, ymax=rows / (rows + 2.2), color=f"#{PALE}", linewidth=0)
        if day.day == 1:
            axes.axvline(day, color="#9AA3B5", linewidth=0.8)
        day += DAY
    for period in plan.periods:
        colour = "#D6DEEB" if period.number % 2 else f"#{PALE}"
        axes.broken_barh([(period.start, period.end - period.start + DAY)], (-1.15, 0.75), color=colour)
        middle = period.start + (period.end - period.start + DAY) / 2
        name = f"P{period.number}" if short else period.manager
        axes.text(middle, -0.78, name, ha="center", va="center", fontsize=size, color=f"#{INK}")
    first = plan.start
    while first <= plan.end:
        after = (first.replace(day=1) + 32 * DAY).replace(day=1)
        shown = (min(after, plan.end) - first).days
        if shown > 9:
            name = f"{MONTHS[first.month - 1]} {first.year}" if shown > 20 else MONTHS[first.month - 1]
            if short:
                name = MONTHS[first.month - 1] if shown > 20 else f"{MONTHS[first.month - 1][:4]}."
            axes.text(
                first + DAY, -1.7, name, ha="left", va="center", fontsize=size + 1, fontweight="bold", color=f"#{INK}"
            )
        first = after
    label = "périodes  " if short else "gestionnaire  "
    axes.text(plan.start, -0.78, label, ha="right", va="center", fontsize=size, style="italic")


def _bars(axes, plan: Plan, rows: list[str | Task], today: date | None) -> None:
    from matplotlib.dates import date2num

    colours = {name: f"#{COLOURS[n % len(COLOURS)]}" for n, name in enumerate(plan.deliverables)}
    at = {row.id: n for n, row in enumerate(rows) if isinstance(row, Task)}
    labels = []
    for n, row in enumerate(rows):
        labels.append(row if isinstance(row, str) else f"{row.id}  {textwrap.shorten(row.name, 80, placeholder='…')}")
        if isinstance(row, str):
            axes.axhline(n - 0.5 + 0.02, color="#C9CFDA", linewidth=0.8)
            continue
        late = today is not None and row.late(today)
        if row.milestone:
            colour = LATE if late else f"#{INK}"
            axes.plot(date2num(row.start) + 0.5, n, marker="D", markersize=8, color=colour, zorder=5)
            _beside(axes, plan, row, n, f"{row.start:%d/%m}, {row.hand_in}{' (en retard)' if late else ''}")
            continue
        length = row.end - row.start + DAY
        axes.broken_barh([(row.start, length)], (n - 0.34, 0.68), color=colours[row.deliverable], alpha=0.85, zorder=3)
        if row.progress:
            axes.broken_barh([(row.start, length * row.progress / 100)], (n - 0.12, 0.24), color=f"#{INK}", zorder=4)
        if late:
            axes.broken_barh([(row.start, length)], (n - 0.34, 0.68), facecolor="none", edgecolor=LATE, lw=2, zorder=4)
        mark = " (bloquée)" if row.state == "bloquée" else " (en retard)" if late else ""
        _beside(axes, plan, row, n, row.lead + mark)
        for before in row.after:
            _arrow(axes, plan, before, row, at)
    axes.set_yticks(range(len(rows)), labels, fontsize=8.5)
    for n, label in enumerate(axes.get_yticklabels()):
        if isinstance(rows[n], str):
            label.set(fontweight="bold", color=f"#{INK}")
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)


def _beside(axes, plan: Plan, task: Task, row: int, text: str, size: float = 7.5) -> None:
    """A name right of the bar, or left of it where the chart ends."""
    late = (plan.end - task.end).days < 14
    if late and (task.start - plan.start).days < 14:  # no room beside it: a name within it
        inside = (task.start + 3 * DAY, row)
        axes.annotate(text, inside, ha="left", va="center", fontsize=size, color="white", zorder=5)
        return
    place, side = (task.start, "right") if late else (task.end + DAY, "left")
    away = 6 if task.milestone else 3
    axes.annotate(
        text,
        (place, row),
        (-away if late else away, 0),
        textcoords="offset points",
        ha=side,
        va="center",
        fontsize=size,
        color="#3B4458",
        zorder=5,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
    )


def _arrow(axes, plan: Plan, before: str, task: Task, at: dict[str, int]) -> None:
    end = next(other.end for other in plan.tasks if other.id == before) + DAY
    axes.annotate(
        "",
        (task.start, at[task.id] - 0.3 if at[task.id] > at[before] else at[task.id] + 0.3),
        (end, at[before]),
        arrowprops={
            "arrowstyle": "-|>,head_width=0.12,head_length=0.25",
            "color": "#7A8499",
            "linewidth": 0.6,
            "shrinkA": 0,
            "shrinkB": 0,
            "connectionstyle": "angle,angleA=0,angleB=90",
        },
        zorder=2,
    )


def _in_words(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"
