"""The data sets that can be had, each with its licence, and how far its fetching is."""

from collections.abc import Collection, Sequence

from assistant.services.downloads import Offer
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import decimal, percent, t
from assistant.ui.render.html import button, esc
from corpus.datasets.dataset import Kaggle

MEGABYTE = 1_000_000


def data_sets(offers: Sequence[Offer], indexed: Collection[str], folder: str, lang: str) -> str:
    """One card a data set. `indexed` names those in a collection; `folder` is where files are put by hand."""
    cards = "".join(_offer(offer, offer.data_set.name in indexed, folder, lang) for offer in offers)
    return f'<ul class="sets">{cards}</ul>'


def _offer(offer: Offer, indexed: bool, folder: str, lang: str) -> str:
    one = offer.data_set
    warnings = "".join(f'<p class="warning">{esc(sentence(text, lang))}</p>' for text in one.warnings)
    state = "indexed" if indexed else offer.state
    licence = esc(t("sets.licence", lang, licence=sentence(one.licence, lang)))
    if _is_address(one.licence_url):
        licence = _link(one.licence_url, licence)
    size = sentence(one.size, lang)
    page = _link(one.homepage, esc(t("sets.page", lang))) if _is_address(one.homepage) else ""
    return (
        f'<li class="set {esc(state)}"><h3>{esc(one.title)}</h3><p>{esc(sentence(one.description, lang))}</p>'
        f'<p class="facts">{esc(t("sets.size", lang, size=size, language=t("language", one.language)))}</p>'
        f'<p class="facts licence">{licence} {page}</p>{warnings}{_state(offer, state, folder, lang)}</li>'
    )


def _is_address(url: str) -> bool:
    return url.startswith("https://") or url.startswith("http://")


def _link(url: str, words: str) -> str:
    return f'<a href="{esc(url)}" target="_blank" rel="noopener noreferrer">{words}</a>'


def _state(offer: Offer, state: str, folder: str, lang: str) -> str:
    name = offer.data_set.name
    if state == "indexed":
        return f'<p class="state ready">{esc(t("sets.indexed", lang))}</p>'
    if state == "here":
        tool = button(t("sets.add", lang), "set-add", kind="boxed", set=name)
        return f'<p class="offer"><span class="state">{esc(t("sets.here", lang))}</span>{tool}</p>'
    origin = offer.data_set.origin
    if state == "by_hand" and isinstance(origin, Kaggle):
        words = t("sets.by_hand", lang, files=", ".join(origin.files), page=origin.page, folder=folder)
        return f'<p class="facts by-hand">{esc(words)}</p>'
    if state == "fetching":
        tool = button(t("sets.stop", lang), "set-stop", kind="boxed", set=name)
        return f'<div class="offer">{_progress(offer, lang)}{tool}</div>'
    if state == "failed":
        tool = button(t("sets.again", lang), "set-fetch", kind="boxed", set=name)
        words = t("sets.failed", lang, reason=sentence(offer.reason, lang))
        return f'<div class="offer"><p class="reason" role="alert">{esc(words)}</p>{tool}</div>'
    tool = button(t("sets.fetch", lang), "set-fetch", kind="boxed", set=name)
    return f'<p class="offer"><span class="facts">{esc(t("sets.none", lang))}</span>{tool}</p>'


def _progress(offer: Offer, lang: str) -> str:
    done = decimal(offer.done / MEGABYTE, lang)
    if not offer.done:
        words, value = t("sets.fetching", lang), ""
    elif offer.total:
        words = t("sets.progress", lang, done=done, total=decimal(offer.total / MEGABYTE, lang))
        value = f' max="{int(offer.total)}" value="{int(offer.done)}"'
        words += f" ({percent(min(offer.done / offer.total, 1), lang)})"
    else:
        words, value = t("sets.progress_open", lang, done=done), ""
    return (
        f'<div class="progress"><progress{value} aria-label="{esc(words)}"></progress><span>{esc(words)}</span></div>'
    )
