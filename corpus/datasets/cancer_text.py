"""Cancer text: journal articles on thyroid, colon and lung cancer, as a Kaggle user collected them."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import rejoined_utf8, shortened, tidy
from corpus.datasets.dataset import DataSet, Item, Kaggle, row_path
from corpus.datasets.labelled import merged
from corpus.document import Document, Dropped, Section
from corpus.errors import Reason
from corpus.tables import rows

KAGGLE_CSV = "alldata_1_for_kaggle.csv"
SAMPLES = ("cancer_full_8.csv", "cancer_excerpts_600.csv")
LABEL, TEXT = 1, 2  # columns; the header is ",0,a"

# "30–40" came as three bytes of UTF-8, of which two were stripped: the last names the sign.
NO_LETTER = re.compile(r"[\W\d_]+")
GENERAL_PUNCTUATION = re.compile("[\x90-\x9f]")
PAGE_BREAK = re.compile(r"(?<!\s)\s*\b0c(?=\W*\Z|[\s\"])")
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
OUTER_QUOTES = re.compile(r'\A[\s"]+|(?<![\s"])[\s"]+\Z')


def find(folder: Path) -> list[Path]:
    """Kaggle's file, else the samples of it that are there."""
    if (folder / KAGGLE_CSV).is_file():
        return [folder / KAGGLE_CSV]
    return [folder / name for name in SAMPLES if (folder / name).is_file()]


def read(folder: Path, split: str | None = None) -> Iterator[Item]:
    """One document a distinct text, its labels in `metadata["label"]`: the source repeats each about eight times."""
    return merged(lambda: _items(find(folder)), "label", _letters)


def _items(files: list[Path]) -> Iterator[Item]:
    for path in files:
        table = rows(path, "latin-1")
        next(table, None)
        for number, row in enumerate(table, start=1):
            yield _item(row, row_path(path, number))


def _item(row: list[str], place: str) -> Item:
    if len(row) <= TEXT:
        return Dropped(place, Reason("dropped.few_columns") if row else Reason("dropped.empty_line"))
    text = _tidied(row[TEXT])
    if not text:
        return Dropped(place, Reason("dropped.no_text"))
    label = row[LABEL].strip().replace("_", " ")
    metadata = {"label": label} if label else {}
    return Document(shortened(text, 100), (Section(text),), path=place, language="en", metadata=metadata)


def _tidied(text: str) -> str:
    text = GENERAL_PUNCTUATION.sub(_sign, rejoined_utf8(OUTER_QUOTES.sub("", text)))
    text = PAGE_BREAK.sub("", text).translate(LIGATURES)
    return tidy(text)


def _letters(text: str) -> str:
    """What makes two texts one: the source holds lower-cased copies without their signs."""
    return NO_LETTER.sub("", text.casefold())


def _sign(match: re.Match) -> str:
    return chr(0x2000 + ord(match[0]) - 0x80)


CANCER = DataSet(
    name="cancer_text",
    title="Cancer text",
    description=Reason("cancer_text.description"),
    language="en",
    size=Reason("cancer_text.size"),
    licence=Reason("cancer_text.licence"),
    homepage="https://www.kaggle.com/datasets/falgunipatel19/biomedical-text-publication-classification",
    origin=Kaggle(
        "https://www.kaggle.com/datasets/falgunipatel19/biomedical-text-publication-classification", (KAGGLE_CSV,)
    ),
    warnings=(Reason("cancer_text.private"), Reason("cancer_text.repeated")),
    find=find,
    read=read,
    label="label",
)
