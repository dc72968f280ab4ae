"""The list of conversations, what can be done with each, and with all of them."""

import time
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from assistant.storage.history import Conversation, Found
from assistant.storage.history_schema import folded
from assistant.ui.i18n.texts import integer, t
from assistant.ui.render.html import ICONS, button, clipped, esc
from assistant.ui.tab import Tab

MOST = 300  # entries; the search finds the others
AROUND = 40  # characters before what was found, in a snippet
SNIPPET = 120  # characters
FORMATS = ("markdown", "html", "pdf", "json")


def conversation_list(found: Sequence[Found], tab: Tab, now: float | None = None, deleted_title: str = "") -> str:
    """Conversations in the given order, by age; with a query, the words in which it was found. `deleted_title` is
    that of the conversation whose deletion can be undone."""
    remembered = f'data-conversation="{tab.conversation or ""}"'  # read by `address.js`
    undo = _undo(deleted_title, tab)
    if not found:
        key = "conversations.none" if tab.query else "conversations.empty"
        return f'<p class="empty" {remembered}>{esc(t(key, tab.lang))}</p>{undo}'
    now = time.time() if now is None else now
    groups = groupby(found[:MOST], lambda one: "" if tab.query else _age(one.conversation, now))
    listed = "".join(_group(key, rows, tab) for key, rows in groups)
    hidden = len(found) - MOST
    words = t("conversations.more", tab.lang, n=integer(hidden, tab.lang)) if hidden > 0 else ""
    more = f'<p class="empty">{esc(words)}</p>' if words else ""
    return f"<div {remembered}>{listed}{more}</div>{undo}"


def _age(conversation: Conversation, now: float) -> str:
    if conversation.pinned:
        return "pinned"
    days = (date.fromtimestamp(now) - date.fromtimestamp(conversation.updated)).days
    ages = (("today", 1), ("yesterday", 2), ("week", 7), ("month", 30))
    return next((age for age, end in ages if days < end), "older")


def _group(key: str, found: Iterable[Found], tab: Tab) -> str:
    age = t(f"age.{key}", tab.lang) if key else ""
    heading = f"<h3>{esc(age)}</h3>" if age else ""
    return f'{heading}<ul class="conversations">{"".join(_row(one, tab) for one in found)}</ul>'


def _row(found: Found, tab: Tab) -> str:
    conversation = found.conversation
    title = conversation.title or t("conversations.untitled", tab.lang)
    if conversation.id == tab.renaming:
        body = _rename_form(conversation.id, title, tab.lang)
    else:
        body = _entry(conversation, title, found.said, tab)
    opened = ' class="open"' if conversation.id == tab.conversation else ""
    return f"<li{opened}>{body}</li>"


def _entry(conversation: Conversation, title: str, said: str, tab: Tab) -> str:
    lang, identity = tab.lang, conversation.id
    current = ' aria-current="true"' if identity == tab.conversation else ""
    words = snippet(said, tab.query) if tab.query else ""
    words = f'<span class="snippet">{words}</span>' if words else ""
    name = t("conversations.menu", lang, title=clipped(title, 60))
    return (
        f'<a href="?conversation={identity}" class="act entry" data-act="open" data-id="{identity}" dir="auto"'
        f'{current} title="{esc(title)}">{esc(title)}{words}</a>'
        f'<button type="button" class="act more" popovertarget="menu-{identity}" aria-label="{esc(name)}" '
        f'title="{esc(name)}">{ICONS["icon:more"]}</button>{_menu(conversation, lang)}'
    )


def _menu(conversation: Conversation, lang: str) -> str:
    identity = conversation.id
    pin = "conversations.unpin" if conversation.pinned else "conversations.pin"
    exports = "".join(
        button(t(f"export.{kind}", lang), "export", id=identity, kind="quiet item", format=kind) for kind in FORMATS
    )
    return (
        f'<div class="menu" popover id="menu-{identity}">'
        + button(t(pin, lang), "pin", kind="quiet item", id=identity)
        + button(t("conversations.rename", lang), "rename", kind="quiet item", id=identity)
        + f'<p>{esc(t("export.as", lang))}</p><div class="formats">{exports}</div>'
        + button(t("conversations.delete", lang), "delete", kind="danger item", id=identity)
        + "</div>"
    )


def _rename_form(identity: int, title: str, lang: str) -> str:
    name = esc(t("conversations.new_title", lang))
    return (
        f'<form data-act="renamed" data-id="{identity}"><input name="text" value="{esc(title)}" maxlength="120" '
        f'aria-label="{name}" autocomplete="off" autofocus>'
        f'<button class="act primary" type="submit">{esc(t("save", lang))}</button></form>'
    )


def _undo(title: str, tab: Tab) -> str:
    if tab.deleted is None or not title:
        return ""
    words = t("conversations.deleted", tab.lang, title=clipped(title, 40))
    undo = button(t("undo", tab.lang), "restore", kind="boxed", id=tab.deleted)
    return f'<div class="undo" role="status"><p dir="auto">{esc(words)}</p>{undo}</div>'


def archive_menu(lang: str) -> str:
    """A menu for all conversations: export and import."""
    name = esc(t("archive", lang))
    exports = "".join(button(t(f"export.{kind}", lang), "export", kind="quiet item", format=kind) for kind in FORMATS)
    return (
        f'<button type="button" class="act more" popovertarget="archive-menu" aria-label="{name}" title="{name}">'
        f'{ICONS["icon:more"]}</button><div class="menu" popover id="archive-menu">'
        f'<p>{esc(t("export.all", lang))}</p><div class="formats">{exports}</div>'
        f'<label class="act quiet item">{esc(t("import", lang))}'
        f'<input type="file" accept=".json,application/json" data-act="import" class="unseen"></label></div>'
    )


def snippet(said: str, query: str) -> str:
    """The words of a conversation around what was searched for, escaped, the found words in `<mark>`."""
    words = folded(query).split()
    plain = folded(said)
    places = [plain.find(word) for word in words]
    if not words or not said or min(places) < 0:
        return ""
    start = max(min(places) - AROUND, 0)
    if start:
        start = said.find(" ", start, min(places)) + 1 or start
    shown, plain = said[start : start + SNIPPET], plain[start : start + SNIPPET]
    spans = sorted((at, at + len(word)) for word in set(words) for at in [plain.find(word)] if at >= 0)
    pieces, at = ["…" if start else ""], 0
    for first, last in spans:
        if first >= at:
            pieces.append(f"{esc(shown[at:first])}<mark>{esc(shown[first:last])}</mark>")
            at = last
    return "".join(pieces) + esc(shown[at:]) + ("…" if start + SNIPPET < len(said) else "")
