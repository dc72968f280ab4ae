"""What is known of a data set: its source, its licence, its warnings, and how its rows become documents."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason

Item = Document | Dropped
LABEL_SEPARATOR = "; "


@dataclass(frozen=True)
class Download:
    """A public direct link. `sha256` is empty where the publisher's file may change."""

    url: str
    file_name: str
    sha256: str = ""


@dataclass(frozen=True)
class Tfds:
    """TensorFlow Datasets names, prepared by that library; `gigabytes` that it downloads."""

    names: tuple[str, ...]
    gigabytes: float


@dataclass(frozen=True)
class Kaggle:
    """A Kaggle data set, which needs an account: the user fetches `files` by hand."""

    page: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Installed:
    """Data files of a package that is installed with the program."""

    distribution: str


Origin = Download | Tfds | Kaggle | Installed


@dataclass(frozen=True)
class PageFurniture:
    """What a data set's flattened pages hold beside their subject.

    `notices` matches at the beginning of a sentence that speaks of the page ("Learn more"), `columns` the names over a
    table's columns, which were flattened into its first cell.
    """

    notices: re.Pattern[str]
    columns: re.Pattern[str]


@dataclass(frozen=True)
class DataSet:
    """One data set.

    `find(folder)` gives the files there that would be read, best layout only. `read(folder, split)` streams them: a
    Document, or a Dropped with place and reason, for every row of the source. `label` names the metadata field that a
    classifier is trained on. What a page says of the data set (`description`, `size`, `licence`, `warnings`) is worded
    where it is shown, in the user's language.
    """

    name: str
    title: str
    description: Reason
    language: str
    size: Reason
    licence: Reason
    homepage: str
    origin: Origin
    find: Callable[[Path], list[Path]]
    read: Callable[[Path, str | None], Iterator[Item]]
    licence_url: str = ""
    warnings: tuple[Reason, ...] = ()
    splits: tuple[str, ...] = ()
    label: str = ""

    @property
    def folder(self) -> str:
        """Where it is kept under the home's `datasets`: variants of one set share a folder."""
        return self.name.split("/", maxsplit=1)[0]

    def documents(self, folder: Path, split: str | None = None) -> Iterator[Item]:
        """Every row of the files in `folder`, streamed, as a Document or a Dropped.

        Raises ReadingError where the folder holds none of the data set's files, ValueError for an unknown split.
        """
        if split is not None and split not in self.splits:
            raise ValueError(f"{self.name} has no split {split!r}; it has: {', '.join(self.splits) or 'none'}.")
        if not self.find(Path(folder)):
            raise ReadingError("dataset.not_here", title=self.title, folder=str(folder))
        return self.read(Path(folder), split)

    def rows(self, folder: Path, split: str | None = None) -> Iterator[tuple[str, str]]:
        """(text, label) of every distinct text that has exactly one label. Raises ValueError where there are none."""
        if not self.label:
            raise ValueError(f"{self.name} has no labels.")
        for item in self.documents(folder, split):
            if isinstance(item, Document):
                label = item.metadata.get(self.label, "")
                if label and LABEL_SEPARATOR not in label:
                    yield item.text, label


def distinct(items: Iterable[Item], numbered: bool = False) -> Iterator[Item]:
    """The items with every document that was met before replaced by a Dropped that names the first one.

    Places are the documents' paths, or with `numbered` their numbers, where paths are addresses of pages.
    """
    first: dict[bytes, str] = {}
    for number, item in enumerate(items, start=1):
        if isinstance(item, Dropped):
            yield item
            continue
        key = bytes.fromhex(item.id)[:16]
        place = f"row {number}" if numbered else item.path
        if key in first:
            yield Dropped(place, Reason("dropped.duplicate", {"first": first[key]}))
        else:
            first[key] = place
            yield item


def row_path(path: Path, row: int) -> str:
    """ "name.csv, row 12": where a document of a table came from, rows counted from 1 below the header."""
    return f"{path.name}, row {row}"
