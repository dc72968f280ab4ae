"""Sentences of a text, as exact character spans.

Wikimedia's `sentencex` finds the boundaries; around it stand the cases that it gets wrong in real documents: list
items, and abbreviations (titles, units, French ones) that it takes for an end.
"""

import re
from collections.abc import Iterator

from corpus.cleaning import SURROGATE
from corpus.layout import MARKER, is_code
from corpus.tables import CELL

# A sentence never crosses a blank line, the start of a list item or of a line of code, or a line break after a colon.
# Of an inline list only the first item stands behind its lead: "Signs include - pain\n- fever".
BREAK = re.compile(
    r"\n[^\S\n]*\n\s*|\n(?=[^\S\n]*(?:[-*•‣▪◦–]|\d{1,3}[.)]|[a-z]\))[^\S\n]+\S)|(?<=:)\n|\n(?= {4})"
    r"|(?:(?<= include)|(?<=includes)|(?<=including)|(?<= like)|(?<=such as)|(?<= are)|(?<=following)|(?<= if))"
    r"[ ](?=- [^\n]{1,300}\n- )"
)
AFTER_ITEM = re.compile(r"(?<=[^\W\d_])\n(?=[A-ZÀ-ÖØ-Þ][\w'’]* )")  # what follows a list without a blank line
LAST_WORD = re.compile(r"([^\W\d_][\w.-]*)\.$")
OTHER_SPACE = re.compile(r"[^\S \n]")
LONGEST_ROW = 1_000  # characters of a line with cells; a longer one is split like prose
WINDOW = 5_000  # characters: the splitter takes quadratic time on some texts without a sentence's end


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = {
    "en": _words("dr mr mrs ms prof figs cf approx vs e.g i.e viz"),
    "fr": _words("m mm mme mmes mlle mlles dr drs pr cf ex av apr env boul éd c.-à-d"),
}
BEFORE_DIGIT = _words(
    "fig eq eqs ref refs no nos nr p pp vol chap art sect ch tab jan feb mar apr jun jul aug sept sep oct nov dec "
    "janv févr fév avr juil déc al"
)
BEFORE_LOWER_CASE = _words("mg ml mcg kg g cm mm km h hr hrs min sec etc arr i.v i.m p.o fig al j.-c")


def split(text: str, language: str = "en") -> list[str]:
    """The sentences of `text` in order, without the white space around them."""
    return [text[start:end] for start, end in spans(text, language)]


def spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Characters [start, end) of each sentence; only white space lies outside and between them.

    `language` is an ISO 639-1 code; English rules serve where it is empty or unknown.
    """
    # Lone surrogates cannot be encoded for the compiled splitter, and some spaces crash it ("M\u2028."); one character
    # stands for one.
    clean = OTHER_SPACE.sub(" ", SURROGATE.sub("\ufffd", text))
    found: list[tuple[int, int]] = []
    for block_start, block_end in _blocks(clean):
        for start, end, is_row in _rows_apart(clean, block_start, block_end):
            span = _strip(clean, start, end) if is_row or is_code(clean, start) else None
            found.extend([span] if span else _block_spans(clean, start, end, language or "en"))
    return found


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in BREAK.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _rows_apart(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """The block's parts and whether each is a table's row: one line, and one sentence whatever its cells hold."""
    begun = at = start
    last = text.rfind(CELL, start, end)
    while at <= last:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if stop - at <= LONGEST_ROW and text.find(CELL, at, stop) >= 0:
            if begun < at:
                yield begun, at, False
            yield at, stop, True
            begun = stop + 1
        at = stop + 1
    if begun < end:
        yield begun, end, False


def _block_spans(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    marker = MARKER.match(text, start, end)
    body = marker.end() if marker else start
    after = AFTER_ITEM.search(text, body, end) if marker else None
    if after:
        yield from _block_spans(text, start, after.start(), language)
        yield from _block_spans(text, after.end(), end, language)
        return
    open_at = start
    for stop in _ends(text[body:end], language):
        span = _strip(text, open_at, body + stop)
        if span and not _continues(text, span, body + stop, end, language):
            yield span
            open_at = body + stop
    span = _strip(text, open_at, end)
    if span:
        yield span


def _ends(block: str, language: str) -> list[int]:
    from sentencex import get_sentence_boundaries

    ends: list[int] = []
    start = 0
    while start < len(block):
        stop = start + WINDOW
        if stop < len(block):
            space = block.rfind(" ", start + 1, stop)
            stop = space + 1 if space > 0 else stop
        found = [boundary["end_index"] for boundary in get_sentence_boundaries(language, block[start:stop])]
        if stop < len(block) and len(found) > 1:
            found.pop()  # it may end only because the window does
        ends += [start + end for end in found]
        start = ends[-1]
    return ends


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _continues(text: str, span: tuple[int, int], stop: int, end: int, language: str) -> bool:
    """Whether the sentence goes on after `span`, which the splitter took for whole."""
    if stop >= end:
        return False
    following = text[stop]
    if text[span[1] - 1] == "." and span[1] == stop and not following.isspace():
        return True  # "av. J.-C."
    word = LAST_WORD.search(text, max(span[0], span[1] - 24), span[1])
    if not word:
        return False
    last = word[1].lower()
    return (
        last in TITLES.get(language, TITLES["en"])
        or (following.isdigit() and last in BEFORE_DIGIT)
        or (following.islower() and last in BEFORE_LOWER_CASE)
    )
