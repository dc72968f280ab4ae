"""Files of the user's own into documents: one module a format, imported when a file of its kind is first read."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.document import Document, Dropped, ReadingError
from corpus.ignored import is_ignored

if TYPE_CHECKING:
    from corpus.readers.nested import Allowance

_CODE = (
    ".bash .c .cc .cfg .cjs .clj .cpp .cs .css .cxx .dart .ex .exs .f90 .go .h .hh .hpp .hs .ini .java .jl .js .jsx "
    ".kt .lua .mjs .ml .php .pl .pm .proto .ps1 .py .pyi .r .rb .rs .scala .scss .sh .sql .swift .tex .toml .ts .tsx "
    ".vue .yaml .yml .zsh"
).split(" ")
# Suffix → module with `read(path) -> Iterator[Document | Dropped]`.
_FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".rst": "rst",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".epub": "epub",
    ".eml": "eml",
    ".csv": "table",
    ".tsv": "table",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".zip": "archive",
    **dict.fromkeys(_CODE, "code"),
}
_CONTAINERS = ("archive", "eml")  # their `read` also takes what the files inside them may take together
SUFFIXES = tuple(_FORMATS)
BEIR_CORPUS = "corpus.jsonl"


def can_read(path: Path) -> bool:
    """Whether there is a reader for files of this name."""
    return Path(path).suffix.lower() in _FORMATS


def is_beir(folder: Path) -> bool:
    """Whether the folder is a BEIR data set: `corpus.jsonl` with `_id`, `title`, `text`."""
    return (Path(folder) / BEIR_CORPUS).is_file()


def read(path: Path, allowance: "Allowance | None" = None) -> Iterator[Document | Dropped]:
    """The documents of a file or BEIR folder, streamed, and a Dropped for each part that was left out.

    `allowance` bounds what a file inside another one may hold; leave it out for a file on disk. Raises ReadingError
    with one sentence when the whole cannot be read: it is gone, empty, of another kind than its name says, protected,
    damaged or without text; of what is read in several parts, some may have been given before.
    """
    path = Path(path)
    if path.is_dir():
        if not is_beir(path):
            raise ReadingError(f"{path.name} is a folder without {BEIR_CORPUS}.")
        module, path = "beir", path / BEIR_CORPUS
    elif not can_read(path):
        raise ReadingError(f"Files like {path.name} cannot be read; those that can: {' '.join(SUFFIXES)}.")
    else:
        module = _FORMATS[path.suffix.lower()]
    _check(path)
    some = False
    try:
        reader = import_module(f"corpus.readers.{module}").read
        for item in reader(path, allowance) if module in _CONTAINERS else reader(path):
            some = True
            yield item
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if not some:
        raise ReadingError(f"{path.name} holds no text.")


def walk(folder: Path) -> Iterator[Path | Dropped]:
    """The readable files below a folder, in order of their names, and a Dropped for each that is skipped.

    Hidden and temporary files and folders are passed over in silence (`corpus.ignored`). A folder that was met before
    (a link that leads back) is skipped; of a BEIR folder only the corpus is given.
    """
    met: set[tuple[int, int]] = set()
    # Not by recursion: folders can lie deeper in each other than Python's calls may.
    todo = [_entries(Path(folder), met)]
    while todo:
        entry = next(todo[-1], None)
        if entry is None:
            todo.pop()
        elif isinstance(entry, Path) and entry.is_dir():
            todo.append(_entries(entry, met))
        else:
            yield entry


def _entries(folder: Path, met: set[tuple[int, int]]) -> Iterator[Path | Dropped]:
    """The folders and readable files of one folder, a Dropped for each of the others."""
    try:
        status = folder.stat()
        entries = sorted(folder.iterdir(), key=lambda path: path.name.casefold())
    except OSError as error:
        yield Dropped(str(folder), f"folder cannot be opened: {error.strerror}")
        return
    if status.st_ino and (status.st_dev, status.st_ino) in met:
        # Links that lead back never end, links that lead on can double at each level.
        yield Dropped(str(folder), "link to a folder that was met before")
        return
    met.add((status.st_dev, status.st_ino))
    beir = is_beir(folder)
    for entry in entries:
        if is_ignored(entry.name) or (beir and _is_evaluation(entry)):
            continue
        if not entry.is_dir() and (reason := _unreadable(entry)):
            yield Dropped(str(entry), reason)
        else:
            yield entry


def _is_evaluation(path: Path) -> bool:
    """BEIR keeps questions and judgements beside the corpus: they are no documents."""
    return path.name in ("queries.jsonl", "qrels")


def _unreadable(path: Path) -> str:
    if not path.exists():
        return "link to nothing"
    if not path.is_file():
        return "not a file"
    if not can_read(path):
        return f"files of the kind {path.suffix or path.name} cannot be read"
    if not os.access(path, os.R_OK):
        return "no permission to read it"
    return ""


def _check(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise ReadingError(f"{path.name} is not there.") from None
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be opened: {error.strerror}.") from error
    if not size:
        raise ReadingError(f"{path.name} is empty.")
