"""The Documents tab's list of documents with states and reasons, and the passages of one of them."""

from collections.abc import Sequence

from assistant.ui.i18n.advice import advice
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, integer, t
from assistant.ui.render.html import button, clipped, esc
from assistant.ui.render.passages import LONGEST_PASSAGE, heading_beyond, named_place, short_path
from corpus.document import Dropped
from index.views.catalogue import Entry, Excerpt, Page

PER_PAGE = 50
EXCERPTS = 10  # passages shown at first, and more at each wish for more
LEFT_OUT = 50  # parts of a file that were left out, shown with their reasons
LONGEST_TITLE = 160


def library_title(collection: str, lang: str) -> str:
    """The heading over the list."""
    words = t("library.in", lang, collection=collection) if collection else t("library.all", lang)
    every = button(t("collections.all", lang), "select-all", kind="boxed") if collection else ""
    return f'<div class="library-head"><h2 dir="auto">{esc(words)}</h2>{every}</div>'


def library_table(page: Page, offset: int, removing: tuple[str, int] | None, narrowed: bool, lang: str) -> str:
    """One page of the list; `removing` is the entry (kind, id) that the user was asked about, `narrowed` says that
    words or a state were chosen."""
    if not page.entries:
        return f'<p class="empty">{esc(t("library.none_found" if narrowed or offset else "library.none", lang))}</p>'
    head = "".join(f'<th scope="col">{esc(t(f"library.{key}", lang))}</th>' for key in ("title", "state", "passages"))
    head += f'<th scope="col"><span class="unseen">{esc(t("library.tools", lang))}</span></th>'
    rows = "".join(_entry(entry, (entry.kind, entry.id) == removing, lang) for entry in page.entries)
    table = f'<table class="grid library"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return table + _pager(page, offset, lang)


def _entry(entry: Entry, asked: bool, lang: str) -> str:
    title = clipped(entry.title or entry.path or t("card.untitled", lang), LONGEST_TITLE)
    named = (
        f'<a href="?document={entry.id}" class="act entry" data-act="open" data-id="{entry.id}" dir="auto" '
        f'aria-label="{esc(t("library.open", lang, title=title))}">{esc(title)}</a>'
        if entry.kind == "document"
        else f'<span class="entry" dir="auto">{esc(title)}</span>'
    )
    path = f'<p class="path" dir="auto" title="{esc(entry.path)}">{esc(named_place(_place(entry), lang))}</p>'
    passages = integer(entry.passages, lang) if entry.kind == "document" else ""
    label = esc(counted("passages", entry.passages, lang).split()[-1])
    return (
        f'<tr class="{esc(entry.state)}{" confirm" if asked else ""}"><th scope="row">{named}{path}</th>'
        f'<td>{_state(entry, lang)}</td><td class="figure" data-label="{label}">{esc(passages)}</td>'
        f'<td class="tools">{_tools(entry, title, asked, lang)}</td></tr>'
    )


def _place(entry: Entry) -> str:
    """The end of the path, which tells files apart; addresses of pages as they are."""
    path = entry.path.replace("\\", "/")
    if "://" in path or len(path) <= 70:
        return path
    return f"…{path[-69:]}"


def _state(entry: Entry, lang: str) -> str:
    shown = f'<span class="state {esc(entry.state)}">{esc(t(f"state.{entry.state}", lang))}</span>'
    if entry.state == "embedding":
        words = t("state.part", lang, n=integer(entry.embedded, lang), total=integer(entry.passages, lang))
        return f'{shown}<p class="facts">{esc(words)}</p>'
    if not entry.reason:
        return shown
    todo = advice(entry.reason)
    lines = f'<p class="reason" dir="auto">{esc(sentence(entry.reason, lang))}</p>'
    lines += f'<p class="advice">{esc(t(f"advice.{todo}", lang))}</p>' if todo else ""
    lines += f'<p class="advice">{esc(t("state.still", lang))}</p>' if entry.kind == "document" else ""
    return shown + lines


def _tools(entry: Entry, title: str, asked: bool, lang: str) -> str:
    if asked:
        return (
            f"<span>{esc(t('library.remove_question', lang))}</span>"
            + button(t("remove", lang), "removed", kind="danger", entry=entry.kind, id=entry.id)
            + button(t("cancel", lang), "cancel")
        )
    if entry.state == "excluded":
        return button(t("library.include", lang), "retry", kind="boxed", id=entry.id)
    again = ""
    if entry.state == "failed" and entry.source is not None:
        again = button(t("library.retry", lang), "retry", kind="boxed", id=entry.source)
    return again + button(
        "icon:delete", "remove", name=t("library.remove", lang, title=title), entry=entry.kind, id=entry.id
    )


def _pager(page: Page, offset: int, lang: str) -> str:
    last = offset + len(page.entries)
    words = t(
        "library.range",
        lang,
        first=integer(offset + 1, lang),
        last=integer(last, lang),
        total=integer(page.total, lang),
    )
    earlier = button("‹", "page", name=t("library.earlier", lang), kind="boxed", to=offset - PER_PAGE) if offset else ""
    later = button("›", "page", name=t("library.later", lang), kind="boxed", to=last) if last < page.total else ""
    return f'<nav class="pager"><span role="status">{esc(words)}</span>{earlier}{later}</nav>'


def preview(entry: Entry | None, excerpts: Sequence[Excerpt], dropped: Sequence[Dropped], lang: str) -> str:
    """The passages of a document, and what of its file was left out; `entry` is None when it is gone."""
    close = button("✕", "close", name=t("preview.close", lang))
    if entry is None:
        return f'<aside class="preview" role="dialog"><header>{close}</header><p class="empty">' + (
            f"{esc(t('preview.gone', lang))}</p></aside>"
        )
    title = clipped(entry.title or entry.path or t("card.untitled", lang), LONGEST_TITLE)
    cards = "".join(_excerpt(one, entry.title, lang) for one in excerpts)
    left = entry.passages - len(excerpts)
    name = short_path(entry.path) or entry.title
    overview = button(t("overview.button", lang), "overview", kind="boxed", question=t("overview.ask", lang, name=name))
    more = button(t("preview.more", lang, n=min(left, EXCERPTS)), "more", kind="boxed") if left > 0 else ""
    body = cards + more if excerpts else f'<p class="empty">{esc(t("preview.none", lang))}</p>'
    return (
        f'<aside class="preview" role="dialog" data-document="{entry.id}" '
        f'aria-label="{esc(t("preview.title", lang, title=title))}"><header><div>'
        f'<h2 dir="auto">{esc(title)}</h2><p class="path" dir="auto">{esc(entry.path)}</p>'
        f'<p class="facts">{esc(counted("passages", entry.passages, lang))} · {esc(t("preview.help", lang))}</p>'
        f"<p>{overview}</p></div>"
        f"{close}</header>{_left_out(dropped, lang)}{body}</aside>"
    )


def _left_out(dropped: Sequence[Dropped], lang: str) -> str:
    if not dropped:
        return ""
    rows = "".join(
        f'<li dir="auto">{esc(clipped(f"{item.place}: {sentence(item.reason, lang)}", 300))}</li>'
        for item in dropped[:LEFT_OUT]
    )
    more = "<li>…</li>" if len(dropped) > LEFT_OUT else ""
    words = esc(counted("dropped", len(dropped), lang))
    return f'<details class="left-out"><summary>{words}</summary><ul>{rows}{more}</ul></details>'


def _excerpt(one: Excerpt, title: str, lang: str) -> str:
    place = t("preview.passage", lang, n=integer(one.ordinal + 1, lang))
    if one.page is not None:
        place += f" · {t('preview.page', lang, page=one.page)}"
    heading = heading_beyond(title, one.heading)
    named = f'<p class="heading" dir="auto">{esc(clipped(heading, 300))}</p>' if heading else ""
    return (
        f'<article class="excerpt"><p class="facts">{esc(place)}</p>{named}'
        f'<div class="passage" dir="auto">{esc(clipped(one.text, LONGEST_PASSAGE))}</div></article>'
    )
