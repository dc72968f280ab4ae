"""How well the checker tells supported sentences from changed ones, on pairs written by hand for it.

`grounding_pairs.jsonl` holds a sentence, its passages and the right verdict a line. The `development` split was looked
at while the checker was written; of the `held_out` split only the totals were.
"""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import sqrt
from pathlib import Path

from assistant.grounding import Evidence
from index.hit import Hit

PAIRS = Path(__file__).with_name("grounding_pairs.jsonl")
SPLITS = ("development", "held_out")
CHANGED = ("number", "dose")  # kinds of which not one may pass
INDEPENDENT = 0.6  # of the content words
Z = 1.96  # of a 95 % interval


@dataclass(frozen=True)
class Pair:
    """A sentence and the passages of an answer, with what a careful reader says of them."""

    split: str
    kind: str
    language: str
    supported: bool
    sentence: str
    heading: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """`right` of `count`, with the 95 % interval of Wilson (1927)."""

    right: int
    count: int

    @property
    def mean(self) -> float:
        """0 for none."""
        return self.right / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high; (0, 1) for none."""
        if not self.count:
            return 0.0, 1.0
        n, p = self.count, self.mean
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right}/{self.count} = {self.mean:.3f} [{low:.3f}, {high:.3f}]"


@dataclass(frozen=True)
class Verdict:
    """What the checker said of a pair."""

    pair: Pair
    supported: bool

    @property
    def right(self) -> bool:
        """Whether the checker agrees with the reader."""
        return self.supported == self.pair.supported


def pairs(split: str = "", path: Path = PAIRS) -> list[Pair]:
    """The pairs of one split, or of both."""
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    found = [Pair(**{**row, "passages": tuple(row["passages"])}) for row in rows]
    return [pair for pair in found if not split or pair.split == split]


def verdicts(data: Sequence[Pair]) -> list[Verdict]:
    """The checker's verdict on each pair."""
    return [Verdict(pair, evidence(pair).check(pair.sentence, pair.language).supported) for pair in data]


def evidence(pair: Pair) -> Evidence:
    """The passages of a pair as the checker takes them."""
    hits = (
        Hit(n, str(n), pair.heading, text, heading=pair.heading, language=pair.language)
        for n, text in enumerate(pair.passages, 1)
    )
    return Evidence(tuple(hits))


def measures(found: Sequence[Verdict]) -> dict[str, Share]:
    """`accuracy`, `precision` and `recall` of "supported", `changed_passed` (must be 0), and the accuracy by kind."""
    kinds = sorted({verdict.pair.kind for verdict in found})
    accepted = [verdict for verdict in found if verdict.supported]
    true = [verdict for verdict in found if verdict.pair.supported]
    changed = [verdict for verdict in found if verdict.pair.kind in CHANGED]
    return {
        "accuracy": _right(found),
        "precision": _right(accepted),
        "recall": _right(true),
        "changed_passed": Share(sum(verdict.supported for verdict in changed), len(changed)),
        **{f"kind {kind}": _right([verdict for verdict in found if verdict.pair.kind == kind]) for kind in kinds},
    }


def report() -> dict[str, dict[str, dict]]:
    """By split and measure: `right`, `count`, `mean`, `low` and `high`, as JSON keeps them."""
    tables: dict[str, dict] = {}
    for split in SPLITS:
        shares = measures(verdicts(pairs(split)))
        tables[split] = {name: _row(share) for name, share in shares.items()}
    return tables


def table() -> str:
    """The measures of both splits as lines of text."""
    lines = []
    for split in SPLITS:
        lines.append(split)
        lines += [f"  {name:24} {share}" for name, share in measures(verdicts(pairs(split))).items()]
    return "\n".join(lines)


def seconds(sentences: Sequence[str], hits: Sequence[Hit]) -> float:
    """The time to split the passages of an answer and check a draft against them."""
    started = time.perf_counter()
    passages = Evidence(hits)
    for sentence in sentences:
        passages.check(sentence)
    return time.perf_counter() - started


def _right(found: Sequence[Verdict]) -> Share:
    return Share(sum(verdict.right for verdict in found), len(found))


def _row(share: Share) -> dict:
    low, high = share.interval
    return {**asdict(share), "mean": share.mean, "low": low, "high": high}


# --- an outside check ------------------------------------------------------------------------------------------
# It shares no code with the checker that it checks: tokens, stop words and stems are its own.

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_LIGHT = frozenset(
    """a about after all also although an and another any are as at be because been before being between both but by
    can could did do does during each for from had has have he her here him his how i if in into is it its just like
    many may might more most must no not of off on one only or other our out over own same she should since so some
    such than that the their them then there these they this those through to too under until up upon us very was we
    were what when where which while who whom why will with would you your
    à au aux avec ce ces cette dans de des du elle en est et être il ils elles la le les leur mais ne nous on ou où par
    pas plus pour qu que qui sa se ses si son sont sur un une vous""".split()
)


def independent_support(sentence: str, cited_texts: Sequence[str]) -> bool:
    """Whether one cited passage holds 60 % of the sentence's stemmed content words and every number of it."""
    words, numbers = _independent_words(sentence)
    if not words and not numbers:
        return False
    for text in cited_texts:
        held, held_numbers = _independent_words(text)
        if numbers <= held_numbers and len(words & held) >= INDEPENDENT * len(words):
            return True
    return False


def _independent_words(text: str) -> tuple[set[str], set[str]]:
    stemmer = _porter()
    letters = (word for word in _LETTERS.findall(text.casefold()) if len(word) > 1 and word not in _LIGHT)
    numbers = {re.sub(r",(?=\d{3}\b)", "", found).replace(",", ".") for found in _NUMBER.findall(text)}
    return set(stemmer.stemWords(list(letters))), numbers


@lru_cache(maxsize=1)
def _porter():
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
