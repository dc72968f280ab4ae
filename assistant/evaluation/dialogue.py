"""A generator at the assistant's job: questions of held-out topics, the right passage among three, nothing filtered.

The baseline costs nothing: the first three sentences of the passage that stands first.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.evaluation.measures import bleu, distinct, rouge_l, supported
from assistant.generation.generator import Generator
from assistant.generation.prompt import pack
from assistant.generation.sampling import GREEDY
from assistant.generation.sampling import decoding as of_the_chat
from assistant.settings import Settings
from assistant.training.data.collect import collect
from assistant.training.data.distractors import Distractors
from assistant.training.data.split import split as split_by_group
from corpus.document import Passage
from corpus.sentences import split

AMONG = 3  # passages in a prompt
LEAD = 3  # sentences of the baseline
DECODINGS = ("grounded", "greedy")


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
    """Cases from topics that no training run of this project saw. Raises TrainingError when the data are not there."""
    _, held_out = split_by_group(collect([name], datasets))
    rng = np.random.default_rng(seed)
    usable = [(example, example.right) for example in held_out if example.right is not None]
    distractors = Distractors([example for example, _ in usable])
    found = []
    for at in rng.permutation(len(usable))[:count]:
        example, right = usable[at]
        passages = [right, *distractors.draw(rng, example, AMONG - 1)]
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


def answered(
    generator: Generator, data: Sequence[Case], decoding: str = "grounded", passages: bool = True
) -> Iterator[Result]:
    """Each case answered from its passages, in turn; with `passages` False from its question alone.

    `decoding` is one of DECODINGS: "grounded" as the chat's grounded mode writes a draft (guided copying, no n-gram
    twice), "greedy" takes the model's likeliest token each time.
    """
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


def facts(results: Sequence[Result]) -> dict[str, float]:
    """Figures that are no means over questions. `supported_sentences` is the share of all sentences, unfiltered."""
    answers = [result.answer for result in results]
    sentences = sum(result.sentences for result in results)
    return {
        "bleu": bleu(answers, [result.case.reference for result in results]),
        "supported_sentences": sum(result.supported for result in results) / sentences if sentences else 0.0,
        "distinct_2": distinct(answers, 2),
        "median_s": float(np.median([result.seconds for result in results])),
    }
