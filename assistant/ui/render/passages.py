"""The numbered passages of each answer, with the words that support it marked."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from assistant.schema import Answer
from assistant.services.document_text import is_text
from assistant.services.turns import TurnView
from assistant.ui.i18n.texts import certainty, decimal, percent, t
from assistant.ui.render.html import clipped, emphasised, esc
from index.retrieval.hit import Hit

LONGEST_PASSAGE = 8000  # characters; a passage is some 1,000, so only a damaged index meets this
ROW = re.compile(r"(?P<file>.*), row (?P<row>\d+)", re.DOTALL)  # as `corpus.readers.table` names a row
Span = tuple[int, int, int]  # first and last character (behind it), place of the sentence


def sources_panel(views: Iterable[TurnView], lang: str, conversation: int | None = None) -> str:
    """One group of cards a turn; CSS shows the one that the address names (`#t5`, `#t5-s2`), else the newest.
    `conversation` is that of the turns, where the history keeps it: pages of it have an address.

    Each group has a tag of its own: the page is updated in place, and an element that the address pointed to must
    not live on as a card of another turn.
    """
    shown = [view for view in views if view.sources or view.running]
    if not shown:
        return _empty(lang)
    return "".join(_group(view, lang, conversation, newest=view is shown[-1]) for view in shown)


def _empty(lang: str) -> str:
    return (
        f'<div class="empty"><p class="title">{esc(t("sources.empty", lang))}</p>'
        f"<p>{esc(t('sources.empty_more', lang))}</p></div>"
    )


def _group(view: TurnView, lang: str, conversation: int | None, newest: bool) -> str:
    spans = evidence(view.answer)
    head = t("sources.refused" if view.answer and view.answer.refused else "sources.for", lang)
    cards = "".join(
        _card(view, n, hit, spans.get(n, ()), lang, conversation) for n, hit in enumerate(view.sources, start=1)
    )
    if not cards:
        cards = '<div class="skeleton" aria-hidden="true"></div>' * 3
    close = esc(t("sources.close", lang))
    question = esc(t("quoted", lang, text=clipped(view.question, 120)))
    tag = f"turn-sources-{view.id}"
    return (
        f'<{tag} class="group{" newest" if newest else ""}" id="t{view.id}" role="group" aria-label="{esc(head)}">'
        f'<div class="group-head"><h2>{esc(head)} <b dir="auto">{question}</b></h2>'
        f'<a class="act close" href="#" aria-label="{close}" title="{close}">✕</a></div>{cards}</{tag}>'
    )


def evidence(given: Answer | None) -> dict[int, list[Span]]:
    """For each cited passage number, the spans that support a sentence and the place of that sentence."""
    spans: dict[int, list[Span]] = {}
    for place, sentence in enumerate(given.sentences if given else ()):
        for citation in sentence.citations:
            spans.setdefault(citation.n, []).append((citation.start, citation.end, place))
    return spans


def marked_passage(text: str, spans: Sequence[Span], answering: Sequence[tuple[int, int]] = ()) -> str:
    """The escaped text with what supports a sentence in `<mark data-by="0 2">`, the places of those sentences, and the
    words that answer the question, `answering`, in `<b>`.

    Where the support of several sentences overlaps, the text is cut into marks that have the same sentences throughout.
    Spans outside the text are cut to it.
    """
    text = clipped(text, LONGEST_PASSAGE)
    inside = [(max(start, 0), min(end, len(text)), place) for start, end, place in spans]
    cuts = sorted({0, len(text), *(at for start, end, _ in inside if start < end for at in (start, end))})
    pieces: list[list] = []
    for start, end in pairwise(cuts):
        places = sorted({place for first, last, place in inside if first <= start and end <= last})
        if pieces and pieces[-1][2] == places:
            pieces[-1][1] = end
        else:
            pieces.append([start, end, places])
    return "".join(
        _piece(emphasised(text[start:end], [(first - start, last - start) for first, last in answering]), places)
        for start, end, places in pieces
    )


def _piece(markup: str, places: Sequence[int]) -> str:
    return f'<mark data-by="{" ".join(map(str, places))}">{markup}</mark>' if places else markup


def _card(view: TurnView, n: int, hit: Hit, spans: Sequence[Span], lang: str, conversation: int | None) -> str:
    turn_id = view.id
    anchor = f"t{turn_id}-s{n}"
    title = clipped(hit.title or hit.path or t("card.untitled", lang), 200)
    heading = heading_beyond(hit.title, hit.heading)
    if heading:
        heading = f'<p class="heading" dir="auto">{esc(clipped(heading, 300))}</p>'
    answering = [(span.start, span.end) for span in hit.evidence]
    more = f'<a class="more" href="#{anchor}">{esc(t("card.more", lang))}</a>'
    if has_pages(hit) or is_text(hit):
        page = f".{hit.page}" if has_pages(hit) else ""
        words = esc(t("card.open", lang, page=hit.page) if page else t("card.open_text", lang))
        more += (
            f'<a href="?conversation={conversation or ""}&amp;source={turn_id}.{n}{page}" '
            f'class="act quiet open-page" data-act="page" data-turn="{turn_id}" data-n="{n}">{words}</a>'
        )
    badge = _score(hit, view.confidence, bool(spans), lang)
    return (
        f'<article class="card{" cited" if spans else ""}" id="{anchor}" tabindex="-1">'
        f'<header><span class="number">{n}</span><h3 dir="auto">{esc(title)}</h3>{badge}</header>'
        f'<p class="place" dir="auto">{_place(hit, lang)}</p>{heading}'
        f'<div class="passage" dir="auto">{marked_passage(hit.text, spans, answering)}</div>'
        f'<footer>{_why(hit, lang)}<span class="ways">{more}</span></footer></article>'
    )


def heading_beyond(title: str, heading: str) -> str:
    """What the heading says that the title over it does not: a data set's headings often begin with the title."""
    return heading[len(title) :].lstrip(" —–-:·>/|") if heading.startswith(title) else heading


def _score(hit: Hit, confidence: float, cited: bool, lang: str) -> str:
    """How surely the passage answers, in one word; figures are under the details.

    What the answer rests on is as sure as the answer, and no other passage is surer: there is one scale on the page.
    """
    own = hit.score if hit.reader is None else hit.reader
    level = certainty(confidence if cited else min(own, confidence))
    word = t(f"certainty.{level}", lang)
    return f'<span class="score {level}" title="{esc(t("card.score", lang, level=word))}">{esc(word)}</span>'


def _place(hit: Hit, lang: str) -> str:
    parts = [hit.collection]
    if hit.page is not None:
        parts.append(t("card.page", lang, page=hit.page))
    if hit.path and short_path(hit.path) != hit.title and not hit.path.startswith(("http://", "https://")):
        parts.append(named_place(short_path(hit.path), lang))
    return f'<span title="{esc(hit.path)}">{esc(" · ".join(part for part in parts if part))}</span>'


def named_place(path: str, lang: str) -> str:
    """A path as it is read: what the readers of tables write behind it, in the user's language."""
    found = ROW.fullmatch(path)
    return t("card.row", lang, file=found["file"], row=found["row"]) if found else path


def short_path(path: str) -> str:
    """The last part of a path or address, which is what tells two sources apart; the whole is in the tooltip."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or path


def has_pages(hit: Hit) -> bool:
    """Whether the page of the document can be shown: a PDF that is a file of its own."""
    return hit.page is not None and hit.path.lower().endswith(".pdf")


def _why(hit: Hit, lang: str) -> str:
    """Why the passage was found: its place in both searches, what the reader thinks, and the measures behind both."""
    measures = []
    if hit.bm25 is not None:
        measures.append(t("card.bm25", lang, score=decimal(hit.bm25, lang)))
    if hit.cosine is not None:
        measures.append(t("card.cosine", lang, score=decimal(hit.cosine, lang, 2)))
    measures.append(t("card.rank", lang, percent=percent(hit.score, lang)))
    words = " · ".join(filter(None, (_ranks(hit, lang), *measures)))
    return f"<details><summary>{esc(t('card.details', lang))}</summary><span>{esc(words)}</span></details>"


def _ranks(hit: Hit, lang: str) -> str:
    reasons = []
    if hit.rank_keyword is not None:
        reasons.append(t("card.keyword", lang, rank=hit.rank_keyword))
    if hit.rank_dense is not None:
        reasons.append(t("card.meaning", lang, rank=hit.rank_dense))
    if hit.reader is not None:
        reasons.append(t("card.reader", lang, percent=percent(hit.reader, lang)))
    return " · ".join(reasons)
