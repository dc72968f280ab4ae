"""Two answers to one question side by side, the vote on them, and all votes so far."""

from collections.abc import Sequence

from assistant.evaluation.intervals import Share
from assistant.schema import Answer, marked
from assistant.services.comparison import Comparison, Side
from assistant.storage.votes import CHOICES, Tally
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, decimal, integer, model_name, percent, t
from assistant.ui.render.html import button, clipped, esc


def comparison(found: Comparison | None, voted: str, lang: str) -> str:
    """Both answers side by side, then the vote, or the words that thank for it."""
    if found is None:
        return ""
    sides = _side(found.left, "left", voted, lang) + _side(found.right, "right", voted, lang)
    votes = ""
    if voted:
        names = {name: model_name(getattr(found, name).model, lang) for name in ("left", "right")}
        votes = f'<p class="message" role="status">{esc(t("compare.voted", lang, **names))}</p>'
    elif found.complete and _alike(found):
        votes = f'<p class="message" role="status">{esc(t("compare.alike", lang))}</p>'
    elif found.complete:
        buttons = "".join(button(t(f"vote.{choice}", lang), "vote", kind="boxed", choice=choice) for choice in CHOICES)
        votes = f'<div class="votes"><p>{esc(t("compare.which", lang))}</p>{buttons}</div>'
    asked = t("quoted", lang, text=found.question)
    return (
        f'<p class="asked" dir="auto">{esc(asked)}</p><div class="charts sides">{sides}</div>'
        f"{_passages(found, lang)}{votes}"
    )


def _alike(found: Comparison) -> bool:
    """Whether there is nothing to choose between."""
    return (
        found.left.answer is not None
        and found.right.answer is not None
        and (found.left.answer.text == found.right.answer.text)
    )


def _passages(found: Comparison, lang: str) -> str:
    """What the numbers in both answers stand for."""
    answer = found.left.answer or found.right.answer
    if answer is None or answer.refused:
        return ""
    items = "".join(
        f'<li dir="auto"><b>[{n}] {esc(clipped(hit.title or t("card.untitled", lang), 100))}</b> '
        f"{esc(clipped(hit.text, 500))}</li>"
        for n, hit in enumerate(answer.sources, start=1)
    )
    words = esc(t("compare.passages", lang))
    return f'<details class="removing passages"><summary>{words}</summary><ul class="notes">{items}</ul></details>'


def _side(side: Side, name: str, voted: str, lang: str) -> str:
    chosen = " chosen" if voted == name else ""
    title = t(f"side.{name}", lang)
    if voted:  # before that, nobody may know
        title = t("compare.revealed", lang, side=title, model=model_name(side.model, lang))
    return f'<div class="chart side{chosen}"><h3 dir="auto">{esc(title)}</h3>{_said(side, lang, bool(voted))}</div>'


def _said(side: Side, lang: str, revealed: bool) -> str:
    if side.error is not None:
        return f'<p class="message error" role="alert">{esc(sentence(side.error, lang))}</p>'
    if side.answer is not None:
        return _answer(side.answer, lang, revealed)
    if side.working:
        words = esc(side.draft) if side.draft else esc(t("compare.working", lang))
        return f'<p class="draft" dir="auto">{words}</p>'
    return f'<p class="help">{esc(t("compare.waiting", lang))}</p>'


def _answer(answer: Answer, lang: str, revealed: bool) -> str:
    """What was written; how fast, which may tell the models apart, only once they are known."""
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
    told = f'<p class="help">{esc(" · ".join(facts))}</p>' if revealed else ""
    return f'<p dir="auto">{sentences}</p>{quoted}{told}'


def tally(tallies: Sequence[Tally], lang: str) -> str:
    """One row a pair of generators."""
    if not tallies:
        return f'<p class="empty">{esc(t("tally.none", lang))}</p>'
    columns = ("pair", "first", "second", "same", "bad", "share")
    export = button(t("tally.export", lang), "votes-export", kind="boxed")
    head = "".join(f'<th scope="col">{esc(t(f"tally.{column}", lang))}</th>' for column in columns)
    rows = "".join(_pair(found, lang) for found in tallies)
    total = counted("votes", sum(found.votes for found in tallies), lang)
    return (
        f'<h3>{esc(t("tally.title", lang))} <span class="count">{esc(total)}</span></h3>'
        f'<table class="grid tally"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="help">{esc(t("tally.share_help", lang))}</p><p class="offer">{export}</p>'
    )


def _pair(found: Tally, lang: str) -> str:
    first, second = model_name(found.first, lang), model_name(found.second, lang)
    pair = esc(t("tally.models", lang, first=first, second=second))
    share = Share(found.first_better, found.first_better + found.second_better)
    low, high = share.interval
    said = (
        t("tally.interval", lang, share=percent(share.mean, lang), low=percent(low, lang), high=percent(high, lang))
        if share.count
        else "–"
    )
    figures = zip(
        ("first", "second", "same", "bad"),
        (found.first_better, found.second_better, found.same, found.bad),
        strict=True,
    )
    cells = "".join(
        f'<td class="figure" data-label="{esc(t(f"tally.{key}", lang))}">{esc(integer(n, lang))}</td>'
        for key, n in figures
    )
    cells += f'<td class="figure" data-label="{esc(t("tally.share", lang))}">{esc(said)}</td>'
    return f'<tr><th scope="row" dir="auto">{pair}</th>{cells}</tr>'
