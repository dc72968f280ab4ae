"""The sentences of an explanation (`assistant.services.explanation`), for the page and the command line alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.services.explanation import Explanation, Remedy
from assistant.ui.i18n.advice import advice
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, integer, percent, t
from index.views.catalogue import Entry

LONGEST = 300  # characters of a title or sentence that is quoted


@dataclass(frozen=True)
class Told:
    """An explanation in words: where it fell out, what is known as (name, text) pairs, and what would bring it in
    under its heading."""

    verdict: str
    facts: tuple[tuple[str, str], ...]
    heading: str
    remedies: tuple[str, ...]


def told(explanation: Explanation, lang: str) -> Told:
    """The explanation in `lang`. Nothing in it is escaped."""
    in_vain = bool(explanation.remedies) and not any(remedy.works for remedy in explanation.remedies)
    return Told(
        _verdict(explanation, lang),
        tuple(_facts(explanation, lang)),
        t("why.tried" if in_vain else "why.remedies", lang),
        tuple(_remedies(explanation, lang)),
    )


def as_text(explanation: Explanation, lang: str) -> str:
    """The explanation as lines of plain text."""
    words = told(explanation, lang)
    lines = [f"{t('why.open', lang)} {_cut(explanation.target)}", words.verdict]
    lines += [t("why.named", lang, name=name, text=text) for name, text in words.facts]
    if words.remedies:
        lines.append(t("why.named", lang, name=words.heading, text="").rstrip())
        lines += [f"  - {remedy}" for remedy in words.remedies]
    return "\n".join(lines)


def _verdict(given: Explanation, lang: str) -> str:
    ranks, reading = given.ranks, given.reading
    chance = 0.0
    if reading is not None:
        chance = reading.sentence_probability if given.kind == "sentence" else reading.probability
    own = "_sentence" if given.kind == "sentence" and given.stage in ("reader", "outranked") else ""
    return t(
        f"why.stage.{given.stage}{own}",
        lang,
        target=_cut(given.target),
        title=_cut(given.title),
        what=_passage(given, lang),
        collection=given.collection,
        asked=_asked(given, lang),
        rank=integer(ranks.blended or 0, lang) if ranks else "",
        candidates=integer(ranks.candidates, lang) if ranks else "",
        read=ranks.read if ranks else "",
        chance=percent(chance, lang),
        confidence=percent(given.confidence, lang),
        threshold=percent(given.threshold, lang),
        support=percent(given.support or 0.0, lang),
        n=given.source,
    )


def _passage(given: Explanation, lang: str) -> str:
    """The passage that is followed, as the subject of a sentence."""
    title = _cut(given.title)
    if given.kind == "sentence":
        return t("why.passage_with", lang, title=title)
    if len(given.entries) > 1:
        return t("why.passage_in", lang, title=title, collection=given.collection)
    return t("why.passage_of", lang, title=title)


def _facts(given: Explanation, lang: str) -> Iterator[tuple[str, str]]:
    index = t("why.fact.index", lang)
    for entry in given.entries:
        yield index, _entry(entry, lang)
    if given.more:
        yield index, counted("why.more", given.more, lang)
    if given.dropped:
        yield index, counted("why.dropped", given.dropped, lang)
    if not given.exact:
        yield t("why.fact.note", lang), t("why.reworded", lang)
    if given.ranks is None:
        return
    query = t("why.searched", lang, query=_cut(given.query), collections=_asked(given, lang))
    yield t("why.fact.searched", lang), query
    yield t("why.fact.candidates", lang), _ranks(given, lang)
    yield from _reading(given, lang)
    if given.stage != "answered" and given.winner is not None and given.winner.sentence:
        first = given.winner
        chance = percent(first.probability, lang)
        words = t("why.first", lang, n=first.n, title=_cut(first.title), sentence=_cut(first.sentence), chance=chance)
        yield t("why.fact.first", lang), words
    decided = "why.refused" if given.refused else "why.given"
    values = {"confidence": percent(given.confidence, lang), "threshold": percent(given.threshold, lang)}
    yield t("why.fact.decision", lang), t(decided, lang, **values)
    if given.changed:
        yield t("why.fact.note", lang), t("why.changed", lang)


def _entry(entry: Entry, lang: str) -> str:
    reason = sentence(entry.reason, lang) if entry.reason else ""
    state = t(
        f"why.state.{entry.state}",
        lang,
        embedded=integer(entry.embedded, lang),
        passages=integer(entry.passages, lang),
        reason=reason,
    )
    return t("why.entry", lang, title=_cut(entry.title), collection=entry.collection, state=state)


def _ranks(given: Explanation, lang: str) -> str:
    ranks = given.ranks
    if ranks is None:
        return ""
    parts = []
    for key, otherwise, rank in (
        ("why.words", "why.words.none", ranks.words),
        ("why.meaning", "why.meaning.none", ranks.meaning),
        ("why.blended", "why.blended.none", ranks.blended),
    ):
        name = key if rank is not None else otherwise
        values = {"rank": integer(rank or 0, lang), "candidates": integer(ranks.candidates, lang), "read": ranks.read}
        parts.append(t(name, lang, **values))
    if given.source is not None:
        parts.append(t("why.source", lang, n=given.source))
    return " · ".join(parts)


def _reading(given: Explanation, lang: str) -> Iterator[tuple[str, str]]:
    reading = given.reading
    if reading is None:
        return
    key = "why.reader" if reading.then else "why.reader.now"
    chance = percent(reading.probability, lang)
    yield t("why.fact.reader", lang), t(key, lang, chance=chance, place=reading.place)
    if reading.sentence:
        name = t("why.fact.this" if given.kind == "sentence" else "why.fact.best", lang)
        # Words that are the whole sentence need not be said twice.
        whole = not reading.words or len(reading.words) > len(reading.sentence) - 2
        values = {
            "sentence": _cut(reading.sentence),
            "words": _cut(reading.words),
            "chance": percent(reading.sentence_probability, lang),
        }
        yield name, t("why.sentence" if whole else "why.span", lang, **values)


def _remedies(given: Explanation, lang: str) -> Iterator[str]:
    if given.similar:
        names = ", ".join(t("quoted", lang, text=_cut(name)) for name in given.similar)
        yield t("why.similar", lang, names=names)
    for remedy in given.remedies:
        yield _remedy(remedy, lang)
    if not given.remedies and given.ranks is not None and given.stage not in ("answered", "repeated"):
        yield t("why.nothing", lang)


def _remedy(remedy: Remedy, lang: str) -> str:
    values = dict(remedy.values)
    if remedy.code == "wait_embedding":
        return counted("why.remedy.wait_embedding", values["left"], lang)
    if remedy.code == "failed" and (key := advice(values["reason"])):
        return t(f"advice.{key}", lang)
    if remedy.code == "words":
        values["words"] = t("quoted", lang, text=" ".join(values["words"]))
    if remedy.code == "threshold":
        values["threshold"] = percent(values["threshold"], lang)
    said = t(f"why.remedy.{remedy.code}", lang, **values)
    if remedy.confidence is None:
        return said
    outcome = "works" if remedy.works else "refused" if remedy.leads else "other"
    words = t(f"why.outcome.{outcome}", lang, confidence=percent(remedy.confidence, lang))
    return t("why.remedy.tried", lang, said=said, outcome=words)


def _asked(given: Explanation, lang: str) -> str:
    return ", ".join(given.asked) or t("why.everywhere", lang)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
