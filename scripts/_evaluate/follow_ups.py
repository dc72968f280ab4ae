"""`follow-ups`: the topics that questions leaning on earlier ones find, on dialogues written by hand."""

import argparse
from collections.abc import Sequence

from assistant.evaluation.runs import Table, table
from corpus.home import Home
from index.retrieval.search import Search
from scripts._evaluate.common import Measured, collection_option, searching, stored


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "follow-ups", "the topics that follow-up questions find, on dialogues", measured)
    collection_option(sub)
    sub.epilog = "resolved: the completed question names its topic; found: the first hit is of that topic."


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """For each split a table of the English turns, one of the follow-ups among them, and one of the French turns."""
    from assistant.evaluation.follow_ups import SPLITS

    with searching(home) as (store, search, embedder):
        store.collection_id(options.collection)
        found = {split: _turns(split, search, options.collection) for split in SPLITS}
    tables = [row for split, turns in found.items() for row in _english(split, turns)]
    tables += [_french(split, turns) for split, turns in found.items()]
    return Measured([row for row in tables if row.keys], {"embedder": embedder.name})


def _turns(split: str, search: Search, collection: str) -> list[tuple[str, object]]:
    """Each turn that asks something, with its number."""
    from assistant.evaluation.follow_ups import asked, dialogues

    return [
        (f"{number}.{turn.place + 1}", turn)
        for number, dialogue in enumerate(dialogues(split), 1)
        for turn in asked([dialogue], search, [collection])
    ]


def _english(split: str, turns: Sequence[tuple]) -> list[Table]:
    english = [(number, turn) for number, turn in turns if turn.language == "en"]
    later = [(number, turn) for number, turn in english if turn.place]
    return [_table(f"{split}, English", english, "found"), _table(f"{split}, follow-ups", later, "found")]


def _french(split: str, turns: Sequence[tuple]) -> Table:
    return _table(f"{split}, French", [(number, turn) for number, turn in turns if turn.language != "en"])


def _table(name: str, turns: Sequence[tuple], *found: str) -> Table:
    asked = [[number, turn.text, turn.topics] for number, turn in turns]
    values = {"resolved": [turn.resolved for _, turn in turns]}
    values |= {measure: [turn.right for _, turn in turns] for measure in found}
    return table(name, asked, values, shares=True)
