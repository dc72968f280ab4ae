"""A document at a glance, out of its own words: headings, dates, amounts and names, each line with its passage.

Nothing is generated. A line is the sentence that the fact stands in, with the fact marked.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.query.actions import Found
from assistant.schema import Citation, Sentence
from corpus.sentences import spans
from index.retrieval.hit import Hit
from index.retrieval.stopwords import STOPWORDS
from index.storage.forms import dates

KINDS = ("headings", "dates", "amounts", "names")
MOST = 8  # lines of a kind
LONGEST = 240  # characters of a line: rows of tables and lists have no end
BEFORE = 90  # of them before the fact

# The words of the button, and what people write for them.
ASKED = re.compile(
    r"(?:(?:give me |show me |show )?(?:an? |the )?overview of|(?:donne[zr]?(?:-moi)? |montre[zr]?(?:-moi)? )?"
    r"(?:une |la |un |l['’])?(?:vue d['’]ensemble|aperçu) (?:de la|de l['’]|du|des|de|d['’]))\s*(?P<name>\S.{0,300})",
    re.IGNORECASE,
)
SIGNS = "$¢£¤¥" + "".join(map(chr, range(0x20A0, 0x20C1)))  # Unicode's block of currency symbols
CODES = "EUR|USD|GBP|CHF|JPY|CNY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|BRL"
FIGURE = r"\d{1,12}(?:[.,  \u202f]\d{1,6}){0,5}"
AMOUNT = re.compile(
    rf"(?:[{SIGNS}]|\b(?:{CODES}))[  \u202f]?{FIGURE}|(?<![\w.,]){FIGURE}[  \u202f]?(?:[{SIGNS}%]|(?:{CODES}|euros?)\b)"
)
CAPITAL = re.compile(r"\b[^\W\d_][\w’'-]{0,40}(?: [^\W\d_][\w’'-]{0,40}){0,400}")

Places = list[tuple[int, int]]  # characters [start, end) of a passage


@dataclass(frozen=True)
class Line:
    """A fact's sentence: the passage's place in the document, characters [start, end) of it, and of the fact's own."""

    at: int
    start: int
    end: int
    facts: tuple[tuple[int, int], ...]


def overview_of(question: str) -> str | None:
    """The document that a request for an overview names, None where the text is no such request."""
    found = ASKED.fullmatch(" ".join(question.split()).rstrip(" .?!"))
    return found["name"].strip('“”«»" \u00a0') if found else None


def overview(passages: Sequence[Hit], titles: Sequence[str]) -> Found:
    """The lines of each kind under its title, `titles` in the order of KINDS; empty where there is nothing to say."""
    lines = {
        "headings": list(_headings(passages)),
        "dates": sorted(_lines(passages, _date_places), key=lambda line: _day(passages, line)),
        "amounts": list(_lines(passages, _amount_places)),
        "names": list(_lines(passages, _name_places)),
    }
    chosen = {kind: lines[kind][:MOST] for kind in KINDS if lines[kind]}
    used = sorted({line.at for kind in chosen.values() for line in kind})
    number = {at: n for n, at in enumerate(used, 1)}
    sentences = []
    for kind, title in zip(KINDS, titles, strict=True):
        if kind in chosen:
            sentences.append(Sentence(title, True, 1.0))
            sentences += [
                _heading(passages, line, number) if kind == "headings" else _said(passages, line, number)
                for line in chosen[kind]
            ]
    return Found(tuple(sentences), tuple(passages[at] for at in used))


def _headings(passages: Sequence[Hit]) -> Iterator[Line]:
    seen: set[str] = set()
    for at, hit in enumerate(passages):
        if hit.heading and hit.heading not in seen and hit.heading != hit.title:
            seen.add(hit.heading)
            first = next(iter(spans(hit.text, hit.language)), (0, len(hit.text)))
            yield Line(at, *first, ())


def _lines(passages: Sequence[Hit], places: Callable[[str], Places]) -> Iterator[Line]:
    """Each sentence that says something new, once."""
    seen: set[str] = set()
    for at, hit in enumerate(passages):
        found = places(hit.text)
        for start, end in spans(hit.text, hit.language) if found else ():
            inside = tuple(place for place in found if start <= place[0] and place[1] <= end)
            facts = {hit.text[first:last].casefold() for first, last in inside}
            if facts - seen:
                seen |= facts
                yield Line(at, start, end, inside)


def _date_places(text: str) -> Places:
    return [(start, end) for start, end, _ in dates(text)]


def _day(passages: Sequence[Hit], line: Line) -> str:
    start, end = line.facts[0]
    return dates(passages[line.at].text[start:end])[0][2]


def _amount_places(text: str) -> Places:
    return [match.span() for match in AMOUNT.finditer(text)]


def _name_places(text: str) -> Places:
    """Two or more words with a capital one after the other. What begins a sentence in its way is left out."""
    found: Places = []
    for run in CAPITAL.finditer(text):
        words = [(match.start() + run.start(), match[0]) for match in re.finditer(r"\S+", run[0])]
        name: list[tuple[int, str]] = []
        for place, word in [*words, (run.end(), "")]:
            if word[:1].isupper() and (name or word.lower() not in STOPWORDS):
                name.append((place, word))
                continue
            if len(name) > 1 and any(not each.isupper() for _, each in name):
                found.append((name[0][0], name[-1][0] + len(name[-1][1])))
            name = []
    return found


def _heading(passages: Sequence[Hit], line: Line, number: dict[int, int]) -> Sentence:
    citation = Citation(number[line.at], line.start, line.end)
    return Sentence(f"- {passages[line.at].heading}", True, 1.0, (citation,))


def _said(passages: Sequence[Hit], line: Line, number: dict[int, int]) -> Sentence:
    text, start, end = passages[line.at].text, line.start, line.end
    before = after = ""
    if end - start > LONGEST:
        first = max(start, line.facts[0][0] - BEFORE)
        last = min(end, max(first + LONGEST, line.facts[0][1]))
        before, after = "…" if first > start else "", "…" if last < end else ""
        start, end = first, last
    said = re.sub(r"\s", " ", text[start:end])  # sign for sign: the marks stay where they are
    lead = f"- {before}"
    marks = tuple(
        (first - start + len(lead), last - start + len(lead))
        for first, last in line.facts
        if start <= first < last <= end
    )
    return Sentence(lead + said + after, True, 1.0, (Citation(number[line.at], start, end),), marks)
