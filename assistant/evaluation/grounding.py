"""How well the checker tells supported sentences from changed ones, on hand-written pairs.

`grounding_pairs.jsonl` holds a sentence, its passages and the right verdict on each line. The `development` split was
looked at while the checker was written; of the `held_out` split, only the totals.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.intervals import Share
from assistant.verification.evidence import Evidence
from index.retrieval.hit import Hit

PAIRS = Path(__file__).with_name("grounding_pairs.jsonl")
SPLITS = ("development", "held_out")
CHANGED = ("number", "dose")  # kinds of which not one may pass


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


def _right(found: Sequence[Verdict]) -> Share:
    return Share(sum(verdict.right for verdict in found), len(found))
