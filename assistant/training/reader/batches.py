"""Examples as the network's inputs: windows, gold masks, batches of like length."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.training.reader.examples import Example, Gold
from assistant.training.reader.mixture import Mixture, drawn
from index.reader.encoding import PAD, Encoder, Window

CHUNK = 768  # examples that are drawn, sorted by length and batched together


@dataclass(frozen=True)
class Item:
    """A window with what is right in it: `spans` (first, last token), `regions` any span inside which is right."""

    window: Window
    spans: tuple[tuple[int, int], ...]
    regions: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Batch:
    """`ids`, `mask`, `allowed` [batch, tokens]; `gold` [batch, tokens, width]."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    gold: NDArray[np.bool_]


def item(encoder: Encoder, example: Example, choice: random.Random, width: int) -> Item:
    """One window of the example that holds the first gold place, if there is one; anywhere else otherwise.

    The title stands in front of every other passage, so that the reader serves with and without.
    """
    head = encoder.head(example.question, example.title if choice.random() < 0.5 else "")
    ids, offsets = encoder.tokens(example.passage)
    places = [(place, tokens) for place in example.gold if (tokens := token_span(offsets, place))]
    room = encoder.room(head)
    start = 0
    if len(ids) > room:
        low, high = 0, len(ids) - room
        if places:
            first, last = places[0][1]
            low, high = max(min(last + 1 - room, first), 0), min(first, high)
        start = choice.randint(min(low, high), max(low, high))
    window = encoder.window(head, ids, offsets, start)
    shift = window.first - start
    exact, regions = [], []
    for place, (first, last) in places:
        first, last = first + shift, min(last + shift, window.last - 1)
        if first < window.first or first > last:
            continue
        if place.exact and last - first < width:
            exact.append((first, last))
        else:
            regions.append((first, last))
    return Item(window, tuple(exact), tuple(regions))


def token_span(offsets: Sequence[tuple[int, int]], place: Gold) -> tuple[int, int] | None:
    """First and last token that share characters with `place`."""
    inside = [
        number for number, (start, end) in enumerate(offsets) if start < place.end and place.start < end and start < end
    ]
    return (inside[0], inside[-1]) if inside else None


def batch(items: Sequence[Item], width: int) -> Batch:
    """Items side by side, filled up to the longest."""
    shape = len(items), max(len(entry.window.ids) for entry in items)
    ids = np.full(shape, PAD, np.int64)
    mask = np.zeros(shape, np.int64)
    allowed = np.zeros(shape, np.bool_)
    gold = np.zeros((*shape, width), np.bool_)
    for row, entry in enumerate(items):
        length = len(entry.window.ids)
        ids[row, :length] = entry.window.ids
        mask[row, :length] = 1
        allowed[row, entry.window.first : entry.window.last] = True
        for first, last in entry.spans:
            gold[row, first, last - first] = True
        for first, last in entry.regions:
            for token in range(first, last + 1):
                gold[row, token, : last - token + 1] = True
    return Batch(ids, mask, allowed, gold)


def steps(
    mixture: Mixture, encoder: Encoder, seed: int, chunk: int, width: int, tokens: int, examples: int
) -> Iterator[list[list[Item]]]:
    """The optimiser's steps of one chunk, a function of (seed, chunk): each a few batches of at most `tokens` tokens,

    together about `examples` examples.
    """
    choice = random.Random(f"{seed} {chunk}")
    items = [item(encoder, example, choice, width) for example in drawn(mixture, seed, chunk, CHUNK)]
    choice.shuffle(items)
    items.sort(key=lambda entry: len(entry.window.ids))
    batches: list[list[Item]] = [[]]
    for entry in items:
        if batches[-1] and (len(batches[-1]) + 1) * len(entry.window.ids) > tokens:
            batches.append([])
        batches[-1].append(entry)
    choice.shuffle(batches)
    group: list[list[Item]] = []
    for part in batches:
        group.append(part)
        if sum(map(len, group)) >= examples:
            yield group
            group = []
    if group:
        yield group
