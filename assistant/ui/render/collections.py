"""The Documents tab's upper half: what is being done, the collections with their progress, the followed folders."""

import time
from collections.abc import Sequence

from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, duration, integer, percent, t
from assistant.ui.render.html import button, esc
from index.following.watches import Watch
from index.views.status import CollectionStatus


def work(statuses: Sequence[CollectionStatus], paused: bool, lang: str) -> str:
    """Whether indexing goes on, with what can be done about that: pause, resume, retry, update."""
    busy = [status.name for status in statuses if status.state in ("waiting", "reading", "embedding")]
    failed = sum(status.failed for status in statuses)
    stale = any(status.state == "requires_update" for status in statuses)
    if paused:
        words, more = "paused", t("work.paused_help", lang)
    else:
        words, more = ("working", ", ".join(busy)) if busy else ("idle", "")
    act = "resume" if paused else "pause"
    tools = button(t(f"work.{act}", lang), act, kind="boxed")
    if failed:
        tools += button(t("work.retry", lang), "retry-all", kind="boxed")
    update = ""
    if stale:
        update = (
            f'<p class="update">{esc(t("work.update_help", lang))} '
            f"{button(t('work.update', lang), 'update', kind='boxed')}</p>"
        )
    state = {"paused": "waiting still", "working": "embedding", "idle": "ready"}[words]
    return (
        f'<div class="work {words}"><p role="status">'
        f'<span class="state {state}">{esc(t(f"work.{words}", lang))}</span> '
        f'<span class="help" dir="auto">{esc(more)}</span></p><span class="tools">{tools}</span></div>{update}'
    )


def collections_table(
    statuses: Sequence[CollectionStatus], selected: str, lang: str, renaming: str = "", deleting: str = ""
) -> str:
    """One row a collection; `selected` is the one whose documents are listed below."""
    title = f"<h2>{esc(t('collections.title', lang))}</h2>"
    if not statuses:
        return f'{title}<p class="empty">{esc(t("collections.empty", lang))}</p>'
    columns = ("name", "state", "documents", "passages", "meaning")
    head = "".join(f'<th scope="col">{esc(t(f"collections.{column}", lang))}</th>' for column in columns)
    head += f'<th scope="col"><span class="unseen">{esc(t("collections.tools", lang))}</span></th>'
    rows = "".join(_collection(status, selected, lang, renaming, deleting) for status in statuses)
    return f'{title}<table class="grid collections"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _collection(status: CollectionStatus, selected: str, lang: str, renaming: str, deleting: str) -> str:
    if status.name == deleting:
        return _delete_question(status, lang)
    chosen, current = (' class="selected"', ' aria-current="true"') if status.name == selected else ("", "")
    figures = "".join(
        f'<td class="figure" data-label="{esc(counted(key, n, lang).split()[-1])}">{esc(integer(n, lang))}</td>'
        for key, n in (("documents", status.documents), ("passages", status.passages))
    )
    name = (
        _name_form(status.name, lang)
        if status.name == renaming
        else f'<button type="button" class="act entry" data-act="select" data-name="{esc(status.name)}" dir="auto"'
        f"{current}>{esc(status.name)}</button>"
    )
    tools = button(
        "icon:rename", "rename", name=t("collections.rename", lang, name=status.name), collection=status.name
    ) + button("icon:delete", "delete", name=t("collections.delete", lang, name=status.name), collection=status.name)
    return (
        f'<tr{chosen}><th scope="row">{name}</th><td>{_state(status, lang)}</td>{figures}'
        f'<td>{_progress(status, lang)}</td><td class="tools">{tools}</td></tr>'
    )


def _name_form(name: str, lang: str) -> str:
    return (
        f'<form class="rename" data-act="renamed" data-collection="{esc(name)}"><input name="text" value="{esc(name)}" '
        f'maxlength="80" autofocus aria-label="{esc(t("collections.new_name", lang))}">'
        f'<button type="submit" class="act primary">{esc(t("save", lang))}</button>'
        f"{button(t('cancel', lang), 'cancel')}</form>"
    )


def _delete_question(status: CollectionStatus, lang: str) -> str:
    documents = counted("documents", status.documents, lang)
    words = t("collections.delete_question", lang, name=status.name, documents=documents)
    return (
        f'<tr class="confirm"><td colspan="6"><span dir="auto">{esc(words)}</span> <span class="tools">'
        f"{button(t('delete', lang), 'deleted', kind='danger', collection=status.name)}"
        f"{button(t('cancel', lang), 'cancel')}</span></td></tr>"
    )


def _state(status: CollectionStatus, lang: str) -> str:
    words = t(f"state.{status.state}", lang)
    paused = f" ({t('state.paused', lang)})" if status.paused else ""
    failed, waiting = "", ""
    if status.failed:
        failed = f'<span class="failed">{esc(counted("failed", status.failed, lang))}</span>'
    if status.waiting:
        waiting = f'<span class="waiting">{esc(counted("waiting", status.waiting, lang))}</span>'
    still = " still" if status.paused else ""
    return f'<span class="state {esc(status.state)}{still}">{esc(words)}{esc(paused)}</span>{waiting}{failed}'


def _progress(status: CollectionStatus, lang: str) -> str:
    """How much can be found by meaning, and the time left; keyword search needs none of it."""
    if not status.passages:
        return ""
    share = status.embedded / status.passages
    left = ""
    if status.seconds_left is not None and share < 1 and not status.paused:
        words = t("collections.left", lang, duration=duration(status.seconds_left, lang))
        left = f'<span class="left">{esc(words)}</span>'
    name = t("collections.embedded", lang, n=integer(status.embedded, lang), total=integer(status.passages, lang))
    return (
        f'<div class="progress" title="{esc(name)}"><progress max="{status.passages}" value="{status.embedded}" '
        f'aria-label="{esc(name)}"></progress><span>{esc(percent(share, lang))}</span>{left}</div>'
    )


def watched_folders(watches: Sequence[Watch], unfollowing: int | None, lang: str) -> str:
    """The followed folders, with the reason for each that cannot be reached; "" when none is followed."""
    if not watches:
        return ""
    rows = "".join(_watch(watch, watch.id == unfollowing, lang) for watch in watches)
    return f'<h2>{esc(t("watches.title", lang))}</h2><ul class="sources watches">{rows}</ul>'


def _watch(watch: Watch, asked: bool, lang: str) -> str:
    if asked:
        tools = (
            f"<span>{esc(t('watches.question', lang))}</span>"
            + button(t("watches.keep", lang), "unfollowed", kind="boxed", id=watch.id)
            + button(t("watches.remove", lang), "unfollowed-all", kind="danger", id=watch.id)
            + button(t("cancel", lang), "cancel")
        )
    else:
        tools = button("icon:delete", "unfollow", name=t("watches.stop", lang, path=watch.path), id=watch.id)
    state = {"followed": "ready", "away": "failed"}.get(watch.state, "reading")
    facts = [t("watches.into", lang, collection=watch.collection)]
    if watch.seen and watch.state != "away":
        facts.append(t("watches.seen", lang, when=_ago(time.time() - watch.seen, lang)))
    why = f'<p class="reason" dir="auto">{esc(sentence(watch.reason, lang))}</p>' if watch.reason else ""
    return (
        f'<li class="{esc(watch.state)}{" confirm" if asked else ""}"><div>'
        f'<p class="name" dir="auto">{esc(watch.path)}</p>'
        f'<p class="facts"><span class="state {state}">{esc(t(f"watches.{watch.state}", lang))}</span>'
        f'<span dir="auto">{esc(" · ".join(facts))}</span></p>{why}</div><span class="tools">{tools}</span></li>'
    )


def _ago(seconds: float, lang: str) -> str:
    if seconds < 90:
        return t("ago.now", lang)
    if seconds < 5400:
        return t("ago.minutes", lang, n=round(seconds / 60))
    return t("ago.hours", lang, n=integer(round(seconds / 3600), lang))
