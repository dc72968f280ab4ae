"""`follow-ups`: whether each turn of a conversation finds the right document, on dialogues written by hand."""

import argparse
from collections.abc import Sequence

from assistant.evaluation.follow_ups import DIALOGUES, MEDICAL, SPLITS, Asked, Dialogue, asked, dialogues
from assistant.evaluation.runs import Table, table
from assistant.pipeline import Assistant
from corpus.home import Home
from index.storage.store import Store, StoreError
from scripts._evaluate.command import Measured, stored

Turn = tuple[str, Asked]  # with its number before it


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "follow-ups", "the documents that the turns of conversations find", measured)
    sub.add_argument("--medquad", action="store_true", help="the dialogues on MedQuAD's topics, not the ordinary ones")
    sub.add_argument(
        "--collection",
        action="append",
        default=[],
        metavar="SOURCE=NAME",
        help="the collection that holds a source's documents (default: the source's own name)",
    )
    sub.epilog = (
        "right: the answer rests on a wanted document; told: it also holds the wanted words. "
        "Dialogues on a source that the data folder lacks are left out."
    )


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """For each split a table of the English turns and one of the French turns."""
    path = MEDICAL if options.medquad else DIALOGUES
    named = dict(pair.split("=", 1) for pair in options.collection if "=" in pair)
    assistant = Assistant(home)
    try:
        collections = _present(assistant.resources.store, {one.source for one in dialogues(path=path)}, named)
        found = {split: _turns(dialogues(split, path), assistant, collections) for split in SPLITS}
    finally:
        assistant.close()
    tables = [
        _table(f"{split}, {language}", [pair for pair in turns if pair[1].language == code])
        for split, turns in found.items()
        for language, code in (("English", "en"), ("French", "fr"))
    ]
    return Measured([row for row in tables if row.keys], {"collections": collections})


def _present(store: Store, sources: set[str], named: dict[str, str]) -> dict[str, str]:
    """The collection of each source that has one."""
    found = {}
    for source in sorted(sources):
        try:
            store.collection_id(named.get(source, source))
        except StoreError:
            continue
        found[source] = named.get(source, source)
    return found


def _turns(data: Sequence[Dialogue], assistant: Assistant, collections: dict[str, str]) -> list[Turn]:
    """Each turn that asks something, with its number."""
    return [
        (f"{number}.{turn.place + 1}", turn)
        for number, dialogue in enumerate(data, 1)
        for turn in asked([dialogue], assistant, collections)
    ]


def _table(name: str, turns: Sequence[Turn]) -> Table:
    rows = [[number, turn.text, turn.wanted] for number, turn in turns]
    values = {"right": [turn.right for _, turn in turns], "told": [turn.told for _, turn in turns]}
    return table(name, rows, values, shares=True)
