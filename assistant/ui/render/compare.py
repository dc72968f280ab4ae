"""Two answers to one question side by side, the vote on them, and all votes so far."""

from collections.abc import Sequence

from assistant.schema import Answer, marked
from assistant.services.comparison import Comparison, Side
from assistant.storage.votes import CHOICES, Tally
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, decimal, integer, t
from assistant.ui.render.html import button, clipped, esc


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
