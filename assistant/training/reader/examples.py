"""What the reader learns from: a question, a passage, and the words that answer, if any."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Gold:
    """Characters [start, end) of a passage that answer: `exact`ly these, or some words inside them."""

    start: int
    end: int
    exact: bool = True


@dataclass(frozen=True)
class Example:
    """`gold` is empty where the passage does not answer the question.

    `group` is the article or document that the question was asked about. `source` names the set and `kind` the way in
    which the example was made ("answer", "unanswerable", "other article", ...).
    """

    question: str
    passage: str
    gold: tuple[Gold, ...]
    source: str
    kind: str
    language: str
    group: str
    title: str = ""
    answers: tuple[str, ...] = ()

    def without(self, passage: str, kind: str, title: str) -> "Example":
        """The same question on a passage that does not answer it."""
        return replace(self, passage=passage, gold=(), kind=kind, title=title)


def name_of(title: str) -> str:
    """An article's name for comparing sets with each other: "Israel - Museums" and "israel" are one article."""
    return SPACES.sub(" ", title.replace("_", " ").split(" - ")[0]).strip().casefold()


def rank(name: str) -> str:
    """A fixed pseudo-random order of names: the lowest are held out."""
    return hashlib.sha256(name.encode("utf-8")).hexdigest()


def held_out(names: Iterable[str], number: int) -> frozenset[str]:
    """The `number` names that no training ever sees, the same on every machine."""
    return frozenset(sorted(set(names), key=rank)[:number])


def is_tenth(name: str) -> bool:
    """Whether a document belongs to the tenth that is held out of a set."""
    return int(rank(name)[:8], 16) % 10 == 0


def occurrences(text: str, answer: str, within: tuple[int, int] | None = None) -> list[tuple[int, int]]:
    """Characters of each place where `answer` stands as whole words, in `text` or in a stretch of it."""
    answer = answer.strip()
    if not answer:
        return []
    pattern = re.escape(answer)
    pattern = (r"(?<!\w)" if answer[0].isalnum() else "") + pattern + (r"(?!\w)" if answer[-1].isalnum() else "")
    start, end = within or (0, len(text))
    return [match.span() for match in re.compile(pattern).finditer(text, start, end)]


def located(text: str, answers: Sequence[str], sentence: str, longest: int = 200) -> tuple[Gold, ...]:
    """Where the answers stand: in the sentence that was marked when it is found, else anywhere.

    An answer longer than `longest` characters stands for its place, not for its exact limits.
    """
    at = text.find(sentence) if sentence else -1
    within = (at, at + len(sentence)) if at >= 0 else None
    places: set[tuple[int, int]] = set()
    for answer in answers:
        places.update((within and occurrences(text, answer, within)) or occurrences(text, answer))
    return tuple(Gold(start, end, end - start <= longest) for start, end in sorted(places))


def has_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether any of the answers stands in `text`, in whatever case."""
    folded = text.casefold()
    return any(occurrences(folded, answer.casefold()) for answer in answers)
