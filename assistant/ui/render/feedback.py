"""What the user thinks of an answer: the line under it, and the list of all feedback."""

from collections.abc import Mapping, Sequence

from assistant.services.turns import TurnView
from assistant.storage.feedback import key_of
from assistant.storage.feedback_records import LONGEST, Judgement
from assistant.ui.i18n.texts import t
from assistant.ui.render.html import button, clipped, esc

REASONS = ("wrong_source", "not_there")
LISTED = 100


def feedback_line(view: TurnView, lang: str) -> str:
    """Buttons to judge a finished answer; once it is found bad, also why, and a place for a better one."""
    if view.answer is None or view.running:
        return ""
    verdict = view.feedback.verdict if view.feedback else ""
    bad = verdict not in ("", "like")
    offered = ("like", "dislike", *(REASONS if bad else ()))
    choices = "".join(_choice(view.id, each, verdict == each, lang) for each in offered)
    form = _form(view, lang) if bad else ""
    name = esc(t("feedback.name", lang))
    return f'<div class="feedback" role="group" aria-label="{name}"><div class="verdicts">{choices}</div>{form}</div>'


def _choice(turn: int, verdict: str, pressed: bool, lang: str) -> str:
    return (
        f'<button type="button" class="act verdict" data-act="feedback" data-id="{turn}" data-verdict="{verdict}" '
        f'aria-pressed="{"true" if pressed else "false"}">{esc(t(f"verdict.{verdict}", lang))}</button>'
    )


def _form(view: TurnView, lang: str) -> str:
    better = view.feedback.better if view.feedback else ""
    label = esc(t("feedback.better", lang))
    return (
        f'<form class="better" data-act="better" data-id="{view.id}"><textarea name="text" rows="2" '
        f'maxlength="{LONGEST}" placeholder="{label}" aria-label="{label}" dir="auto">{esc(better)}</textarea>'
        f'<button class="act boxed" type="submit">{esc(t("save", lang))}</button></form>'
    )


def feedback_heading(some: bool, lang: str) -> str:
    """The words over the list, with the exports."""
    exports = "".join(
        button(t(f"feedback.{key}", lang), f"feedback-{key}", kind="boxed") for key in ("export", "examples") if some
    )
    tools = f'<p class="exports">{exports}</p>' if exports else ""
    return f'<h2>{esc(t("feedback.title", lang))}</h2><p class="help">{esc(t("feedback.help", lang))}</p>{tools}'


def feedback_list(judgements: Sequence[Judgement], counts: Mapping[str, int], lang: str) -> str:
    """All feedback, newest first, and how many there are of each kind."""
    if not judgements:
        return f'<p class="empty">{esc(t("feedback.none", lang))}</p>'
    tally = " · ".join(f"{t(f'verdict.{verdict}', lang)} {n}" for verdict, n in counts.items() if n)
    rows = "".join(_row(judgement, lang) for judgement in judgements[:LISTED])
    return f'<p class="help">{esc(tally)}</p><ul class="sources feedback-list">{rows}</ul>'


def _row(judgement: Judgement, lang: str) -> str:
    said = clipped(judgement.better or judgement.answer, 400)
    verdict = esc(t(f"verdict.{judgement.verdict}", lang))
    remove = button("icon:delete", "feedback-remove", name=t("remove", lang), key=key_of(judgement))
    return (
        f'<li><div><p class="name" dir="auto">{esc(judgement.question)}</p><p class="facts">{verdict} '
        f'{esc(judgement.made[:10])}</p><p class="said" dir="auto">{esc(said)}</p></div>'
        f'<span class="tools">{remove}</span></li>'
    )
