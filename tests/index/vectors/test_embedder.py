import numpy as np
import pytest

from index.vectors.embedder import DEFAULT, EmbedderError, HashingEmbedder, chosen_name, load_embedder


def test_hashing_embedder_gives_unit_vectors_that_share_words():
    vectors = HashingEmbedder().encode(["the eye", "an eye", "bread", ""])
    assert np.linalg.norm(vectors[:3], axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]
    assert not vectors[3].any()


def test_embedder_is_chosen_by_the_environment(monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    assert load_embedder().name == "hashing"
    monkeypatch.delenv("SOURCIER_EMBEDDER")
    assert chosen_name() == DEFAULT


def test_embedder_that_is_not_here_is_refused_without_a_download(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EmbedderError, match="neither a folder nor in the local cache"):
        load_embedder("no-such-model")


@pytest.mark.real
def test_default_embedder_comes_from_its_wheel_and_knows_its_limit():
    embedder = load_embedder()
    assert embedder.limit == 256
    assert embedder.count_tokens(["the eye", "the eye of the eye"]) == [2, 5]
    vectors = embedder.encode(["Glaucoma is a disease of the eye.", "an eye disease", "a banana"])
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]
