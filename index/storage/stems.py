"""Stems of a passage's words by its language, kept in FTS5's third column, so that « opérées » finds « opération ».

Other ways to write its words (`index.storage.forms`) stand there, too, whatever its language.

FTS5's own tokenizer stems English (Porter 1980) and nothing else. The stemmers are Snowball's.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType

from index.storage.forms import forms

# ISO 639-1 codes of the languages that Snowball knows and FTS5 does not.
ALGORITHMS = MappingProxyType(
    {
        "ca": "catalan",
        "da": "danish",
        "de": "german",
        "es": "spanish",
        "fi": "finnish",
        "fr": "french",
        "hu": "hungarian",
        "it": "italian",
        "nl": "dutch",
        "no": "norwegian",
        "pt": "portuguese",
        "ro": "romanian",
        "ru": "russian",
        "sv": "swedish",
        "tr": "turkish",
    }
)
BATCH = 2_000  # passages stemmed between two writes
WORD = re.compile(r"[^\W\d_]+")


def stems(text: str, language: str) -> str:
    """The stems of a text's words, in their order, none for English and for languages without a stemmer; then the
    common forms of words that are written otherwise."""
    own = stemmed(WORD.findall(text), language) if language in ALGORITHMS else []
    return " ".join([*own, *forms(text)])


def stemmed(words: Iterable[str], language: str) -> list[str]:
    """The stem of each word, without diacritics. Raises KeyError for a language that is not in ALGORITHMS."""
    return [_stem(word.lower(), language) for word in words]


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str) -> str:
    import snowballstemmer

    # A new one each time: it keeps the word that it works on, and several threads ask at once.
    return folded(snowballstemmer.stemmer(ALGORITHMS[language]).stemWord(word))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Porter's stem, as the word index keeps the words of headings and texts in every language."""
    import snowballstemmer

    # A new one each time: it keeps the word that it works on, and several threads ask at once.
    return snowballstemmer.stemmer("porter").stemWord(word)


def folded(word: str) -> str:
    """Lower case without diacritics, as FTS5's tokenizer has it."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(sign))


def fill(connection: sqlite3.Connection) -> None:
    """Stems the passages that have no stems; FTS5's index must be rebuilt after it."""
    last = 0
    while True:
        rows = connection.execute(
            f"""SELECT p.id, p.heading, p.text, d.language FROM passages p JOIN documents d ON d.id = p.document_id
                WHERE p.id > ? AND p.stems = '' ORDER BY p.id LIMIT {BATCH}""",
            (last,),
        ).fetchall()
        if not rows:
            return
        connection.executemany(
            "UPDATE passages SET stems = ? WHERE id = ?",
            [(stems(f"{heading}\n{text}", language), row) for row, heading, text, language in rows],
        )
        last = rows[-1][0]
