"""Conversations as JSON with everything that the history keeps of them; reading checks every field."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.schema import Answer, Mode
from assistant.serialization import dump
from assistant.storage.history import LONGEST_TITLE, Conversation, StoredTurn
from corpus.errors import SourcierError

FORMAT, VERSION = "sourcier-conversations", 1
LONGEST_QUESTION = 20_000  # characters
LAST_SECOND = 4_102_444_800.0  # the year 2100: beyond it, dates cannot be shown on every system

State = Literal["writing", "done", "stopped", "failed", "interrupted"]


class ImportFileError(SourcierError):
    """A file from which no conversations can be taken."""


@dataclass(frozen=True)
class TurnRecord:
    """A turn as it stands in the file."""

    question: str
    state: State
    asked: float = 0.0
    answer: Answer | None = None
    draft: str = ""
    error: str = ""
    follow_ups: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConversationRecord:
    """A conversation as it stands in the file."""

    title: str
    created: float
    updated: float
    turns: tuple[TurnRecord, ...]
    collection: str = ""
    mode: Mode = "grounded"
    model: str = ""
    pinned: bool = False


def as_json(conversations: Sequence[tuple[Conversation, Sequence[StoredTurn]]]) -> str:
    """The JSON text of the conversations, readable by `imported`."""
    kept = [_conversation(conversation, turns) for conversation, turns in conversations]
    return json.dumps({"format": FORMAT, "version": VERSION, "conversations": kept}, ensure_ascii=False, indent=1)


def _conversation(conversation: Conversation, turns: Sequence[StoredTurn]) -> dict:
    keys = ("title", "collection", "mode", "model", "created", "updated", "pinned")
    return {key: getattr(conversation, key) for key in keys} | {"turns": [_turn(turn) for turn in turns]}


def _turn(turn: StoredTurn) -> dict:
    keys = ("question", "state", "asked", "draft", "error", "follow_ups")
    answer = json.loads(dump(turn.answer)) if turn.answer else None
    return {key: getattr(turn, key) for key in keys} | {"answer": answer}


def imported(text: str) -> list[tuple[Conversation, list[StoredTurn]]]:
    """The conversations in the JSON text, with 0 as their ids. Raises ImportFileError if any part is not valid."""
    from pydantic import TypeAdapter, ValidationError

    try:
        found = json.loads(text, parse_float=_finite, parse_constant=_refused)
        json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair cannot be stored
    except (ValueError, RecursionError) as error:
        raise ImportFileError("import.no_json") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ImportFileError("import.no_conversations")
    if found.get("version") != VERSION:
        raise ImportFileError("import.newer")
    try:
        records = TypeAdapter(tuple[ConversationRecord, ...]).validate_python(found.get("conversations"))
    except (ValidationError, RecursionError) as error:
        raise ImportFileError("import.damaged") from error
    return [_taken(record) for record in records]


def _taken(record: ConversationRecord) -> tuple[Conversation, list[StoredTurn]]:
    title = " ".join(record.title.split())[:LONGEST_TITLE]
    created, updated = _second(record.created), _second(record.updated)
    made = Conversation(0, title, record.collection, record.mode, record.model, created, updated, record.pinned)
    return made, [_taken_turn(turn) for turn in record.turns]


def _taken_turn(turn: TurnRecord) -> StoredTurn:
    state = "interrupted" if turn.state == "writing" else turn.state
    answer = turn.answer and _sane(turn.answer)
    question = turn.question[:LONGEST_QUESTION]
    return StoredTurn(0, question, answer, state, turn.draft, turn.error, _second(turn.asked), turn.follow_ups)


def _sane(answer: Answer) -> Answer:
    """The answer with every share in [0, 1], as the app shows it."""
    return replace(
        answer,
        confidence=_share(answer.confidence),
        threshold=_share(answer.threshold),
        sentences=tuple(replace(one, support=_share(one.support)) for one in answer.sentences),
        sources=tuple(replace(one, score=_share(one.score)) for one in answer.sources),
    )


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _second(value: float) -> float:
    return min(max(value, 0.0), LAST_SECOND)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number beyond all bounds")
    return value


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
