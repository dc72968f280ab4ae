"""What was wrong with the rows of the course's data sets, why it matters, and what is left of it after reading."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.cleaning import CONTROL, UTF8_AS_LATIN1
from corpus.datasets import corona_tweets, financial_phrasebank, get, scientific_papers
from corpus.datasets.dataset import Item
from corpus.document import Document, Dropped
from corpus.tables import records, rows


@dataclass(frozen=True)
class Trouble:
    """Something that a text should not hold: its name and the reason, both in French, and how it is found."""

    name: str
    reason: str
    pattern: re.Pattern


@dataclass(frozen=True)
class Cleaned:
    """How many source rows showed a trouble, and how many documents still do."""

    trouble: Trouble
    before: int
    after: int


SPACED = Trouble(
    "espace avant un signe",
    "texte découpé en tokens par son éditeur : illisible tel quel, et rare dans les textes qu’a lus GPT-2",
    re.compile(r"\w [,;:.!?](?:\s|\Z)"),
)
MOJIBAKE = Trouble(
    "UTF-8 lu comme du latin-1",
    "« â€™ » pour une apostrophe : un mot abîmé ne se trouve plus",
    UTF8_AS_LATIN1,
)
CONTROLS = Trouble("caractère de contrôle", "invisible, il coupe les mots et gêne l’affichage", CONTROL)
TROUBLES = {
    "medquad": (
        Trouble(
            "question finie par « ␣? » ou « ?? »",
            "deux écritures d’une question passaient pour deux questions",
            re.compile(r"\A[^\n]*(?:\s\?|\?\s*\?)\s*(?:\n|\Z)"),
        ),
        Trouble(
            "espace avant un signe",
            "reste de la mise à plat des pages : rare dans les textes qu’a lus GPT-2",
            SPACED.pattern,
        ),
        Trouble(
            "suite de trois espaces ou plus",
            "reste de la mise en page du site : c’étaient des paragraphes et des listes",
            re.compile(r" {3}"),
        ),
        CONTROLS,
    ),
    "scientific_papers": (
        Trouble("balise <S>", "marque de phrase de l’éditeur, sans rapport avec le texte", re.compile(r"</?S>")),
        Trouble(
            "renvoi @xcite", "une référence retirée par l’éditeur : le mot-clé ne dit rien", scientific_papers.CITATION
        ),
        Trouble(
            "formule @xmath", "chaque formule avait son numéro : elles deviennent [formula]", scientific_papers.FORMULA
        ),
        SPACED,
    ),
    "financial_phrasebank": (
        Trouble(
            "lettre accentuée abîmée",
            "les noms finnois étaient faux : ceux qui peuvent être rétablis le sont",
            financial_phrasebank.DAMAGED,
        ),
        SPACED,
    ),
    "cancer_text": (
        MOJIBAKE,
        Trouble("ligature (ﬁ, ﬂ)", "« ﬁbrosis » ne se trouve pas en cherchant « fibrosis »", re.compile("[ﬀ-ﬄ]")),
        CONTROLS,
    ),
    "corona_tweets": (
        Trouble("nom de compte (@…)", "donnée personnelle", re.compile(r"[@＠](?!user\b)\w+")),
        Trouble("lien", "donnée personnelle possible, et mort depuis", corona_tweets.LINK),
        Trouble("lieu d’où l’on écrit (@ Lieu)", "donnée personnelle", corona_tweets.CHECKED_IN),
        Trouble("entité HTML (&amp;)", "du code à la place d’un signe", re.compile(r"&(?:amp|lt|gt|quot);")),
        MOJIBAKE,
        CONTROLS,
    ),
}


def cleaned(name: str, folder: Path, items: Iterable[Item]) -> list[Cleaned]:
    """Each known trouble of a data set, counted in its source and in `items`, what `documents` made of it.

    Raises ReadingError.
    """
    troubles = TROUBLES[name]
    before = _counts(troubles, source_texts(name, folder))
    documents = (item for item in items if isinstance(item, Document))
    # MedQuAD's questions are titles; other titles are made of the text.
    read = (f"{item.title}\n{item.text}" if name == "medquad" else item.text for item in documents)
    after = _counts(troubles, read)
    return [Cleaned(*each) for each in zip(troubles, before, after, strict=True)]


def source_texts(name: str, folder: Path) -> Iterator[str]:
    """The text of every row of one of the course's data sets, as its publisher wrote it."""
    return _RAW[name](get(name).find(folder))


def _counts(troubles: tuple[Trouble, ...], texts: Iterable[str]) -> list[int]:
    found = [0] * len(troubles)
    for text in texts:
        for number, trouble in enumerate(troubles):
            found[number] += trouble.pattern.search(text) is not None
    return found


def _medquad(files: list[Path]) -> Iterator[str]:
    for _, row in records(files[0], "utf-8-sig", ("question", "answer")):
        if not isinstance(row, Dropped):
            yield f"{row['question']}\n{row['answer'] or ''}"


def _papers(files: list[Path]) -> Iterator[str]:
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                article = json.loads(line)
                yield " ".join([*article["abstract_text"], *article["article_text"]])


def _phrases(files: list[Path]) -> Iterator[str]:
    with files[0].open(encoding="latin-1") as lines:
        yield from (line.rpartition("@")[0] for line in lines)


def _cancer(files: list[Path]) -> Iterator[str]:
    for path in files:
        table = rows(path, "latin-1")
        next(table, None)
        yield from (row[2] for row in table if len(row) > 2)


def _tweets(files: list[Path]) -> Iterator[str]:
    for path in files:
        for _, row in records(path, "latin-1", corona_tweets.COLUMNS):
            if not isinstance(row, Dropped):
                yield row["OriginalTweet"]


_RAW: dict[str, Callable[[list[Path]], Iterator[str]]] = {
    "medquad": _medquad,
    "scientific_papers": _papers,
    "financial_phrasebank": _phrases,
    "cancer_text": _cancer,
    "corona_tweets": _tweets,
}
