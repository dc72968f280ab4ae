"""Measures on held-out articles: does the best sentence hold the answer, are absent answers told apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.training.reader.examples import Example, has_answer, rank
from assistant.training.reader.mining import Ranking
from assistant.training.reader.mixture import Development
from index.reader.reading import Reading

Reads = Callable[[str, Sequence[str], Sequence[str]], Sequence[Reading]]  # question, passages, their titles


@dataclass(frozen=True)
class Task:
    """A question with the passages to read: `answerable` from them or not, by their making."""

    example: Example
    passages: tuple[str, ...]
    titles: tuple[str, ...]
    kind: str  # "present", "unanswerable", "away": its own article taken out


def tasks(development: Development, number: int, neighbours: int) -> list[Task]:
    """`number` questions of each kind, chosen once and for all, with the nearest passages of the whole set.

    A present or unanswerable question gets its own passage, in the place that its rank gives it, and `neighbours` more.
    """
    paragraphs = development.paragraphs
    ranking = Ranking([f"{paragraph.title} {paragraph.text}" for paragraph in paragraphs])
    chosen = sorted(development.examples, key=lambda example: rank(example.question))
    found = []
    for answerable in (True, False):
        asked = [example for example in chosen if bool(example.gold) == answerable][:number]
        for example, near in zip(asked, ranking.best([one.question for one in asked], 60), strict=True):
            ranked = [paragraphs[place] for place in near]
            others = [paragraph for paragraph in ranked if paragraph.text != example.passage][:neighbours]
            own = (example.passage, *(paragraph.text for paragraph in others))
            titles = (example.title, *(paragraph.title for paragraph in others))
            found.append(Task(example, own, titles, "present" if answerable else "unanswerable"))
            if answerable:
                away = [paragraph for paragraph in ranked if paragraph.group != example.group][: neighbours + 1]
                texts = tuple(paragraph.text for paragraph in away)
                found.append(Task(example, texts, tuple(paragraph.title for paragraph in away), "away"))
    return found


def measured(chosen: Sequence[Task], reads: Reads) -> dict[str, Any]:
    """Figures of one set's tasks.

    `first`: share of the answerable questions whose best sentence over all passages holds the answer; `first3`: one of
    the best three does; `passage`: the best passage is the one that the question was asked about.
    `auroc_unanswerable` and `auroc_away`: how well the best score tells answerable questions from those that are not.
    """
    best: dict[str, list[float]] = {"present": [], "unanswerable": [], "away": []}
    hits, hits3, passages = [], [], []
    for task in chosen:
        readings = reads(task.example.question, task.passages, task.titles) if task.passages else []
        best[task.kind].append(max((one.score for one in readings), default=-20.0))
        if task.kind != "present":
            continue
        sentences = sorted(
            (
                (sentence.score, text[sentence.start : sentence.end])
                for text, one in zip(task.passages, readings, strict=True)
                for sentence in one.sentences
            ),
            reverse=True,
        )
        right = [has_answer(sentence, task.example.answers) for _, sentence in sentences[:3]]
        hits.append(right[:1] == [True])
        hits3.append(any(right))
        passages.append(int(np.argmax([one.score for one in readings])) == 0)
    return {
        "questions": len(hits),
        "first": _share(hits),
        "first3": _share(hits3),
        "passage": _share(passages),
        "auroc_unanswerable": auroc(best["present"], best["unanswerable"]),
        "auroc_away": auroc(best["present"], best["away"]),
    }


def _share(values: Sequence[bool]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Probability that a positive scores higher than a negative, ties as half; None where a side is empty."""
    if not positive or not negative:
        return None
    difference = np.asarray(positive)[:, None] - np.asarray(negative)[None, :]
    return round(float((difference > 0).mean() + 0.5 * (difference == 0).mean()), 4)
