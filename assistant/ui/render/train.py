"""Training: progress and curves of a run, and two answers side by side with their votes."""

from collections.abc import Sequence

from assistant.schema import Answer, marked
from assistant.services.comparison import Comparison, Side
from assistant.storage.votes import CHOICES, Tally
from assistant.training.runs.sessions import Points, Session
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, decimal, duration, integer, percent, t
from assistant.ui.render.html import button, clipped, esc

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
    made_from = t("train.from", lang, base=session.base, data=clipped(", ".join(session.data), 120))
    return (
        f'<section class="run {esc(session.state)}"><header><h3 dir="auto">{esc(session.name)}</h3>'
        f'{_state(session, lang)}<span class="tools">{_tools(session, lang)}</span></header>'
        f'<p class="help" dir="auto">{esc(made_from)}</p>'
        f"{_reason(session, lang)}{_progress(session, lang)}{_chart(session, lang)}{_notes(session, lang)}</section>"
    )


def _row(session: Session, lang: str) -> str:
    return (
        f'<li><div><p class="name" dir="auto">{esc(session.name)}</p><p class="facts">{_state(session, lang)}</p></div>'
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
        return f'<p class="help">{esc(t("train.preparing", lang))}</p>' if session.running else ""
    words = [t("train.steps", lang, n=integer(session.step, lang), total=integer(session.steps, lang))]
    if session.running and session.seconds_left is not None and session.step < session.steps:
        words.append(t("collections.left", lang, duration=duration(session.seconds_left, lang)))
    name = esc(words[0])
    return (
        f'<div class="progress"><progress max="{session.steps}" value="{session.step}" aria-label="{name}"></progress>'
        f"<span>{esc(' · '.join(words))}</span></div>"
    )


def _notes(session: Session, lang: str) -> str:
    """What of the data did not fit, and what the training changed."""
    notes = [counted(f"train.{key}", n, lang) for key in ("cut", "left_out") if (n := getattr(session, key))]
    if len(session.use) == 4:
        keys = ("with_before", "with_after", "without_before", "without_after")
        notes.append(t("train.use", lang, **{k: percent(v, lang) for k, v in zip(keys, session.use, strict=True)}))
    return "".join(f'<p class="help">{esc(note)}</p>' for note in notes)


def _chart(session: Session, lang: str) -> str:
    """Both losses against steps, as inline SVG; nothing before there are two points."""
    curves = (("training", session.training), ("validation", session.validation))
    losses = [loss for _, points in curves for _, loss in points]
    if len(session.training) < 2:
        return ""
    last = max(step for _, points in curves for step, _ in points)
    low, high = min(losses), max(losses)
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


def comparison(found: Comparison | None, voted: str, lang: str) -> str:
    """Both answers side by side, then the vote, or the words that thank for it."""
    if found is None:
        return ""
    sides = _side(found.left, "left", voted, lang) + _side(found.right, "right", voted, lang)
    votes = ""
    if voted:
        votes = f'<p class="message" role="status">{esc(t("compare.voted", lang))}</p>'
    elif found.complete:
        buttons = "".join(button(t(f"vote.{choice}", lang), "vote", kind="boxed", choice=choice) for choice in CHOICES)
        votes = f'<div class="votes"><p>{esc(t("compare.which", lang))}</p>{buttons}</div>'
    asked = t("quoted", lang, text=found.question)
    return (
        f'<p class="asked" dir="auto">{esc(asked)}</p><div class="charts sides">{sides}</div>'
        f"{_passages(found, lang)}{votes}"
    )


def _passages(found: Comparison, lang: str) -> str:
    """What the numbers in both answers stand for."""
    answer = found.left.answer or found.right.answer
    if answer is None or answer.refused:
        return ""
    titles = (clipped(hit.title or t("card.untitled", lang), 60) for hit in answer.sources)
    listed = " · ".join(f"[{n}] {title}" for n, title in enumerate(titles, start=1))
    return f'<p class="help" dir="auto">{esc(t("compare.passages", lang, titles=listed))}</p>'


def _side(side: Side, name: str, voted: str, lang: str) -> str:
    chosen = " chosen" if voted == name else ""
    return f'<div class="chart side{chosen}"><h4 dir="auto">{esc(side.model)}</h4>{_said(side, lang)}</div>'


def _said(side: Side, lang: str) -> str:
    if side.error is not None:
        return f'<p class="message error" role="alert">{esc(sentence(side.error, lang))}</p>'
    if side.answer is not None:
        return _answer(side.answer, lang)
    if side.working:
        words = esc(side.draft) if side.draft else esc(t("compare.working", lang))
        return f'<p class="draft" dir="auto">{words}</p>'
    return f'<p class="help">{esc(t("compare.waiting", lang))}</p>'


def _answer(answer: Answer, lang: str) -> str:
    if answer.refused:
        return f'<p class="help">{esc(t("refusal.verdict", lang))}</p>'
    if not answer.sentences:
        return f'<p class="help">{esc(t("answer.empty", lang))}</p>'
    sentences = " ".join(
        f'<span class="sentence{"" if sentence.supported else " unsupported"}">{esc(marked(sentence))}</span>'
        for sentence in answer.sentences
    )
    quoted = f'<p class="help">{esc(t("notice.quoted", lang))}</p>' if "quoted" in answer.notices else ""
    facts = [t("footer.tokens", lang, n=integer(answer.timings.new_tokens, lang))] if answer.timings.new_tokens else []
    facts.append(t("footer.seconds", lang, seconds=decimal(answer.timings.total_s, lang)))
    return f'<p dir="auto">{sentences}</p>{quoted}<p class="help">{esc(" · ".join(facts))}</p>'


def tally(tallies: Sequence[Tally], lang: str) -> str:
    """One row a pair of generators."""
    if not tallies:
        return f'<p class="empty">{esc(t("tally.none", lang))}</p>'
    columns = ("pair", "first", "second", "same", "bad")
    head = "".join(f'<th scope="col">{esc(t(f"tally.{column}", lang))}</th>' for column in columns)
    rows = "".join(_pair(found, lang) for found in tallies)
    total = counted("votes", sum(found.votes for found in tallies), lang)
    return (
        f'<h3>{esc(t("tally.title", lang))} <span class="count">{esc(total)}</span></h3>'
        f'<table class="grid tally"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _pair(found: Tally, lang: str) -> str:
    pair = esc(t("tally.models", lang, first=found.first, second=found.second))
    figures = zip(
        ("first", "second", "same", "bad"),
        (found.first_better, found.second_better, found.same, found.bad),
        strict=True,
    )
    cells = "".join(
        f'<td class="figure" data-label="{esc(t(f"tally.{key}", lang))}">{esc(integer(n, lang))}</td>'
        for key, n in figures
    )
    return f'<tr><th scope="row" dir="auto">{pair}</th>{cells}</tr>'
