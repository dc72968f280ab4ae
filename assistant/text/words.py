"""Words of a text as grounding and refusal compare them: stemmed content words, numbers, negations."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.retrieval.candidates import ELISION
from index.retrieval.stopwords import STOPWORDS

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
NEGATIONS = frozenset("no not never none neither nor without cannot ne pas jamais aucun aucune sans ni".split())
# Contractions end in n't; their stem must not hide the negation.
CONTRACTED = re.compile(r"n['’]t$")


@dataclass(frozen=True)
class Words:
    """What must be found again in a passage for a sentence to stand."""

    content: frozenset[str]  # stems
    numbers: frozenset[str]  # digits as written, thousands separators removed
    negated: bool
    pairs: tuple[tuple[str, str], ...] = ()  # neighbouring words in their order, function words included


def words_of(text: str, language: str = "en") -> Words:
    """The content stems, numbers and negation of a text."""
    content, numbers, negated = set(), set(), False
    tokens = WORD.findall(ELISION.sub("", text.lower()))
    for token in tokens:
        if token[0].isdigit():
            numbers.add(number(token))
        elif token in NEGATIONS or CONTRACTED.search(token):
            negated = True
        elif token not in STOPWORDS and len(token) > 1:
            content.update(stem(part, language) for part in re.split(r"[-'’]", token) if len(part) > 1)
    stems = [stem(token, language) for token in tokens]
    return Words(frozenset(content), frozenset(numbers), negated, tuple(pairwise(stems)))


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
