"""What the generator is given: the evidence with its neighbouring sentences, not whole passages.

A small model attends to little, and a short prompt is answered sooner.
"""

from collections.abc import Sequence
from dataclasses import replace

from corpus.layout import is_heading, is_list_item, is_table, prose
from index.retrieval.hit import Hit

AROUND = 1  # sentences on each side of the likeliest one
ITEMS = 20  # of a list that are kept together


def windows(hits: Sequence[Hit], count: int) -> list[Hit]:
    """The first `count` passages, each cut to its likeliest sentence and what stands around it; best first.

    A passage that was not read stays whole. Headings and tables are left out.
    """
    return [window for hit in hits[:count] if (window := _window(hit)).text]


def _window(hit: Hit) -> Hit:
    if not hit.sentences:
        return hit
    best = max(range(len(hit.sentences)), key=lambda at: hit.sentences[at].probability)
    first, last = max(0, best - AROUND), min(len(hit.sentences) - 1, best + AROUND)
    while first > 0 and _is_item(hit, first) and last - first < ITEMS:
        first -= 1  # up to the sentence that leads the list
    while last + 1 < len(hit.sentences) and _is_item(hit, last + 1) and last - first < ITEMS:
        last += 1
    parts = []
    for at in range(first, last + 1):
        start, end = hit.sentences[at].start, hit.sentences[at].end
        if is_table(hit.text, start, end) or (is_heading(hit.text, start, end) and not _is_item(hit, at)):
            continue
        begin, stop = prose(hit.text, start, end) or (start, end)
        parts.append(("\n" if _is_item(hit, at) else " ") + hit.text[begin:stop].strip())
    return replace(hit, text="".join(parts).strip())


def _is_item(hit: Hit, at: int) -> bool:
    return is_list_item(hit.text, hit.sentences[at].start, hit.sentences[at].end)
