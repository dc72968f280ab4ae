"""The list of conversations."""

from collections.abc import Iterable

from assistant.ui.render.html import button, esc
from assistant.ui.texts import t
from assistant.ui.view import Tab


def conversation_list(conversations: Iterable, tab: Tab) -> str:
    """Conversations in the given order; the open one marked, the one being renamed or deleted with its question."""
    rows = [_row(conversation, tab) for conversation in conversations]
    remembered = f'data-conversation="{tab.conversation or ""}"'  # read by `actions.js`, for a reload of the tab
    if not rows:
        return f'<p class="empty" {remembered}>{esc(t("conversations.empty", tab.lang))}</p>'
    return f'<ul class="conversations" {remembered}>{"".join(rows)}</ul>'


def _row(conversation, tab: Tab) -> str:
    title = conversation.title or t("conversations.untitled", tab.lang)
    if conversation.id == tab.renaming:
        body = _rename_form(conversation.id, title, tab.lang)
    elif conversation.id == tab.deleting:
        body = _delete_question(conversation.id, title, tab.lang)
    else:
        body = _entry(conversation.id, title, conversation.id == tab.conversation, tab.lang)
    opened = ' class="open"' if conversation.id == tab.conversation else ""
    return f"<li{opened}>{body}</li>"


def _entry(identity: int, title: str, is_open: bool, lang: str) -> str:
    current = ' aria-current="true"' if is_open else ""
    return (
        f'<button type="button" class="act entry" data-act="open" data-id="{identity}" dir="auto"'
        f'{current} title="{esc(title)}">{esc(title)}</button><span class="tools">'
        + button("icon:rename", "rename", name=t("conversations.rename", lang), id=identity)
        + button("icon:delete", "delete", name=t("conversations.delete", lang), id=identity)
        + "</span>"
    )


def _rename_form(identity: int, title: str, lang: str) -> str:
    name = esc(t("conversations.new_title", lang))
    return (
        f'<form data-act="renamed" data-id="{identity}"><input name="text" value="{esc(title)}" maxlength="120" '
        f'aria-label="{name}" autocomplete="off" autofocus>'
        f'<button class="act primary" type="submit">{esc(t("save", lang))}</button></form>'
    )


def _delete_question(identity: int, title: str, lang: str) -> str:
    return (
        f'<div class="confirm"><p dir="auto">{esc(t("conversations.delete_question", lang, title=title))}</p>'
        + button(t("delete", lang), "deleted", kind="danger", id=identity)
        + button(t("cancel", lang), "cancel")
        + "</div>"
    )
