"""Why a document or a sentence is not in an answer: the form that asks, and what is found."""

from assistant.services.explanation import LONGEST
from assistant.ui.i18n.explanation import Told
from assistant.ui.i18n.texts import t
from assistant.ui.render.html import button, clipped, esc


def explanation_panel(turn_id: int, question: str, lang: str, target: str = "", result: str = "") -> str:
    """The panel for one answer: its question, a field for a document or a sentence, and the `result` as HTML."""
    label, focus = esc(t("why.label", lang)), "" if target else " autofocus"
    return (
        f'<section class="why" aria-label="{esc(t("why.open", lang))}"><header><h2>{esc(t("why.open", lang))}</h2>'
        f"{button('icon:close', 'close-why', name=t('why.close', lang))}</header>"
        f'<p class="asked" dir="auto">{esc(clipped(question, 200))}</p><p class="help">{esc(t("why.help", lang))}</p>'
        f'<form data-act="why" data-id="{turn_id}"><textarea name="text" rows="2" maxlength="{LONGEST}" '
        f'placeholder="{label}" aria-label="{label}" dir="auto"{focus}>{esc(target)}</textarea>'
        f'<button class="act boxed" type="submit">{esc(t("why.send", lang))}</button></form>'
        f'<div class="result" aria-live="polite">{result}</div></section>'
    )


def explanation_waiting(lang: str) -> str:
    """What stands in the panel while the question is searched and read once more."""
    return f'<p class="step live">{esc(t("why.looking", lang))}</p>'


def explanation_complaint(words: str) -> str:
    """What went wrong, already in words."""
    return f'<p class="notice error" role="alert">{esc(words)}</p>'


def explanation_result(words: Told) -> str:
    """Where it fell out, what is known of it, and what would bring it in."""
    rows = "".join(f'<dt>{esc(name)}</dt><dd dir="auto">{esc(text)}</dd>' for name, text in words.facts)
    facts = f"<dl>{rows}</dl>" if rows else ""
    items = "".join(f'<li dir="auto">{esc(remedy)}</li>' for remedy in words.remedies)
    remedies = f"<h3>{esc(words.heading)}</h3><ul>{items}</ul>" if items else ""
    return f'<p class="verdict" dir="auto">{esc(words.verdict)}</p>{facts}{remedies}'
