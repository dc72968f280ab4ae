"""The frame: the name, the line of what is still loading, the choice of language, the first questions."""

import json
from collections.abc import Sequence

from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import LANGUAGES, integer, t
from assistant.ui.render.html import button, clipped, esc
from assistant.ui.render.shortcuts import shortcuts
from corpus.errors import Reason

USUAL = frozenset(".csv .docx .eml .epub .html .md .pdf .pptx .txt .xlsx .zip".split())
MOST_OF_A_FOLDER = 1000  # files, as in documents.js


def brand(icon: str, lang: str) -> str:
    """The name with `icon`, our own SVG file's text, and the button that shows the conversations on a small screen."""
    menu = button("icon:menu", "menu", name=t("menu", lang))
    skip = button(t("skip", lang), "skip", kind="skip")
    return f'{skip}{menu}<div class="brand">{icon}<h1 title="{esc(t("title", lang))}">Sourcier</h1></div>'


def status(
    loading: Sequence[str], indexing: Sequence[str], error: str, lang: str, problem: Reason | None = None
) -> str:
    """What is still loading, by the keys of `Assistant.loading`, else the collections that are being indexed.

    `error` is why the models could not be loaded, `problem` what else could not be opened.
    """
    if error:
        words = esc(t("error.warm_up", lang, reason=sentence(error, lang)))
        return f'<p class="status error" role="alert" title="{words}">{words}</p>'
    if loading:
        return f'<p class="status busy" role="status">{esc(loading_words(loading, lang))}</p>'
    if problem:
        words = esc(sentence(problem, lang))
        return f'<p class="status error" role="alert" title="{words}">{words}</p>'
    if indexing:
        words = t("status.indexing", lang, collections=", ".join(indexing))
        return f'<p class="status busy" role="status">{esc(clipped(words, 80))}</p>'
    return f'<p class="status ready" role="status">{esc(t("status.ready", lang))}</p>'


def loading_words(loading: Sequence[str], lang: str) -> str:
    """ "Loading the index and the generator…" for ("index", "generator")."""
    names = [t(f"loading.{key}", lang) for key in loading if key in ("index", "embedder", "generator")]
    listed = t("and", lang).join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
    return t("status.loading", lang, what=listed)


def preferences(lang: str) -> str:
    """The switches in the header."""
    languages = "".join(
        f'<button type="button" class="act" data-act="language" data-name="{code}" lang="{code}" aria-pressed='
        f'"{"true" if code == lang else "false"}" title="{esc(t("language", code))}">{code.upper()}</button>'
        for code in LANGUAGES
    )
    theme = button("icon:theme", "theme", name=t("theme", lang))
    keys = button("?", "help", name=t("keys.title", lang))
    said = f'data-lang="{esc(lang)}" data-drop="{esc(t("add.anywhere", lang))}"'
    return (
        f'<div class="preferences" {said}><div class="languages">{languages}</div>{theme}{keys}</div>{shortcuts(lang)}'
    )


def examples(questions: Sequence[str], lang: str) -> str:
    """What an empty conversation shows: what this is, and questions to begin with, where there are some."""
    buttons = "".join(button(question, "example", kind="example", text=question) for question in questions)
    tries = f'<p class="try">{esc(t("welcome.try", lang))}</p><div class="examples">{buttons}</div>' if buttons else ""
    title, text = esc(t("welcome.title", lang)), esc(t("welcome.text", lang))
    again = button(t("tour.again", lang), "tour", kind="quiet again", id=0)
    return f'<div class="welcome"><h2>{title}</h2><p>{text}</p>{tries}{again}</div>'


def how(lang: str) -> str:
    """The button that shows what else can be chosen for an answer."""
    return (
        f'<button type="button" class="act" data-act="how" aria-expanded="false" aria-controls="options">'
        f"{esc(t('ask.how', lang))}</button>"
    )


def add_heading(formats: Sequence[str], lang: str) -> str:
    """The words over and in the place where files are dropped.

    Gradio writes its own words there in the browser's language; ours, in the language chosen, stand in their place.
    """
    drop = json.dumps(t("add.drop", lang), ensure_ascii=False)
    kinds = t("add.formats", lang, formats=", ".join(name.lstrip(".") for name in formats if name in USUAL))
    others = ", ".join(name.lstrip(".") for name in formats if name not in USUAL)
    more = f"<details><summary>{esc(t('add.others', lang))}</summary>{esc(others)}</details>" if others else ""
    too_many = t("add.too_many", lang, n=integer(MOST_OF_A_FOLDER, lang))
    return (
        f"<style>#files {{ --drop-words: {drop}; }}</style>"
        f'<div data-suffixes="{esc(" ".join(formats))}" data-too-many="{esc(too_many)}">'
        f'<h2>{esc(t("add.title", lang))}</h2><p class="help">{esc(t("add.help", lang))} {esc(kinds)}</p>'
        f'<div class="help">{more}</div>'
        f'<button type="button" class="act choose-folder">{esc(t("add.folder", lang))}</button>'
        '<p class="folder-note" role="status"></p></div>'
    )


def undo_adding(lang: str) -> str:
    """The button that takes out again what was just added."""
    return button(t("add.undo", lang), "undo-adding", kind="boxed")


def help_text(text: str) -> str:
    """A quiet paragraph."""
    return f'<p class="help">{esc(text)}</p>'


def notice(text: str) -> str:
    """A standing line in the header."""
    return f'<p class="status ready" role="note" title="{esc(text)}">{esc(text)}</p>'


def message(text: str, worked: bool) -> str:
    """A line that says what came of an action."""
    role = "status" if worked else "alert"
    return f'<p class="message{"" if worked else " error"}" role="{role}">{esc(text)}</p>' if text else ""
