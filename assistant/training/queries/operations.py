"""The classifier of what is asked of a table: examples with gaps against as many ordinary questions."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.query.classifier import Classifier, fit
from assistant.query.operations import LIKELY, ORDINARY
from assistant.training.queries.requests import (
    FILES,
    GAP,
    Example,
    names_of,
    questions,
    stems_around_gaps,
    varied,
)
from assistant.training.reader.examples import rank

EXAMPLES = Path(__file__).with_name("operations.json")
FILLED = 10  # texts from one example
# Ordinary questions for each example's text: with all of them, "how many" would be what articles are asked.
SHARE = 1.5
TENTHS = 2  # of the wordings are held out


@dataclass(frozen=True)
class Report:
    """`recall`: the share of held-out wordings given their operation, by language and operation (of `asked`); `taken`:
    the share of held-out ordinary questions that are worded like a computation (of `ordinary`)."""

    fitted_on: int
    asked: int
    recall: dict[str, float]
    ordinary: int
    taken: float


def fitted(folder: Path, seed: int = 0) -> tuple[Classifier, Report]:
    """Fitted twice, as the requests are: without the held-out wordings for the report, then with all, to be kept.

    Raises OSError when the sets in `folder` cannot be read.
    """
    made = list(_made(folder, seed))
    plain = list(questions(folder, seed))
    unseen = [one for one in plain if one.held_out]
    seen = sorted((one for one in plain if not one.held_out), key=lambda one: rank(one.text))
    seen = seen[: round(SHARE * len(made))]
    words = frozenset[str]().union(*frame_words().values())

    def learnt(examples: Sequence[Example]) -> Classifier:
        known = [*seen, *examples]
        return fit([one.text for one in known], [one.kind for one in known], words, c=2.0, seed=seed)

    held_out = [one for one in made if one.held_out]
    before = learnt([one for one in made if not one.held_out])
    found: dict[str, list[bool]] = defaultdict(list)
    for one in held_out:
        for name in ("all", one.language, one.kind):
            found[name].append(_label(before, one.text) == one.kind)
    recall = {name: sum(right) / len(right) for name, right in found.items()}
    classifier = learnt(made)
    taken = sum(_label(classifier, one.text) != ORDINARY for one in unseen) / len(unseen)
    return classifier, Report(len(seen) + len(made), len(held_out), recall, len(unseen), taken)


def save_frames(path: Path) -> None:
    """As `assistant.query.operations.frame_words` reads it."""
    lines = "\n".join(f"{kind}\t{' '.join(sorted(stems))}" for kind, stems in sorted(frame_words().items()))
    np.savez_compressed(path, words=np.array(lines))


def examples() -> dict[str, dict[str, list[str]]]:
    """Operation -> language -> wordings with gaps for rows, columns, values, years, numbers and files."""
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def frame_words() -> dict[str, frozenset[str]]:
    """Stems of the words around the gaps, by operation."""
    return stems_around_gaps(examples())


def _label(classifier: Classifier, text: str) -> str:
    likely = classifier.probabilities(text)
    if 1 - likely.pop(ORDINARY) < LIKELY:
        return ORDINARY
    return max(likely, key=lambda kind: likely[kind])


def _made(folder: Path, seed: int):
    names = names_of(folder)
    for kind, by_language in examples().items():
        for language, wordings in by_language.items():
            for wording in wordings:
                choice = random.Random(f"{seed} {wording}")
                held_out = int(rank(wording)[:8], 16) % 10 < TENTHS
                for text in {varied(_filled(wording, names[language], choice), choice) for _ in range(FILLED)}:
                    yield Example(text, kind, language, held_out)


def _filled(wording: str, names: Sequence[str], choice: random.Random) -> str:
    def name(match: re.Match) -> str:
        found = choice.choice(names)
        if match[0] == "{year}":
            return str(choice.randint(1990, 2030)) if choice.random() < 0.8 else found
        if match[0] == "{n}":
            return str(choice.choice((3, 5, 10, 12, 50, 100, 250, 1000)))
        if match[0] == "{file}":
            return choice.choice(FILES).format(found.split()[-1].lower())
        if match[0] == "{val}":
            return found if choice.random() < 0.5 else found.split()[0].lower()
        return found.split()[-1].lower() if choice.random() < 0.8 else found.lower()

    return GAP.sub(name, wording)
