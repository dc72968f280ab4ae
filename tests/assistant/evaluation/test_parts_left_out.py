import pytest

from assistant.evaluation.ablation import PARTS, without
from assistant.pipeline import Assistant
from corpus.chunking import chunk_many
from corpus.document import Document, Section
from corpus.home import Home
from index.vectors.embedder import HashingEmbedder

DOCUMENTS = (
    Document("Inhalers", (Section("Inhalers open the airways within minutes."),), language="en"),
    Document("Douane", (Section("Les gendarmes surveillaient la frontière."),), language="fr"),
)


@pytest.fixture
def whole(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    assistant, embedder = Assistant(Home(tmp_path)), HashingEmbedder()
    store = assistant.resources.store
    store.use_embedder(embedder.name)
    source = store.add_source("notes", "notes.jsonl", "file")
    scan = store.begin_scan(source.id)
    store.put(source.id, scan, zip(DOCUMENTS, chunk_many(DOCUMENTS, embedder.count_tokens), strict=True))
    store.end_scan(source.id, scan)
    keys, texts = zip(*store.unembedded(10), strict=True)
    store.put_vectors(embedder.name, keys, embedder.encode(texts))
    yield assistant
    assistant.close()


def found(assistant: Assistant, query: str) -> list[tuple[bool, bool]]:
    """Of each hit, whether words found it and whether it has a cosine."""
    hits = assistant.resources.search.search(query).hits
    return [(hit.bm25 is not None, hit.cosine is not None) for hit in hits]


def test_without_meaning_only_words_find(whole):
    assert found(whole, "airways") == [(True, True), (False, True)]
    assert found(without(whole, "meaning"), "airways") == [(True, False)]


def test_without_stems_words_are_found_as_they_are_written(whole):
    question = "Qui surveille les voyageurs pendant la nuit ?"
    assert [hit[0] for hit in found(whole, question)] == [True, False]
    assert [hit[0] for hit in found(without(whole, "stems"), question)] == [False, False]


def test_what_is_left_out_is_left_out_of_the_copy_alone(whole):
    order = whole.resources.order
    assert without(whole, "order").resources.order.reader == 0.0
    assert without(whole, "sentence").resources.order.sentence == 0.0
    assert without(whole, "reader").resources.reader is None
    assert whole.resources.order == order and order.reader > 0


def test_an_unknown_part_is_an_error(whole):
    with pytest.raises(ValueError, match="wings"):
        without(whole, "wings")
    assert len(set(PARTS)) == 5
