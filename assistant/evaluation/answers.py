"""Whole answers to a collection's own questions in other words, beside what plain extraction gives.

References are the answers of the documents that a question was made from; with several, the nearest one counts, for
every system alike. Support is judged by the outside check of `grounding`, from the cited passages alone.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.evaluation.measures import loops, rouge_l
from assistant.evaluation.outside_check import independent_support
from assistant.evaluation.questions import Query
from assistant.pipeline import QUOTED
from assistant.schema import Answer
from corpus.sentences import split
from index.storage.store import Store
from index.views.documents import text_of

LEAD = 3  # sentences of the first baseline, and of the second
AMONG = 3  # passages from which the second baseline takes its sentences


@dataclass(frozen=True)
class Judged:
    """One answer: its ROUGE-L and the baselines', its sentences and how many of them the outside check supports."""

    question: str
    answer: str
    refused: bool
    quoted: bool  # made of the passages' own sentences
    rouge_l: float
    lead_rouge_l: float  # first three sentences of the best passage
    nearest_rouge_l: float  # three sentences of the first three passages that the embedder finds nearest
    sentences: int
    supported: int
    loop: bool
    seconds: float


def judged(assistant, embedder, queries: Sequence[Query], store: Store, **options) -> Iterator[Judged]:
    """Asks every question; `options` are those of `Assistant.ask` (mode, model, collections)."""
    collections = options.get("collections", ())
    for query in queries:
        started = time.perf_counter()
        answer = assistant.answer(query.text, **options)
        seconds = time.perf_counter() - started
        references = [text for document in query.relevant if (text := text_of(store, document, collections))]
        yield _judged(query, answer, references or [""], embedder, seconds)


def _judged(query: Query, answer: Answer, references: Sequence[str], embedder, seconds: float) -> Judged:
    def score(text: str) -> float:
        return max(rouge_l(text, reference) for reference in references)

    texts = [hit.text for hit in answer.sources[:AMONG]]
    lead = " ".join(split(texts[0])[:LEAD]) if texts else ""
    kept = [sentence for sentence in answer.sentences if any(letter.isalnum() for letter in sentence.text)]
    supported = sum(
        independent_support(
            sentence.text,
            [f"{answer.sources[c.n - 1].heading} {answer.sources[c.n - 1].text}" for c in sentence.citations],
        )
        for sentence in kept
    )
    shown = " ".join(sentence.text for sentence in answer.sentences)
    return Judged(
        question=query.text,
        answer=shown,
        refused=answer.refused,
        quoted=not answer.model or QUOTED in answer.notices,
        rouge_l=score(shown),
        lead_rouge_l=score(lead),
        nearest_rouge_l=score(nearest(query.text, texts, embedder)),
        sentences=len(kept),
        supported=supported,
        loop=loops(shown),
        seconds=seconds,
    )


def nearest(question: str, texts: Sequence[str], embedder) -> str:
    """The LEAD sentences of the texts with the greatest cosine to the question, in reading order."""
    sentences = [sentence for text in texts for sentence in split(text)]
    if not sentences:
        return ""
    cosines = embedder.encode(sentences) @ embedder.encode([question], "query")[0]
    return " ".join(sentences[at] for at in sorted(np.argsort(-cosines)[:LEAD]))


def values(results: Sequence[Judged]) -> dict[str, list[float]]:
    """What `runs.table` keeps of each question. A refused answer counts with an empty text."""
    return {
        "ROUGE-L": [result.rouge_l for result in results],
        "ROUGE-L lead": [result.lead_rouge_l for result in results],
        "ROUGE-L nearest": [result.nearest_rouge_l for result in results],
        "answered": [float(not result.refused) for result in results],
        "quoted": [float(result.quoted and not result.refused) for result in results],
        "loops": [float(result.loop) for result in results],
    }


def facts(results: Sequence[Judged]) -> dict[str, float]:
    """Figures that are no means over questions: the share of all shown sentences that the outside check supports, and
    the median of the seconds to the whole answer."""
    sentences = sum(result.sentences for result in results)
    return {
        "sentences": sentences,
        "supported": sum(result.supported for result in results) / max(sentences, 1),
        "median_s": float(np.median([result.seconds for result in results])),
    }
