"""Answers made of the passages' own sentences, the one that answers first.

The reader (`index.reader`) gives every sentence of every passage the probability that it answers. The likeliest one
leads. What follows is decided by the others' probabilities, never by the words of the question: a sentence that is
nearly as likely belongs to the answer; where an item of a list answers and its neighbours do, too, the list is shown
with its lead. "Quotes only" mode shows this, and a draft that fails its check falls back to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.schema import BULLETS, Citation, Sentence
from corpus.layout import body_start, cells, is_heading, is_list_item, is_table, prose
from corpus.sentences import spans
from index.retrieval.hit import Hit, Span

PLAIN = 3  # sentences of a plain answer
WORDS = 160  # of an answer that is a list or a whole explanation
LONGEST = 1200  # characters of a sentence: more is a page without full stops
SURE = 0.5  # probability from which a sentence belongs to the answer by itself
NEARLY = 0.5  # share of the lead's probability from which another sentence may be meant instead
MANY = 4  # sentences that are likely enough: then the question asked for more than one
SENTENCES_WITHOUT_READER = 2
COMPLETED = (":", " include", " are", " like", "such as")  # ends of a sentence that its list completes


@dataclass(frozen=True)
class Place:
    """A sentence of passage `n` (from 1): characters [start, end), its number in the passage, its probability."""

    n: int
    number: int
    start: int
    end: int
    probability: float


def quotes(hits: Sequence[Hit]) -> list[Sentence]:
    """The sentences that answer, likeliest first, then what belongs to them; [] only without any hit."""
    chosen = _chosen(hits)
    return [quoted(hits[place.n - 1], place) for place in chosen] or list(_anything(hits))


def quoted(hit: Hit, place: Place) -> Sentence:
    """A sentence taken word for word from its passage, with the words that answer marked in it."""
    raw = hit.text[place.start : place.end]
    text = " ".join(raw.split())
    marks = highlights(_inside(hit, place), hit.text, text)
    return Sentence(text, True, 1.0, (Citation(place.n, place.start, place.end),), marks)


def highlighted(sentence: Sentence, hits: Sequence[Hit]) -> Sentence:
    """A drafted sentence with those words marked that answer in the passages it cites."""
    for citation in sentence.citations:
        hit = hits[citation.n - 1]
        marks = highlights(hit.evidence, hit.text, sentence.text)
        if marks:
            return replace(sentence, highlight=marks)
    return sentence


def leading(hits: Sequence[Hit]) -> Place | None:
    """The sentence that answers likeliest, in a passage that is likely meant; None where no passage was read or
    nothing in it is a sentence."""
    places = [place for n, hit in enumerate(hits, 1) for place in _places(n, hit)]
    # Of 90 questions on held-out documents 57 had the right sentence first with the passage's score, 45 without it.
    return max(places, key=lambda place: (place.probability * hits[place.n - 1].score, -place.n), default=None)


def _chosen(hits: Sequence[Hit]) -> list[Place]:
    lead = leading(hits)
    if lead is None:
        return _without_reader(hits)
    hit = hits[lead.n - 1]
    own = _places(lead.n, hit)
    listed = _list_around(hit, own, lead)
    if listed:
        return _limited(hit, listed)
    least = min(SURE, NEARLY * lead.probability)
    likely = [place for place in own if place.probability >= least and place.number != lead.number]
    if 1 + len(likely) >= MANY:
        return _limited(hit, sorted([lead, *likely], key=lambda place: place.start))
    likely.sort(key=lambda place: -place.probability)
    return [lead, *_distinct(hits, lead, likely)][:PLAIN]


def _distinct(hits: Sequence[Hit], lead: Place, likely: Sequence[Place]) -> list[Place]:
    """The further sentences that do not merely say the lead's own words again."""
    hit = hits[lead.n - 1]
    said = {" ".join(hit.text[span.start : span.end].lower().split()) for span in _inside(hit, lead)}
    return [
        place
        for place in likely
        if not any(words and words in hit.text[place.start : place.end].lower() for words in said)
    ]


def _places(n: int, hit: Hit) -> list[Place]:
    """The sentences of a passage that can be shown, without headings glued to them.

    What looks like a heading with nothing below that it could be the heading of is a short note: "Gate code 8821#".
    """
    found = []
    shown = [
        (number, sentence)
        for number, sentence in enumerate(hit.sentences)
        if sentence.end - sentence.start <= LONGEST and hit.text[sentence.start : sentence.end].strip()
    ]
    headings = {
        number
        for number, sentence in shown
        if is_heading(hit.text, sentence.start, sentence.end)
        and not is_list_item(hit.text, sentence.start, sentence.end)
    }
    last = max((number for number, _ in shown if number not in headings), default=-1)
    for number, sentence in shown:
        start, end = sentence.start, sentence.end
        if number in headings and number < last:
            continue
        found.append(Place(n, number, *_body(hit.text, start, end), sentence.probability))
    return found


def _body(text: str, start: int, end: int) -> tuple[int, int]:
    span = prose(text, start, end)
    if span is not None:
        return span
    return (
        (start, end)
        if is_list_item(text, start, end) or is_table(text, start, end)
        else (body_start(text, start, end), end)
    )


def _list_around(hit: Hit, own: Sequence[Place], lead: Place) -> list[Place]:
    """The list that the lead stands in or announces, with its lead-in, where the reader takes it for the answer."""
    numbers = {place.number: place for place in own}
    announces = _announces(hit.text[lead.start : lead.end])
    if not _is_item(hit, lead) and not announces:
        return []
    first = lead.number
    while _is_item(hit, numbers.get(first)) and first - 1 in numbers and not announces:
        first -= 1
        if not _is_item(hit, numbers[first]):
            break
    opening = numbers[first]
    items = []
    number = first + (0 if _is_item(hit, opening) else 1)
    while _is_item(hit, numbers.get(number)):
        items.append(numbers[number])
        number += 1
    if not items:
        return []
    if not announces:
        likely = sum(item.probability >= NEARLY * lead.probability for item in items)
        if 2 * likely < len(items):  # one fact of many that stand in a list
            return []
    intro = [opening] if not _is_item(hit, opening) and _announces(hit.text[opening.start : opening.end]) else []
    return [*intro, *items]


def _is_item(hit: Hit, place: Place | None) -> bool:
    return place is not None and is_list_item(hit.text, place.start, place.end)


def _announces(text: str) -> bool:
    return text.rstrip().endswith(COMPLETED)


def _limited(hit: Hit, places: Sequence[Place]) -> list[Place]:
    """As many of the places, in order, as make an answer of WORDS words; at least the first."""
    words = 0
    kept: list[Place] = []
    for place in places:
        words += len(hit.text[place.start : place.end].split())
        if kept and words > WORDS:
            break
        kept.append(place)
    if len(kept) > 1 and _announces(hit.text[kept[-1].start : kept[-1].end]):
        kept.pop()  # it announces what found no room
    return kept


def highlights(spans: Sequence[Span], passage: str, text: str) -> tuple[tuple[int, int], ...]:
    """Characters of a shown text that are the likeliest of the words which answer and stand in it; () where all of the
    text does, or nothing."""
    for span in spans:
        words = " ".join(passage[span.start : span.end].split())
        at = text.find(words)
        if words and at >= 0:
            return ((at, at + len(words)),) if len(words) < len(text) - 1 else ()
    return ()


def _inside(hit: Hit, place: Place) -> list[Span]:
    return [span for span in hit.evidence if span.start >= place.start and span.end <= place.end]


def _without_reader(hits: Sequence[Hit]) -> list[Place]:
    """The first sentences of the best passage that read like prose."""
    for n, hit in enumerate(hits, 1):
        places = [(number, prose(hit.text, *span)) for number, span in enumerate(spans(hit.text, hit.language or "en"))]
        found = [Place(n, number, *span, 0.0) for number, span in places if span is not None]
        if found:
            return found[:SENTENCES_WITHOUT_READER]
    return []


def _anything(hits: Sequence[Hit]) -> Iterator[Sentence]:
    """What the best passage holds where none of it reads like prose: its table, cell by cell, else its beginning."""
    if not hits:
        return
    hit, words = hits[0], 0
    places = spans(hit.text, hit.language or "en")
    found = [cell for start, end in places for cell in cells(hit.text, start, end)]
    for start, end in found or places:
        quote = quoted(hit, Place(1, 0, start, min(end, start + LONGEST), 0.0))
        words += len(quote.text.split())
        if words > WORDS:
            return
        bare = not found or quote.text.startswith(BULLETS) or quote.text.endswith(":")
        yield quote if bare else replace(quote, text=f"- {quote.text}")
