"""Conversations as text with footnotes, before any format: what Markdown, HTML and PDF have in common."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise

from assistant.export.texts import word
from assistant.schema import Answer, Sentence
from assistant.storage.history import Conversation, StoredTurn
from assistant.text.sanitize import one_line
from index.retrieval.hit import Hit

Piece = tuple[str, bool]  # words of a passage, and whether they support a sentence
Notices = Callable[[str], str]  # the sentence of a notice's key, "" where there is none


@dataclass(frozen=True)
class Note:
    """A footnote: file, page and passage. `number` is its own in the whole export."""

    number: int
    title: str
    place: str  # collection, page, heading
    path: str
    passage: tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    """A sentence of an answer with the numbers of its footnotes."""

    text: str
    supported: bool
    item: bool  # of a list
    notes: tuple[int, ...]


@dataclass(frozen=True)
class Exchange:
    """A question and what was said to it. `remark` is about the answer as a whole, `draft` was never checked."""

    question: str
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    draft: str = ""
    remark: str = ""
    facts: str = ""
    closest: bool = False  # the notes are no sources but the passages closest to a refused question


@dataclass(frozen=True)
class Chapter:
    """A conversation."""

    title: str
    date: str
    exchanges: tuple[Exchange, ...]


def chapters(
    conversations: Sequence[tuple[Conversation, Sequence[StoredTurn]]], lang: str, notice: Notices
) -> list[Chapter]:
    """The conversations with their footnotes numbered through."""
    numbers = count(1)
    return [
        Chapter(
            one_line(conversation.title) or "Sourcier",
            date(conversation.created),
            tuple(_exchange(turn, numbers, lang, notice) for turn in turns),
        )
        for conversation, turns in conversations
    ]


def date(seconds: float) -> str:
    """A day as 2026-11-23."""
    return time.strftime("%Y-%m-%d", time.localtime(seconds))


def _exchange(turn: StoredTurn, numbers: Iterator[int], lang: str, notice: Notices) -> Exchange:
    answer, draft = turn.answer, one_line(turn.draft)
    remark = word(turn.state, lang) if turn.state in ("stopped", "interrupted", "failed") else ""
    if answer is None:
        return Exchange(turn.question, (), (), draft, remark)
    shown = _closest(answer) if answer.refused else _cited(answer)
    notes = {n: _note(next(numbers), answer, n, lang) for n in shown}
    parts = tuple(_part(sentence, notes) for sentence in answer.sentences)
    if answer.refused:
        remark = word("refused", lang, p=round(answer.confidence * 100), q=round(answer.threshold * 100))
    else:
        said = any(key.startswith(turn.state) for key in answer.notices)  # once, as on the page
        remarks = (word("free", lang) if answer.mode == "free" else "", "" if said else remark)
        remark = " ".join(filter(None, (*remarks, *map(notice, answer.notices))))
    mode = word(f"mode.{answer.mode}", lang)
    facts = " · ".join(filter(None, (one_line(answer.model), mode, date(turn.asked) if turn.asked else "")))
    return Exchange(turn.question, parts, tuple(notes.values()), draft, remark, facts, answer.refused)


def _closest(answer: Answer) -> list[int]:
    return list(range(1, len(answer.sources) + 1))


def _cited(answer: Answer) -> list[int]:
    """The numbers of the passages that a sentence cites, in the order in which they are first cited."""
    cited = [citation.n for sentence in answer.sentences for citation in sentence.citations]
    return [n for n in dict.fromkeys(cited) if 1 <= n <= len(answer.sources)]


def _part(sentence: Sentence, notes: dict[int, Note]) -> Part:
    text = sentence.text.split(" ", 1)[-1] if sentence.is_item else sentence.text
    cited = dict.fromkeys(citation.n for citation in sentence.citations if citation.n in notes)
    return Part(one_line(text), sentence.supported, sentence.is_item, tuple(notes[n].number for n in cited))


def _note(number: int, answer: Answer, n: int, lang: str) -> Note:
    hit = answer.sources[n - 1]
    spans = [(c.start, c.end) for sentence in answer.sentences for c in sentence.citations if c.n == n]
    return Note(number, one_line(hit.title) or "—", _place(hit, lang), one_line(hit.path), _pieces(hit.text, spans))


def _place(hit: Hit, lang: str) -> str:
    page = word("page", lang, n=hit.page) if hit.page is not None else ""
    heading = hit.heading if hit.heading != hit.title else ""
    return " · ".join(filter(None, map(one_line, (hit.collection, page, heading))))


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """The passage cut where support begins and ends; each piece on one line."""
    inside = [(max(start, 0), min(end, len(text))) for start, end in spans]
    cuts = sorted({0, len(text), *(at for start, end in inside if start < end for at in (start, end))})
    pieces: list[list] = []
    for start, end in pairwise(cuts):
        marked = any(first <= start and end <= last for first, last in inside)
        if pieces and pieces[-1][1] == marked:
            pieces[-1][0] += text[start:end]
        else:
            pieces.append([text[start:end], marked])
    return tuple((_spaced(words), marked) for words, marked in pieces)


def _spaced(words: str) -> str:
    """On one line, but apart from its neighbours as before."""
    if words and not words.strip():
        return " "
    before, after = (" " if words[at : at + 1 or None].isspace() else "" for at in (0, -1))
    return before + one_line(words) + after
