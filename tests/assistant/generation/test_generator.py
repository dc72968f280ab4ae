import json
import shutil
import threading

import numpy as np
import pytest

from assistant.generation import presets
from assistant.generation.generator import Generator, _possible_start
from assistant.generation.presets import ModelError
from assistant.generation.sampling import Sampling


def patched(generator, monkeypatch, text: str):
    """Makes the model write `text` and then the end token, whatever the prompt is."""
    ids = [*generator.encode(text), generator.tokenizer.end]
    position = iter(range(10_000))

    class Text:
        def feed(self, tokens, at, rows):
            scores = np.zeros((1, generator.tokenizer.size), np.float32)
            scores[0, ids[min(next(position), len(ids) - 1)]] = 50
            return scores

    monkeypatch.setattr(generator.engine, "begin", lambda capacity: Text())


def test_greedy_tokens_equal_keras_hubs_own_generate(toy_generator):
    prompt = toy_generator.encode("the rain in the street")
    model = toy_generator.engine.model
    model.compile(sampler="greedy")
    width = 48
    padded = np.zeros((1, width), np.int32)
    padded[0, : len(prompt)] = prompt
    mask = (np.arange(width) < len(prompt))[None].astype(np.int32)
    expected = model.generate({"token_ids": padded, "padding_mask": mask}, stop_token_ids=None)["token_ids"][0]
    written = list(toy_generator.tokens(prompt, max_new_tokens=width - len(prompt)))
    assert [*prompt, *written] == list(expected)[: len(prompt) + len(written)]
    assert len(written) > 5


def test_loaded_logits_equal_those_of_keras_nlps_from_preset(toy_generator, toy_preset):
    import keras_nlp

    tokens = np.arange(20, dtype=np.int32)[None]
    inputs = {"token_ids": tokens, "padding_mask": np.ones_like(tokens)}
    reference = keras_nlp.models.GPT2CausalLM.from_preset(str(toy_preset))
    assert np.allclose(toy_generator.engine.model(inputs), reference(inputs), atol=1e-5)


def test_stream_ends_at_the_end_token(toy_generator, monkeypatch):
    patched(toy_generator, monkeypatch, " the street is wet.")
    assert "".join(toy_generator.stream("x")) == " the street is wet."


def test_stream_ends_before_a_stop_string_split_over_tokens(toy_generator, monkeypatch):
    patched(toy_generator, monkeypatch, "wet.\nQuestion: and then?")
    assert "".join(toy_generator.stream("x")) == "wet."


def test_stream_gives_back_what_only_looked_like_a_stop_string(toy_generator, monkeypatch):
    patched(toy_generator, monkeypatch, "wet.\nQuest")
    assert "".join(toy_generator.stream("x")) == "wet.\nQuest"


def test_stream_holds_incomplete_characters_back(toy_generator, monkeypatch):
    patched(toy_generator, monkeypatch, "é 水 🙂")
    pieces = list(toy_generator.stream("x"))
    assert "".join(pieces) == "é 水 🙂"
    assert not any("\ufffd" in piece for piece in pieces)


def test_stream_stops_soon_after_the_event(toy_generator):
    stop = threading.Event()
    pieces = []
    for piece in toy_generator.stream("the", max_new_tokens=40, stop=stop, stop_strings=()):
        pieces.append(piece)
        stop.set()
    assert len(pieces) <= 2


def test_stream_never_writes_past_the_window(toy_generator):
    prompt = [1] * (toy_generator.window - 3)
    assert len(list(toy_generator.tokens(prompt, max_new_tokens=50))) <= 3
    with pytest.raises(ModelError, match=r"model\.prompt_too_long .*most=63"):
        list(toy_generator.tokens([1] * toy_generator.window, max_new_tokens=1))


def test_a_seed_repeats_the_same_text(toy_generator):
    sampling = Sampling(temperature=1.0, top_k=20, seed=5)
    first = toy_generator.generate("the", sampling=sampling, max_new_tokens=12)
    assert first == toy_generator.generate("the", sampling=sampling, max_new_tokens=12)


def test_two_streams_can_be_read_in_turns(toy_generator):
    alone = toy_generator.generate("the", max_new_tokens=8), toy_generator.generate("rain", max_new_tokens=8)
    streams = toy_generator.stream("the", max_new_tokens=8), toy_generator.stream("rain", max_new_tokens=8)
    texts = ["", ""]
    while any(part := [next(stream, None) for stream in streams]):
        texts = [text + (piece or "") for text, piece in zip(texts, part, strict=True)]
    assert tuple(texts) == alone


def test_score_agrees_with_the_distribution(toy_generator):
    continuation = "in"
    (token,) = toy_generator.encode(continuation)
    candidates = toy_generator.next_token_distribution("the rain ", k=1000)
    chance = next(c.probability for c in candidates if c.id == token)
    assert toy_generator.score("the rain ", continuation) == pytest.approx([np.log(chance)], abs=1e-4)
    assert sum(c.probability for c in candidates) == pytest.approx(1, abs=1e-4)


def test_scores_do_not_depend_on_the_batch(toy_generator):
    pairs = [("the", " rain"), ("a much longer prompt here", " street"), ("", "x"), ("p" * 200, "tail")]
    together = toy_generator.score_many(pairs, batch_size=4)
    for pair, scores in zip(pairs, together, strict=True):
        assert scores == pytest.approx(toy_generator.score(*pair), abs=1e-4)
        assert len(scores) == toy_generator.count_tokens(pair[1])


def test_tokens_round_trip_and_never_parse_the_end_token(toy_generator):
    text = "naïve <|endoftext|> 水\n\n  x"
    ids = toy_generator.encode(text)
    assert toy_generator.decode(ids) == text
    assert toy_generator.tokenizer.end not in ids


def test_tokens_are_those_of_hugging_face_gpt2(toy_generator, toy_preset):
    transformers = pytest.importorskip("transformers")
    reference = transformers.GPT2Tokenizer(
        json.loads((toy_preset / presets.VOCABULARY).read_text()),
        [tuple(m.split(" ")) for m in (toy_preset / presets.MERGES).read_text().splitlines()],
    )
    for text in ("the 12345 rains'll re-start...  now\n\n ok", "x   y", "l'été\u00a0de 1999"):
        assert toy_generator.encode(text) == reference.encode(text, add_special_tokens=False)


@pytest.mark.parametrize(
    "harm, sentence",
    [
        (lambda folder: (folder / "config.json").unlink(), r"model\.incomplete .*config\.json"),
        (lambda folder: (folder / "model.weights.h5").unlink(), "model.no_weights"),
        (lambda folder: (folder / "config.json").write_text("{"), "model.unreadable"),
        (
            lambda folder: (folder / "config.json").write_text('{"model_type": "llama"}'),
            r"model\.other_kind .*llama",
        ),
        (lambda folder: (folder / "config.json").write_text('{"class_name": "GPT2Backbone"}'), "model.no_sizes"),
        (lambda folder: (folder / "model.weights.h5").write_bytes(b"\x89HDF broken"), "model.weights_unfit"),
        (lambda folder: (folder / presets.VOCABULARY).write_text("[]"), "tokenizer.no_table"),
    ],
)
def test_a_broken_preset_is_one_sentence(toy_preset, tmp_path, harm, sentence):
    folder = tmp_path / "broken"
    shutil.copytree(toy_preset, folder)
    harm(folder)
    with pytest.raises(ModelError, match=sentence) as caught:
        Generator.load(folder)
    assert "\n" not in str(caught.value)


def test_weights_of_another_size_are_one_sentence(toy_preset, tmp_path):
    folder = tmp_path / "other"
    shutil.copytree(toy_preset, folder)
    config = json.loads((folder / "config.json").read_text())
    config["config"]["hidden_dim"] = 16
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"model\.weights_unfit"):
        Generator.load(folder)


def test_unknown_and_undownloaded_names_are_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv(presets.HUB_VARIABLE, str(tmp_path))
    with pytest.raises(ModelError, match=r"model\.unknown"):
        Generator.load("no-such-model")
    with pytest.raises(ModelError, match=r"model\.not_downloaded"):
        Generator.load("gpt2_base_en")


def test_presets_are_found_by_name_in_the_models_folder(toy_preset, tmp_path, monkeypatch):
    monkeypatch.setenv(presets.HUB_VARIABLE, str(tmp_path))
    assert presets.find("toy", toy_preset.parent) == toy_preset
    names = {preset.name: preset.ready for preset in presets.available(toy_preset.parent)}
    assert names["toy"]
    assert names["gpt2_base_en"] is False


def test_a_downloaded_hub_preset_is_found_in_its_newest_version(toy_preset, tmp_path, monkeypatch):
    monkeypatch.setenv(presets.HUB_VARIABLE, str(tmp_path))
    for version in ("2", "10"):
        shutil.copytree(toy_preset, tmp_path / "models/keras/gpt2/keras/gpt2_base_en" / version)
    assert presets.find("gpt2_base_en").name == "10"


@pytest.mark.parametrize("text, length", [("abc", 0), ("abc\n", 1), ("abc\nQues", 5), ("\nQuestion:", 0)])
def test_possible_start_measures_what_must_be_held_back(text, length):
    assert _possible_start(text, ("\nQuestion:", "\nPassage")) == length
