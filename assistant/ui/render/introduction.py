"""The introduction shown on a first run, in place of an empty conversation: four steps that can be skipped."""

from collections.abc import Sequence

from assistant.ui.i18n.texts import t
from assistant.ui.render.html import button, esc

STEPS = ("what", "where", "try", "add")
TRIES = 3  # questions


def tour(step: int, questions: Sequence[str], folder: str, lang: str) -> str:
    """Step `step` (from 0, cut to those that are there). `folder` is where the data lies."""
    step = min(max(step, 0), len(STEPS) - 1)
    key = STEPS[step]
    body = {"what": _what, "where": _where, "try": _try, "add": _add}[key](questions, folder, lang)
    title = esc(t(f"tour.{key}", lang))
    at_once = "" if key == "try" else _examples(questions, lang)  # who will not read can ask at once
    return (
        f'<section class="welcome tour" aria-label="{esc(t("tour.name", lang))}">{_steps(step, lang)}'
        f"<h2>{title}</h2>{body}{_ways(step, lang)}{at_once}</section>"
    )


def _what(questions: Sequence[str], folder: str, lang: str) -> str:
    points = "".join(f"<li>{esc(t(f'tour.what_{n}', lang))}</li>" for n in (1, 2, 3))
    return f'<ul class="points">{points}</ul>'


def _where(questions: Sequence[str], folder: str, lang: str) -> str:
    return (
        f'<p>{esc(t("tour.where_text", lang))}</p><p><code class="folder" dir="ltr">{esc(folder)}</code></p>'
        f"<p>{esc(t('tour.where_more', lang))}</p>"
    )


def _try(questions: Sequence[str], folder: str, lang: str) -> str:
    if not questions:
        return f"<p>{esc(t('tour.try_later', lang))}</p>"
    return f"<p>{esc(t('tour.try_text', lang))}</p>{_buttons(questions[:TRIES])}"


def _examples(questions: Sequence[str], lang: str) -> str:
    return f'<p class="try">{esc(t("welcome.try", lang))}</p>{_buttons(questions)}' if questions else ""


def _buttons(questions: Sequence[str]) -> str:
    buttons = "".join(button(text, "example", kind="example", text=text) for text in questions)
    return f'<div class="examples">{buttons}</div>'


def _add(questions: Sequence[str], folder: str, lang: str) -> str:
    to = button(t("tour.add_button", lang), "tab", kind="primary", tab="documents")
    return f"<p>{esc(t('tour.add_text', lang))}</p><p>{to}</p>"


def _steps(step: int, lang: str) -> str:
    """The steps as buttons; the one that is shown is marked for the eye and for screen readers."""
    items = []
    for n, key in enumerate(STEPS):
        label = f"{n + 1} · {t(f'tour.{key}', lang)}"
        kind = "step-button now" if n == step else "step-button"
        current = ' aria-current="step"' if n == step else ""
        items.append(f"<li{current}>{button(label, 'tour', kind=kind, id=n)}</li>")
    return f'<ol class="steps">{"".join(items)}</ol>'


def _ways(step: int, lang: str) -> str:
    last = step == len(STEPS) - 1
    onward = button(t("tour.next", lang), "tour", kind="primary", id=step + 1) if not last else ""
    leave = button(t("tour.end" if last else "tour.skip", lang), "tour-end", kind="boxed" if last else "quiet")
    return f'<p class="ways">{onward}{leave}</p>'
