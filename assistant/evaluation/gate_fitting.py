"""Fits the order of passages, the probability of a sentence, and the gate, on questions to held-out documents.

All are logistic regressions over a handful of features. What is fitted is judged leave-one-collection-out: a
collection's figures come from a fit on the other collections, so that they say what a user's own documents may expect.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from assistant.evaluation.open_answers import area
from assistant.evaluation.open_questions import Case, Questions
from assistant.gate.gate import FEATURES, Features, Gate, Gates, bounded_log_odds, features_of, key
from assistant.pipeline import Assistant
from index.retrieval.hit import Hit
from index.retrieval.reading import READ, Order, Wording, read

NEAR = "unanswerable"  # a kind of question: written to look answerable from its document
RAW = Order(reader=1.0, blend=0.0, bias=0.0, named=0.0)  # all probabilities are the reader's own
SHOWN = 6  # passages that the gate looks at


@dataclass(frozen=True)
class Sentence:
    """A sentence of a candidate: the reader's log-odds, what it shares with the question (`Wording.share`), its words,
    and whether it states the answer."""

    score: float
    shared: float
    words: int
    right: bool


@dataclass(frozen=True)
class Passage:
    """A candidate of a question: the reader's log-odds, the blend of the searches, whether it states the answer."""

    reader: float
    blend: float
    right: bool
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Example:
    """A question of a collection with its candidates and the gate's features."""

    collection: str
    kind: str
    question: str
    answerable: bool
    features: Features
    passages: tuple[Passage, ...] = ()


def examples(
    assistant: Assistant, questions: Questions, told: Callable[[int], None] = lambda done: None
) -> list[Example]:
    """Searches and reads every case of a collection."""
    found = []
    for done, case in enumerate(questions.cases, 1):
        found.append(example(assistant, questions.name, case))
        told(done)
    return found


def example(assistant: Assistant, collection: str, case: Case) -> Example:
    """One case, searched and read."""
    search, reader = assistant.resources.search, assistant.resources.reader
    result = search.find(case.question, READ, [collection])
    asked, hits = result.question.text, list(result.hits)
    rarities = search.rarities_of(asked)
    if reader is not None:
        hits = read(asked, rarities, hits, reader, RAW, sure=2.0)
    wording = Wording(rarities)
    passages = [_passage(hit, wording, case) for hit in hits]
    order = assistant.resources.order
    ordered = sorted(hits, key=lambda hit: -order.score(_log_odds(hit.score), hit.blend))
    features = features_of(result.question, ordered[:SHOWN], search)
    return Example(collection, case.kind, case.question, case.answerable, features, tuple(passages))


def _passage(hit: Hit, wording: Wording, case: Case) -> Passage:
    at_home = case.answerable and hit.document_id == case.document
    sentences = []
    for span in hit.sentences:
        text = hit.text[span.start : span.end]
        right = at_home and case.is_held_by(text) and case.is_stated_by(text)
        sentences.append(Sentence(_log_odds(span.probability), wording.share(text), len(text.split()), right))
    # `RAW` makes the score of a hit that was read the reader's alone.
    reader = _log_odds(hit.score) if hit.reader is not None else 0.0
    return Passage(reader, hit.blend, at_home and case.is_stated_by(hit.text), tuple(sentences))


def _log_odds(chance: float) -> float:
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    return math.log(chance / (1 - chance))


# --- fits -----------------------------------------------------------------------------------------------------


def fit_order(data: Sequence[Example]) -> Order:
    """How reader and searches are weighed, and how a sentence's score becomes a probability. Raises ValueError where
    no passage states its answer."""
    known = [one for one in data if any(passage.right for passage in one.passages)]
    counts = Counter(one.collection for one in known)
    rows, right, weights, sentences, holds, shares = [], [], [], [], [], []
    for one in known:
        for passage in one.passages:
            rows.append((passage.reader, passage.blend))
            right.append(passage.right)
            weights.append(1 / counts[one.collection])
    for one in data:
        if not one.answerable or one in known:
            for sentence in (sentence for passage in one.passages for sentence in passage.sentences):
                sentences.append((sentence.score, sentence.shared, math.log(max(sentence.words, 1))))
                holds.append(sentence.right)
                shares.append(1 / counts.get(one.collection, len(data)))
    (reader, blend), bias = _regression(rows, right, weights)
    (score, shared, length), shift = _regression(sentences, holds, shares)
    reader, blend, bias, score, shared, length, shift = (
        round(value, 4) for value in (reader, blend, bias, score, shared, length, shift)
    )
    return Order(reader, blend, bias, sentence=score, shared=shared, length=length, shift=shift)


def calibrated(data: Sequence[Example], order: Order) -> list[Example]:
    """The examples with the log-odds of their likeliest sentence under an order, which is what the gate sees when it
    serves."""
    found = []
    for one in data:
        likeliest = max(
            (_probability(sentence, order) for passage in one.passages for sentence in passage.sentences), default=0.0
        )
        found.append(replace(one, features=replace(one.features, reader=bounded_log_odds(likeliest))))
    return found


def _probability(sentence: Sentence, order: Order) -> float:
    return order.probability(sentence.score, sentence.shared, sentence.words)


def fit_gates(data: Sequence[Example], embedder: str) -> Gates:
    """The gate with everything, and without the reader, without cosines, without both.

    Questions that people wrote to look answerable are left to the ranking of their figures: a gate that had to refuse
    them would refuse the answerable ones beside them.
    """
    data = [one for one in data if one.kind != NEAR]
    without: dict[str, set[str]] = {
        key(embedder, True): set(),
        key(embedder, False): {"reader"},
        key("", True): {"cosine"},
        key("", False): {"reader", "cosine"},
    }
    return Gates({name: _gate(data, [each for each in FEATURES if each not in left]) for name, left in without.items()})


def _gate(data: Sequence[Example], names: Sequence[str]) -> Gate:
    counts = Counter((one.collection, one.answerable) for one in data)
    rows = [[getattr(one.features, name) for name in names] for one in data]
    weights = [1 / counts[one.collection, one.answerable] for one in data]  # collections and both answers count alike
    found, bias = _regression(rows, [one.answerable for one in data], weights)
    return Gate({name: round(value, 4) for name, value in zip(names, found, strict=True)}, round(bias, 4))


def _regression(
    rows: Sequence[Sequence[float]], right: Sequence[bool], weights: Sequence[float]
) -> tuple[list[float], float]:
    from sklearn.linear_model import LogisticRegression

    if len(set(right)) < 2:
        raise ValueError("a regression needs examples of both kinds")
    # On one scale, or the penalty on large weights would silence the cosines, which differ by hundredths.
    values = np.asarray(rows, float)
    mean, spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
    scale = len(weights) / sum(weights)
    model = LogisticRegression(C=1.0, max_iter=5000)
    model.fit((values - mean) / spread, right, sample_weight=[weight * scale for weight in weights])
    found = model.coef_[0] / spread
    return [float(value) for value in found], float(model.intercept_[0] - found @ mean)


# --- judging --------------------------------------------------------------------------------------------------


def left_out(data: Sequence[Example], embedder: str, threshold: float = 0.5) -> dict[str, dict[str, float]]:
    """For each collection the figures of an order and a gate that were fitted on all others: shares answered and
    refused rightly, by kind, the area under the ROC curve of each kind against the answerable ones, and what leads."""
    names = dict.fromkeys(one.collection for one in data)
    found: dict[str, dict[str, float]] = {}
    if len(names) < 2:  # nothing is left to fit on
        return found
    for name in names:
        others = [one for one in data if one.collection != name]
        own = [one for one in data if one.collection == name]
        order = fit_order(others)
        gate = fit_gates(calibrated(others, order), embedder).by_key[key(embedder, True)]
        found[name] = {**judged(calibrated(own, order), gate, threshold), **leading(own, order)}
    return found


def judged(data: Sequence[Example], gate: Gate, threshold: float = 0.5) -> dict[str, float]:
    """The figures of one gate."""
    scores: dict[tuple[bool, str], list[float]] = {}
    for one in data:
        scores.setdefault((one.answerable, one.kind), []).append(gate.probability(one.features))
    all_answerable = [score for (answerable, _), some in scores.items() if answerable for score in some]
    found: dict[str, float] = {}
    for (answerable, kind), some in scores.items():
        if answerable:
            found[f"answered, {kind}"] = _share(score >= threshold for score in some)
        else:
            found[f"refused, {kind}"] = _share(score < threshold for score in some)
            found[f"AUROC, {kind}"] = area(all_answerable, some)
    return found


def leading(data: Sequence[Example], order: Order) -> dict[str, float]:
    """How often an order puts a passage that states the answer first, and a sentence that does; of the questions whose
    answer is among the candidates."""
    row: dict[str, list[bool]] = {"passage": [], "blend alone": [], "sentence": []}
    for one in data:
        if not one.answerable or not any(passage.right for passage in one.passages):
            continue
        first = max(one.passages, key=lambda passage: order.score(passage.reader, passage.blend))
        places = [(sentence, passage) for passage in one.passages for sentence in passage.sentences]
        lead = max(places, key=lambda place: lead_score(place[0], place[1], order), default=None)
        row["passage"].append(first.right)
        row["blend alone"].append(max(one.passages, key=lambda passage: passage.blend).right)
        row["sentence"].append(lead is not None and lead[0].right)
    return {what: _share(values) for what, values in row.items() if values}


def lead_score(sentence: Sentence, passage: Passage, order: Order) -> float:
    """What the answer's first sentence is chosen by, as `assistant.extraction.quotes.leading` does."""
    return _probability(sentence, order) * order.score(passage.reader, passage.blend)


def record(order: Order) -> dict[str, float]:
    """As `order.json` keeps it."""
    return asdict(order)


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else float("nan")
