"""Follow-up questions: the queries that a question may stand for, given the conversation before it.

Nothing is decided here. A question is searched as it was asked, about the topic of the last answer, and in place of
the last question's topic; the caller reads what each finds and keeps the most confident. How the question is put says
beforehand which is likely: a small classifier, learnt from questions with and without their topic
(`assistant.training.queries.follow_ups`).
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from assistant.query.classifier import Classifier
from assistant.schema import Answer, Turn
from index.retrieval.hit import Hit
from index.retrieval.stopwords import STOPWORDS

Kind = Literal["asked", "topic", "swapped"]
KINDS: tuple[Kind, ...] = ("asked", "topic", "swapped")

WEIGHTS = Path(__file__).with_name("follow_ups.npz")
WEIGHT = 1.0  # of the prior's logarithm beside the reader's log-odds; chosen on the development dialogues
LEAST = 1e-4  # probability: no candidate is ruled out beforehand
MOST = 4  # candidates: each is searched and read
UNLIKELY = 0.02  # a candidate of a kind less likely than this is not worth a search
LONGEST_NAME = 8  # words of a topic, the title of the source apart
MOST_SWAPPED = 5  # words that can stand in place of a topic: more are a question of their own
WORD = re.compile(r"\w+")
AROUND = re.compile(r"^[\s:;,.!?–-]+|[\s:;,.!?–-]+$")


@dataclass(frozen=True)
class Candidate:
    """A query that the question may stand for. `prior` is a log-probability times `WEIGHT`, to be added to the
    log-odds that the reader gives."""

    text: str
    kind: Kind
    prior: float


def candidates(question: str, history: Sequence[Turn]) -> tuple[Candidate, ...]:
    """One to `MOST` distinct queries, likeliest first; the question as asked is always among them.

    Turns that were refused, interrupted or answered without a source give no topic.
    """
    last = last_answered(history)
    if last is None or last.answer is None:
        return (Candidate(question, "asked", 0.0),)
    likely = leaning(question)
    found: list[tuple[str, Kind]] = []
    if likely["topic"] >= UNLIKELY:
        found += [(f"{topic}: {question}", "topic") for topic in topics(last.answer)]
    if likely["swapped"] >= UNLIKELY:
        found += [(text, "swapped") for text in _swapped(question, last.answer)]
    made: dict[str, Candidate] = {}
    for text, kind in found:
        made.setdefault(_folded(text), Candidate(text, kind, _prior(likely[kind])))
    others = sorted(made.values(), key=lambda one: -one.prior)[: MOST - 1]
    return tuple(sorted([Candidate(question, "asked", _prior(likely["asked"])), *others], key=lambda one: -one.prior))


def _prior(probability: float) -> float:
    return WEIGHT * math.log(max(probability, LEAST))


def leaning(question: str) -> dict[str, float]:
    """How likely the question stands alone ("asked"), asks on about the last topic ("topic"), or asks the last
    question about another one ("swapped"). They sum to one."""
    return _classifier().probabilities(question)


@cache
def _classifier() -> Classifier:
    return Classifier.load(WEIGHTS)


def last_answered(history: Sequence[Turn]) -> Turn | None:
    """The last turn whose answer rests on a source."""
    for turn in reversed(history):
        if turn.answer is not None and not turn.answer.refused and turn.answer.sources:
            return turn
    return None


def main_source(answer: Answer) -> Hit:
    """The source that most sentences cite, the first of equal ones; the first source where none is cited."""
    cited = [citation.n for sentence in answer.sentences for citation in sentence.citations]
    if not cited:
        return answer.sources[0]
    return answer.sources[max(dict.fromkeys(cited), key=cited.count) - 1]


def topics(answer: Answer) -> tuple[str, ...]:
    """What an answer is about, up to three names: the title of its main source, the words of its question that name
    its topic, and the words that answered ("Leonardo da Vinci" of "Who painted the Mona Lisa?")."""
    before = answer.query or answer.question
    names = [subject(main_source(answer)), *(before[start:end] for start, end in topic_stretches(answer)[:1])]
    for sentence in answer.sentences[:1]:
        names += [sentence.text[start:end] for start, end in sentence.highlight[:1]]
    found: list[str] = []
    for name in names:
        words = {_folded(word) for word in WORD.findall(name)}
        known = [{_folded(word) for word in WORD.findall(other)} for other in found]
        usable = any(word.isalpha() and word not in STOPWORDS for word in words) and len(words) <= LONGEST_NAME
        if (usable or not found) and words and not any(words <= other for other in known):
            found.append(name)
    return tuple(found)


def subject(hit: Hit) -> str:
    """The topic that a passage's metadata name, else its document's title, else its heading."""
    name = hit.metadata.get("focus_area") or hit.title or hit.heading
    return AROUND.sub("", " ".join(name.split()))


def topic_stretches(answer: Answer) -> tuple[tuple[int, int], ...]:
    """Characters of the last question, as it was searched, that may name its topic, up to two places, likeliest first.

    They are the longest run of its words that the title or heading of the main source holds, and the last name in it;
    else, of the run that the evidence holds, the last names: "Germany", then "population" of "population of Germany".
    """
    before, source = answer.query or answer.question, main_source(answer)
    run = _run_in(before, f"{source.title} {source.heading} {subject(source)}")
    if run is not None:
        return tuple(dict.fromkeys((run, *_names(before, run)[:1])))
    run = _run_in(before, " ".join(sentence.text for sentence in answer.sentences if sentence.citations))
    return tuple(_names(before, run)[:2]) if run is not None else ()


def _run_in(text: str, held: str) -> tuple[int, int] | None:
    known = {_folded(word) for word in WORD.findall(held)}
    return longest_run(text, lambda word: _folded(word) in known)


def _names(text: str, run: tuple[int, int]) -> list[tuple[int, int]]:
    """The stretches of a run between its stop words, those with capitals or digits first, then the last ones."""
    parts: list[tuple[int, int]] = []
    joined = False
    for match in WORD.finditer(text, *run):
        content = match[0].lower() not in STOPWORDS
        if content and joined:
            parts[-1] = (parts[-1][0], match.end())
        elif content:
            parts.append(match.span())
        joined = content
    return sorted(parts, key=lambda part: (text[part[0] : part[1]].islower(), -part[0]))


def longest_run(text: str, held: Callable[[str], bool]) -> tuple[int, int] | None:
    """Characters of the longest run of words for which `held` is true, the last of equal ones, without stop words at
    its ends. None where no content word is held."""
    best: tuple[int, int] | None = None
    longest = 0
    run: list[re.Match[str]] = []
    for match in [*WORD.finditer(text), None]:
        if match is not None and held(match[0]):
            run.append(match)
            continue
        content = [at for at, word in enumerate(run) if word[0].lower() not in STOPWORDS]
        if content and content[-1] - content[0] + 1 >= longest:
            longest = content[-1] - content[0] + 1
            best = (run[content[0]].start(), run[content[-1]].end())
        run = []
    return best


def _swapped(question: str, answer: Answer) -> list[str]:
    """The last question with what the new one names in place of its topic."""
    new, before = longest_run(question, lambda word: True), answer.query or answer.question
    if new is None:
        return []
    named = question[new[0] : new[1]]
    if len(WORD.findall(named)) > MOST_SWAPPED:
        return []
    return [
        before[:start] + named + before[end:]
        for start, end in topic_stretches(answer)
        if _folded(named) != _folded(before[start:end])
    ]


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
