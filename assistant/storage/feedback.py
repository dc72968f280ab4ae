"""What the user thinks of answers in conversations: stored, listed, taken back, and exported to learn from.

One judgement an answer; a later one takes its place. They stand in the file that fine-tuning reads, which may also hold
those of other programs.
"""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock

from assistant.generation.prompt import block_of, clean, clean_line, continuation, render
from assistant.schema import Answer
from assistant.storage.feedback_records import LONGEST, VERDICTS, Judgement, read, record
from corpus.document import Passage
from corpus.errors import SourcierError
from corpus.files import replacing

PASSAGES = 3  # kept of an answer: what a generator is shown at most
LOCK_S = 10.0


class FeedbackError(SourcierError):
    """A judgement that cannot be kept."""


class FeedbackStore:
    """The judgements of one data folder. Safe to use from several threads and processes."""

    def __init__(self, path: Path):
        self.path = path
        self._lock = threading.Lock()
        self._known: list[Judgement] = []
        self._seen: tuple[int, int] | None = None  # when the file was changed, and its length

    def all(self) -> list[Judgement]:
        """Newest first; what cannot be read is left out."""
        with self._lock:
            return list(reversed(self._read()))

    def verdicts(self) -> dict[int, Judgement]:
        """The judgement of each turn that has one."""
        return {judgement.turn: judgement for judgement in reversed(self.all()) if judgement.turn}

    def counts(self) -> dict[str, int]:
        """How many there are of each verdict."""
        found = Counter(judgement.verdict for judgement in self.all())
        return {verdict: found[verdict] for verdict in VERDICTS}

    def judge(self, turn: int, question: str, answer: Answer, verdict: str, better: str = "") -> None:
        """Keeps a verdict on the answer of a turn, in place of an earlier one; the same one again takes it back.

        Raises FeedbackError when it is not a verdict or cannot be stored.
        """
        better = better.strip()
        if verdict not in VERDICTS or (verdict == "better" and not better):
            raise FeedbackError("feedback.not_a_verdict")
        if len(better) > LONGEST:
            raise FeedbackError("feedback.too_long", limit=LONGEST)
        passages = tuple(Passage(hit.text[:LONGEST], hit.heading) for hit in answer.sources[:PASSAGES])
        said = "" if answer.refused else answer.text
        made = datetime.now(timezone.utc).isoformat(timespec="seconds")
        new = Judgement(question, said, passages, verdict, better, turn, made)

        def changed(known: list[Judgement]) -> list[Judgement]:
            same = [each for each in known if each.turn == turn and each.question == question]
            others = [each for each in known if each not in same]
            taken_back = any(each.verdict == verdict and each.better == better for each in same)
            return others if taken_back else [*others, new]

        self._change(changed)

    def remove(self, key: str) -> None:
        """Takes back the judgement with that `key_of`; nothing happens when it is gone."""
        self._change(lambda known: [each for each in known if key_of(each) != key])

    # --- exports ----------------------------------------------------------------------------------------------

    def exported(self) -> str:
        """Every judgement as a line of JSON, oldest first: what trainings read."""
        return _lines(record(judgement) for judgement in reversed(self.all()))

    def examples(self) -> str:
        """Fine-tuning data, a line of JSON for each answer that was liked or written better: the prompt as the chat
        packs it, the completion, and the answer that the better one replaces (`rejected`)."""
        return _lines(filter(None, map(_example, reversed(self.all()))))

    # --- the file ---------------------------------------------------------------------------------------------

    def _read(self) -> list[Judgement]:
        try:
            status = self.path.stat()
        except OSError:
            self._known, self._seen = [], None
            return []
        if self._seen != (status.st_mtime_ns, status.st_size):
            self._known, self._seen = read(self.path), (status.st_mtime_ns, status.st_size)
        return self._known

    def _change(self, changed: Callable[[list[Judgement]], list[Judgement]]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, FileLock(f"{self.path}.lock", timeout=LOCK_S):
                self._write(changed(read(self.path)))
        except (OSError, TimeoutError) as error:
            reason = getattr(error, "strerror", None) or error
            raise FeedbackError("feedback.not_stored", reason=str(reason)) from error

    def _write(self, judgements: Iterable[Judgement]) -> None:
        with replacing(self.path, private=True) as temporary:
            temporary.write_text(_lines(map(record, judgements)), "utf-8", errors="replace")


def key_of(judgement: Judgement) -> str:
    """A name for a judgement that holds nothing of it."""
    line = json.dumps(record(judgement), sort_keys=True)
    return hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()[:24]


def _example(judgement: Judgement) -> dict | None:
    if not judgement.wanted or not judgement.passages:
        return None
    blocks = [block_of(clean_line(passage.heading), clean(passage.text)) for passage in judgement.passages]
    found = {
        "prompt": render(clean_line(judgement.question), blocks),
        "completion": continuation(judgement.wanted),
        "verdict": judgement.verdict,
    }
    aside = replace(judgement, verdict="like").wanted
    return found | ({"rejected": continuation(aside)} if judgement.verdict == "better" and aside else {})


def _lines(records: Iterable[dict]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
