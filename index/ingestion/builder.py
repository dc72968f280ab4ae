"""The steps of indexing: read a source, cut its documents into passages, store them, embed them.

`index.ingestion.worker` takes these steps in a process of its own.
"""

import contextlib
import hashlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from corpus.document import Document, Dropped, Passage, ReadingError
from corpus.errors import Reason
from index.ingestion.chunking_settings import BUDGET, OVERLAP, chunking_of
from index.ingestion.parser import Parser
from index.storage.sources import Look
from index.storage.store import SourceRow, Store, StoreError
from index.vectors.embedder import Embedder
from index.vectors.starter import shipped

log = logging.getLogger(__name__)

BATCH_CHARACTERS = 300_000  # of text stored in one transaction: some tenths of a second
BATCH_DOCUMENTS = 500
BATCH_SECONDS = 1.0  # a slow reader's documents become searchable one by one
RECUT_BATCH = 50
EMBED_BATCH = 64  # distinct texts a transaction: about two seconds of MiniLM on two cores
SHIPPED_BATCH = 5_000  # texts a transaction, when their vectors were shipped


class Builder:
    """Indexes one step at a time, so that the worker can stop between two steps.

    `halted` is asked inside long steps, too: a source whose reading it ends goes back into the queue.
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
        """Reads a source that waits; False when none waits. Why a source failed is kept with it.

        Takes the oldest and the newest by turns, so that a new file does not wait for the end of a large folder.
        """
        source = self._store.take_next(self._newest)
        self._newest = not self._newest
        if source is None:
            return False
        try:
            self._read_one(source)
        finally:
            self._store.release(source.id)
        return True

    def _read_one(self, source: SourceRow) -> None:
        look = Look()
        try:
            look = look_at(source)
            if look.fingerprint and look.fingerprint == source.fingerprint:
                self._store.end_reading(source.id, "done", "", look)
            else:
                self._read(source, look)
        except ReadingError as error:
            self._fail(source, error.reason, look)
        except sqlite3.Error:
            raise  # the disk fails, not the file
        except StoreError as error:  # removed while it was read
            log.info("%s: %s", source.path, error)
        except Exception as error:  # one file must not stop all others
            log.exception("indexing %s", source.path)
            self._fail(source, Reason("source.not_indexed", {"kind": type(error).__name__}), look)

    def recut_next(self) -> int:
        """Cuts some documents again that were cut otherwise than the index now wants; returns how many."""
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
        with self._store.embedding(EMBED_BATCH) as waiting:
            if not waiting:
                return 0
            started = time.perf_counter()
            keys, texts = zip(*waiting, strict=True)
            if taken := self._take_shipped(keys):
                return taken
            self._store.put_vectors(self._embedder.name, keys, self._embedder.encode(texts))
        rate = len(keys) / max(time.perf_counter() - started, 1e-6)
        self._rate = rate if not self._rate else 0.9 * self._rate + 0.1 * rate
        self._store.set_meta(embedding_rate=f"{self._rate:.1f}")
        return len(keys)

    def _take_shipped(self, keys: Sequence[bytes]) -> int:
        """Takes the vectors that the program brings along, when some of `keys` are among them; returns how many."""
        known = shipped(self._embedder.name)
        if known is None or not known.known(keys)[0]:
            return 0
        waiting = [key for key, _ in self._store.unembedded(SHIPPED_BATCH)]
        places, vectors = known.known(waiting)
        self._store.put_vectors(self._embedder.name, [waiting[place] for place in places], vectors)
        return len(places)

    def _fail(self, source: SourceRow, reason: Reason, look: Look) -> None:
        log.info("%s: %s", source.path, reason)
        self._store.end_reading(source.id, "failed", reason.dumps(), look)

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
            raise ReadingError("source.no_text")
        self._store.end_scan(source.id, scan, look=look)

    def _passages(
        self, source: SourceRow, documents: Sequence[Document]
    ) -> list[tuple[Document, list[Passage] | None]]:
        """Documents with their passages, or None where the collection holds the document as it is."""
        known = [self._store.knows(source.collection, document, self._chunking) for document in documents]
        cut = iter(self._cut([document for document, there in zip(documents, known, strict=True) if not there]))
        return [(document, None if there else next(cut)) for document, there in zip(documents, known, strict=True)]

    def _cut(self, documents: Sequence[Document]) -> list[list[Passage]]:
        from corpus.chunking import chunk_many

        count, limit = self._embedder.count_tokens, self._embedder.limit
        return list(chunk_many(documents, count, budget=BUDGET, overlap_sentences=OVERLAP, limit=limit))


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
        raise ReadingError("source.gone") from None
    except OSError as error:
        raise ReadingError("source.unopenable", reason=error.strerror) from error


def _batches(items: Iterable[Document | Dropped]) -> Iterator[list[Document | Dropped]]:
    """Groups what a reader gives by size and by time."""
    batch: list[Document | Dropped] = []
    characters, since = 0, time.monotonic()
    for item in items:
        batch.append(item)
        characters += sum(len(section.text) for section in item.sections) if isinstance(item, Document) else 0
        full = characters >= BATCH_CHARACTERS or len(batch) >= BATCH_DOCUMENTS
        if full or time.monotonic() - since > BATCH_SECONDS:
            yield batch
            batch, characters, since = [], 0, time.monotonic()
    if batch:
        yield batch
