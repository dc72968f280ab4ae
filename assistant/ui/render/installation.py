"""The look's switches and the about page."""

from collections.abc import Sequence
from pathlib import Path

from assistant.services.diagnostics import Licence, Place
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import LANGUAGES, decimal, t
from assistant.ui.render.html import button, esc

THEMES = ("system", "light", "dark")
SIZES = ("0.9", "1", "1.15", "1.3")  # times the usual size of text


def usual(name: str, value: float, lang: str) -> str:
    """ "Usual: 50%." for the value that a setting has at first."""
    number = f"{value:g}".replace(".", "," if lang == "fr" else ".")
    return t("settings.usual", lang, value=number)


def look(lang: str, locked: bool) -> str:
    """Theme, size of text and language; with `locked`, the way out too."""
    sizes = {size: t("look.percent", lang, n=round(float(size) * 100)) for size in SIZES}
    themes = {theme: t(f"look.{theme}", lang) for theme in THEMES}
    languages = "".join(
        f'<button type="button" class="act choice" data-act="language" data-name="{code}" lang="{code}" '
        f'aria-pressed="{"true" if code == lang else "false"}">{esc(t("language", code))}</button>'
        for code in LANGUAGES
    )
    leave = f"<p>{button(t('look.leave', lang), 'leave', kind='boxed')}</p>" if locked else ""
    return (
        f"<section><h2>{esc(t('look.title', lang))}</h2>"
        f"{_group(t('look.theme', lang), _choices('theme', themes))}"
        f"{_group(t('look.size', lang), _choices('size', sizes))}"
        f"{_group(t('look.language', lang), languages)}{leave}</section>"
    )


def _choices(kind: str, named: dict[str, str]) -> str:
    return "".join(
        f'<button type="button" class="act choice" data-act="look" data-kind="{kind}" data-name="{name}" '
        f'aria-pressed="false">{esc(words)}</button>'
        for name, words in named.items()
    )


def _group(title: str, buttons: str) -> str:
    return f'<div class="choices" role="group" aria-label="{esc(title)}"><h3>{esc(title)}</h3>{buttons}</div>'


def about(
    version: str, licences: Sequence[Licence], home: Path, places: Sequence[Place], report: str, lang: str
) -> str:
    """Versions, where the data are, licences, the API, and the report that can be copied."""
    return (
        f"<section><h2>{esc(t('about.title', lang))}</h2>"
        f"<p>{esc(t('about.version', lang, version=version))}</p><p>{esc(t('about.private', lang))}</p></section>"
        f"{_data(home, places, lang)}{_licences(licences, lang)}"
        f"<section><h3>{esc(t('about.api', lang))}</h3><p>{esc(t('about.api_help', lang))} "
        f'<a href="/v1/docs" target="_blank" rel="noopener">/v1/docs</a></p></section>'
        f'<section><h3>{esc(t("about.report", lang))}</h3><p class="help">{esc(t("about.report_help", lang))}</p>'
        f'<textarea class="report" readonly rows="9" aria-label="{esc(t("about.report", lang))}">{esc(report)}'
        "</textarea>"
        f"<p>{button(t('about.copy', lang), 'copy-report', kind='boxed')}</p></section>"
    )


def _data(home: Path, places: Sequence[Place], lang: str) -> str:
    rows = "".join(
        _row(
            esc(t(f"place.{place.what}", lang)), f"<code>{esc(place.path.name)}</code>", esc(weight(place.bytes, lang))
        )
        for place in places
    )
    return (
        f"<section><h3>{esc(t('about.data', lang))}</h3><p>{esc(t('about.data_help', lang))}</p>"
        f'<p><code dir="auto">{esc(home)}</code></p>{_table(("what", "where", "size"), rows, lang)}</section>'
    )


def _licences(licences: Sequence[Licence], lang: str) -> str:
    rows = "".join(_row(esc(each.name), esc(t(f"kind.{each.kind}", lang)), _terms(each, lang)) for each in licences)
    heads = ("work", "kind", "terms")
    return f"<section><h3>{esc(t('about.licences', lang))}</h3>{_table(heads, rows, lang)}</section>"


def _terms(licence: Licence, lang: str) -> str:
    terms = esc(sentence(licence.terms, lang))
    if not licence.url.startswith("https://"):
        return terms
    return f'<a href="{esc(licence.url)}" target="_blank" rel="noopener noreferrer">{terms}</a>'


def _table(heads: Sequence[str], rows: str, lang: str) -> str:
    words = (t(f"about.{key}", lang) for key in heads)
    named = "".join(f'<th scope="col">{esc(word)}</th>' for word in words)
    return f'<table class="grid"><thead><tr>{named}</tr></thead><tbody>{rows}</tbody></table>'


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def weight(count: int, lang: str) -> str:
    """Bytes as people read them."""
    for unit, size in (("giga", 1e9), ("mega", 1e6)):
        if count >= size:
            return t(f"unit.{unit}", lang, n=decimal(count / size, lang))
    return t("unit.kilo", lang, n=decimal(count / 1e3, lang))
