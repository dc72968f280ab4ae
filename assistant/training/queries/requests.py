"""The classifier of requests: examples with gaps, filled with names from open sets, against ordinary questions."""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.query.classifier import TOKEN, Classifier, fit, stem
from assistant.query.requests import ORDINARY, Frames
from assistant.training.queries import follow_ups
from assistant.training.queries.follow_ups import common_words
from assistant.training.reader.examples import name_of, rank

EXAMPLES = Path(__file__).with_name("requests.json")
MORE_SETS = ("squad1-train-sentences-en", "policyqa-en", "covid-qa-deepset-en", "service-public-fr")
FILLED = 12  # examples from one with a gap
REPEATED = 4  # of one without: as written, and as people type
GAP = re.compile(r"\{\w+\}")
FILES = ("{}.pdf", "{}.docx", "{}.txt", "{}_2025.pdf", "{}-v2.xlsx", "{} notes.md", "Report {}.pdf", "{}.csv")
# Ordinary ways to ask for a topic, which no question of the sets happens to take.
TOPICS = {
    "en": ("Tell me about {}", "Tell me more about {}", "Explain {}", "Who is {}?", "{}", "Why is {} important?",
           "What does {} say about holidays?", "Describe {}", "More about {}", "How does {} work?"),
    "fr": ("Parle-moi de {}", "Dis-m'en plus sur {}", "Explique {}", "Qui est {} ?", "{}", "Pourquoi {} ?",
           "Que dit {} sur les congés ?", "Décris {}", "Qu'est-ce que {} ?", "Comment fonctionne {} ?"),
}  # fmt: skip
BLOCK = 40  # ordinary questions that count as one article where words are counted
MOST_WRONG = 0.002  # of the ordinary questions that the threshold is set on


@dataclass(frozen=True)
class Example:
    """A text and its kind. `held_out` wordings and articles take no part in the fit."""

    text: str
    kind: str
    language: str
    held_out: bool


@dataclass(frozen=True)
class Report:
    """`wrong` is the share of held-out ordinary questions taken for a request (of `ordinary`); `recall` the share of
    requests in held-out wordings that are recognised, by language and by kind (of `requests`)."""

    fitted_on: int
    ordinary: int
    wrong: float
    requests: int
    recall: dict[str, float]
    threshold: float


def fitted(folder: Path, seed: int = 0) -> tuple[Classifier, Frames, Report]:
    """Fitted twice: without the held-out wordings, for the recall of unseen ones, then with all wordings, to be kept.
    Held-out articles take part in neither. Takes about three minutes.

    Raises OSError when the sets in `folder` cannot be read.
    """
    ordinary = list(questions(folder, seed))
    seen = [one for one in ordinary if not one.held_out]
    positive = list(_positive(names_of(folder), seed))
    words = common_words((one.text, str(number // BLOCK)) for number, one in enumerate(seen)) | _vocabulary()

    def learnt(made: Sequence[Example]) -> Classifier:
        known = [*seen, *made]
        return fit([one.text for one in known], [one.kind for one in known], words, c=2.0, seed=seed)

    unseen = [one.text for one in ordinary if one.held_out]
    chosen = [text for text in unseen if int(rank(text)[:4], 16) % 2]
    tested = [text for text in unseen if not int(rank(text)[:4], 16) % 2]
    before = learnt([one for one in positive if not one.held_out])
    recall = _recall(before, [one for one in positive if one.held_out], _threshold(before, chosen))
    classifier = learnt(positive)
    threshold = _threshold(classifier, chosen)
    wrong = sum(_requested(classifier, text) >= threshold for text in tested) / len(tested)
    number = sum(one.held_out for one in positive)
    report = Report(len(seen) + len(positive), len(tested), wrong, number, recall, threshold)
    return classifier, Frames(stems_around_gaps(examples()), _between(), threshold), report


def _threshold(classifier: Classifier, ordinary: Sequence[str]) -> float:
    scores = sorted(_requested(classifier, text) for text in ordinary)
    return max(0.5, scores[int(len(scores) * (1 - MOST_WRONG))])


def _recall(classifier: Classifier, made: Sequence[Example], threshold: float) -> dict[str, float]:
    found: dict[str, list[bool]] = defaultdict(list)
    for one in made:
        likely = classifier.probabilities(one.text)
        right = 1 - likely[ORDINARY] >= threshold and max(likely, key=lambda kind: likely[kind]) == one.kind
        for name in ("all", one.language, one.kind):
            found[name].append(right)
    return {name: sum(rows) / len(rows) for name, rows in found.items()}


def save(frames: Frames, path: Path) -> None:
    """As `assistant.query.requests.frames` reads it."""
    words = "\n".join(f"{kind}\t{' '.join(sorted(stems))}" for kind, stems in sorted(frames.words.items()))
    between = " ".join(frames.between)
    np.savez_compressed(path, words=np.array(words), between=np.array(between), threshold=np.array(frames.threshold))


def examples() -> dict[str, dict[str, list[str]]]:
    """Kind -> language -> wordings, with gaps {x}, {a} and {b}, {file} and {file2}."""
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def questions(folder: Path, seed: int = 0) -> Iterator[Example]:
    """Ordinary questions: as people asked them, leaning on an earlier one, and by name alone."""
    for one in follow_ups.examples(folder, seed):
        yield Example(one.text, ORDINARY, one.language, one.held_out)
    for name in MORE_SETS:
        rows = follow_ups.lines(folder / name / "queries.jsonl")
        for number, row in enumerate(sorted(rows, key=lambda row: rank(row["text"]))[:4000]):
            yield Example(" ".join(row["text"].split()), ORDINARY, name.rsplit("-", 1)[-1], number % 5 == 0)
    for language, names in names_of(folder).items():
        for title in names[:400]:
            choice = random.Random(title)
            held_out = int(rank(name_of(title))[:8], 16) % 5 == 0
            for wording in choice.sample(TOPICS[language], 2):
                yield Example(wording.format(title), ORDINARY, language, held_out)


def _positive(names: dict[str, list[str]], seed: int) -> Iterator[Example]:
    for kind, by_language in examples().items():
        for language, wordings in by_language.items():
            for wording in wordings:
                choice = random.Random(f"{seed} {wording}")
                held_out = int(rank(wording)[:8], 16) % 5 == 0
                number = FILLED if GAP.search(wording) else REPEATED
                for text in {varied(_filled(wording, names[language], choice), choice) for _ in range(number)}:
                    yield Example(text, kind, language, held_out)


def _filled(wording: str, names: Sequence[str], choice: random.Random) -> str:
    def name(match: re.Match) -> str:
        found = choice.choice(names)
        if match[0].startswith("{file"):
            return choice.choice(FILES).format(found.split()[-1].lower())
        return found if choice.random() < 0.7 else found.lower()

    return GAP.sub(name, wording)


def varied(text: str, choice: random.Random) -> str:
    """A text as people type it: now and then without capitals or its last sign."""
    if choice.random() < 0.3:
        text = text.lower()
    if choice.random() < 0.3:
        text = text.rstrip(" ?.!")
    return text


def names_of(folder: Path) -> dict[str, list[str]]:
    """Short titles of the articles of the open sets, by language."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for one in follow_ups.asked(folder):
        if len(one.title.split()) <= 4:
            names[one.language][one.title] = None
    return {language: list(found) for language, found in names.items()}


def _requested(classifier: Classifier, text: str) -> float:
    return 1 - classifier.probabilities(text)[ORDINARY]


def _vocabulary() -> frozenset[str]:
    return frozenset[str]().union(*stems_around_gaps(examples()).values())


def stems_around_gaps(wordings_by_kind: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, frozenset[str]]:
    """Stems of the words around the gaps of wordings (kind -> language -> wordings), by kind."""
    return {
        kind: frozenset(
            stem(word)
            for wordings in by_language.values()
            for wording in wordings
            for word in TOKEN.findall(GAP.sub(" ", wording))
            if word[0].isalnum()
        )
        for kind, by_language in wordings_by_kind.items()
    }


def _between() -> tuple[str, ...]:
    """Stems of the words that stand alone between the two gaps of a comparison, the commonest first."""
    texts = [
        re.findall(r"\w+", parts[1])
        for wordings in examples()["compare"].values()
        for wording in wordings
        if len(parts := GAP.split(wording)) == 3
    ]
    counts = Counter(stem(words[0]) for words in texts if len(words) == 1)
    return tuple(word for word, _ in counts.most_common())
