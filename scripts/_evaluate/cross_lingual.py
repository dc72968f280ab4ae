"""`cross-lingual`: whether questions in one language find the right page in another."""

import argparse

from assistant.evaluation.cross_lingual import COLLECTIONS, questions, right_first
from assistant.evaluation.runs import Table, table
from assistant.pipeline import Assistant
from corpus.home import Home
from scripts._evaluate.command import Measured, count_option, progress, stored


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "cross-lingual", "questions in one language on starter pages in the other", measured)
    count_option(sub, 100, "questions of each language")
    sub.epilog = "right first: the page that was asked about is the first source. Needs both starter collections."


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """A table for each language of questions."""
    assistant = Assistant(home)
    found: list[Table] = []
    try:
        for language, collection in COLLECTIONS.items():
            asked = questions("fr" if language == "en" else "en", options.count)
            if not asked:
                continue
            right = list(progress(right_first(assistant, asked, collection), len(asked), collection))
            keys = [[one.question, one.title] for one in asked]
            found.append(table(f"questions on {collection}", keys, {"right first": right}, shares=True))
    finally:
        assistant.close()
    return Measured(found, {"embedder": assistant.resources.search.embedder_name})
