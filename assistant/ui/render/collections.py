"""The Documents tab's tables: collections with their progress, sources with what went wrong."""

from collections.abc import Sequence

from assistant.ui.render.html import button, esc
from assistant.ui.render.passages import short_path
from assistant.ui.texts import counted, duration, integer, percent, t

SOURCES_SHOWN = 200


def collections_table(statuses: Sequence, selected: str, lang: str) -> str:
    """One row a collection; `selected` is the one whose sources are listed below."""
    title = f"<h2>{esc(t('collections.title', lang))}</h2>"
    if not statuses:
        return f'{title}<p class="empty">{esc(t("collections.empty", lang))}</p>'
    columns = ("name", "state", "documents", "passages", "meaning")
    head = "".join(f'<th scope="col">{esc(t(f"collections.{column}", lang))}</th>' for column in columns)
    rows = "".join(_collection(status, status.name == selected, lang) for status in statuses)
    return f'{title}<table class="grid collections"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _collection(status, selected: bool, lang: str) -> str:
    chosen, current = (' class="selected"', ' aria-current="true"') if selected else ("", "")
    name = (
        f'<button type="button" class="act entry" data-act="select" data-name="{esc(status.name)}" dir="auto"{current}>'
        f"{esc(status.name)}</button>"
    )
    figures = "".join(
        f'<td class="figure" data-label="{esc(t(f"collections.{key}", lang))}">{esc(integer(n, lang))}</td>'
        for key, n in (("documents", status.documents), ("passages", status.passages))
    )
    return (
        f'<tr{chosen}><th scope="row">{name}</th><td>{_state(status, lang)}</td>{figures}'
        f"<td>{_progress(status, lang)}</td></tr>"
    )


def _state(status, lang: str) -> str:
    words = t(f"state.{status.state}", lang)
    failed = f'<span class="failed">{esc(counted("failed", len(status.errors), lang))}</span>' if status.errors else ""
    waiting = ""
    if status.waiting:
        waiting = f'<span class="waiting">{esc(counted("waiting", status.waiting, lang))}</span>'
    return f'<span class="state {esc(status.state)}">{esc(words)}</span>{waiting}{failed}'


def _progress(status, lang: str) -> str:
    """How much can be found by meaning, and the time left; keyword search needs none of it."""
    if not status.passages:
        return ""
    share = status.embedded / status.passages
    left = ""
    if status.seconds_left is not None and share < 1:
        words = t("collections.left", lang, duration=duration(status.seconds_left, lang))
        left = f'<span class="left">{esc(words)}</span>'
    name = t("collections.embedded", lang, n=integer(status.embedded, lang), total=integer(status.passages, lang))
    return (
        f'<div class="progress" title="{esc(name)}"><progress max="{status.passages}" value="{status.embedded}" '
        f'aria-label="{esc(name)}"></progress><span>{esc(percent(share, lang))}</span>{left}</div>'
    )


def sources_table(rows: Sequence, collection: str, removing: int | None, lang: str) -> str:
    """The sources of one collection, failed ones first; `removing` is the id of the one asked about."""
    if not collection:
        return ""
    title = f'<h3 dir="auto">{esc(t("sources.in", lang, collection=collection))}</h3>'
    if not rows:
        return f'{title}<p class="empty">{esc(t("sources.none", lang))}</p>'
    ordered = sorted(rows, key=lambda row: row.state != "failed")
    listed = "".join(_source(row, row.id == removing, lang) for row in ordered[:SOURCES_SHOWN])
    hidden = len(ordered) - SOURCES_SHOWN
    more = f'<p class="empty">{esc(t("sources.more", lang, n=integer(hidden, lang)))}</p>' if hidden > 0 else ""
    return f'{title}<ul class="sources">{listed}</ul>{more}'


def _source(row, asked: bool, lang: str) -> str:
    if asked:
        tools = (
            f"<span>{esc(t('sources.remove_question', lang))}</span>"
            + button(t("remove", lang), "removed", kind="danger", id=row.id)
            + button(t("cancel", lang), "cancel")
        )
    else:
        tools = button("icon:delete", "remove", name=t("sources.remove", lang), id=row.id)
    facts = [counted("documents", row.documents, lang)] if row.documents else []
    facts += [counted("dropped", row.dropped, lang)] if row.dropped else []
    reason = f'<p class="reason" dir="auto">{esc(row.reason)}</p>' if row.reason else ""
    return (
        f'<li class="{esc(row.state)}"><div>'
        f'<p class="name" dir="auto" title="{esc(row.path)}">{esc(short_path(row.path))}</p>'
        f'<p class="facts"><span class="state {esc(row.state)}">{esc(t(f"state.{row.state}", lang))}</span>'
        f'{esc(" · ".join(facts))}</p>{reason}</div><span class="tools">{tools}</span></li>'
    )
