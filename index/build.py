"""Asking for documents to be indexed, and the work itself: read, cut into passages, store, embed.

The work is done by `index.worker` in its own process; this module holds what both sides share.
"""

import contextlib
import hashlib
import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError
from corpus.home import Home
from index.embedder import Embedder
from index.parse import Parser
from index.sources import Look
from index.store import SourceRow, Store, StoreError

log = logging.getLogger(__name__)

# How documents are cut. Whoever changes the way of cutting counts RECIPE up: then collections ask for an update.
RECIPE, BUDGET, OVERLAP = 1, 180, 1
BACKGROUND = 10  # niceness of the indexing process
UNSPEAKABLE = "Its name is not text in any encoding; rename it."
BATCH_CHARACTERS = 300_000  # of text stored in one transaction: some tenths of a second
BATCH_DOCUMENTS = 500
BATCH_SECONDS = 1.0  # a slow reader's documents become searchable one by one
RECUT_BATCH = 50
EMBED_BATCH = 64  # distinct texts a transaction: about two seconds of MiniLM on two cores


@dataclass(frozen=True)
class Enqueued:
    """Sources that wait to be read, and inputs that could not even be queued, each with its reason.

    `skipped` are files inside a folder that nobody asked for by name: of other kinds, hidden, unreadable.
    """

    sources: tuple[SourceRow, ...]
    failed: tuple[Dropped, ...] = ()
    skipped: tuple[Dropped, ...] = ()


def enqueue(store: Store, paths: Sequence[str | Path], collection: str = "") -> Enqueued:
    """Queues files, the readable files of folders, data-set names and BEIR folders.

    Without a collection's name a data set goes into the collection of its own name, everything else into
    "documents". A data set's name wins over a folder of the same name; write `./name` for the folder.
    """
    wanted: dict[str, list[tuple[str, str]]] = {}
    failed, skipped = [], []
    for path in paths:
        try:
            for found, kind in _expand(str(path), skipped):
                target = collection or (found if kind == "dataset" else "documents")
                wanted.setdefault(target, []).append((found, kind))
        except (ReadingError, OSError) as error:
            failed.append(Dropped(_shown(path), str(error)))
    rows = [row for target, found in wanted.items() for row in store.add_sources(target, found)]
    return Enqueued(tuple(rows), tuple(failed), tuple(skipped))


def _expand(path: str, skipped: list[Dropped]) -> Iterator[tuple[str, str]]:
    from corpus import datasets, readers

    if path in datasets.NAMES:
        yield path, "dataset"
        return
    found = Path(path).expanduser().absolute()
    if not is_text(str(found)):
        raise ReadingError(UNSPEAKABLE)
    if not found.exists():
        raise ReadingError("There is no such file, folder or data set.")
    if found.is_file():
        if not readers.can_read(found):
            raise ReadingError(f"Files of the kind '{found.suffix or found.name}' cannot be read.")
        yield str(found), "file"
    elif readers.is_beir(found):
        yield str(found), "beir"
    else:
        yield from _folder(found, skipped)


def _folder(folder: Path, skipped: list[Dropped]) -> Iterator[tuple[str, str]]:
    from corpus import readers

    some = False
    for item in readers.walk(folder):
        if isinstance(item, Dropped):
            skipped.append(item)
        elif not is_text(str(item)):
            skipped.append(Dropped(_shown(item), UNSPEAKABLE))
        else:
            some = True
            yield str(item), "file"
    if not some:
        raise ReadingError("The folder holds no file that can be read.")


def is_text(path: str) -> bool:
    """Whether a path can be kept as text: names on Linux are bytes, and some spell nothing."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: str | Path) -> str:
    return str(path).encode("utf-8", "replace").decode()


def chunking_of(embedder: Embedder) -> str:
    """How documents are cut for an embedder: recipe, budget, overlap and the embedder's limit."""
    return f"{RECIPE}/{BUDGET}/{OVERLAP}/{embedder.limit}"


def update(store: Store, embedder: Embedder) -> None:
    """Makes the index the embedder's own: what it has not seen is embedded, what was cut otherwise is cut anew.

    No file is read again; old passages answer until the new ones are there.
    """
    if store.meta("embedder") != embedder.name:
        store.change_embedder(embedder.name)
    store.set_meta(chunking=chunking_of(embedder))


def enqueue_rebuild(store: Store, embedder: Embedder) -> tuple[SourceRow, ...]:
    """Queues every source to be read again and makes the index the embedder's own. Old passages go on answering."""
    update(store, embedder)
    return tuple(store.read_again())


def step_back(pid: int = 0) -> None:
    """Gives a process (0: this one) the processor time that others leave: the app and its answers come first."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, pid, BACKGROUND)


def start_worker(home: Home, *, tied: bool = False) -> subprocess.Popen:
    """Starts the indexing process and returns at once. If one runs already, the new one sees that and ends.

    With `tied`, the process ends with its parent: the parent keeps the pipe `stdin` open as long as it lives.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "indexing.log").open("ab") as log_file:
        process = subprocess.Popen(
            [sys.executable, "-m", "index.worker", "--home", str(home.path), *(["--tied"] if tied else [])],
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            cwd=Path(__file__).parent.parent,
            start_new_session=True,  # Ctrl-C in the terminal ends the command, not the work
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # Windows
        )
    step_back(process.pid)  # from here and not by itself: its imports alone take a second of a core
    return process


class Builder:
    """Does the work, one step at a time, so that the worker can stop and look around between steps.

    `halted` is asked inside long steps, too: a reading that it ends goes back into the queue.
    """

    def __init__(self, store: Store, embedder: Embedder, parser: Parser, halted: Callable[[], bool] = lambda: False):
        self._store = store
        self._embedder = embedder
        self._parser = parser
        self._halted = halted
        self._chunking = chunking_of(embedder)
        self._rate = 0.0  # passages a second, smoothed
        self._newest = False

    def read_next(self) -> bool:
        """Reads a source that waits; False when none waits. A source that fails is noted with its reason.

        The oldest and the newest by turns: a file that is added while a large folder is read does not wait for its end.
        """
        source = self._store.next_waiting(self._newest)
        self._newest = not self._newest
        if source is None:
            return False
        self._store.set_source(source.id, "reading")
        look = Look()
        try:
            look = look_at(source)
            if look.fingerprint and look.fingerprint == source.fingerprint:
                self._store.end_reading(source.id, "done", "", look)
            else:
                self._read(source, look)
        except ReadingError as error:
            self._fail(source, str(error), look)
        except sqlite3.Error:
            raise  # the disk's failure, not the file's
        except StoreError as error:  # removed while it was read
            log.info("%s: %s", source.path, error)
        except Exception as error:  # one file must not hold up all others
            log.exception("indexing %s", source.path)
            self._fail(source, f"It could not be indexed ({type(error).__name__}).", look)
        return True

    def recut_next(self) -> int:
        """Cuts some documents anew that were cut otherwise than the index now wants; returns how many."""
        if self._store.meta("chunking") != self._chunking:
            return 0
        found = self._store.outdated(RECUT_BATCH)
        if found:
            cut = self._cut([document for _, document in found])
            self._store.put_recut(
                [(row, passages) for (row, _), passages in zip(found, cut, strict=True)], self._chunking
            )
        return len(found)

    def embed_next(self) -> int:
        """Embeds the next batch of texts that wait; returns how many (0 when none waits or the embedder differs)."""
        if not self._store.use_embedder(self._embedder.name):
            return 0
        waiting = self._store.unembedded(EMBED_BATCH)
        if not waiting:
            return 0
        started = time.perf_counter()
        keys, texts = zip(*waiting, strict=True)
        self._store.put_vectors(self._embedder.name, keys, self._embedder.encode(texts))
        rate = len(keys) / max(time.perf_counter() - started, 1e-6)
        self._rate = rate if not self._rate else 0.9 * self._rate + 0.1 * rate
        self._store.set_meta(embedding_rate=f"{self._rate:.1f}")
        return len(keys)

    def _fail(self, source: SourceRow, reason: str, look: Look) -> None:
        log.info("%s: %s", source.path, reason)
        self._store.end_reading(source.id, "failed", reason, look)

    def _read(self, source: SourceRow, look: Look) -> None:
        scan = self._store.begin_scan(source.id)
        found = 0
        items = self._parser.read(source.path, source.kind)
        with contextlib.closing(items):
            for batch in _batches(items):
                documents = [item for item in batch if isinstance(item, Document)]
                dropped = [item for item in batch if isinstance(item, Dropped)]
                found += len(documents)
                self._store.put(source.id, scan, self._passages(source, documents), dropped, self._chunking)
                if self._halted():
                    self._store.end_reading(source.id, "waiting", "", Look())
                    return
        if not found:
            raise ReadingError("It holds no text that can be read.")
        self._store.end_scan(source.id, scan, look=look)

    def _passages(self, source: SourceRow, documents: Sequence[Document]) -> list[tuple[Document, list | None]]:
        """Documents with their passages; None for those that the collection holds as they are."""
        known = [self._store.knows(source.collection, document, self._chunking) for document in documents]
        cut = iter(self._cut([document for document, there in zip(documents, known, strict=True) if not there]))
        return [(document, None if there else next(cut)) for document, there in zip(documents, known, strict=True)]

    def _cut(self, documents: Sequence[Document]) -> list[list]:
        from corpus.chunking import chunk_many

        options = {"budget": BUDGET, "overlap_sentences": OVERLAP, "limit": self._embedder.limit}
        return list(chunk_many(documents, self._embedder.count_tokens, **options))


def look_at(source: SourceRow) -> Look:
    """The SHA-256, size and time of change of a file; empty for data sets and folders, which are always read again.

    Raises ReadingError when it is not there or cannot be opened.
    """
    if source.kind != "file":
        return Look()
    try:
        with open(source.path, "rb") as file:
            status, digest = os.fstat(file.fileno()), hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
            return Look(digest.hexdigest(), status.st_size, status.st_mtime_ns)
    except FileNotFoundError:
        raise ReadingError("It is no longer there.") from None
    except OSError as error:
        raise ReadingError(f"It cannot be opened ({error.strerror}).") from error


def _batches(items: Iterable[Document | Dropped]) -> Iterator[list[Document | Dropped]]:
    """Groups what a reader gives by size and by time."""
    batch, characters, since = [], 0, time.monotonic()
    for item in items:
        batch.append(item)
        characters += sum(len(section.text) for section in item.sections) if isinstance(item, Document) else 0
        full = characters >= BATCH_CHARACTERS or len(batch) >= BATCH_DOCUMENTS
        if full or time.monotonic() - since > BATCH_SECONDS:
            yield batch
            batch, characters, since = [], 0, time.monotonic()
    if batch:
        yield batch
