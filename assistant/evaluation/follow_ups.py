"""Whether follow-up questions find the right topic, on dialogues written by hand: `follow_ups.jsonl`.

A turn is resolved when the completed question names its topic and no other topic of the dialogue, and right when the
title, heading or focus area of the first hit names it, too: the first is the work of `assistant.query.rewriting`, the
second also that of the search. French turns are judged by the completed question alone, since the measured collection
is English. The `held_out` dialogues were not looked at while the rules were written.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.shares import Share
from assistant.query.rewriting import search_query
from assistant.schema import Answer, Turn
from index.retrieval.hit import Hit

DIALOGUES = Path(__file__).with_name("follow_ups.jsonl")
SPLITS = ("development", "held_out")
ENGLISH = "en"


@dataclass(frozen=True)
class Asked:
    """One turn: what was searched for, what was found, and whether it is of one of the wanted topics."""

    language: str
    place: int  # in its dialogue; 0 is the first turn
    text: str
    query: str
    topics: tuple[str, ...]
    found: str
    right: bool  # what was found is of a wanted topic
    resolved: bool  # the completed question names a wanted topic and no other one of the dialogue


def dialogues(split: str = "", path: Path = DIALOGUES) -> list[dict]:
    """The dialogues of one split, or of both: `language` and `turns` of `text` and `topic`, [] for small talk."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [row for row in rows if not split or row["split"] == split]


def asked(data: Sequence[dict], search, collections: Sequence[str] = ("medquad",)) -> Iterator[Asked]:
    """Every turn that asks something. `search` is an `index.retrieval.search.Search`, or None to judge by
    the question alone.
    """
    for dialogue in data:
        named = {topic for turn in dialogue["turns"] for topic in turn["topic"]}
        history: list[Turn] = []
        for place, turn in enumerate(dialogue["turns"]):
            query = search_query(turn["text"], history)
            history.append(Turn(turn["text"], Answer(turn["text"], False, 1.0, "quotes", "", query=query)))
            if not turn["topic"]:
                continue
            resolved = _resolved(query, turn["topic"], named)
            by_question = search is None or dialogue["language"] != ENGLISH
            found = query if by_question else _named(search.search(query, 1, collections).hits)
            right = resolved if by_question else any(topic in found.lower() for topic in turn["topic"])
            topics = tuple(turn["topic"])
            yield Asked(dialogue["language"], place, turn["text"], query, topics, found, right, resolved)


def _resolved(query: str, wanted: Sequence[str], named: set[str]) -> bool:
    query = query.lower()
    others = [topic for topic in named if not any(topic in one or one in topic for one in wanted)]
    return any(topic in query for topic in wanted) and not any(topic in query for topic in others)


def report(search, collections: Sequence[str] = ("medquad",)) -> dict[str, dict[str, Share]]:
    """By split: the share of right turns among `all` English ones and the `follow-ups` among them, and the share of
    `resolved` ones in all and in `French`.
    """
    tables = {}
    for split in SPLITS:
        turns = list(asked(dialogues(split), search, collections))
        english = [turn for turn in turns if turn.language == ENGLISH]
        tables[split] = {
            "all": _share(english),
            "follow-ups": _share([turn for turn in english if turn.place]),
            "resolved": Share(sum(turn.resolved for turn in english), len(english)),
            "French": _share([turn for turn in turns if turn.language != ENGLISH]),
        }
    return tables


def table(search, collections: Sequence[str] = ("medquad",)) -> str:
    """The report as lines of text."""
    rows = report(search, collections).items()
    return "\n".join(f"{split:12} {name:12} {share}" for split, shares in rows for name, share in shares.items())


def _share(turns: Sequence[Asked]) -> Share:
    return Share(sum(turn.right for turn in turns), len(turns))


def _named(hits: Sequence[Hit]) -> str:
    return " | ".join(f"{hit.title} {hit.heading} {hit.metadata.get('focus_area', '')}" for hit in hits[:1])
