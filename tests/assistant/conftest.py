"""A two-layer GPT-2 with a vocabulary of bytes and a few merges, saved as a preset: what tests load."""

import json
from pathlib import Path

import pytest
from conftest_medicine import medicine

__all__ = ["medicine"]

TOY_MERGES = ["Ġ t", "h e", "Ġt he", "a n", "i n", "Ġ a", "e r", "o u", "s t", "r e"]


def toy_vocabulary() -> dict[str, int]:
    """256 byte tokens, the results of the merges, the end token last (as in GPT-2)."""
    from assistant.generation.tokenizer import byte_of_character

    tokens = [*byte_of_character(), *(merge.replace(" ", "") for merge in TOY_MERGES), "<|endoftext|>"]
    return {token: number for number, token in enumerate(tokens)}


@pytest.fixture(scope="session")
def toy_preset(tmp_path_factory) -> Path:
    """Folder of a toy preset as KerasHub's save_to_preset lays it out; random weights from a fixed seed."""
    pytest.importorskip("tensorflow")
    from assistant.generation.engine.keras_engine import build_model, import_keras_nlp

    keras_nlp = import_keras_nlp()
    import keras

    keras.utils.set_random_seed(7)
    vocabulary = toy_vocabulary()
    model = build_model(
        {
            "vocabulary_size": len(vocabulary),
            "num_layers": 2,
            "num_heads": 2,
            "hidden_dim": 8,
            "intermediate_dim": 16,
            "dropout": 0.1,
            "max_sequence_length": 64,
        }
    )
    for weight in model.trainable_weights:  # far from uniform, so that greedy choices do not hang on rounding
        weight.assign(weight + keras.random.normal(weight.shape, stddev=0.4, seed=7))
    folder = tmp_path_factory.mktemp("presets") / "toy"
    tokenizer = keras_nlp.models.GPT2Tokenizer(vocabulary=vocabulary, merges=TOY_MERGES)
    model.preprocessor = keras_nlp.models.GPT2CausalLMPreprocessor(tokenizer=tokenizer, sequence_length=64)
    model.save_to_preset(str(folder))
    assert json.loads((folder / "config.json").read_text())["class_name"] == "GPT2Backbone"
    return folder


@pytest.fixture(scope="session")
def toy_generator(toy_preset):
    """The toy preset, loaded."""
    from assistant.generation.generator import Generator

    return Generator.load(toy_preset)
