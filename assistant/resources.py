"""What an assistant works with, each loaded when first needed and kept: index, embedder, reader, gate, generators."""

import logging
import threading
from typing import TYPE_CHECKING

from assistant.gate.gate import Gates
from assistant.generation import presets
from corpus.home import Home
from index.reader.loading import load_reader
from index.reader.reading import PassageReader, ReaderUnavailable
from index.retrieval.reading import Order
from index.retrieval.search import Search
from index.storage.opening import open_store
from index.storage.store import Store
from index.vectors.embedder import Embedder, cache_folder, load_embedder
from index.vectors.faiss_cache import VectorCache

if TYPE_CHECKING:
    from assistant.generation.engine.choice import EngineName
    from assistant.generation.generator import Generator

log = logging.getLogger(__name__)


class Resources:
    """Loads once, whichever thread asks first; the others wait for it."""

    def __init__(self, home: Home):
        self._home = home
        self._lock = threading.RLock()
        self._store: Store | None = None
        self._embedder: Embedder | None = None
        self._warm = False
        self._search: Search | None = None
        # One for each engine: a second model would double the memory.
        self._generators: dict[EngineName, tuple[str, Generator]] = {}
        self._gates: Gates | None = None
        self._order: Order | None = None
        self._reader: PassageReader | None = None
        self._reader_tried = False

    @property
    def store(self) -> Store:
        """The index's store."""
        with self._lock:
            if self._store is None:
                self._store = open_store(self._home)
            return self._store

    @property
    def search(self) -> Search:
        """Search over the store with the chosen embedder."""
        with self._lock:
            if self._search is None:
                embedder = load_embedder()
                cache = VectorCache(self.store, self._home.vectors, embedder.name)
                self._search, self._embedder = Search(self.store, embedder, cache), embedder
            return self._search

    def generator(self, name: str, engine: "EngineName" = "automatic") -> "Generator":
        """The generator called `name`, on what is fastest here or on Keras, the reference.

        Raises ModelError when it is not on this machine.
        """
        from assistant.generation.generator import Generator

        with self._lock:
            if self._generators.get(engine, ("", None))[0] != name:
                self._generators.pop(engine, None)  # freed before the next one is loaded
                self._generators[engine] = name, Generator.load(name, models=self._home.models, engine=engine)
            return self._generators[engine][1]

    @property
    def gates(self) -> Gates:
        """The fitted refusal gates."""
        with self._lock:
            if self._gates is None:
                self._gates = Gates.load()
            return self._gates

    @property
    def order(self) -> Order:
        """The fitted order of what was read."""
        with self._lock:
            if self._order is None:
                self._order = Order.load()
            return self._order

    def forget_fits(self) -> None:
        """Reads the order and the gates anew when they are next needed."""
        with self._lock:
            self._order = self._gates = None

    @property
    def reader(self) -> PassageReader | None:
        """The reader, None where its weights cannot be had: passages are then ordered and quoted by search alone."""
        with self._lock:
            if not self._reader_tried:
                self._reader_tried = True
                try:
                    self._reader = load_reader(cache_folder())
                except ReaderUnavailable as error:
                    log.warning("no reader: %s", error)
            return self._reader

    def use(self, search: Search, reader: PassageReader | None, order: Order) -> None:
        """Works with these from now on, whatever was loaded: for measuring what a part is worth."""
        with self._lock:
            self._search, self._embedder, self._reader, self._order = search, search.embedder, reader, order
            self._reader_tried = True

    @property
    def loading(self) -> tuple[str, ...]:
        """What is not ready yet, in the order in which it loads."""
        missing = {"index": self._store is None, "embedder": not self._warm, "generator": not self._generators}
        return tuple(name for name, is_missing in missing.items() if is_missing)

    def warm_up(self, model: str) -> None:
        """Loads all and runs each once, so that the first question does not pay for it."""
        self.search.search("warm up", top=1)
        self.search.rarities(["warm"])  # reads the embedder's vocabulary: 0.9 s
        if self._embedder is not None:
            self._embedder.encode(["warm up"], "query")
        if self.reader is not None:
            self.reader.read("warm up", ["Nothing is asked here."])
        self._warm = True
        self.generator(model).warm_up()

    def models(self) -> list[str]:
        """Names of the generators on this machine."""
        return [preset.name for preset in presets.available(self._home.models) if preset.ready]

    def close(self) -> None:
        """Closes the store."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = self._search = None
