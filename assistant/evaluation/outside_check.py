"""A check of support that shares no code with the checker that it measures: its tokens and stop words are its own."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

LEAST = 0.6  # of the content words
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
THOUSANDS = re.compile(r",(?=\d{3}\b)")
LETTERS = re.compile(r"[^\W\d_]+")
LIGHT = frozenset(
    """a about after all also although an and another any are as at be because been before being between both but by
    can could did do does during each for from had has have he her here him his how i if in into is it its just like
    many may might more most must no not of off on one only or other our out over own same she should since so some
    such than that the their them then there these they this those through to too under until up upon us very was we
    were what when where which while who whom why will with would you your
    à au aux avec ce ces cette dans de des du elle en est et être il ils elles la le les leur mais ne nous on ou où par
    pas plus pour qu que qui sa se ses si son sont sur un une vous""".split()
)


def independent_support(sentence: str, cited_texts: Sequence[str]) -> bool:
    """Whether one cited text holds LEAST of the sentence's stemmed content words and every number of it."""
    words, numbers = _content(sentence)
    if not words and not numbers:
        return False
    for text in cited_texts:
        held, held_numbers = _content(text)
        if numbers <= held_numbers and len(words & held) >= LEAST * len(words):
            return True
    return False


def _content(text: str) -> tuple[set[str], set[str]]:
    """(stemmed content words, numbers without thousands separators)."""
    letters = [word for word in LETTERS.findall(text.casefold()) if len(word) > 1 and word not in LIGHT]
    numbers = {THOUSANDS.sub("", found).replace(",", ".") for found in NUMBER.findall(text)}
    return set(_porter().stemWords(letters)), numbers


@lru_cache(maxsize=1)
def _porter() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
