"""A generator at the assistant's job: questions of held-out topics, the right passage among three, nothing filtered.

Beside it stands what costs nothing: the first three sentences of the passage that stands first.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.evaluation.intervals import Estimate, estimate, paired_p
from assistant.evaluation.measures import bleu, distinct, loops, repetition, rouge_l, supported, token_f1
from assistant.generation.prompt import pack
from corpus.document import Passage
from corpus.sentences import split

AMONG = 3  # passages in a prompt
LEAD = 3  # sentences of the baseline


@dataclass(frozen=True)
class Case:
    """A question, its passages (best first), the place of the right one and the answer that was expected."""

    question: str
    passages: tuple[Passage, ...]
    right: int
    reference: str


@dataclass(frozen=True)
class Result:
    """What was written for one case; `supported` and `sentences` count sentences before any filter."""

    case: Case
    answer: str
    sentences: int
    supported: int
    rouge_l: float
    lead_rouge_l: float
    seconds: float = 0.0  # that the writing took


def cases(name: str, datasets: Path, count: int, seed: int = 0) -> list[Case]:
    """Cases from topics that no training run of this project saw. Raises ReadingError when the data are not there."""
    from assistant.training.data.collect import Distractors, collect
    from assistant.training.data.collect import split as halves

    _, held_out = halves(collect([name], datasets))
    rng = np.random.default_rng(seed)
    usable = [example for example in held_out if example.right is not None]
    distractors = Distractors(usable)
    found = []
    for at in rng.permutation(len(usable))[:count]:
        example = usable[at]
        passages = [example.right, *distractors.draw(rng, example, AMONG - 1)]
        order = rng.permutation(len(passages))
        found.append(
            Case(
                example.question,
                tuple(passages[i] for i in order),
                int(np.flatnonzero(order == 0)[0]),
                example.answer,
            )
        )
    return found


def ranked(data: Sequence[Case], embed: Callable[[list[str]], np.ndarray]) -> list[Case]:
    """The cases with their passages as a search by meaning ranks them; `embed` gives unit vectors, (texts, width)."""
    found = []
    for case in data:
        texts = [case.question, *(f"{passage.heading} {passage.text}" for passage in case.passages)]
        question, *vectors = embed(texts)
        order = np.argsort(-(np.stack(vectors) @ question), kind="stable")
        passages = tuple(case.passages[i] for i in order)
        found.append(Case(case.question, passages, int(np.flatnonzero(order == case.right)[0]), case.reference))
    return found


DECODINGS = ("grounded", "greedy")


def answered(generator, data: Sequence[Case], decoding: str = "grounded", passages: bool = True) -> Iterator[Result]:
    """Each case answered from its passages, in turn; with `passages` False from its question alone.

    `decoding` is one of DECODINGS: as the chat's grounded mode writes a draft (`copying`, no n-gram twice), or the
    plain model's likeliest token each time.
    """
    from assistant.generation.sampling import GREEDY
    from assistant.generation.sampling import decoding as of_the_chat
    from assistant.settings import Settings

    chat = Settings()
    for case in data:
        prompt = pack(case.question, case.passages if passages else (), generator.count_tokens, window=generator.window)
        options = {"max_new_tokens": chat.max_new_tokens, "sampling": GREEDY}
        if decoding == "grounded":
            options = of_the_chat(generator, prompt.used, chat)
        started = time.perf_counter()
        text = generator.generate(prompt.text, **options).strip()
        yield replace(judged(case, text), seconds=time.perf_counter() - started)


def judged(case: Case, answer: str) -> Result:
    """One answer beside its reference, its passages and the baseline."""
    texts = [f"{passage.heading} {passage.text}" for passage in case.passages]
    sentences = [sentence for sentence in split(answer) if any(letter.isalnum() for letter in sentence)]
    lead = " ".join(split(case.passages[0].text)[:LEAD])
    return Result(
        case,
        answer,
        len(sentences),
        sum(supported(sentence, texts) for sentence in sentences),
        rouge_l(answer, case.reference),
        rouge_l(lead, case.reference),
    )


@dataclass(frozen=True)
class Report:
    """The table of a run over `count` cases; intervals are of 95 %."""

    count: int
    rouge_l: Estimate
    lead_rouge_l: Estimate  # of the baseline
    p_value: float  # that both are the same
    token_f1: Estimate
    bleu: float
    supported_sentences: float  # share of all sentences, before any filter
    looping_answers: float
    empty_answers: float
    repetition: float
    distinct_2: float

    def rows(self) -> list[tuple[str, str]]:
        """Name and value, for printing."""
        return [
            (name, str(value) if isinstance(value, Estimate) else _short(value)) for name, value in vars(self).items()
        ]


def report(results: Sequence[Result]) -> Report:
    """Raises ValueError when there is nothing to report."""
    answers = [result.answer for result in results]
    references = [result.case.reference for result in results]
    sentences = sum(result.sentences for result in results)

    def mean(of: Callable[[Result], float]) -> float:
        return sum(of(result) for result in results) / len(results)

    return Report(
        count=len(results),
        rouge_l=estimate([result.rouge_l for result in results]),
        lead_rouge_l=estimate([result.lead_rouge_l for result in results]),
        p_value=paired_p([result.rouge_l for result in results], [result.lead_rouge_l for result in results]),
        token_f1=estimate([token_f1(*pair) for pair in zip(answers, references, strict=True)]),
        bleu=bleu(answers, references),
        supported_sentences=sum(result.supported for result in results) / sentences if sentences else 0.0,
        looping_answers=mean(lambda result: float(loops(result.answer))),
        empty_answers=mean(lambda result: float(not result.answer)),
        repetition=mean(lambda result: repetition(result.answer)),
        distinct_2=distinct(answers, 2),
    )


def _short(value: float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
