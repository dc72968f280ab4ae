"""The label of a hit: what its title and heading say it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.retrieval.aspects import without_aspects
from index.retrieval.candidates import keywords
from index.retrieval.vocabulary import folded, stem


@dataclass(frozen=True)
class Label:
    """What stands over a passage, its document's title, and its language where that is known."""

    text: str
    title: str = ""
    language: str = ""

    @classmethod
    def of(cls, row: Mapping) -> "Label":
        """Of a row with `title`, `heading` and `language`."""
        return cls(label_of(row["title"], row["heading"]), row["title"], row["language"])


def topic_of(text: str) -> frozenset[str]:
    """The stems of a text's words that are neither function words nor names of an aspect."""
    return frozenset(stem(folded(word)) for word in keywords(without_aspects(text)))


def label_of(title: str, heading: str) -> str:
    """What stands over a passage: its document's title and its own heading, once when they say the same."""
    if not heading or heading in title:
        return title
    return heading if title in heading else f"{title}. {heading}"
