"""A tiny library of four documents, cut and embedded without any model."""

import postgres_server
import pytest

from corpus.chunking import chunk_many
from corpus.document import Document, Section
from index.retrieval.search import Search
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache


def document(title, text, **fields):
    return Document(title, (Section(text),), **fields)


DOCUMENTS = (
    document(
        "Glaucoma", "Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye.", external_id="g1"
    ),
    document("Asthma", "Asthma narrows the airways. An inhaler opens them within minutes.", external_id="a1"),
    document("Bread", "Flour, water, salt and yeast make a dough. Bake it for forty minutes.", external_id="b1"),
    document("Glaucome", "Le glaucome abîme le nerf optique.", external_id="f1", language="fr"),
)


BOTH = ("sqlite", "postgresql")  # what both promise: a file of tests with `DATABASES = BOTH` runs on each of them


@pytest.fixture(scope="session")
def postgres():
    """A real server with pgvector; skips where its programs or psycopg are missing."""
    pytest.importorskip("psycopg_pool", reason="the extra 'server' is not installed")
    programs = postgres_server.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL with pgvector was found on this machine")
    server = postgres_server.Server(programs)
    yield server
    server.remove()


@pytest.fixture
def store(request, tmp_path):
    """An empty index: a file, or a database of a server where the test asks for it."""
    if getattr(request, "param", "sqlite") == "postgresql":
        from index.storage.postgres.store import PostgresStore

        server = request.getfixturevalue("postgres")
        made = PostgresStore(server.url, server.new_schema())
    else:
        made = Store(tmp_path / "index.sqlite3")
    yield made
    made.close()


@pytest.fixture
def embedder():
    return HashingEmbedder()


def add(store, documents, embedder, collection="notes", path="notes.jsonl"):
    """Stores documents as one complete reading of one source; returns the source's id."""
    source = store.add_source(collection, path, "file")
    scan = store.begin_scan(source.id)
    passages = chunk_many(documents, embedder.count_tokens)
    store.put(source.id, scan, zip(documents, passages, strict=True))
    store.end_scan(source.id, scan)
    return source.id


def embed_all(store, embedder):
    store.use_embedder(embedder.name)
    while waiting := store.unembedded(100):
        keys, texts = zip(*waiting, strict=True)
        store.put_vectors(embedder.name, keys, embedder.encode(texts))


@pytest.fixture
def library(store, embedder):
    """The four documents in the collection "notes", embedded."""
    add(store, DOCUMENTS, embedder)
    embed_all(store, embedder)
    return store


@pytest.fixture
def search(library, embedder, tmp_path):
    return Search(library, embedder, VectorCache(library, tmp_path / "vectors", embedder.name))
