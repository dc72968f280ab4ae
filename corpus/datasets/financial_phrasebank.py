"""Financial PhraseBank: 4,846 sentences of financial news, each judged by five to eight people."""

import re
import zipfile
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from corpus.cleaning import detokenised, one_line, shortened
from corpus.datasets import tfds
from corpus.datasets.dataset import DataSet, Download, Item, row_path
from corpus.datasets.labelled import merged
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.tables import rows

SENTENCES = "Sentences_50Agree.txt"  # the fullest of the publisher's four; the others are parts of it
UNPACKED = ("", "FinancialPhraseBank-v1.0", "FinancialPhraseBank")
ARCHIVE = "FinancialPhraseBank-v1.0.zip"
KAGGLE_CSV = "all-data.csv"
TFDS_NAME = "huggingface:financial_phrasebank/sentences_50agree"
LABELS = ("negative", "neutral", "positive")  # in the order of TFDS's numbers

# The publisher's file holds UTF-8 that was once read as code page 850 and then reduced: "+ñ" is "ä".
DAMAGED = re.compile(r"(?:(?<=\w)\+|\+(?=.\w))([^\x00-\x7f])")
LETTERS = frozenset("äöåéèêáàãíóúüçñÄÖÅÉÜ")


def find(folder: Path) -> list[Path]:
    """The publisher's text, else its archive, else Kaggle's CSV, else what TFDS prepared: the same sentences."""
    known = [*(folder / below / SENTENCES for below in UNPACKED), folder / ARCHIVE, folder / KAGGLE_CSV]
    for path in known:
        if path.is_file():
            return [path]
    for version in tfds.prepared(folder, TFDS_NAME)[-1:]:
        return sorted(path for path in version.iterdir() if path.is_file())
    return []


def read(folder: Path, split: str | None = None) -> Iterator[Item]:
    """One document a distinct sentence, its labels in `metadata["label"]`."""
    path = find(folder)[0]
    return merged(lambda: _items(path), "label")


def _items(path: Path) -> Iterator[Item]:
    place = row_path(path, 0).removesuffix("0")
    if path.suffix == ".zip":
        pairs = _split_lines(_archived(path))
    elif path.name == KAGGLE_CSV:
        pairs = ((row[1], row[0]) if len(row) > 1 else ("", "") for row in rows(path, "latin-1"))
    elif path.name == SENTENCES:
        pairs = _split_lines(path.open(encoding="latin-1"))
    else:
        place = "TensorFlow Datasets, row "
        pairs = ((row["sentence"], LABELS[row["label"]]) for row in tfds.examples(path.parent, "train"))
    for number, (sentence, label) in enumerate(pairs, start=1):
        yield _item(sentence, label.strip().lower(), f"{place}{number}")


def _archived(path: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith(f"/{SENTENCES}"))
            with archive.open(name) as file:
                yield from TextIOWrapper(file, encoding="latin-1")
    except (zipfile.BadZipFile, StopIteration, OSError) as error:
        raise ReadingError("financial_phrasebank.archive", name=path.name) from error


def _split_lines(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        sentence, _, label = line.rstrip("\r\n").rpartition("@")
        yield sentence, label


def _item(sentence: str, label: str, place: str) -> Item:
    text = detokenised(one_line(_repaired(sentence)))
    if not text:
        return Dropped(place, Reason("dropped.no_sentence"))
    if label not in LABELS:
        return Dropped(place, Reason("dropped.unknown_label"))
    return Document(shortened(text), (Section(text),), path=place, language="en", metadata={"label": label})


def _repaired(text: str) -> str:
    return DAMAGED.sub(_letter, text)


def _letter(match: re.Match) -> str:
    try:
        letter = (b"\xc3" + match[1].encode("cp850")).decode("utf-8")
    except UnicodeError:
        return match[0]
    return letter if letter in LETTERS else match[0]


PHRASEBANK = DataSet(
    name="financial_phrasebank",
    title="Financial PhraseBank",
    description=Reason("financial_phrasebank.description"),
    language="en",
    size=Reason("financial_phrasebank.size"),
    licence=Reason("financial_phrasebank.licence"),
    licence_url="https://creativecommons.org/licenses/by-nc-sa/3.0/",
    homepage="https://huggingface.co/datasets/takala/financial_phrasebank",
    origin=Download(
        f"https://huggingface.co/datasets/takala/financial_phrasebank/resolve/main/data/{ARCHIVE}",
        ARCHIVE,
        "0e1a06c4900fdae46091d031068601e3773ba067c7cecb5b0da1dcba5ce989a6",
    ),
    warnings=(Reason("financial_phrasebank.non_commercial"),),
    find=find,
    read=read,
    label="label",
)
