"""From hits to passages that are worth a reader's time: neighbours together, nothing twice.

MedQuAD alone repeats 590 answers; three sources that are one text thrice are one source. But a stock answer may
stand for two diseases that only its headings name: under another topic it comes behind all others.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.retrieval.aspects import promises
from index.retrieval.hit import Hit
from index.retrieval.label import label_of, topic_of

SAME = 0.7  # of the shorter text's word runs, in the other one
RUN = 4  # words
LONGEST = 350  # words of neighbours that are read as one passage
SHARED = 20  # characters at least that two neighbours have in common, to be more than chance
CLOSE = 0.9  # of the score of a page's best passage: nearly as good, and read in the page's order
CLOSE_UNDER_PROMISE = 0.7  # the same, where the heading promises what was asked
ONE_DOCUMENT = 2  # passages at most from one document while others are there


def readable(hits: Sequence[Hit], top: int, question: str = "") -> list[Hit]:
    """The first `top` hits for a question, best first, once near-duplicates are left out, neighbours joined and no
    document takes all places."""
    kept: list[Hit] = []
    runs: list[frozenset] = []
    topics: list[frozenset] = []
    repeated: list[Hit] = []
    for hit in _in_order(hits, question):
        own = _runs(hit.text)
        topic = topic_of(label_of(hit.title, hit.heading))
        same = [about for other, about in zip(runs, topics, strict=True) if _same(own, other)]
        if same:
            if topic not in same:
                repeated.append(hit)
            continue
        if (at := _neighbour(hit, kept)) is not None:
            kept[at] = _joined(kept[at], hit)
            runs[at] = runs[at] | own
        else:
            kept.append(hit)
            runs.append(own)
            topics.append(topic)
    return (_spread(kept, top) + repeated)[:top]


def _in_order(hits: Sequence[Hit], question: str) -> list[Hit]:
    """The hits, those of one page that are nearly as good as its best in the page's order.

    Where the heading is what was asked, all parts under it answer, however their own words compare, and the answer
    starts with the first one: "hereditary or not: Larsen syndrome" is nearest to the end of its page.
    """
    asked = topic_of(question)
    places: dict[tuple, list[int]] = {}
    for at, hit in enumerate(hits):
        best = places.setdefault((hit.collection, hit.document_id, hit.heading, hit.page), [])
        if not best or hit.score >= _close(hit, question, asked) * hits[best[0]].score:
            best.append(at)
    found = list(hits)
    for same in places.values():
        ordered = sorted((hits[at] for at in same), key=lambda hit: hit.ordinal)
        for at, hit in zip(same, ordered, strict=True):
            found[at] = hit
    return found


def _close(hit: Hit, question: str, asked: frozenset[str]) -> float:
    label = label_of(hit.title, hit.heading)
    topic = topic_of(label)
    return CLOSE_UNDER_PROMISE if topic and topic <= asked and promises(label, question) else CLOSE


def _spread(hits: Sequence[Hit], top: int) -> list[Hit]:
    counts: dict[tuple, int] = {}
    first, later = [], []
    for hit in hits:
        key = (hit.collection, hit.document_id)
        counts[key] = counts.get(key, 0) + 1
        (first if counts[key] <= ONE_DOCUMENT else later).append(hit)
    return (first + later)[:top]


def _neighbour(hit: Hit, kept: Sequence[Hit]) -> int | None:
    """The place of a kept hit that `hit` continues on the same page, when both make one passage of a readable length.

    What comes before a better hit is not put before it: the answer is read from the start of the best passage.
    """
    for at, other in enumerate(kept):
        place, following = ((one.collection, one.document_id, one.heading, one.page) for one in (other, hit))
        goes_on = hit.ordinal == other.ordinal + other.parts
        if place == following and goes_on and _words(hit) + _words(other) <= LONGEST:
            return at
    return None


def _joined(first: Hit, second: Hit) -> Hit:
    """One hit with both texts, in the place of `first`."""
    rest = second.text[_shared(first.text, second.text) :].lstrip()
    return replace(first, text=f"{first.text}\n\n{rest}", parts=first.parts + second.parts)


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
