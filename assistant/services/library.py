"""What the app does with documents, for all tabs: adding, following, pausing, deleting, fetching. No Gradio here."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.services.downloads import Fetches
from assistant.services.uploads import discard, folder_name, receive
from corpus.document import Dropped
from corpus.home import Home
from index.following.upkeep import Upkeep
from index.following.watches import Watch, add_watch, dismiss, remove_watch, watches
from index.ingestion.chunking_settings import chunking_of
from index.ingestion.queue import enqueue, update
from index.storage.sources import collection_name
from index.storage.store import SourceRow, Store
from index.vectors.embedder import load_embedder
from index.views.catalogue import SOURCE, Catalogue
from index.views.status import CollectionStatus, collection_statuses

log = logging.getLogger(__name__)


class Library:
    """The documents of one running app. `renamed(old, new)` is told of collections that got another name."""

    def __init__(self, home: Home, store: Store, renamed: Callable[[str, str], None] = lambda old, new: None):
        self.home = home
        self.store = store
        self._renamed = renamed
        self.upkeep = Upkeep(home, store)
        self.fetches = Fetches(home, self._arrived)
        self._deleting: set[str] = set()

    def start(self) -> None:
        """Follows the folders and keeps the indexing process going, from now on."""
        self.upkeep.start()

    def close(self) -> None:
        """Ends the following and the indexing process, and what is being fetched."""
        self.fetches.close()
        self.upkeep.close()

    # --- looking ----------------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        """The list of all documents."""
        embedder = load_embedder()
        return Catalogue(self.store, embedder.name, chunking_of(embedder))

    def statuses(self) -> list[CollectionStatus]:
        """The state of every collection that is not being deleted."""
        embedder = load_embedder()
        found = collection_statuses(self.store, embedder.name, chunking_of(embedder))
        return [status for status in found if status.name not in self._deleting]

    def collections(self) -> list[str]:
        """Names of the collections, oldest first."""
        return [name for name in self.store.collections() if name not in self._deleting]

    def watches(self) -> list[Watch]:
        """The folders that are followed."""
        return watches(self.store)

    def busy(self) -> bool:
        """Whether something is being read, embedded, deleted or fetched."""
        working = any(status.state in ("waiting", "reading", "embedding") for status in self.statuses())
        return working or bool(self._deleting) or self.fetches.busy

    def indexed_sets(self) -> set[str]:
        """Names of the data sets that a collection holds, or will hold once they are read."""
        return self.store.data_sets()

    # --- adding -----------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[str | Path], collection: str) -> tuple[int, tuple[Dropped, ...]]:
        """Queues files and starts the indexing process. Gives the number queued, and the files that were refused."""
        queued = enqueue(self.store, paths, collection)
        self.upkeep.wake()
        return len(queued.sources), queued.failed

    def take(self, files: Sequence[Path], collection: str) -> tuple[tuple[SourceRow, ...], tuple[Dropped, ...]]:
        """Moves files into the data folder, queues them and starts the indexing process.

        Gives the sources, and the files that no reader takes, which are not kept. Raises OSError when a file cannot be
        moved, StoreError for a collection that cannot be called so.
        """
        name = collection_name(collection)
        folder = self.home.documents / folder_name(name)
        queued = enqueue(self.store, [receive(file, folder) for file in files], name)
        for item in queued.failed:
            discard(item.place, self.home.documents)
        self.upkeep.wake()
        return queued.sources, queued.failed

    def follow(self, path: str, collection: str) -> Watch:
        """Follows a folder. Raises StoreError when it cannot be followed."""
        return add_watch(self.store, path, collection, self.home)

    def unfollow(self, watch_id: int, documents: bool) -> None:
        """Stops following a folder; with `documents`, also removes what was read from it."""
        remove_watch(self.store, watch_id, documents=documents)

    def _arrived(self, name: str) -> None:
        enqueue(self.store, [name])
        self.upkeep.wake()

    # --- indexing ---------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Stops indexing for now, in every program that uses this data folder."""
        self.store.pause()

    def resume(self) -> None:
        """Lets indexing go on after a pause."""
        self.store.resume()
        self.upkeep.wake()

    def retry(self, ids: Sequence[int] | None = None, collection: str | None = None) -> int:
        """Reads failed sources once more; returns how many."""
        count = self.store.retry(ids, collection)
        self.upkeep.wake()
        return count

    def update(self) -> None:
        """Rebuilds the index for the embedder in use; the old passages answer until the new ones are ready."""
        update(self.store, load_embedder())
        self.upkeep.wake()

    # --- changing ---------------------------------------------------------------------------------------------

    def rename(self, name: str, new: str) -> str:
        """Gives a collection another name. Raises StoreError when the name is taken or not valid."""
        new = self.store.rename_collection(name, new)
        self._renamed(name, new)
        return new

    def delete(self, name: str) -> threading.Thread:
        """Deletes a collection and our copies of its files in a thread; it is no longer listed from now on."""
        self.store.collection_id(name)
        self._deleting.add(name)
        thread = threading.Thread(target=self._delete, args=(name,), name="delete-collection")
        thread.start()
        return thread

    def _delete(self, name: str) -> None:
        try:
            copies = [row.path for row in self.store.sources(name) if row.kind == "file"]
            self.store.remove_collection(name)
            for path in copies:
                self._discard(path)
        except Exception:
            log.exception("a collection could not be deleted")
        finally:
            self._deleting.discard(name)

    def remove(self, source_id: int) -> None:
        """Takes a file out of the index, with our own copy of it."""
        row = self.store.source(source_id)
        if row is not None:
            dismiss(self.store, [row.id])
            self._discard(row.path)

    def remove_entry(self, kind: str, row_id: int) -> None:
        """Removes an entry of the catalogue, and its file unless that holds other documents as well."""
        if kind == SOURCE:
            self.remove(row_id)
            return
        entry = self.catalogue.document(row_id)
        if entry is not None and entry.source is not None:
            self.remove(entry.source)
        else:
            self.store.remove_rows([row_id])

    def _discard(self, path: str) -> None:
        if not self.store.has_source(path):  # another collection may hold the same copy
            discard(path, self.home.documents)
