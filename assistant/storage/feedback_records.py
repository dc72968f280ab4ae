"""Judgements of answers as lines of a file: written by the app, read by trainings."""

import json
import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.generation.prompt import clean
from corpus.document import Passage
from corpus.files import parsed

log = logging.getLogger(__name__)
FILE, VOTES = "feedback.jsonl", "votes.sqlite3"
VERDICTS = ("like", "dislike", "wrong_source", "not_there", "better")
LONGEST = 20_000  # characters of any one field: more is no judgement of an answer
_MARK = re.compile(r"\s*\[\d{1,3}\]")


@dataclass(frozen=True)
class Judgement:
    """One answer as the user saw it, with the passages that stood in its prompt (best first), and the verdict."""

    question: str
    answer: str
    passages: tuple[Passage, ...] = ()
    verdict: str = "like"
    better: str = ""
    turn: int = 0  # of the history; 0 where there is none
    made: str = ""  # ISO 8601

    @property
    def plain(self) -> str:
        """The answer without [n] marks."""
        return clean(_MARK.sub("", self.answer))

    @property
    def wanted(self) -> str:
        """The answer to learn, without [n] marks; "" when there is none."""
        text = {"like": self.answer, "better": self.better}.get(self.verdict, "")
        return clean(_MARK.sub("", text))


def read(path: Path) -> list[Judgement]:
    """The judgements in a file of lines; damaged lines are left out and counted in the log."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = [_judgement(line) for line in lines if line.strip()]
    if None in found:
        log.warning("%d lines of %s are no judgements and were left out", found.count(None), path)
    return [judgement for judgement in found if judgement]


def parsed_record(line: str) -> Judgement | None:
    """The judgement in one line, None for a damaged one."""
    return _judgement(line)


def append(path: Path, judgements: Iterable[Judgement]) -> None:
    """Adds judgements to a file of lines. Raises OSError."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(record(judgement), ensure_ascii=False) + "\n" for judgement in judgements)
        file.flush()
        os.fsync(file.fileno())


def record(judgement: Judgement) -> dict:
    """What stands in the file for a judgement."""
    passages = [{"heading": p.heading, "text": p.text} for p in judgement.passages]
    found = {"question": judgement.question, "answer": judgement.answer, "passages": passages}
    more = {"better": judgement.better, "turn": judgement.turn, "made": judgement.made}
    return found | {"verdict": judgement.verdict} | {name: value for name, value in more.items() if value}


def _judgement(line: str) -> Judgement | None:
    try:
        record = parsed(line)
        question, answer, better = (str(record.get(key) or "") for key in ("question", "answer", "better"))
        passages = tuple(
            Passage(str(p["text"])[:LONGEST], heading=str(p.get("heading") or "")[:LONGEST])
            for p in record.get("passages") or ()
        )
        verdict = record.get("verdict")
    except (ValueError, AttributeError, TypeError, KeyError):
        return None
    if verdict not in VERDICTS or not question.strip() or max(map(len, (question, answer, better))) > LONGEST:
        return None
    turn, made = record.get("turn"), record.get("made")
    known = turn if isinstance(turn, int) and not isinstance(turn, bool) else 0
    return Judgement(question, answer, passages, verdict, better, known, made[:40] if isinstance(made, str) else "")
