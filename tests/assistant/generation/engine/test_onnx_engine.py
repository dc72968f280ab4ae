import json
import shutil

import numpy as np
import pytest

from assistant.generation import presets
from assistant.generation.engine import onnx_engine, weights
from assistant.generation.engine.keras_engine import KerasEngine
from assistant.generation.engine.onnx_engine import MANIFEST
from assistant.generation.engine.onnx_graph import BLOCK, rounded
from assistant.generation.generator import Generator
from assistant.generation.sampling import Sampling, log_softmax

pytest.importorskip("onnxruntime")


def made(preset, cache, precision):
    architecture = presets.validate(preset)
    return onnx_engine.load(preset, cache, lambda: weights.read(preset, architecture), precision)


@pytest.fixture(scope="module")
def exact(toy_preset, tmp_path_factory):
    """The toy preset in float32."""
    return made(toy_preset, tmp_path_factory.mktemp("engines"), "float32")


@pytest.fixture(scope="module")
def small(toy_preset, tmp_path_factory):
    """The toy preset in eight bits."""
    return made(toy_preset, tmp_path_factory.mktemp("engines"), "int8")


def test_logits_equal_those_of_keras(toy_generator, exact, small):
    batch = np.array([np.arange(12), [5] * 12], np.int32)
    expected = toy_generator.engine.logits(batch)
    assert np.abs(exact.logits(batch) - expected).max() < 1e-4
    assert np.abs(small.logits(batch) - expected).max() < 0.25 * expected.std()


def test_greedy_tokens_equal_those_of_keras(toy_generator, exact):
    fast = Generator(exact, toy_generator.tokenizer, "toy")
    for prompt in ("the rain in the street", "a", "x" * 30):
        for sampling in (Sampling(), Sampling(no_repeat_ngram=3), Sampling(temperature=0.8, top_k=20, seed=3)):
            options = {"max_new_tokens": 30, "sampling": sampling}
            assert list(fast.tokens(prompt, **options)) == list(toy_generator.tokens(prompt, **options))
        copied = ["the rain in the street. an older street.", "the rain"]
        written, expected = (
            list(g.tokens(prompt, max_new_tokens=30, copying=g.copying_from(copied))) for g in (fast, toy_generator)
        )
        assert written == expected


def test_a_text_may_be_fed_in_any_pieces_and_gone_back_in(exact, small):
    ids = (np.arange(40) * 7 % 250).tolist()
    for engine in (exact, small):
        whole = engine.begin(40).feed(ids, 0, 40)
        text = engine.begin(40)
        assert np.allclose(text.feed(ids[:20], 0, 20), whole[:20], atol=1e-5)
        text.feed([1, 2, 3], 20, 1)
        assert np.allclose(text.feed(ids[20:30], 20, 3), whole[27:30], atol=1e-5)
        steps = [text.feed([ids[at]], at, 1)[0] for at in range(30, 40)]
        assert np.allclose(steps, whole[30:], atol=0.25 * whole.std() if engine is small else 1e-4)


def test_rounded_weights_are_within_half_a_step():
    weight = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    numbers, scales = rounded(weight)
    assert numbers.shape == (3, 2, BLOCK)
    again = (numbers.astype(np.float32) - 128) * scales.reshape(3, 2, 1)
    assert np.abs(again.reshape(3, -1)[:, :40].T - weight).max() <= scales.max() / 2 + 1e-6
    assert not np.any(again.reshape(3, -1)[:, 40:])
    assert not rounded(np.zeros((4, 1), np.float32))[1].any()


def test_an_engine_is_made_once_for_the_same_weights(toy_preset, tmp_path):
    preset, cache = tmp_path / "mine", tmp_path / "engines"
    shutil.copytree(toy_preset, preset)
    made(preset, cache, "int8")
    (folder,) = cache.iterdir()
    (folder / "batch.onnx").write_bytes(b"damaged")
    made(preset, cache, "int8")
    assert onnx_engine.load(preset, cache, lambda: pytest.fail("made again")).window == 64
    shutil.copytree(folder, cache / "other-int8-1")  # of another preset
    manifest = json.loads((folder / MANIFEST).read_text())
    (cache / "other-int8-1" / MANIFEST).write_text(json.dumps(manifest | {"preset": "elsewhere"}))
    with (preset / "model.weights.h5").open("ab") as file:
        file.write(b"\0")
    made(preset, cache, "int8")
    assert len(list(cache.iterdir())) == 2  # the new one and the other preset's
    assert not folder.exists()


@pytest.mark.real
def test_starters_tokens_and_perplexity_are_those_of_keras(tmp_path):
    folder = presets.starter()
    architecture = presets.validate(folder)
    reference = Generator.load()
    exact, small = made(folder, tmp_path, "float32"), made(folder, tmp_path, "int8")
    passage = "Passage: Glaucoma: Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye."
    prompt = f"{passage}\n\nQuestion: How is glaucoma treated?\nAnswer:"
    fast = Generator(exact, reference.tokenizer, "starter")
    options = {"max_new_tokens": 40, "sampling": Sampling(no_repeat_ngram=4)}
    assert list(fast.tokens(prompt, **options)) == list(reference.tokens(prompt, **options))

    ids = np.array(reference.encode((folder / "README.md").read_text(encoding="utf-8"))[:300])
    step = small.begin(len(ids))
    of_keras = KerasEngine.load(folder, architecture).logits(ids[None].astype(np.int32))[0]
    losses = []
    for logits in (of_keras, np.concatenate([step.feed([token], at, 1) for at, token in enumerate(ids)])):
        losses.append(-log_softmax(logits[:-1].astype(np.float64))[np.arange(len(ids) - 1), ids[1:]].mean())
    assert abs(np.exp(losses[1] - losses[0]) - 1) < 0.01
