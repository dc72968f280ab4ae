"""Files of the user's own into documents: one module a format, imported when a file of its kind is first read."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason
from corpus.ignored import is_ignored
from corpus.readers import ocr, old_office
from corpus.readers.limits import BEYOND_LIMIT, LimitReached, TextLimit, unread
from corpus.readers.nested import Allowance

_CODE = (
    ".bash .c .cc .cfg .cjs .clj .cpp .cs .css .cxx .dart .ex .exs .f90 .go .h .hh .hpp .hs .ini .java .jl .js .jsx "
    ".kt .lua .mjs .ml .php .pl .pm .proto .ps1 .py .pyi .r .rb .rs .scala .scss .sh .sql .swift .tex .toml .ts .tsx "
    ".vue .yaml .yml .zsh"
).split(" ")
_IMAGES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif")
_OLD_OFFICE = (".doc", ".dot", ".xls", ".ppt", ".pps")
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
    ".msg": "outlook",
    ".mbox": "mbox",
    ".odt": "opendocument",
    ".ods": "opendocument",
    ".odp": "opendocument",
    ".rtf": "rtf",
    ".ipynb": "notebook",
    ".json": "json_file",
    ".xml": "xml_file",
    ".csv": "table",
    ".tsv": "table",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".zip": "archive",
    **dict.fromkeys(_IMAGES, "image"),
    **dict.fromkeys(_OLD_OFFICE, "old_office"),
    **dict.fromkeys(_CODE, "code"),
}
_CONTAINERS = ("archive", "eml", "mbox", "outlook")  # their `read` also takes an Allowance, for the files inside them
SUFFIXES = tuple(_FORMATS)
BEIR_CORPUS = "corpus.jsonl"


def can_read(path: Path) -> bool:
    """Whether there is a reader for files of this name."""
    return Path(path).suffix.lower() in _FORMATS


def is_beir(folder: Path) -> bool:
    """Whether the folder is a BEIR data set: `corpus.jsonl` with `_id`, `title`, `text`."""
    return (Path(folder) / BEIR_CORPUS).is_file()


def read(path: Path, allowance: Allowance | None = None) -> Iterator[Document | Dropped]:
    """The documents of a file or BEIR folder, streamed, and a Dropped for each part that was left out.

    `allowance` bounds what a file inside another one may hold; leave it out for a file on disk. Raises ReadingError
    when the file cannot be read: it is gone, empty, of another kind than its name says, protected, damaged or without
    text. A file that is read in parts may have given some of them before.
    """
    path = Path(path)
    if path.is_dir():
        if not is_beir(path):
            raise ReadingError("folder.not_beir", name=path.name, needed=BEIR_CORPUS)
        module, path = "beir", path / BEIR_CORPUS
    elif not can_read(path):
        raise ReadingError("file.unknown_kind", name=path.name, known=" ".join(SUFFIXES))
    else:
        module = _FORMATS[path.suffix.lower()]
    _check(path)
    some = False
    try:
        reader = import_module(f"corpus.readers.{module}").read
        limits = (allowance or Allowance(can_read, read),) if module in _CONTAINERS else ()
        for item in reader(path, *limits) if limits else _limited(reader(path), path):
            some = True
            yield item
    except OSError as error:
        raise ReadingError("file.unreadable", name=path.name, error=error.strerror or str(error)) from error
    if not some:
        raise ReadingError("file.no_text", name=path.name)


def _limited(items: Iterator[Document | Dropped], path: Path) -> Iterator[Document | Dropped]:
    """The items until they hold more text than the file may give; readers of one long document count for themselves."""
    limit = TextLimit(path, slack=2)
    for item in items:
        try:
            for section in item.sections if isinstance(item, Document) else ():
                limit.take(section.text)
        except LimitReached:
            yield from unread(path.name, {BEYOND_LIMIT: 1})
            return
        yield item


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
        yield Dropped(str(folder), Reason("dropped.folder_unopened", {"error": error.strerror or str(error)}))
        return
    if status.st_ino and (status.st_dev, status.st_ino) in met:
        # Links that lead back never end, links that lead on can double at each level.
        yield Dropped(str(folder), Reason("dropped.met_before"))
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


def _unreadable(path: Path) -> Reason | None:
    if not path.exists():
        return Reason("dropped.link_to_nothing")
    if not path.is_file():
        return Reason("dropped.not_a_file")
    if not can_read(path):
        return Reason("dropped.unknown_kind", {"kind": path.suffix or path.name})
    if not os.access(path, os.R_OK):
        return Reason("dropped.no_permission")
    # In a folder of photographs each one would fail for want of a program that was never asked for.
    if path.suffix.lower() in _IMAGES and ocr.program() is None:
        return Reason("dropped.needs_ocr")
    if path.suffix.lower() in _OLD_OFFICE and old_office.command() is None:
        return Reason("dropped.needs_libreoffice")
    return None


def _check(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise ReadingError("file.missing", name=path.name) from None
    except OSError as error:
        raise ReadingError("file.cannot_open", name=path.name, error=error.strerror or str(error)) from error
    if not size:
        raise ReadingError("file.empty", name=path.name)
