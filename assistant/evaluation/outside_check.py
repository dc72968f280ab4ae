"""An independent check of support, with other words and rules than the checker that it measures."""

import re
from collections.abc import Sequence
from functools import lru_cache

INDEPENDENT = 0.6  # of the content words
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_LIGHT = frozenset(
    """a about after all also although an and another any are as at be because been before being between both but by
    can could did do does during each for from had has have he her here him his how i if in into is it its just like
    many may might more most must no not of off on one only or other our out over own same she should since so some
    such than that the their them then there these they this those through to too under until up upon us very was we
    were what when where which while who whom why will with would you your
    à au aux avec ce ces cette dans de des du elle en est et être il ils elles la le les leur mais ne nous on ou où par
    pas plus pour qu que qui sa se ses si son sont sur un une vous""".split()
)


def independent_support(sentence: str, cited_texts: Sequence[str]) -> bool:
    """Whether one cited passage holds 60 % of the sentence's stemmed content words and every number of it."""
    words, numbers = _independent_words(sentence)
    if not words and not numbers:
        return False
    for text in cited_texts:
        held, held_numbers = _independent_words(text)
        if numbers <= held_numbers and len(words & held) >= INDEPENDENT * len(words):
            return True
    return False


def _independent_words(text: str) -> tuple[set[str], set[str]]:
    stemmer = _porter()
    letters = (word for word in _LETTERS.findall(text.casefold()) if len(word) > 1 and word not in _LIGHT)
    numbers = {re.sub(r",(?=\d{3}\b)", "", found).replace(",", ".") for found in _NUMBER.findall(text)}
    return set(stemmer.stemWords(list(letters))), numbers


@lru_cache(maxsize=1)
def _porter():
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
