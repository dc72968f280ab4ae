"""Training: progress, curves and the result of a run."""

from collections.abc import Sequence

from assistant.training.runs.sessions import Points, Session
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, decimal, duration, integer, model_name, t
from assistant.ui.render.html import button, clipped, esc
from assistant.ui.render.training_result import training_result

WIDTH, HEIGHT = 640, 240  # of the chart, in its own units
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 26
RUNS_SHOWN = 8


def half_heading(title: str, text: str) -> str:
    """The words over one half of the tab."""
    return f'<h2>{esc(title)}</h2><p class="help">{esc(text)}</p>'


def sessions_panel(sessions: Sequence[Session], lang: str) -> str:
    """The first run with its progress and curves, the others below it in a line each."""
    if not sessions:
        return f'<p class="empty">{esc(t("train.none", lang))}</p>'
    others = "".join(_row(session, lang) for session in sessions[1 : RUNS_SHOWN + 1])
    earlier = f'<h3>{esc(t("train.earlier", lang))}</h3><ul class="sources runs">{others}</ul>' if others else ""
    return _detail(sessions[0], lang) + earlier


def _detail(session: Session, lang: str) -> str:
    made_from = t("train.from", lang, base=model_name(session.base, lang), data=clipped(", ".join(session.data), 120))
    result = training_result(session, lang) if session.state == "done" else ""
    return (
        f'<section class="run {esc(session.state)}"><header><h3 dir="auto">{esc(session.name)}</h3>'
        f'{_state(session, lang)}<span class="tools">{_tools(session, lang)}</span></header>'
        f'<p class="help" dir="auto">{esc(made_from)}</p>'
        f"{_reason(session, lang)}{_progress(session, lang)}{losses(session, lang)}{_notes(session, lang)}{result}"
        f"{_removing(session, lang)}</section>"
    )


def _row(session: Session, lang: str) -> str:
    opened = button(session.name, "train-open", kind="entry", run=session.name)
    return (
        f'<li><div><p class="name" dir="auto">{opened}</p><p class="facts">{_state(session, lang)}</p></div>'
        f'<span class="tools">{_tools(session, lang)}</span></li>'
    )


def _state(session: Session, lang: str) -> str:
    return f'<span class="state {esc(session.state)}">{esc(t(f"session.{session.state}", lang))}</span>'


def _tools(session: Session, lang: str) -> str:
    if session.state in ("starting", "running") and session.ours:
        return button(t("train.stop", lang), "train-stop", kind="boxed")
    if session.state in ("stopped", "failed"):
        return button(t("train.resume", lang), "train-resume", kind="boxed", run=session.name)
    return ""


def _reason(session: Session, lang: str) -> str:
    if session.state == "failed":
        words = sentence(session.reason, lang) or t("train.failed", lang)
        return f'<p class="message error" role="alert">{esc(words)}</p>'
    key = {"done": "train.done", "stopped": "train.stopped"}.get(session.state)
    return f'<p class="message">{esc(t(key, lang, name=session.name))}</p>' if key else ""


def _progress(session: Session, lang: str) -> str:
    if not session.steps:
        return f'<p class="help">{esc(_preparing(session, lang))}</p>' if session.running else ""
    words = [t("train.steps", lang, n=integer(session.step, lang), total=integer(session.steps, lang))]
    left = session.seconds_left
    if left is None and session.expected is not None:  # until the first steps tell
        left = 60 * session.expected.minutes * (1 - session.step / session.steps)
    if session.running and left is not None and session.step < session.steps:
        words.append(t("collections.left", lang, duration=duration(left, lang)))
    name = esc(words[0])
    return (
        f'<div class="progress"><progress max="{session.steps}" value="{session.step}" aria-label="{name}"></progress>'
        f"<span>{esc(' · '.join(words))}</span></div>"
    )


def _preparing(session: Session, lang: str) -> str:
    words = t("train.preparing", lang)
    if session.expected is None:
        return words
    return f"{words} {t('train.expected', lang, duration=duration(60 * session.expected.minutes, lang))}"


def _removing(session: Session, lang: str) -> str:
    """What asks before anything is deleted."""
    if session.running:
        return ""
    both = session.preset and button(
        t("train.delete_all", lang), "train-delete-all", kind="boxed danger", run=session.name
    )
    alone = button(t("train.delete_run", lang), "train-delete", kind="boxed", run=session.name)
    key = "train.delete_help" if session.preset else "train.delete_help_run"
    return (
        f'<details class="removing"><summary>{esc(t("train.delete", lang))}</summary>'
        f'<p class="help">{esc(t(key, lang))}</p><p class="offer">{alone}{both}</p></details>'
    )


def _notes(session: Session, lang: str) -> str:
    """What of the data did not fit, and what the training changed."""
    notes = [counted(f"train.{key}", n, lang) for key in ("cut", "left_out") if (n := getattr(session, key))]
    return "".join(f'<p class="help">{esc(note)}</p>' for note in notes)


def losses(session: Session, lang: str) -> str:
    """Both losses against steps, as inline SVG; nothing before there are two points."""
    curves = (("training", session.training), ("validation", session.validation))
    values = [loss for _, points in curves for _, loss in points]
    if len(session.training) < 2:
        return ""
    last = max(step for _, points in curves for step, _ in points)
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or 0.5
    scale = _Scale(last, low - margin, high + margin)
    lines = "".join(_curve(name, points, scale) for name, points in curves)
    legend = "".join(
        f'<span class="key {name}">{esc(t(f"train.{name}", lang))}'
        f"{' ' + esc(decimal(points[-1][1], lang, 3)) if points else ''}</span>"
        for name, points in curves
    )
    label = esc(t("train.chart", lang))
    return (
        f'<p class="legend">{legend}</p><svg class="losses" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{label}">{_axes(scale, lang)}{lines}</svg><p class="help">{label}</p>'
    )


class _Scale:
    """Steps from 0 and losses to the chart's units."""

    def __init__(self, last: int, low: float, high: float):
        self.last, self.low, self.high = max(last, 1), low, high

    def x(self, step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * step / self.last

    def y(self, loss: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - loss) / (self.high - self.low)


def _curve(name: str, points: Points, scale: _Scale) -> str:
    places = [(round(scale.x(step), 1), round(scale.y(loss), 1)) for step, loss in points]
    line = " ".join(f"{x},{y}" for x, y in places)
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3"></circle>' for x, y in places) if name == "validation" else ""
    return f'<g class="{name}"><polyline points="{line}"></polyline>{dots}</g>' if places else ""


def _axes(scale: _Scale, lang: str) -> str:
    marks = []
    for part in range(5):
        loss = scale.low + (scale.high - scale.low) * part / 4
        y = round(scale.y(loss), 1)
        marks.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"></line>')
        marks.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{esc(decimal(loss, lang, 2))}</text>')
    for part in range(0, 5, 2):
        step = round(scale.last * part / 4)
        anchor = ("start", "middle", "end")[part // 2]
        marks.append(
            f'<text x="{round(scale.x(step), 1)}" y="{HEIGHT - 6}" text-anchor="{anchor}">'
            f"{esc(integer(step, lang))}</text>"
        )
    return f'<g class="axes">{"".join(marks)}</g>'
