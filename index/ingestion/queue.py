"""Queues files, folders and data sets for the indexing process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason
from index.ingestion.chunking_settings import chunking_of
from index.storage.store import SourceRow, Store
from index.vectors.embedder import Embedder, fallback


@dataclass(frozen=True)
class Enqueued:
    """Sources that wait to be read, and inputs that could not be queued (`failed`), each with its reason.

    `skipped` are files inside a folder that nobody named: of other kinds, hidden, or unreadable.
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
    failed: list[Dropped] = []
    skipped: list[Dropped] = []
    for path in paths:
        try:
            for found, kind in _expand(str(path), skipped):
                target = collection or (found if kind == "dataset" else "documents")
                wanted.setdefault(target, []).append((found, kind))
        except ReadingError as error:
            failed.append(Dropped(_shown(path), error.reason))
        except OSError as error:
            failed.append(Dropped(_shown(path), Reason("source.unopenable", {"reason": error.strerror or str(error)})))
    rows = [row for target, found in wanted.items() for row in store.add_sources(target, found)]
    return Enqueued(tuple(rows), tuple(failed), tuple(skipped))


def _expand(path: str, skipped: list[Dropped]) -> Iterator[tuple[str, str]]:
    from corpus import datasets, readers

    if path in datasets.NAMES:
        yield path, "dataset"
        return
    found = Path(path).expanduser().absolute()
    if not is_text(str(found)):
        raise ReadingError("source.name_not_text")
    if not found.exists():
        raise ReadingError("source.unknown")
    if found.is_file():
        if not readers.can_read(found):
            raise ReadingError("source.unsupported", kind=found.suffix or found.name)
        yield str(found), "file"
    elif readers.is_beir(found):
        yield str(found), "beir"
    else:
        yield from _folder(found, skipped)


def _folder(folder: Path, skipped: list[Dropped]) -> Iterator[tuple[str, str]]:
    from corpus import readers

    is_empty = True
    for item in readers.walk(folder):
        if isinstance(item, Dropped):
            skipped.append(item)
        elif not is_text(str(item)):
            skipped.append(Dropped(_shown(item), Reason("source.name_not_text")))
        else:
            is_empty = False
            yield str(item), "file"
    if is_empty:
        raise ReadingError("source.empty_folder")


def is_text(path: str) -> bool:
    """Whether a path can be kept as text: on Linux a name is bytes, which may be invalid in any encoding."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: str | Path) -> str:
    return str(path).encode("utf-8", "replace").decode()


def update(store: Store, embedder: Embedder) -> None:
    """Makes `embedder` the index's own: queues the texts that it has not seen, and the documents to be cut for it.

    No file is read again; the old passages answer until the new ones are there.
    """
    if store.meta("embedder") != embedder.name:
        store.change_embedder(embedder.name)
    store.set_meta(chunking=chunking_of(embedder))


def adopt(store: Store, embedder: Embedder) -> None:
    """Takes over an index that was made with another embedder, such as an earlier version's default.

    Its passages are embedded in the background and are found by their words meanwhile. What only stands in for the
    chosen embedder (`index.vectors.embedder.fallback`) takes over nothing: that would undo better work.
    """
    if fallback() is None and store.meta("embedder") not in ("", embedder.name):
        update(store, embedder)


def enqueue_rebuild(store: Store, embedder: Embedder) -> tuple[SourceRow, ...]:
    """Makes `embedder` the index's own and queues every source to be read again. Old passages answer meanwhile."""
    update(store, embedder)
    return tuple(store.read_again())
