"""Whole answers to open questions: answered or refused, whether the answer leads, how long it is."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median

from assistant.evaluation.open_questions import Case, Questions
from assistant.gate.gate import Features, features_of
from assistant.pipeline import Assistant
from assistant.schema import Mode


@dataclass(frozen=True)
class Outcome:
    """What became of one case. `rank` is the place of the first source that holds the answer, from 1; 0 for none."""

    collection: str
    case: Case
    refused: bool
    confidence: float
    features: Features
    rank: int
    leads: bool  # the first shown sentence holds the answer
    holds: bool  # the shown answer does
    words: int
    sentences: int
    seconds: float
    text: str

    def record(self) -> dict:
        """As JSON holds it."""
        return asdict(self)


def asked(
    assistant: Assistant, questions: Questions, mode: Mode = "quotes", told: Callable[[int], None] = lambda done: None
) -> list[Outcome]:
    """Asks all cases of a collection, one after the other, without any history."""
    found = []
    for done, case in enumerate(questions.cases, 1):
        found.append(_outcome(assistant, questions.name, case, mode))
        told(done)
    return found


def _outcome(assistant: Assistant, collection: str, case: Case, mode: Mode) -> Outcome:
    # Asked without a threshold: what would be shown tells how good the answers are, apart from the gate.
    ungated = assistant.under(replace(assistant.settings, threshold=0.0))
    started = time.perf_counter()
    shown = ungated.answer(case.question, collections=[collection], mode=mode)
    seconds = time.perf_counter() - started
    search = assistant.resources.search
    question = search.find(case.question, 1, [collection]).question
    ranks = [n for n, hit in enumerate(shown.sources, 1) if case.is_held_by(hit.text)]
    text = " ".join(sentence.text for sentence in shown.sentences)
    return Outcome(
        collection,
        case,
        shown.confidence < assistant.settings.threshold,
        shown.confidence,
        features_of(question, shown.sources, search),
        ranks[0] if ranks else 0,
        bool(shown.sentences) and case.is_held_by(shown.sentences[0].text),
        case.is_held_by(text),
        len(text.split()),
        len(shown.sentences),
        seconds,
        text,
    )


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures of one collection; shares between 0 and 1. "leads" and "holds" count whatever the gate decided."""
    held = [one for one in outcomes if one.case.answerable]
    out = [one for one in outcomes if one.case.kind == "left out"]
    near = [one for one in outcomes if one.case.kind == "unanswerable"]
    judged = [one for one in held if one.case.answers or one.case.sentence]
    found: dict[str, float] = {"questions": len(outcomes)}
    if held:
        found["answered"] = _share(not one.refused for one in held)
        found["words"] = median(one.words for one in held)
        found["seconds"] = median(one.seconds for one in held)
    if judged:
        found["in sources"] = _share(one.rank > 0 for one in judged)
        found["first source"] = _share(one.rank == 1 for one in judged)
        found["leads"] = _share(one.leads for one in judged)
        found["holds"] = _share(one.holds for one in judged)
    if out:
        found["refused"] = _share(one.refused for one in out)
        found["AUROC left out"] = area([one.confidence for one in held], [one.confidence for one in out])
    if near:
        found["AUROC unanswerable"] = area([one.confidence for one in held], [one.confidence for one in near])
    return found


def area(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The area under the ROC curve: how often a positive has the higher value, ties counting half."""
    from sklearn.metrics import roc_auc_score

    if not positive or not negative:
        return float("nan")
    return float(roc_auc_score([1] * len(positive) + [0] * len(negative), [*positive, *negative]))


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted)
