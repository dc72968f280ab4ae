import json

import numpy as np
import pytest

from index.vectors import e5, embedder
from index.vectors.embedder import (
    DEFAULT,
    LIGHT,
    EmbedderError,
    HashingEmbedder,
    SentenceTransformerEmbedder,
    cache_folder,
    chosen_name,
    english_only,
    fallback,
    load_embedder,
)


@pytest.fixture
def unavailable(monkeypatch, tmp_path):
    def converted(folder, data=None):
        raise e5.WeightsUnavailable("e5.missing", package=e5.PACKAGE)

    monkeypatch.setenv("SOURCIER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SOURCIER_EMBEDDER", raising=False)
    monkeypatch.setattr(e5, "converted", converted)
    embedder._default_folder.cache_clear()
    yield
    embedder._default_folder.cache_clear()


def model(folder, name, **files):
    folder.mkdir()
    for file, content in files.items():
        (folder / f"{file}.json").write_text(json.dumps(content))
    return SentenceTransformerEmbedder(name, folder)


def test_hashing_embedder_gives_unit_vectors_that_share_words():
    vectors = HashingEmbedder().encode(["the eye", "an eye", "bread", ""])
    assert np.linalg.norm(vectors[:3], axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]
    assert not vectors[3].any()
    assert (HashingEmbedder().encode(["the eye"], "query") == vectors[:1]).all()


def test_embedder_is_chosen_by_the_environment(monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    assert load_embedder().name == "hashing"
    monkeypatch.delenv("SOURCIER_EMBEDDER")
    assert chosen_name() == DEFAULT == "multilingual-e5-small"


def test_embedder_that_is_not_here_is_refused_without_a_download(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EmbedderError) as error:
        load_embedder("no-such-model")
    assert error.value.code == "embedder.not_found"


def test_minilm_stands_in_for_a_default_that_cannot_be_had(unavailable, monkeypatch, caplog):
    assert (load_embedder().name, load_embedder().name) == (LIGHT, LIGHT)
    assert fallback().code == "embedder.fallback"
    assert fallback().values["reason"].code == "e5.missing"
    assert caplog.text.count("embedder.fallback") == 1
    with pytest.raises(EmbedderError) as error:  # who asks for it by name is not given another one
        load_embedder(DEFAULT)
    assert error.value.code == "embedder.default_unavailable"
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    assert fallback() is None


def test_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCIER_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SOURCIER_CACHE")
    assert "sourcier" in str(cache_folder())


def test_limit_is_shared_so_that_another_embedder_needs_no_new_cutting(tmp_path):
    assert model(tmp_path / "large", "a", sentence_bert_config={"max_seq_length": 512}).limit == 256
    assert model(tmp_path / "small", "b", sentence_bert_config={"max_seq_length": 128}).limit == 128
    assert model(tmp_path / "other", "c", config={"max_position_embeddings": 512}).limit == 256


@pytest.mark.parametrize(
    ("name", "prompts", "expected"),
    [
        ("any", {"query": "q: ", "document": "d: "}, {"query": "q: ", "passage": "d: "}),
        ("any", {"query": "q: "}, {"query": "q: ", "passage": ""}),
        ("intfloat/e5-base-v2", {}, {"query": "query: ", "passage": "passage: "}),
        ("multilingual-e5-large", {}, {"query": "query: ", "passage": "passage: "}),
        ("intfloat/multilingual-e5-large-instruct", {}, {"query": "", "passage": ""}),
        ("all-MiniLM-L6-v2", {}, {"query": "", "passage": ""}),
    ],
)
def test_prompts_come_from_the_model_or_its_family(tmp_path, name, prompts, expected):
    assert model(tmp_path / "m", name, config_sentence_transformers={"prompts": prompts}).prompts == expected


def test_only_models_named_so_know_english_alone():
    assert english_only(LIGHT) and english_only("BAAI/bge-small-en")
    assert not english_only(DEFAULT) and not english_only("hashing")


@pytest.mark.real
def test_light_embedder_comes_from_its_wheel_and_knows_its_limit():
    embedder = load_embedder(LIGHT)
    assert embedder.limit == 256
    assert embedder.count_tokens(["the eye", "the eye of the eye"]) == [2, 5]
    vectors = embedder.encode(["Glaucoma is a disease of the eye.", "an eye disease", "a banana"])
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]


@pytest.mark.real
def test_default_embedder_reads_french_and_english_alike():
    embedder = load_embedder(DEFAULT)
    assert embedder.limit == 256
    (question,) = embedder.encode(["Qu'est-ce que le glaucome ?"], "query")
    vectors = embedder.encode(["Glaucoma is a disease of the eye.", "A banana is a fruit.", "Le pain lève."])
    assert vectors.shape == (3, 384) and np.argmax(vectors @ question) == 0
    assert not np.allclose(question, embedder.encode(["Qu'est-ce que le glaucome ?"])[0], atol=1e-3)
