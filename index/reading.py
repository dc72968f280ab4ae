"""From hits to passages that are worth a reader's time: neighbours together, nothing twice.

MedQuAD alone repeats 590 answers; three sources that are one text thrice are one source.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.hit import Hit

SAME = 0.7  # of the shorter text's word runs, in the other one
RUN = 4  # words
LONGEST = 350  # words of neighbours that are read as one passage
SHARED = 20  # characters at least that two neighbours have in common, to be more than chance
ONE_DOCUMENT = 2  # passages at most from one document while others are there


def readable(hits: Sequence[Hit], top: int) -> list[Hit]:
    """The first `top` hits, best first, once near-duplicates are left out, neighbours joined and no document takes
    all places."""
    kept: list[Hit] = []
    runs: list[frozenset] = []
    for hit in hits:
        own = _runs(hit.text)
        if any(_same(own, other) for other in runs):
            continue
        if (at := _neighbour(hit, kept)) is not None:
            kept[at] = _joined(kept[at], hit)
            runs[at] = runs[at] | own
        else:
            kept.append(hit)
            runs.append(own)
    return _spread(kept, top)


def _spread(hits: Sequence[Hit], top: int) -> list[Hit]:
    counts: dict[tuple, int] = {}
    first, later = [], []
    for hit in hits:
        key = (hit.collection, hit.document_id)
        counts[key] = counts.get(key, 0) + 1
        (first if counts[key] <= ONE_DOCUMENT else later).append(hit)
    return (first + later)[:top]


def _neighbour(hit: Hit, kept: Sequence[Hit]) -> int | None:
    """The place of a kept hit that `hit` continues or precedes, when both make one passage of a readable length."""
    for at, other in enumerate(kept):
        same = (other.collection, other.document_id) == (hit.collection, hit.document_id)
        if not same or other.heading != hit.heading:
            continue
        last = other.ordinal + other.parts - 1
        if hit.ordinal in (other.ordinal - 1, last + 1) and _words(hit) + _words(other) <= LONGEST:
            return at
    return None


def _joined(first: Hit, second: Hit) -> Hit:
    """One hit with both texts in the document's order, in the place of `first`."""
    before, after = sorted((first, second), key=lambda hit: hit.ordinal)
    rest = after.text[_shared(before.text, after.text) :].lstrip()
    return replace(
        first, text=f"{before.text}\n\n{rest}", ordinal=before.ordinal, page=before.page, parts=first.parts + 1
    )


def _shared(before: str, after: str) -> int:
    """Characters at the start of `after` that end `before`: neighbours are cut with a sentence in common."""
    longest = min(len(before), len(after))
    return next((count for count in range(longest, SHARED - 1, -1) if before.endswith(after[:count])), 0)


def _words(hit: Hit) -> int:
    return len(hit.text.split())


def _runs(text: str) -> frozenset:
    words = re.findall(r"\w+", text.lower())
    return frozenset(tuple(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1)))


def _same(first: frozenset, second: frozenset) -> bool:
    return len(first & second) >= SAME * min(len(first), len(second))
