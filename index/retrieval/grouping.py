"""From hits to passages that are worth a person's time: neighbours together, nothing twice.

MedQuAD alone repeats 590 answers; three sources that are one text thrice are one source. But a stock answer may
stand for two diseases that only its headings name: under another label it comes behind all others.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.retrieval.hit import Hit, Span

SAME = 0.7  # of the shorter text's word runs, in the other one
RUN = 4  # words
LONGEST = 350  # words of neighbours that are read as one passage
SHARED = 20  # characters at least that two neighbours have in common, to be more than chance
ONE_DOCUMENT = 2  # passages at most from one document while others are there


def grouped(hits: Sequence[Hit], top: int) -> list[Hit]:
    """The first `top` hits, best first, once near-duplicates are left out, neighbours joined and no document takes all
    places."""
    kept: list[Hit] = []
    runs: list[frozenset[tuple[str, ...]]] = []
    repeated: list[Hit] = []
    for hit in hits:
        own = _runs(hit.text)
        same = [other.label for other, theirs in zip(kept, runs, strict=True) if _same(own, theirs)]
        if same:
            if hit.label not in same:
                repeated.append(hit)
            continue
        if (at := _neighbour(hit, kept)) is not None:
            kept[at] = _joined(kept[at], hit)
            runs[at] = runs[at] | own
        else:
            kept.append(hit)
            runs.append(own)
    return (_spread(kept, top) + repeated)[:top]


def _spread(hits: Sequence[Hit], top: int) -> list[Hit]:
    counts: dict[tuple[str, str], int] = {}
    first: list[Hit] = []
    later: list[Hit] = []
    for hit in hits:
        counts[hit.document] = counts.get(hit.document, 0) + 1
        (first if counts[hit.document] <= ONE_DOCUMENT else later).append(hit)
    return (first + later)[:top]


def _neighbour(hit: Hit, kept: Sequence[Hit]) -> int | None:
    """The place of a kept hit that `hit` continues on the same page, when both make one passage of a readable length.

    What comes before a better hit is not put before it: the better one stays in its place.
    """
    for at, other in enumerate(kept):
        place, following = ((one.document, one.heading, one.page) for one in (other, hit))
        goes_on = hit.ordinal == other.ordinal + other.parts
        if place == following and goes_on and _words(hit) + _words(other) <= LONGEST:
            return at
    return None


def _joined(first: Hit, second: Hit) -> Hit:
    """One hit with both texts, in the place of `first`; what was read in `second` moves along with its text."""
    shared = _shared(first.text, second.text)
    rest = second.text[shared:]
    kept = rest.lstrip()
    shift = len(first.text) + 2 - (len(second.text) - len(kept))
    evidence = sorted((*first.evidence, *_moved(second.evidence, shift, len(first.text))), key=_likeliest)
    return replace(
        first,
        text=f"{first.text}\n\n{kept}",
        parts=first.parts + second.parts,
        reader=max((one.reader for one in (first, second) if one.reader is not None), default=None),
        evidence=tuple(evidence),
        sentences=(*first.sentences, *_moved(second.sentences, shift, len(first.text))),
    )


def _moved(spans: Sequence[Span], shift: int, after: int) -> list[Span]:
    """Spans of the second text as they stand in the joined one; those in the part that both share are left out."""
    moved = (replace(span, start=span.start + shift, end=span.end + shift) for span in spans)
    return [span for span in moved if span.start > after]


def _likeliest(span: Span) -> float:
    return -span.probability


def _shared(before: str, after: str) -> int:
    """Characters at the start of `after` that end `before`: neighbours are cut with a sentence in common."""
    longest = min(len(before), len(after))
    return next((count for count in range(longest, SHARED - 1, -1) if before.endswith(after[:count])), 0)


def _words(hit: Hit) -> int:
    return len(hit.text.split())


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(tuple(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1)))


def _same(first: frozenset[tuple[str, ...]], second: frozenset[tuple[str, ...]]) -> bool:
    return len(first & second) >= SAME * min(len(first), len(second))
