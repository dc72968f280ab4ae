"""The generators that can be had: licence, size, place, how far a download is, and what can be done with each."""

from collections.abc import Sequence

from assistant.generation.presets import LICENCE, LICENCE_URL
from assistant.services.downloads import Job
from assistant.services.generators import GeneratorOffer
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import integer, percent, t
from assistant.ui.render.html import button, esc
from assistant.ui.render.installation import weight

ELEMENT = "generators"  # where the panel stands on the page
ORIGINS = {
    "huggingface": "generators.from_huggingface",
    "kaggle": "generators.from_kaggle",
    "import": "generators.from_import",
    "shared": "generators.from_shared",
}


def generators(offers: Sequence[GeneratorOffer], deleting: str, lang: str) -> str:
    """One card a preset. `deleting` names the one whose deletion is to be confirmed."""
    cards = "".join(_card(offer, offer.name == deleting, lang) for offer in offers)
    return f'<ul class="sets generators">{cards}</ul>'


def bringing(job: Job | None, brought: bool, lang: str) -> str:
    """How far the copying of one from a folder or archive is, why it failed, or that it is here."""
    if job is None:
        words = esc(t("generators.brought", lang)) if brought else ""
        return f'<p class="message" role="status">{words}</p>' if words else ""
    if job.state == "fetching":
        return _progress(job, t("generators.bringing", lang), lang)
    return f'<p class="message error" role="alert">{esc(sentence(job.reason, lang))}</p>'


def missing_generator(name: str, lang: str) -> str:
    """A line that says that the generic GPT-2 is not here, with the way to it; empty where it is."""
    if not name:
        return ""
    words = esc(t("generators.missing", lang, name=name))
    to = button(t("generators.get", lang), "tab", tab="settings", at=ELEMENT)
    return f'<p class="help missing-generator">{words} {to}</p>'


def _card(offer: GeneratorOffer, deleting: bool, lang: str) -> str:
    preset = offer.preset
    layers = t(
        "generators.layers", lang, parameters=integer(round(preset.parameters / 1e6), lang), layers=preset.layers
    )
    facts = [layers, *([t("generators.tuned", lang, data=preset.tuned)] if preset.tuned else [])]
    facts.append(t("generators.weight", lang, size=weight(preset.bytes, lang)))
    licence = esc(t("generators.licence", lang, licence=LICENCE))
    state = "fetching" if offer.running else offer.standing.state
    return (
        f'<li class="set {state}"><h3>{esc(offer.name)}</h3><p class="facts">{esc(" · ".join(facts))}</p>'
        f'<p class="facts licence"><a href="{esc(LICENCE_URL)}" target="_blank" rel="noopener noreferrer">{licence}</a>'
        f"</p>{_standing(offer, lang)}{_failure(offer, lang)}{_tools(offer, deleting, lang)}</li>"
    )


def _standing(offer: GeneratorOffer, lang: str) -> str:
    """In words: whether it is here, from where, and in which folder."""
    standing = offer.standing
    if offer.running and offer.job is not None:
        return f'<div class="offer">{_progress(offer.job, t("generators.working", lang), lang)}</div>'
    if standing.state == "none":
        command = f"<code>python -m scripts.fetch {esc(offer.name)}</code>"
        words = f"{esc(t('generators.none', lang))} {esc(t('generators.none_command', lang))} {command}"
        return f'<p class="facts">{words}</p>'
    if standing.state == "partial" and offer.job is not None:
        return ""  # why it ended is said below, with what is kept
    if standing.state == "partial":
        return f'<p class="state">{esc(t("generators.partial", lang, size=weight(standing.bytes, lang)))}</p>'
    here = t("generators.here", lang, size=weight(standing.bytes, lang))
    origin = t(ORIGINS[standing.origin], lang) if standing.origin in ORIGINS else ""
    shown = f'<p class="state ready">{esc(f"{here} {origin}")}</p>'
    if standing.state == "damaged":
        shown = f'<p class="reason" role="alert">{esc(t("generators.damaged", lang))}</p>'
    place = f'{esc(t("generators.place", lang))} <code dir="auto">{esc(standing.path)}</code>'
    return f'{shown}<p class="facts">{place}</p>'


def _failure(offer: GeneratorOffer, lang: str) -> str:
    if offer.job is None or offer.running:
        return ""
    return f'<p class="reason" role="alert">{esc(sentence(offer.job.reason, lang))}</p>'


def _tools(offer: GeneratorOffer, deleting: bool, lang: str) -> str:
    """The buttons that make sense now."""
    name, standing = offer.name, offer.standing
    if deleting:
        words = esc(t("generators.confirm", lang, name=name))
        yes = button(t("generators.delete", lang), "generator-deleted", kind="danger", generator=name)
        no = button(t("cancel", lang), "cancel", kind="boxed")
        return f'<p class="offer confirm"><span>{words}</span>{yes}{no}</p>'

    def tool(key: str, action: str) -> str:
        return button(t(key, lang), f"generator-{action}", kind="boxed", generator=name)

    if offer.running:
        tools = [tool("generators.stop", "stop")]
    elif standing.state == "none":
        tools = [tool("generators.again" if offer.job else "generators.fetch", "fetch")]
    elif standing.state == "partial":
        tools = [tool("generators.resume", "fetch"), tool("generators.discard", "deleted")]
    elif standing.origin == "shared":
        tools = []
    else:
        damaged = standing.state == "damaged"
        again = standing.origin in ("huggingface", "kaggle")
        tools = [tool("generators.mend", "fetch")] if damaged and again else []
        tools += [] if damaged else [tool("generators.check", "check")]
        tools.append(tool("generators.delete", "delete"))
    return f'<p class="offer">{"".join(tools)}</p>' if tools else ""


def _progress(job: Job, starting: str, lang: str) -> str:
    if not job.done:
        words, value = starting, ""
    elif job.total:
        share = min(job.done / job.total, 1)
        words = t("sets.progress", lang, done=_megabytes(job.done, lang), total=_megabytes(job.total, lang))
        words, value = f"{words} ({percent(share, lang)})", f' max="{int(job.total)}" value="{int(job.done)}"'
    else:
        words, value = t("sets.progress_open", lang, done=_megabytes(job.done, lang)), ""
    return (
        f'<div class="progress"><progress{value} aria-label="{esc(words)}"></progress><span>{esc(words)}</span></div>'
    )


def _megabytes(count: int, lang: str) -> str:
    return integer(round(count / 1e6), lang)
