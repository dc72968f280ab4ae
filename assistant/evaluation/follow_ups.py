"""Whether each turn of a conversation finds the right document, on dialogues written by hand.

`dialogues.jsonl` holds forty on ordinary articles, twenty in English and twenty in French, on the Wikipedia summaries
and on articles of two question-answering sets that no training sees; `follow_ups.jsonl` holds dialogues on MedQuAD's
topics. A turn is right when the source that its answer mostly rests on is of a wanted title or topic, and `told` when
the answer also holds one of the wanted wordings. A refusal is neither. Each file has a development split, on which
constants were chosen, and one for testing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from assistant.evaluation.intervals import Share
from assistant.query.follow_ups import main_source
from assistant.schema import Answer, Mode, Turn

DIALOGUES = Path(__file__).with_name("dialogues.jsonl")
MEDICAL = Path(__file__).with_name("follow_ups.jsonl")
SPLITS = ("development", "test")
MEDQUAD = "medquad"


class Answering(Protocol):
    """What an `assistant.pipeline.Assistant` does."""

    def answer(
        self, question: str, *, history: Sequence[Turn] = ..., collections: Sequence[str] = ..., mode: Mode = ...
    ) -> Answer:
        """The checked answer."""
        ...


@dataclass(frozen=True)
class Expected:
    """One turn. `titles` are those of the right documents, `topics` stretches of their title, heading or topic in
    lower case; both are empty for small talk. The answer holds one of `words`."""

    text: str
    titles: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialogue:
    """Turns on documents of one set, `source`."""

    split: str
    language: str
    source: str
    turns: tuple[Expected, ...]


@dataclass(frozen=True)
class Asked:
    """One turn: what was searched for, the title of what was found ("" after a refusal), and whether it was right."""

    language: str
    place: int  # in its dialogue; 0 is the first turn
    text: str
    query: str
    wanted: tuple[str, ...]
    found: str
    right: bool
    told: bool


def dialogues(split: str = "", path: Path = DIALOGUES) -> list[Dialogue]:
    """The dialogues of one split, or of both."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    made = [
        Dialogue(
            row["split"].replace("held_out", "test"),
            row["language"],
            row.get("source", MEDQUAD),
            tuple(
                Expected(turn["text"], *(tuple(turn.get(name, ())) for name in ("titles", "topic", "words")))
                for turn in row["turns"]
            ),
        )
        for row in rows
    ]
    return [dialogue for dialogue in made if not split or dialogue.split == split]


def asked(data: Sequence[Dialogue], assistant: Answering, collections: Mapping[str, str]) -> Iterator[Asked]:
    """Every turn that asks something, of the dialogues whose source has a collection in `collections`."""
    for dialogue in data:
        if dialogue.source not in collections:
            continue
        history: list[Turn] = []
        for place, turn in enumerate(dialogue.turns):
            answer = assistant.answer(
                turn.text, history=tuple(history), collections=(collections[dialogue.source],), mode="quotes"
            )
            history.append(Turn(turn.text, answer))
            if turn.titles or turn.topics:
                yield _judged(dialogue.language, place, turn, answer)


def _judged(language: str, place: int, turn: Expected, answer: Answer) -> Asked:
    query, wanted = answer.query or answer.question, (*turn.titles, *turn.topics)
    if answer.refused or not answer.sources:
        return Asked(language, place, turn.text, query, wanted, "", False, False)
    source = main_source(answer)
    names = f"{source.title} {source.heading} {source.metadata.get('focus_area', '')}".casefold()
    titles = {_even(title) for title in turn.titles}
    right = _even(source.title) in titles or any(topic in names for topic in turn.topics)
    told = right and (not turn.words or any(_even(word) in _even(answer.text) for word in turn.words))
    return Asked(language, place, turn.text, query, wanted, source.title, right, told)


def _even(text: str) -> str:
    """Lower case, with ordinary spaces: French numbers have narrow ones."""
    return " ".join(text.casefold().split())


def report(turns: Sequence[Asked]) -> dict[str, tuple[Share, Share]]:
    """The shares that are right and told: of all turns, of those behind a first one, and by language."""
    groups = {
        "all": turns,
        "follow-ups": [turn for turn in turns if turn.place],
        "English": [turn for turn in turns if turn.language == "en"],
        "French": [turn for turn in turns if turn.language == "fr"],
    }
    return {
        name: (Share(sum(turn.right for turn in some), len(some)), Share(sum(turn.told for turn in some), len(some)))
        for name, some in groups.items()
        if some
    }
