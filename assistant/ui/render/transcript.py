"""The conversation: questions, drafts that are visibly provisional, checked sentences with their [n], refusals."""

from collections.abc import Iterable
from itertools import groupby, zip_longest

from assistant.schema import Answer, Sentence
from assistant.services.turns import TurnView
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import certainty, counted, decimal, integer, model_name, notice, t
from assistant.ui.render.feedback import feedback_line
from assistant.ui.render.html import button, emphasised, esc

WORD_JOINER = "&#8288;"


def transcript(views: Iterable[TurnView], lang: str, editing: int | None = None) -> str:
    """Settled turns, oldest first."""
    return "".join(turn(view, lang, editing=view.id == editing) for view in views)


def turn(view: TurnView, lang: str, waiting_for: str = "", *, editing: bool = False) -> str:
    """One question with its answer so far. `waiting_for` says, already in words, what a waiting question waits for.

    While the question is being written anew (`editing`), a form stands in its place.
    """
    busy = ' aria-busy="true"' if view.running else ""
    body = _step(view, lang, waiting_for) + _body(view, lang) + feedback_line(view, lang)
    return (
        f'<article class="turn {esc(view.state)}" id="turn-{view.id}"{busy}>'
        f"{_question_form(view, lang) if editing else _question(view, lang)}"
        f'<div class="answer" data-turn="{view.id}" aria-live="polite">{body}</div></article>'
    )


def follow_ups(view: TurnView | None, lang: str) -> str:
    """Questions that lead on from the newest answer."""
    if view is None or view.state != "done" or not view.follow_ups:
        return ""
    buttons = "".join(button(text, "example", kind="follow-up", text=text) for text in view.follow_ups)
    name = esc(t("follow_ups", lang))
    return f'<div class="follow-ups" role="group" aria-label="{name}"><p>{name}</p>{buttons}</div>'


def _question(view: TurnView, lang: str) -> str:
    tools = "" if view.running else button("icon:rename", "edit", name=t("edit", lang), id=view.id)
    return (
        f'<div class="asked-line"><span class="tools">{_versions(view, lang)}{tools}</span>'
        f'<div class="question" dir="auto">{esc(view.question)}</div></div>'
    )


def _question_form(view: TurnView, lang: str) -> str:
    name = esc(t("edit.label", lang))
    return (
        f'<form class="rewrite" data-act="edited" data-id="{view.id}"><textarea name="text" rows="3" maxlength="2000" '
        f'aria-label="{name}" dir="auto" autofocus>{esc(view.question)}</textarea>'
        f'<p><button class="act primary" type="submit">{esc(t("ask.send", lang))}</button>'
        f"{button(t('cancel', lang), 'cancel')}<span>{esc(t('edit.help', lang))}</span></p></form>"
    )


def _versions(view: TurnView, lang: str) -> str:
    """The way to what was asked and answered here before, where this place has several versions."""
    if len(view.versions) < 2 or view.id not in view.versions or view.running:
        return ""
    at = view.versions.index(view.id)
    steps = []
    for icon, key, to in (("icon:previous", "version.previous", at - 1), ("icon:next", "version.next", at + 1)):
        there = 0 <= to < len(view.versions)
        steps.append(button(icon, "version", name=t(key, lang), id=view.versions[to]) if there else "")
    return f'<span class="versions">{steps[0]}<span>{at + 1} / {len(view.versions)}</span>{steps[1]}</span>'


def _step(view: TurnView, lang: str, waiting_for: str) -> str:
    """What was done so far, in one line: waiting, searching, or what the search found."""
    if view.state == "waiting":
        return f'<p class="step live">{esc(waiting_for or t("step.waiting", lang))}</p>'
    if view.state == "searching":
        return f'<p class="step live">{esc(t("step.searching", lang))}</p>'
    if not view.sources and view.answer is None:
        return ""
    seconds = decimal(max(view.seconds, 0.1), lang)
    if not view.documents:  # a request is no search
        searched = t("step.searched", lang, seconds=seconds)
    else:
        documents = counted("documents", view.documents, lang)
        searched = t("step.searched_documents", lang, documents=documents, seconds=seconds)
    parts = (
        searched,
        *_searched_for(view, lang),
        counted("passages", len(view.sources), lang),
        t("step.evidence", lang, level=t(f"certainty.{certainty(view.confidence)}", lang)),
    )
    return f'<p class="step">{esc(" · ".join(parts))}</p>'


def _searched_for(view: TurnView, lang: str) -> tuple[str, ...]:
    """What was searched for, where it is not the question as it was typed."""
    query = view.answer.query if view.answer is not None else ""
    return (t("step.query", lang, query=query),) if query else ()


def _body(view: TurnView, lang: str) -> str:
    ending = ""
    said = view.answer is not None and any(key.startswith(view.state) for key in view.answer.notices)
    if view.state in ("stopped", "interrupted") and not said:
        ending = f'<p class="notice">{esc(t(f"state.{view.state}", lang))}</p>'
    if view.state == "failed":
        words = sentence(view.error, lang) if view.error else t("error.unknown", lang)
        ending = f'<p class="notice error" role="alert">{esc(words)}</p>'
    if view.answer is not None:
        return answer(view.id, view.answer, lang) + ending
    if view.state == "drafting":
        return _draft(view, lang)
    draft = _draft(view, lang, "draft.unchecked") if view.draft or view.settled else ""
    again = "" if view.running else f'<p class="retry">{_again(view.id, t("again", lang))}</p>'
    return draft + ending + again


def _again(turn_id: int, label: str = "", name: str = "") -> str:
    return button(label or "icon:again", "again", kind="boxed" if label else "quiet", name=name, id=turn_id)


def _draft(view: TurnView, lang: str, label: str = "draft.label") -> str:
    """The generator's words: finished sentences as they were checked, the rest grey, italic and called unchecked."""
    settled = "".join(f"{_sentence(view.id, one, len(view.sources), lang)} " for one in view.settled)
    rest = view.rest if view.settled else view.draft
    return (
        f'<div class="draft"><span class="badge">{esc(t(label, lang))}</span><p dir="auto">'
        f'<span class="settled">{settled}</span>{esc(rest)}<span class="caret" aria-hidden="true"></span></p></div>'
    )


def answer(turn_id: int, given: Answer, lang: str) -> str:
    """A checked answer or a refusal, with what the user should know about it."""
    body = _refusal(turn_id, given, lang) if given.refused else _checked(turn_id, given, lang)
    notices = "".join(_notice(key, lang) for key in given.notices)
    return body + notices + _footer(turn_id, given, lang)


def _checked(turn_id: int, given: Answer, lang: str) -> str:
    badge = ""
    if given.mode != "grounded":
        badge = f'<span class="badge {esc(given.mode)}">{esc(t(f"badge.{given.mode}", lang))}</span>'
    if not given.sentences:
        return f'{badge}<p class="notice">{esc(t("answer.empty", lang))}</p>'
    groups = []
    for listed, group in groupby(enumerate(given.sentences), lambda pair: pair[1].is_item):
        said = list(group)
        following = [later for _, later in said[1:]]
        shown = [
            _sentence(turn_id, one, len(given.sources), lang, n, linked=listed or not _same_source(one, after))
            for (n, one), after in zip_longest(said, following)
        ]
        items = "".join(f"<li>{sentence}</li>" for sentence in shown)
        groups.append(f"<ul>{items}</ul>" if listed else " ".join(shown))
    return f'{badge}<div class="checked" dir="auto">{" ".join(groups)}</div>'


def _sentence(
    turn_id: int, sentence: Sentence, sources: int, lang: str, place: int | None = None, *, linked: bool = True
) -> str:
    """One sentence; what no passage supports is marked, and told apart by more than its colour.

    Its numbers are left out where they stand behind the next sentence (not `linked`).
    By its `place` in the answer, the words of the passages that support it are found.
    """
    at = "" if place is None else f' data-sentence="{place}"'
    numbers = list(dict.fromkeys(citation.n for citation in sentence.citations if 1 <= citation.n <= sources))
    links = "".join(_link(turn_id, n, lang) for n in numbers) if linked else ""
    if sentence.supported:
        title = t("sentence.supported", lang, level=t(f"certainty.{certainty(sentence.support)}", lang))
        return f'<span class="sentence"{at} title="{esc(title)}">{_words(sentence)}</span>{links}'
    title = esc(t("sentence.unsupported", lang))
    mark = f'<span class="doubt" role="img" aria-label="{title}">?</span>'
    return f'<span class="sentence unsupported" title="{title}">{esc(_unmarked(sentence))}</span>{mark}{links}'


def _same_source(one: Sentence, after: Sentence | None) -> bool:
    """Whether the sentence behind it rests on the same passages: their numbers are then said once."""
    if after is None or not (one.supported and after.supported and one.citations):
        return False
    return {citation.n for citation in one.citations} == {citation.n for citation in after.citations}


def _words(sentence: Sentence) -> str:
    """The text with the words that answer in bold."""
    text = _unmarked(sentence)
    before = len(sentence.text) - len(text)
    return emphasised(text, ((start - before, end - before) for start, end in sentence.highlight))


def _unmarked(sentence: Sentence) -> str:
    """The text; an item's marker becomes the list's own."""
    return sentence.text.split(" ", 1)[1] if sentence.is_item else sentence.text


def _link(turn_id: int, n: int, lang: str) -> str:
    """A link that never stands at the start of a line, away from its sentence."""
    name = esc(t("cite.name", lang, n=n))
    return f'{WORD_JOINER}<a class="cite" href="#t{turn_id}-s{n}" aria-label="{name}">[{n}]</a>'


def _refusal(turn_id: int, given: Answer, lang: str) -> str:
    score = t("refusal.score", lang)
    advice = t("refusal.advice", lang)
    closest = ""
    if given.sources:
        closest = f'<p><a href="#t{turn_id}">{esc(t("refusal.closest", lang))}</a></p>'
    return (
        f'<div class="refusal"><p class="verdict">{esc(t("refusal.verdict", lang))}</p>'
        f"{_gauge(given.confidence, given.threshold)}<p>{esc(score)} {esc(advice)}</p>{closest}</div>"
    )


def _gauge(value: float, threshold: float) -> str:
    """A bar with the confidence filled in and a tick at the threshold; the text beside it says the same."""
    filled, tick = (min(max(share, 0.0), 1.0) * 100 for share in (value, threshold))
    bar, mark = f'<i style="width:{filled:.0f}%"></i>', f'<b style="left:{tick:.0f}%"></b>'
    return f'<div class="gauge" aria-hidden="true">{bar}{mark}</div>'


def _notice(key: str, lang: str) -> str:
    """A remark of the pipeline; keys that this version has no words for are left out."""
    words = notice(key, lang)
    return f'<p class="notice">{esc(words)}</p>' if words else ""


def _footer(turn_id: int, given: Answer, lang: str) -> str:
    facts = [model_name(given.model, lang)] if given.model else []
    if given.timings.new_tokens:
        facts.append(t("footer.tokens", lang, n=integer(given.timings.new_tokens, lang)))
    if given.timings.total_s:
        facts.append(t("footer.seconds", lang, seconds=decimal(given.timings.total_s, lang)))
    sources = ""
    if given.sources and not given.refused:
        sources = f'<a class="show-sources" href="#t{turn_id}">{esc(counted("sources", len(given.sources), lang))}</a>'
    copy = "" if given.refused else button("icon:copy", "copy", name=t("copy", lang))
    again = _again(turn_id, name=t("again", lang))
    why = button(t("why.open", lang), "why", id=turn_id)
    return f'<footer>{sources}{copy}{again}{why}<span class="facts" dir="auto">{esc(" · ".join(facts))}</span></footer>'
