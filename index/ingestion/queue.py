"""Queues files, folders and data sets for the indexing process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Dropped, ReadingError
from index.ingestion.chunking_recipe import chunking_of
from index.storage.store import SourceRow, Store
from index.vectors.embedder import Embedder

UNSPEAKABLE = "Its name is not text in any encoding; rename it."


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
