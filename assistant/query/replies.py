"""The sentences that requests and computations are answered with, in the language of the question."""

import json
from functools import cache
from pathlib import Path

from corpus.language import detect
from index.retrieval.stopwords import language_of

REPLIES = Path(__file__).with_name("replies.json")
OTHER_LANGUAGE = "en"


def language_of_reply(question: str) -> str:
    """The language that a question is answered in: its own where there are sentences in it. A few words ("le total")
    are told by their function words."""
    return next((each for each in (detect(question), language_of(question)) if each in _replies()), OTHER_LANGUAGE)


def reply(language: str, key: str, **values: object) -> str:
    """The sentence of a key of replies.json. Raises KeyError for one that is not there."""
    return _replies()[language][key].format(**values)


@cache
def _replies() -> dict[str, dict[str, str]]:
    return json.loads(REPLIES.read_text("utf-8"))
