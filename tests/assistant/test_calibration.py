import random

import pytest

from assistant.calibration import Example, _invented, _regression, examples, fit, held_out, quality
from assistant.confidence import Features
from corpus.chunking import chunk_many
from corpus.document import Document, Section
from index.embedder import HashingEmbedder
from index.search import Search
from index.store import Store
from index.vectors import VectorCache

TOPICS = ("glaucoma", "asthma", "anemia", "eczema", "gout", "malaria", "measles", "mumps", "rabies", "scurvy")


@pytest.fixture
def search(tmp_path):
    """Ten diseases in one collection, three painters in another."""
    store, embedder = Store(tmp_path / "i.sqlite3"), HashingEmbedder()
    store.use_embedder(embedder.name)
    diseases = [
        Document(
            f"How to treat {topic.title()}?",
            (Section(f"Rest and water help against {topic}. Doctors treat {topic} with care."),),
            metadata={"focus_area": topic.title(), "question_type": "treatment"},
        )
        for topic in TOPICS
    ]
    painters = [Document(name, (Section(f"{name} painted."),)) for name in ("Monet", "Renoir", "Degas")]
    for collection, documents in (("medicine", diseases), ("painters", painters)):
        source = store.add_source(collection, collection, "dataset")
        passages = chunk_many(documents, embedder.count_tokens)
        store.put(source.id, store.begin_scan(source.id), zip(documents, passages, strict=True))
    while waiting := store.unembedded(100):
        keys, texts = zip(*waiting, strict=True)
        store.put_vectors(embedder.name, keys, embedder.encode(texts))
    yield Search(store, embedder, VectorCache(store, tmp_path / "v", embedder.name))
    store.close()


def made(search):
    return examples(search._store, search, "medicine", "painters", count=20)


def test_examples_are_labelled_by_whether_their_topic_was_found(search):
    kinds = {}
    for example in made(search):
        kinds.setdefault(example.kind, set()).add(example.answerable)
    assert True in kinds.pop("reworded")
    assert set(kinds) == {"invented", "other collection", "other field", "gibberish"}
    assert all(labels == {False} for labels in kinds.values())


def test_same_seed_makes_the_same_examples(search):
    assert made(search) == made(search)


def test_fitted_gate_separates_what_the_collection_holds_from_what_it_does_not(search):
    data = made(search)
    scores = quality(data, fit(data, "hashing").by_embedder["hashing"], 0.5)
    assert scores["roc_auc"] > 0.95
    assert scores["invented"] > 0.9


def test_halves_share_no_topic():
    nothing = Features(0, 0, 0, 0, 0)
    data = [Example(f"q{n}", "reworded", True, nothing, topic=f"t{n % 7}") for n in range(40)]
    first, second = held_out(data)
    assert len(first) + len(second) == 40
    assert {example.topic for example in first}.isdisjoint(example.topic for example in second)


def test_regression_weighs_the_feature_that_decides():
    data = [Example("q", "k", bool(n % 2), Features(0.5, n % 2, 0.5, 0.5, 0.5)) for n in range(40)]
    weights = _regression(data, ["coverage", "known"]).weights
    assert weights["coverage"] > 1 > abs(weights["known"])


def test_invented_names_are_new_words():
    names = {topic for _, topic in _invented(50, random.Random(1))}
    assert names.isdisjoint(TOPICS)
    assert len(names) > 40
