"""A toy question-answer collection with topics and kinds as MedQuAD has them, beside a few painters, cut and embedded
without any model."""

import pytest

from corpus.chunking import chunk_many
from corpus.document import Document, Section
from index.retrieval.search import Search
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache

TOPICS = (
    "Glaucoma", "Asthma", "Anemia", "Eczema", "Gout", "Malaria", "Measles", "Mumps", "Rabies", "Scurvy", "Tetanus",
    "Cholera", "Migraine", "Psoriasis", "Rosacea", "Sciatica",
)  # fmt: skip
TEXTS = {
    "treatment": ("What are the treatments for {}?", "Rest and water help against {}. Doctors treat {} with care."),
    "symptoms": ("What are the symptoms of {}?", "People with {} feel tired. A rash is a sign of {}."),
}
PAINTERS = [f"{name} {n}" for name in ("Monet", "Renoir", "Degas", "Manet") for n in range(1, 9)]


def disease(topic: str, kind: str, concept: str = "") -> Document:
    """An answer on one aspect of a topic; its id tells both."""
    title, text = (part.replace("{}", topic) for part in TEXTS[kind])
    about = {"focus_area": topic, "question_type": kind} | ({"umls_cui": concept} if concept else {})
    return Document(title, (Section(text),), metadata=about, external_id=f"{topic.lower().split()[0]}-{kind}")


DISEASES = [
    *(disease(topic, kind) for topic in TOPICS for kind in TEXTS),
    # Names of one thing, each with an answer that the other has not: in this half and in that.
    *(disease("Kidney Stones", "symptoms", "C1"), disease("Nephrolithiasis", "treatment", "C1")),
    *(disease("Leprosy", "symptoms", "C2"), disease("Hansen Disease", "treatment", "C2")),
    *(disease("Pertussis", "symptoms", "C3"), disease("Whooping Cough", "treatment", "C3")),
]


def fill(store: Store, embedder: HashingEmbedder) -> None:
    """Puts the diseases into "medicine" and the painters into "painters", embedded."""
    painters = [Document(name, (Section(f"{name} painted gardens."),)) for name in PAINTERS]
    store.use_embedder(embedder.name)
    for collection, documents in (("medicine", DISEASES), ("painters", painters)):
        source = store.add_source(collection, collection, "dataset")
        passages = chunk_many(documents, embedder.count_tokens)
        scan = store.begin_scan(source.id)
        store.put(source.id, scan, zip(documents, passages, strict=True))
        store.end_scan(source.id, scan)
    while waiting := store.unembedded(100):
        keys, texts = zip(*waiting, strict=True)
        store.put_vectors(embedder.name, keys, embedder.encode(texts))


@pytest.fixture
def medicine(tmp_path):
    """The filled store and its search."""
    store, embedder = Store(tmp_path / "index.sqlite3"), HashingEmbedder()
    fill(store, embedder)
    yield store, Search(store, embedder, VectorCache(store, tmp_path / "vectors", embedder.name))
    store.close()
