"""Asking for documents to be indexed, and the work itself: read, cut into passages, store, embed.

The work is done by `index.worker` in its own process; this module holds what both sides share.
"""

import hashlib
import logging
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError
from corpus.home import Home
from index.embedder import Embedder
from index.parse import Parser
from index.store import SourceRow, Store, StoreError

log = logging.getLogger(__name__)

BATCH_CHARACTERS = 300_000  # of text stored in one transaction: some tenths of a second
BATCH_DOCUMENTS = 500
BATCH_SECONDS = 1.0  # a slow reader's documents become searchable one by one
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
    sources, failed, skipped = [], [], []
    for path in paths:
        try:
            for found, kind in _expand(str(path), skipped):
                target = collection or (found if kind == "dataset" else "documents")
                sources.append(store.add_source(target, found, kind))
        except (ReadingError, OSError) as error:
            failed.append(Dropped(str(path), str(error)))
    return Enqueued(tuple(sources), tuple(failed), tuple(skipped))


def _expand(path: str, skipped: list[Dropped]) -> Iterator[tuple[str, str]]:
    from corpus import datasets, readers

    if path in datasets.NAMES:
        yield path, "dataset"
        return
    found = Path(path).expanduser().absolute()
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
        else:
            some = True
            yield str(item), "file"
    if not some:
        raise ReadingError("The folder holds no file that can be read.")


def enqueue_rebuild(store: Store, embedder: str) -> tuple[SourceRow, ...]:
    """Queues every source to be read again and makes `embedder` the index's. Old passages go on answering."""
    store.change_embedder(embedder)
    for source in store.sources():
        store.set_source(source.id, "waiting", fingerprint="")
    return tuple(store.sources())


def start_worker(home: Home, *, tied: bool = False) -> subprocess.Popen:
    """Starts the indexing process and returns at once. If one runs already, the new one sees that and ends.

    With `tied`, the process ends with its parent: the parent keeps the pipe `stdin` open as long as it lives.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "indexing.log").open("ab") as log_file:
        return subprocess.Popen(
            [sys.executable, "-m", "index.worker", "--home", str(home.path), *(["--tied"] if tied else [])],
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            cwd=Path(__file__).parent.parent,
            start_new_session=True,  # Ctrl-C in the terminal ends the command, not the work
        )


class Builder:
    """Does the work, one step at a time, so that the worker can stop and look around between steps."""

    def __init__(self, store: Store, embedder: Embedder, parser: Parser):
        self._store = store
        self._embedder = embedder
        self._parser = parser
        self._rate = 0.0  # passages a second, smoothed

    def read_next(self) -> bool:
        """Reads the oldest waiting source; False when none waits. A source that fails is noted with its reason."""
        waiting = self._store.sources(state="waiting")
        if not waiting:
            return False
        source = waiting[0]
        try:
            self._read(source)
        except ReadingError as error:
            log.info("%s: %s", source.path, error)
            self._store.set_source(source.id, "failed", str(error))
        except StoreError as error:  # removed while it was read
            log.info("%s: %s", source.path, error)
        return True

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

    def _read(self, source: SourceRow) -> None:
        fingerprint = _fingerprint(source)
        if fingerprint and fingerprint == source.fingerprint:
            self._store.set_source(source.id, "done")
            return
        scan = self._store.begin_scan(source.id)
        found = 0
        for batch in _batches(self._parser.read(source.path, source.kind)):
            documents = [item for item in batch if isinstance(item, Document)]
            dropped = [item for item in batch if isinstance(item, Dropped)]
            found += len(documents)
            self._store.put(source.id, scan, self._cut(documents), dropped)
        if not found:
            raise ReadingError("It holds no text that can be read.")
        self._store.end_scan(source.id, scan, fingerprint)

    def _cut(self, documents: Sequence[Document]) -> Iterable[tuple[Document, list]]:
        from corpus.chunking import chunk_many

        passages = chunk_many(documents, self._embedder.count_tokens, limit=self._embedder.limit)
        return zip(documents, passages, strict=True)


def _fingerprint(source: SourceRow) -> str:
    """SHA-256 of a file's bytes; empty for data sets and folders, which are always read again."""
    if source.kind != "file":
        return ""
    try:
        with open(source.path, "rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
            return digest.hexdigest()
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
