"""`questions`: development questions made from a collection, as BEIR folders."""

import argparse
import json
from pathlib import Path

from assistant.evaluation.questions import HALVES, entries, question_sets, save
from corpus.errors import SourcierError
from index.storage.opening import open_store
from scripts._common import home_of, reason
from scripts._evaluate.command import collection_option, command, count_option


def add(measures) -> None:
    """Declares the options."""
    sub = command(measures, "questions", "development questions made from a question-answer collection", _action)
    collection_option(sub)
    sub.add_argument("--out", required=True, metavar="DIR", help="gets one BEIR folder for each kind of wording")
    sub.add_argument("--half", choices=HALVES, default=HALVES[0], help="of the topics and wordings (default: dev)")
    count_option(sub, 300, "questions of each kind")


def _action(options: argparse.Namespace) -> int:
    store = open_store(home_of(options))
    try:
        store.collection_id(options.collection)
        sets = question_sets(entries(store, options.collection), options.count, options.half)
    finally:
        store.close()
    made = {name: queries for name, queries in sets.items() if queries}
    if not made:
        raise SourcierError("evaluate.empty_half", half=options.half, collection=options.collection)
    for name, queries in made.items():
        _save(queries, Path(options.out) / name)
    counts = {name: len(queries) for name, queries in sets.items()}
    if options.json:
        print(json.dumps({"out": options.out, "half": options.half, "questions": counts}))
        return 0
    for name, number in counts.items():
        print(f"{name:10} {number:5d} questions")
    return 0


def _save(queries, folder: Path) -> None:
    try:
        save(queries, folder)
    except OSError as error:
        raise SourcierError("evaluate.questions_unwritable", folder=folder, reason=reason(error)) from error
