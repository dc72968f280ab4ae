"""The GPT-2 lab: tokens as chips, next tokens as bars, the continuation."""

from collections.abc import Sequence

from assistant.generation.inspection import CANDIDATES, Candidate, Look, Token
from assistant.ui.i18n.texts import NARROW_SPACE, counted, decimal, integer, t
from assistant.ui.render.html import esc

CHIPS_SHOWN = 300


def lab_heading(lang: str) -> str:
    """What this tab is for."""
    return f'<h2>{esc(t("lab.title", lang))}</h2><p class="help">{esc(t("lab.help", lang))}</p>'


def lab_tokens(look: Look, lang: str) -> str:
    """Each token of the prompt with its id."""
    count = t("lab.window", lang, tokens=counted("tokens", len(look.tokens), lang), limit=integer(look.window, lang))
    chips = "".join(_chip(token, lang) for token in look.tokens[:CHIPS_SHOWN])
    hidden = len(look.tokens) - CHIPS_SHOWN
    more = f'<p class="help">{esc(t("lab.more", lang, n=integer(hidden, lang)))}</p>' if hidden > 0 else ""
    return (
        f'<h3>{esc(t("lab.tokens", lang))} <span class="count">{esc(count)}</span></h3>'
        f'<ol class="tokens">{chips}</ol>{more}<p class="help">{esc(t("lab.tokens_help", lang))}</p>'
    )


def lab_charts(look: Look, lang: str) -> str:
    """The likeliest next tokens of the plain model and under the settings, on one scale."""
    best = max((found.probability for found in (*look.plain, *look.shaped)), default=1.0)
    plain = _chart("plain", look.plain, best, lang)
    note = f'<p class="help">{esc(t("lab.ruled_out", lang))}</p>' if len(look.shaped) < CANDIDATES else ""
    shaped = _chart("shaped", look.shaped, best, lang, note)
    return f'<h3>{esc(t("lab.next", lang))}</h3><div class="charts">{plain}{shaped}</div>'


def lab_written(prompt: str, text: str, running: bool, lang: str) -> str:
    """The prompt and what the model has written after it."""
    title = f"<h3>{esc(t('lab.continuation', lang))}</h3>"
    if not prompt:
        return f'{title}<p class="help">{esc(t("lab.continuation_empty", lang))}</p>'
    cursor = '<i class="cursor"></i>' if running else ""
    state = "running" if running else "done"
    return (
        f'{title}<p class="continuation {state}" dir="auto"><span class="prompt">{esc(prompt)}</span>'
        f'<span class="new">{esc(text)}</span>{cursor}</p>'
    )


def _chip(token: Token, lang: str) -> str:
    return f'<li class="token">{_piece(token, lang)}<span class="id">{token.id}</span></li>'


def _piece(token: Token, lang: str) -> str:
    name = f' title="{esc(t(f"lab.{token.kind}", lang))}"' if token.kind != "text" else ""
    return f'<span class="piece {esc(token.kind)}"{name}>{esc(token.text)}</span>'


def _chart(kind: str, candidates: Sequence[Candidate], best: float, lang: str, note: str = "") -> str:
    bars = "".join(_bar(candidate, best, kind == "shaped", lang) for candidate in candidates)
    return (
        f'<div class="chart {kind}"><h4>{esc(t(f"lab.{kind}", lang))}</h4>'
        f'<p class="help">{esc(t(f"lab.{kind}_help", lang))}</p><ol class="bars">{bars}</ol>{note}</div>'
    )


def _bar(candidate: Candidate, best: float, marked: bool, lang: str) -> str:
    mark = ""
    if marked and candidate.plain is not None:
        mark = f'<b style="left:{100 * min(candidate.plain / best, 1):.2f}%"></b>'
    return (
        f'<li>{_piece(candidate.token, lang)}<span class="bar"><i style="width:'
        f'{100 * candidate.probability / best:.2f}%"></i>{mark}</span>'
        f'<span class="figure">{esc(fine_percent(candidate.probability, lang))}</span></li>'
    )


def fine_percent(share: float, lang: str) -> str:
    """A probability with one decimal: "34.2%" in English, "34,2 %" in French."""
    sign = f"{NARROW_SPACE}%" if lang == "fr" else "%"
    if 0 < share < 0.0005:
        return f"<{NARROW_SPACE if lang == 'fr' else ''}{decimal(0.1, lang)}{sign}"
    return f"{decimal(100 * share, lang)}{sign}"
