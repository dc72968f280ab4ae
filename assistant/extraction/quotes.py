"""Answers made of the passages' own sentences: "quotes only" mode, and what an unsupported draft falls back to.

The passage that the search puts first is read from its start, without headings, boilerplate, tables and half
sentences, until the answer is long enough; other passages only complete it when it is short and they promise the same
of the same topic. On 120 reworded questions this beat picking the sentences nearest to the question by meaning
(ROUGE-L 0.64 against 0.59 for six of the same passage and 0.30 for three of three passages): a text explains in its
own order. Where nothing of the best passage reads like prose, its lines beat another passage's prose (0.74 against 0.67
on 200 questions).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.schema import BULLETS, Sentence
from assistant.verification.evidence import Evidence
from corpus.layout import body_start, cells, is_list_item, is_notice, prose
from index.retrieval.aspects import aspects_of, promises
from index.retrieval.hit import Hit
from index.retrieval.label import label_of, topic_of

WORDS = 160  # of an answer; the sentence that would go beyond is left out
FOCUSED = 90  # the same, of one that begins in the middle of a passage
SHORT = 60  # words of an answer that other passages may complete
PASSAGES = 3
RUN = 8  # words that are not said twice
LONGEST = 1200  # characters of a sentence: more is a page without full stops
ANNOUNCED = re.compile(r"\bfollowing (?:list|table|signs|symptoms)\b", re.IGNORECASE)
BARE = ("Yes.", "No.", "Oui.", "Non.")  # answer the page's own question, which is not the user's
ENDS = (".", "!", "?", "…", "。", "！", "？", "｡", "۔", "؟", "।", "॥", "։", "።")  # of sentences, in many scripts


def best_quotes(hits: Sequence[Hit], evidence: Evidence, begins: Sequence[int] = ()) -> list[Sentence]:
    """Sentences of the first passages in reading order, each citing its place; [] only without any hit.

    An item of a list keeps its marker, "- ". `begins` tells for each hit the character to begin at
    (`assistant.extraction.start`).
    """
    quotes: list[Sentence] = []
    seen: set[tuple[str, ...]] = set()
    words = 0
    for n, hit in enumerate(hits[:PASSAGES], 1):
        if words >= SHORT or (n > 1 and not _belongs(hits[0], hit, bool(quotes))):
            continue
        begin = begins[n - 1] if begins else 0
        for start, end in _from(begin, hit.text, evidence.sentences(n)):
            quote = evidence.quote(n, start, end)
            runs, length = _runs(quote.text), len(quote.text.split())
            if not runs.isdisjoint(seen):
                continue
            if quotes and words + length > (FOCUSED if begin else WORDS):
                break
            seen |= runs
            quotes.append(quote)
            words += length
    return _without_lone_lead(quotes) or _anything(hits, evidence)


def readable(hits: Sequence[Hit], evidence: Evidence, begins: Sequence[int] = ()) -> list[Hit]:
    """The passages that an answer may be made of, best first, each without headings, boilerplate and half sentences,
    and from where an answer begins.

    They are the best one and those that promise the same of the same topic, as for quotes.
    """
    found = []
    for n, hit in enumerate(hits[:PASSAGES], 1):
        if n > 1 and not _belongs(hits[0], hit, bool(found)):
            continue
        begin = begins[n - 1] if begins else 0
        parts = [hit.text[start:end].strip() for start, end in _from(begin, hit.text, evidence.sentences(n))]
        text = "".join(f"\n{part}" if part.startswith(BULLETS) else f" {part}" for part in parts).strip()
        if text:
            found.append(replace(hit, text=text))
    return found


def _from(begin: int, text: str, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is readable of a text, from the sentence at character `begin` on; all of it where nothing is, from there."""
    found = list(_readable(text, places))
    return iter([(start, end) for start, end in found if end > begin] or found)


def _readable(text: str, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    led = False  # by a sentence that is shown: items alone are what is left of a page's menu
    for at, (start, end) in enumerate(places):
        if text[start:end].strip() in BARE:
            continue
        span = prose(text, start, end)
        if is_list_item(text, start, end):
            if _in_a_table(text, start, end) or (not led and not text[start:end].rstrip().endswith((".", "!"))):
                continue
            span = span or (start, end)
        elif span is None and _leads(text, places, at):
            span = body_start(text, start, end), end  # "Other signs include" has its end in the list
        else:
            led = span is not None
        led = led or span is not None
        if span is not None and span[1] - span[0] <= LONGEST and text[span[0] : span[1]].strip():
            yield span


def _in_a_table(text: str, start: int, end: int) -> bool:
    """Whether what looks like one item is the rest of a table, "- Rash - Fever - ...", and no item with items of its
    own, "- Five treatments are used: - surgery - ..."."""
    found = cells(text, start, end)
    return bool(found) and not text[slice(*found[0])].endswith((":", "."))


def _leads(text: str, places: Sequence[tuple[int, int]], at: int) -> bool:
    """Whether a list follows, of which this is the lead: written as a sentence begins, and no remark on the page."""
    start, end = places[at]
    followed = at + 1 < len(places) and is_list_item(text, *places[at + 1])
    words = text[start:end].split()
    written = len(words) > 1 and words[0][0].isupper() and any(word[0].islower() for word in words[1:])
    return followed and written and not is_notice(text, start, end)


def _runs(text: str) -> set[tuple[str, ...]]:
    """All runs of RUN words; a shorter text is one run."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))}


def _without_lone_lead(quotes: list[Sentence]) -> list[Sentence]:
    """Without a last sentence that announces a list which did not fit."""
    return quotes[:-1] if len(quotes) > 1 and _announces(quotes[-1].text) else quotes


def _announces(text: str) -> bool:
    return not text.startswith(BULLETS) and not text.rstrip("\"'”»)]").endswith(ENDS)


def _anything(hits: Sequence[Hit], evidence: Evidence) -> list[Sentence]:
    """What the best passage holds where none of it reads like prose: its table, cell by cell, else its beginning."""
    if not hits:
        return []
    return list(_tabled(hits[0].text, evidence)) or list(_beginning(evidence))


def _tabled(text: str, evidence: Evidence) -> Iterator[Sentence]:
    """The cells of the passage's tables as a list, and what announces them: "the following list of signs"."""
    words, lead = 0, None
    for start, end in evidence.sentences(1):
        for cell in cells(text, start, end):
            if lead is not None:
                yield evidence.quote(1, *lead)
            lead = None
            quote = evidence.quote(1, *cell)
            words += len(quote.text.split())
            if words > WORDS:
                return
            yield quote if quote.text.endswith(":") else replace(quote, text=f"- {quote.text}")
        if ANNOUNCED.search(text, start, end):
            lead = start, end


def _beginning(evidence: Evidence) -> Iterator[Sentence]:
    words = 0
    for start, end in evidence.sentences(1):
        quote = evidence.quote(1, start, min(end, start + LONGEST))
        if words >= SHORT:
            return
        if quote.text:
            words += len(quote.text.split())
            yield quote


def _belongs(first: Hit, other: Hit, begun: bool) -> bool:
    """Whether another passage than the best may be read: it goes on with it, or takes the place of one that is no prose
    and promises nothing. Where a table of symptoms was found, the text on the causes is no answer."""
    return _goes_on(first, other) or not (begun or aspects_of(label_of(first.title, first.heading)))


def _goes_on(first: Hit, other: Hit) -> bool:
    """Whether another passage is on the same topic and promises the same of it."""
    label, another = (label_of(hit.title, hit.heading) for hit in (first, other))
    topic = topic_of(label)
    # "Type 1" is not "type 4": half of the same words is another disease.
    return bool(topic) and topic == topic_of(another) and promises(another, label)
