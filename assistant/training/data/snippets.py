"""Passages as token ids, sentence by sentence: what training examples are put together from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.generation.prompt import clean, clean_line, titled
from assistant.generation.tokenizer import Tokenizer
from assistant.training.data.texts import Text
from corpus.sentences import spans

LONGEST_SENTENCE = 120  # tokens: longer ones are tables or lists without structure
LONGEST_TEXT = 9_000  # characters of a document that are cut into sentences; the rest still serves as running text


@dataclass(frozen=True)
class Snippet:
    """A passage: `heading` and each sentence are ids as they stand in a prompt, each with the space in front of it."""

    source: str
    group: str
    title: tuple[int, ...]
    heading: tuple[int, ...]  # the title and its colon
    sentences: tuple[tuple[int, ...], ...]
    question: bool = False  # the title is a question that the document answers
    area: str = ""

    @property
    def length(self) -> int:
        """Tokens of the sentences."""
        return sum(map(len, self.sentences))


def snippets(texts: Iterable[Text], tokenizer: Tokenizer, budget: int = 200) -> Iterator[Snippet]:
    """Consecutive sentences of each text in snippets of at most `budget` tokens."""
    for text in texts:
        heading, body = clean_line(text.title)[:200], clean(_body(text)[:LONGEST_TEXT])
        ends = [end for _, end in spans(body)]
        if not ends:
            continue
        # A piece carries the white space in front of it, so that the pieces' ids joined are the ids of the whole.
        pieces = [" " + body[: ends[0]], *(body[start:end] for start, end in pairwise(ends))]
        title, shown, *sentences = tokenizer.encode_many([_led(heading), _led(titled(heading)), *pieces])
        area = text.metadata.get("area", "")
        for group in _groups([tuple(sentence) for sentence in sentences], budget):
            yield Snippet(text.source, text.group, tuple(title), tuple(shown), group, text.question, area)


def _led(text: str) -> str:
    return f" {text}" if text else ""


def _body(text: Text) -> str:
    """The text without headings of its own, which say little inside a passage."""
    return "\n\n".join(p for p in text.text.split("\n\n") if not p.startswith("# "))


def _groups(sentences: Sequence[tuple[int, ...]], budget: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    group: list[tuple[int, ...]] = []
    room = budget
    for sentence in sentences:
        if len(sentence) > LONGEST_SENTENCE or len(sentence) > room:
            if group:
                yield tuple(group)
            group, room = [], budget
        if len(sentence) <= LONGEST_SENTENCE:
            group.append(sentence)
            room -= len(sentence)
    if group:
        yield tuple(group)


class Rarity:
    """How rare each token is, from counts over the training texts: words of a question are chosen by it."""

    def __init__(self, counts: np.ndarray):
        self.nats = -np.log((counts + 1) / (counts.sum() + counts.size))

    def of(self, ids: Sequence[int]) -> float:
        """Rarity in nats of the ids together."""
        return float(self.nats[list(ids)].sum())
