"""Both generators answer the same questions from the same passages; beside them, what the search alone would give."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.evaluation.dialogue import LEAD, Case
from assistant.evaluation.measures import loops, rouge_l, token_f1
from assistant.evaluation.runs import Table, table
from assistant.extraction.quotes import quotes
from assistant.generation.generator import Generator
from assistant.generation.prompt import pack
from assistant.generation.sampling import decoding
from assistant.pipeline import shown
from assistant.schema import Answer
from assistant.settings import Settings
from assistant.verification.evidence import WORDING, Evidence, checked
from corpus.sentences import split
from index.retrieval.hit import Hit
from scripts._course.compare.errors import KINDS, kind, support

GENERIC, SPECIALISED = "generic", "specialised"
CHECKED = " checked"  # behind a generator's name: as the app's grounded mode shows it
LEADS, QUOTES = "lead", "quotes"  # the first sentences of the first passage; the app's mode without a generator
MOST_REFERENCE = 256  # tokens of an expected answer whose likelihood is taken


@dataclass(frozen=True)
class Written:
    """What one system answered to one case. `bits` a byte of the expected answer, None without a generator."""

    text: str
    seconds: float = 0.0
    tokens: int = 0
    bits: float | None = None


Answers = dict[str, list[Written]]


def extracted(cases: Sequence[Case]) -> Answers:
    """The answers without any generator."""
    found: Answers = {LEADS: [], QUOTES: []}
    for case in cases:
        hits = _hits(case)
        found[LEADS].append(Written(" ".join(split(case.passages[0].text)[:LEAD])))
        found[QUOTES].append(Written(_joined(quotes(hits))))
    return found


def generated(role: str, generator: Generator, cases: Sequence[Case], done: Callable[[], object]) -> Answers:
    """The generator's drafts, and what is shown of them after the check; `done` is called after each case."""
    found: Answers = {role: [], role + CHECKED: []}
    generator.warm_up()
    for case in cases:
        draft = _draft(generator, case)
        found[role].append(draft)
        found[role + CHECKED].append(Written(_shown(draft.text, case), draft.seconds, draft.tokens, draft.bits))
        done()
    return found


def _draft(generator: Generator, case: Case) -> Written:
    """As the chat's grounded mode writes it with the default settings."""
    prompt = pack(case.question, case.passages, generator.count_tokens, window=generator.window)
    started = time.perf_counter()
    text = generator.generate(prompt.text, **decoding(generator, prompt.used, Settings())).strip()
    seconds = time.perf_counter() - started
    return Written(text, seconds, generator.count_tokens(text), _bits(generator, prompt.text, case.reference))


def _bits(generator: Generator, prompt: str, reference: str) -> float:
    """Bits a byte of the expected answer's beginning behind the prompt: comparable between vocabularies."""
    start = generator.decode(generator.encode(" " + reference)[:MOST_REFERENCE])
    return -float(generator.score(prompt, start).sum()) / math.log(2) / len(start.encode("utf-8"))


def _shown(draft: str, case: Case) -> str:
    hits = _hits(case)
    quoted = Answer(case.question, False, 1.0, "grounded", "", tuple(quotes(hits)), tuple(hits))
    return _joined(shown(checked(draft, Evidence(hits, WORDING)), quoted)[0])


def _joined(sentences) -> str:
    return " ".join(sentence.text for sentence in sentences)


def _hits(case: Case) -> list[Hit]:
    return [Hit(n, str(n), passage.heading, passage.text, passage.heading) for n, passage in enumerate(case.passages)]


# --- tables -------------------------------------------------------------------------------------------------------


def tables(cases: Sequence[Case], answers: Mapping[str, Sequence[Written]]) -> list[Table]:
    """For each system one table of scores and one of the kinds of error, each answer having one."""
    asked = [[n, c.question, c.reference, [p.indexed_text for p in c.passages]] for n, c in enumerate(cases)]
    found = []
    for system, written in answers.items():
        found.append(table(system, asked, dict(_scores(cases, written)), facts=_facts(written)))
        kinds = list(judged(cases, written))
        found.append(table(f"{system}/errors", asked, {k: [kind == k for kind in kinds] for k in KINDS}, shares=True))
    return found


def judged(cases: Sequence[Case], written: Sequence[Written]) -> Iterator[str]:
    """The kind of error of each answer."""
    for case, answer in zip(cases, written, strict=True):
        yield kind(answer.text, _texts(case), case.right, rouge_l(answer.text, case.reference))


def _scores(cases: Sequence[Case], written: Sequence[Written]) -> Iterator[tuple[str, list[float]]]:
    pairs = [(answer, case) for answer, case in zip(written, cases, strict=True)]
    yield "rouge_l", [rouge_l(answer.text, case.reference) for answer, case in pairs]
    yield "token_f1", [token_f1(answer.text, case.reference) for answer, case in pairs]
    yield "support", [support(answer.text, _texts(case)) for answer, case in pairs]
    yield "loops", [float(loops(answer.text)) for answer, _ in pairs]
    yield "words", [float(len(answer.text.split())) for answer, _ in pairs]
    bits = [answer.bits for answer in written if answer.bits is not None]
    if len(bits) == len(written):
        yield "bits_per_byte", bits


def _facts(written: Sequence[Written]) -> dict[str, float]:
    """Speed, which depends on the machine."""
    seconds = [answer.seconds for answer in written]
    if not any(seconds):
        return {}
    tokens = sum(answer.tokens for answer in written)
    return {"median_s": float(np.median(seconds)), "tokens_per_s": tokens / sum(seconds)}


def _texts(case: Case) -> list[str]:
    return [f"{passage.heading} {passage.text}" for passage in case.passages]
