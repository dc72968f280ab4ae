"""Data sets into the data folder: copied, downloaded or prepared, and read through once before they count as there."""

import hashlib
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from corpus.datasets import tfds
from corpus.datasets.dataset import DataSet, Download, Installed, Tfds
from corpus.document import Dropped, ReadingError
from corpus.home import Home

TIMEOUT_SECONDS = 30
BLOCK = 1 << 18
Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all where known


@dataclass(frozen=True)
class Count:
    """What a data set's files hold: `dropped` maps each kind of reason (`kind`) to its number of rows."""

    documents: int
    dropped: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Rows of the source: each is a document or was dropped."""
        return self.documents + sum(self.dropped.values())


def place(data_set: DataSet, home: Home) -> Path:
    """The folder below `home.datasets` where the files of a data set belong."""
    return home.datasets / data_set.folder


def count(data_set: DataSet, folder: Path) -> Count:
    """Reads everything once. Raises ReadingError where nothing can be read or no document comes out."""
    dropped: Counter[str] = Counter()
    documents = 0
    for item in data_set.documents(folder):
        if isinstance(item, Dropped):
            dropped[kind(item)] += 1
        else:
            documents += 1
    if not documents:
        raise ReadingError("dataset.no_documents", title=data_set.title, folder=str(folder))
    return Count(documents, dict(dropped.most_common()))


def kind(dropped: Dropped) -> str:
    """The code of a sentence that says why, without what differs from row to row ("dropped.duplicate.kind")."""
    reason = dropped.reason
    return f"{reason.code}.kind" if reason.values else reason.code


def copy(data_set: DataSet, source: Path, home: Home) -> Count:
    """Copies the files that `source`, or a folder in it named like the data set, holds; reads them first.

    Raises ReadingError when there are none, or they cannot be read or copied.
    """
    if not source.is_dir():
        raise ReadingError("folder.not_one", folder=str(source))
    candidates = dict.fromkeys((source, source / data_set.name, source / data_set.folder))
    found = next((folder for folder in candidates if data_set.find(folder)), None)
    if found is None:
        raise ReadingError("dataset.not_in_folder", title=data_set.title, folder=str(source), inner=data_set.folder)
    counted = count(data_set, found)
    for path in data_set.find(found):
        below = path.relative_to(found) if path.is_relative_to(found) else Path(path.name)
        _copy_file(path, place(data_set, home) / below)
    return counted


def fetch(data_set: DataSet, home: Home, progress: Progress = lambda done, total: None, again: bool = False) -> Count:
    """Gets the files from where the publisher keeps them, unless they are there already; reads them through.

    Raises ReadingError, which for Kaggle's data sets says what to do by hand.
    """
    folder, origin = place(data_set, home), data_set.origin
    here = [path for path in data_set.find(folder) if path.is_relative_to(folder)]
    if here and not again:
        return count(data_set, folder)
    if isinstance(origin, Installed):
        return copy(data_set, _made(folder), home)
    if isinstance(origin, Download):
        return _download(data_set, origin, folder, progress)
    if isinstance(origin, Tfds):
        for name in origin.names:
            tfds.prepare(name, _made(folder))
        return count(data_set, folder)
    raise ReadingError(
        "dataset.by_hand", files=", ".join(origin.files), page=origin.page, folder=str(folder), name=data_set.name
    )


def _download(data_set: DataSet, origin: Download, folder: Path, progress: Progress) -> Count:
    host = urlsplit(origin.url).hostname
    request = urllib.request.Request(origin.url, headers={"User-Agent": "sourcier"})
    target = _made(folder) / origin.file_name
    # Read in a folder of its own: what does not parse never takes the place of what did.
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        arrived = Path(fresh) / origin.file_name
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response, arrived.open("wb") as file:
                digest, done, total = _save(response, file, progress)
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise ReadingError("dataset.download_failed", title=data_set.title, host=host, error=str(reason)) from error
        if total is not None and done < total:
            raise ReadingError("dataset.cut_off", title=data_set.title, host=host, done=done, total=total)
        if origin.sha256 and digest != origin.sha256:
            raise ReadingError("dataset.checksum", host=host, title=data_set.title)
        counted = count(data_set, Path(fresh))
        os.replace(arrived, target)
    return counted


def _save(response: HTTPResponse, file: BinaryIO, progress: Progress) -> tuple[str, int, int | None]:
    """Writes what arrives; returns its SHA-256 in hex, its bytes, and how many were announced."""
    length = response.headers.get("Content-Length")
    total = int(length) if length and length.isdigit() else None
    digest, done = hashlib.sha256(), 0
    while block := response.read(BLOCK):
        digest.update(block)
        file.write(block)
        done += len(block)
        progress(done, total)
    return digest.hexdigest(), done, total


def _copy_file(source: Path, target: Path) -> None:
    if target.exists() and target.samefile(source):
        return
    try:
        _made(target.parent)
        with _temporary(target) as fresh:
            shutil.copyfile(source, fresh)
            os.replace(fresh, target)
    except OSError as error:
        raise ReadingError(
            "dataset.copy_failed", name=source.name, folder=str(target.parent), error=error.strerror
        ) from error


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReadingError("folder.cannot_make", folder=str(folder), error=error.strerror) from error
    return folder
