import numpy as np
import pytest

from corpus.document import Passage
from index.vectors import starter
from index.vectors.embedder import HashingEmbedder
from index.vectors.starter import FILE, packed, shipped

TEXTS = [f"text number {n} about things {n % 7}" for n in range(50)]
KEYS = [Passage(text).key for text in TEXTS]


@pytest.fixture
def file(tmp_path):
    packed("hashing", KEYS, HashingEmbedder().encode(TEXTS)).save(tmp_path / "s.npz")
    yield tmp_path / "s.npz"
    shipped.cache_clear()


def test_vectors_come_back_for_the_keys_that_are_known(file):
    other = Passage("never seen").key
    places, vectors = shipped("hashing", file).known([KEYS[3], other, KEYS[0]])
    assert places == [0, 2]
    cosines = (vectors * HashingEmbedder().encode([TEXTS[3], TEXTS[0]])).sum(axis=1)
    assert cosines.min() > 0.999
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_nothing_is_shipped_for_another_embedder_or_without_a_file(file, tmp_path):
    assert shipped("other", file) is None
    assert shipped("hashing", tmp_path / "none.npz") is None
    (tmp_path / "bad.npz").write_bytes(b"no zip")
    assert shipped("hashing", tmp_path / "bad.npz") is None


def test_no_keys_are_no_vectors(file):
    assert shipped("hashing", file).known([])[0] == []


def test_run_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    from index.vectors.starter.__main__ import computed

    texts, embedder = dict(zip(KEYS, TEXTS, strict=True)), HashingEmbedder()
    monkeypatch.setattr("index.vectors.starter.__main__.BATCH", 20)
    first = computed(embedder, texts, tmp_path)
    monkeypatch.setattr(HashingEmbedder, "encode", lambda *_: pytest.fail("computed twice"))
    assert (computed(embedder, texts, tmp_path) == first).all()


def test_shipped_file_is_small_and_of_the_default_embedder():
    assert FILE.stat().st_size < 9_000_000
    assert len(starter.shipped("multilingual-e5-small").keys) > 20_000
