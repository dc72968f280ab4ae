"""The words of a text that two texts are compared by: stemmed content words, numbers, negations."""

import re
from dataclasses import dataclass
from functools import lru_cache

from index.retrieval.candidates import ELISION
from index.retrieval.stopwords import STOPWORDS

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
NEGATIONS = frozenset("no not never none neither nor without cannot ne pas jamais aucun aucune sans ni".split())
# Contractions end in n't; their stem must not hide the negation.
CONTRACTED = re.compile(r"n['’]t$")


@dataclass(frozen=True)
class Words:
    """The words of a text that carry its meaning."""

    content: frozenset[str]  # stems
    numbers: frozenset[str]  # digits as written, thousands separators removed
    negated: bool


def words_of(text: str, language: str = "en") -> Words:
    """The content stems, numbers and negation of a text."""
    content: set[str] = set()
    numbers: set[str] = set()
    negated = False
    for token in WORD.findall(ELISION.sub("", text.lower())):
        if token[0].isdigit():
            numbers.add(number(token))
        elif token in NEGATIONS or CONTRACTED.search(token):
            negated = True
        elif token not in STOPWORDS and len(token) > 1:
            content.update(stem(part, language) for part in re.split(r"[-'’]", token) if len(part) > 1)
    return Words(frozenset(content), frozenset(numbers), negated)


def number(token: str) -> str:
    """'1,200' and '1200' are one number; '1.5' and '1,5' too; '20' and '200' are not."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", token):
        token = token.replace(",", "")
    return token.replace(",", ".").rstrip(".")


@lru_cache(maxsize=50_000)
def stem(word: str, language: str = "en") -> str:
    """Snowball's stem of a lower-case word."""
    import snowballstemmer

    # A new one each time: it keeps the word that it works on, and several threads ask at once.
    return snowballstemmer.stemmer("french" if language == "fr" else "english").stemWord(word)
