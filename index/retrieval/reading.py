"""Hits in, evidence out: the reader looks at the best candidates, and its answer makes one order of them.

The order is a logistic regression over what the reader says of a passage and what the searches say of it, fitted on
held-out documents (`assistant.evaluation.gate_fitting`): the reader knows what answers, the searches what is meant.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from corpus.layout import is_row
from index.reader.reading import PassageReader, Reading
from index.retrieval.candidates import all_stems, keyword_stems, stems_of
from index.retrieval.hit import Hit, Span

FITTED = Path(__file__).with_name("order.json")
READ = 8  # candidates that the reader looks at
FIRST = 3  # of which it looks at these first: mostly one of them answers, and the others are left unread
SURE = 0.8  # probability of a passage from which no further one is read
EVIDENCE = 3  # spans kept of a passage


@dataclass(frozen=True)
class Order:
    """How scores become probabilities.

    `reader` and `blend` weigh the reader's log-odds and the searches' blend. `named` weighs how far the question names
    the document's title, no more and no less: it is what tells "Marie Curie" from "Pierre Curie" while passages still
    wait for their vectors. It was set by hand, as the sets of questions that the others are fitted on have few titles.
    """

    reader: float = 1.0
    blend: float = 2.0
    bias: float = -2.0
    named: float = 3.0
    sentence: float = 1.0  # of the reader's log-odds that a sentence answers
    shared: float = 0.0  # of the share of the question's words that stand in it, see `Wording`
    length: float = 0.0  # of the logarithm of its words: a long sentence holds more spans whose odds are summed
    shift: float = 0.0

    @classmethod
    def load(cls, path: Path = FITTED) -> "Order":
        """The fitted one."""
        return cls(**json.loads(path.read_text("utf-8"))["order"])

    def score(self, reader: float, blend: float, named: float = 0.0) -> float:
        """That a passage answers, in (0, 1)."""
        return logistic(self.reader * reader + self.blend * blend + self.named * named + self.bias)

    def probability(self, score: float, shared: float, words: int) -> float:
        """That a sentence answers, in (0, 1)."""
        return logistic(
            self.sentence * score + self.shared * shared + self.length * math.log(max(words, 1)) + self.shift
        )


class Wording:
    """The words of a question, each with how rare it is: what a text shares with them."""

    def __init__(self, rarities: Mapping[str, float]):
        self._rarities: dict[frozenset[str], float] = {}
        for word, rarity in rarities.items():
            forms = stems_of(word)
            self._rarities[forms] = max(rarity, self._rarities.get(forms, 0.0))
        self._total = sum(self._rarities.values())

    def share(self, text: str) -> float:
        """How much of the question stands in a text, whatever the words' endings, rare words weighing more; in
        [0, 1]."""
        if not self._total:
            return 0.0
        there = all_stems(text)
        return sum(rarity for forms, rarity in self._rarities.items() if forms & there) / self._total

    def named(self, texts: Sequence[str]) -> list[float]:
        """How far the question tells each of some like texts from the others: its words that stand in some of them but
        not in all, the fewer the more."""
        there = [all_stems(text) for text in texts]
        found = [0.0] * len(texts)
        for forms in self._rarities:
            holding = [at for at, one in enumerate(there) if forms & one]
            if holding and len(holding) < len(texts):
                for at in holding:
                    found[at] += math.log(len(texts) / len(holding))
        return found


def read(
    question: str,
    rarities: Mapping[str, float],
    hits: Sequence[Hit],
    reader: PassageReader,
    order: Order,
    count: int = READ,
    sure: float = SURE,
) -> list[Hit]:
    """The hits in their order, with what the reader says of the first `count`; the others keep their places behind.

    `rarities` are those of the question's words (`Search.rarities`).

    Passages that were read before are not read again. Where one of the first FIRST answers with the probability
    `sure`, the rest is left unread: reading is what a question waits for.
    """
    wording = Wording(rarities)
    told = [hit for hit in hits if hit.reader is not None]
    unread = [hit for hit in hits if hit.reader is None]
    wanted, rest = unread[: max(0, count - len(told))], unread[max(0, count - len(told)) :]
    for some in (wanted[:FIRST], wanted[FIRST:]):
        if some and all((hit.reader or 0.0) < sure for hit in told):
            readings = reader.read(
                question, [hit.text for hit in some], [hit.label for hit in some], [hit.language for hit in some]
            )
            told += [_told(question, wording, hit, reading, order) for hit, reading in zip(some, readings, strict=True)]
        else:
            rest = [*some, *rest]
    told.sort(key=lambda hit: -hit.score)
    lowest = min((hit.score for hit in told), default=1.0)
    return told + [replace(hit, score=lowest * hit.blend) for hit in rest]


def named(question: str, title: str) -> float:
    """How far a question names a title: the harmonic mean of how much of each the other holds, by stems, in [0, 1]."""
    asked, offered = keyword_stems(question), keyword_stems(title)
    return 2 * len(asked & offered) / (len(asked) + len(offered)) if asked and offered else 0.0


def _told(question: str, wording: Wording, hit: Hit, reading: Reading, order: Order) -> Hit:
    sentences = _by_row(
        [
            Span(one.start, one.end, order.probability(one.score, *_measured(wording, hit.text[one.start : one.end])))
            for one in reading.sentences
        ],
        hit.text,
        wording,
    )
    # A passage answers if one of its sentences does.
    chance = max((sentence.probability for sentence in sentences), default=0.0)
    return replace(
        hit,
        score=order.score(
            reading.score, hit.blend, max(named(question, hit.title), named(question, PurePath(hit.place).stem))
        ),
        reader=chance,
        evidence=tuple(Span(one.start, one.end, chance * one.probability) for one in reading.evidence[:EVIDENCE]),
        sentences=sentences,
    )


def _by_row(sentences: Sequence[Span], text: str, wording: Wording) -> tuple[Span, ...]:
    """The sentences, with the probability of a table's rows moved to those that the question names.

    The reader says that a row of the table answers, but rows differ in a cell or two, and it often takes a neighbour. A
    question that names Tuesday does not ask for Monday's row where there is one of Tuesday.
    """
    rows = [at for at, one in enumerate(sentences) if is_row(text, one.start, one.end)]
    named = wording.named([text[sentences[at].start : sentences[at].end] for at in rows])
    most = max(named, default=0.0)
    if not most:
        return tuple(sentences)
    share = {at: one / most for at, one in zip(rows, named, strict=True)}
    highest = max(sentences[at].probability for at in rows)
    best = max(sentences[at].probability for at in rows if share[at] == 1)
    return tuple(
        replace(one, probability=one.probability * share[at] * (highest / best if share[at] == 1 and best else 1.0))
        if at in share
        else one
        for at, one in enumerate(sentences)
    )


def _measured(wording: Wording, text: str) -> tuple[float, int]:
    return wording.share(text), len(text.split())


def logistic(z: float) -> float:
    """1 / (1 + exp(-z)), without overflow."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
