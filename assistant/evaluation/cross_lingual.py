"""Questions in one language on pages in another: whether the right page comes first."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.pipeline import Assistant
from assistant.training.reader import mixture, sets
from assistant.training.reader.examples import Example, is_tenth

COLLECTIONS = {"en": "wikipedia", "fr": "wikipedia-fr"}  # of the starter, by the language of their pages


def questions(asked: str, count: int, seed: int = 7) -> list[Example]:
    """At most `count` questions in the language `asked` on starter pages in the other one: on titles that both
    languages share, and that the reader was never trained on."""
    pages = mixture.read_summaries(mixture.starter_files())
    made = [one for one in sets.summaries(pages) if one.source == "wikipedia-cross"]
    held_out = [one for one in made if one.language == asked and is_tenth(one.group)]
    return random.Random(seed).sample(held_out, min(count, len(held_out)))


def right_first(assistant: Assistant, asked: Sequence[Example], collection: str) -> Iterable[bool]:
    """Of each question whether its page is the first source, whatever the gate decides."""
    ungated = assistant.under(replace(assistant.settings, threshold=0.0))
    for one in asked:
        sources = ungated.answer(one.question, collections=[collection], mode="quotes").sources
        yield bool(sources) and sources[0].title == one.title
