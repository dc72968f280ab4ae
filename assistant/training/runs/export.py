"""The pretrained weights as a KerasNLP preset, float16 on disk."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assistant.generation import presets
from assistant.generation.engine.keras_engine import build_model, import_keras_nlp


def to_preset(state: dict, sizes: dict, tokenizer_folder: Path, folder: Path, *, half: bool = True) -> Path:
    """Writes a preset that KerasNLP's `from_preset` reads; `state` is a `network.GPT2`'s state_dict.

    With `half` the weights are stored as float16: half the size, and Keras loads them into float32 variables.
    """
    model = build_model(sizes)
    assign(model.backbone, {name: np.asarray(value, np.float32) for name, value in state.items()})
    return save(model, tokenizer_folder, folder, half=half)


def save(model, tokenizer_folder: Path, folder: Path, *, half: bool = False) -> Path:
    """Saves a GPT2CausalLM as a preset, with the tokenizer of another preset's (or data) folder."""
    keras_nlp = import_keras_nlp()
    vocabulary = json.loads((Path(tokenizer_folder) / presets.VOCABULARY).read_text(encoding="utf-8"))
    merges = (Path(tokenizer_folder) / presets.MERGES).read_text(encoding="utf-8").split("\n")
    tokenizer = keras_nlp.models.GPT2Tokenizer(vocabulary=vocabulary, merges=[m for m in merges if m.strip()])
    length = model.backbone.max_sequence_length
    whole = keras_nlp.models.GPT2CausalLM(
        backbone=model.backbone,
        preprocessor=keras_nlp.models.GPT2CausalLMPreprocessor(tokenizer=tokenizer, sequence_length=length),
    )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    whole.save_to_preset(str(folder))
    if half:
        halve(folder / presets.WEIGHTS[0])
    return folder


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Raises HDF5's errors again as the system's own: HDF5 hides the system's number in a paragraph of text."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        number = re.search(r"errno = (\d+)", str(error))
        if not number:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1]))) from error


def put_in_place(staged: Path, folder: Path) -> None:
    """Moves a finished preset to where it is looked for, over an older one. Raises OSError."""
    folder, old = Path(folder), Path(staged).with_name("replaced")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(staged, folder)
    shutil.rmtree(old, ignore_errors=True)


def assign(backbone, state: dict[str, np.ndarray]) -> None:
    """Puts a `network.GPT2`'s weights into a GPT2Backbone: PyTorch keeps (out, in), Keras (in, [heads, width])."""
    width, heads = backbone.hidden_dim, backbone.num_heads
    split = (width, heads, width // heads)
    backbone.token_embedding.embeddings.assign(state["tokens.weight"])
    backbone.position_embedding.position_embeddings.assign(state["positions.weight"])
    _norm(backbone.layer_norm, state, "norm")
    for number, layer in enumerate(backbone.transformer_layers):
        name = f"blocks.{number}"
        attention = layer._self_attention_layer
        weights = np.split(state[f"{name}.qkv.weight"], 3)
        biases = np.split(state[f"{name}.qkv.bias"], 3)
        dense = attention._query_dense, attention._key_dense, attention._value_dense
        for part, weight, bias in zip(dense, weights, biases, strict=True):
            part.kernel.assign(weight.T.reshape(split))
            part.bias.assign(bias.reshape(split[1:]))
        attention._output_dense.kernel.assign(state[f"{name}.out.weight"].T.reshape(*split[1:], width))
        attention._output_dense.bias.assign(state[f"{name}.out.bias"])
        _norm(layer._self_attention_layer_norm, state, f"{name}.norm_1")
        _norm(layer._feedforward_layer_norm, state, f"{name}.norm_2")
        for part, key in ((layer._feedforward_intermediate_dense, "up"), (layer._feedforward_output_dense, "down")):
            part.kernel.assign(state[f"{name}.{key}.weight"].T)
            part.bias.assign(state[f"{name}.{key}.bias"])


def halve(path: Path) -> None:
    """Rewrites an HDF5 weights file with every float32 array as float16, nothing else changed."""
    import h5py

    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with h5py.File(path) as source, h5py.File(part, "w") as target:
        _copy(source, target)
    shutil.move(part, path)


def _copy(source, target) -> None:
    target.attrs.update(source.attrs)
    for name, item in source.items():
        if hasattr(item, "shape"):
            values = item[()]
            if values.dtype == np.float32:
                values = values.astype(np.float16)
            target.create_dataset(name, data=values).attrs.update(item.attrs)
        else:
            _copy(item, target.create_group(name))


def _norm(layer, state: dict[str, np.ndarray], name: str) -> None:
    layer.gamma.assign(state[f"{name}.weight"])
    layer.beta.assign(state[f"{name}.bias"])
