"""GPT-2's weights out of a KerasNLP preset, read without Keras."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.generation import presets

# A matrix (inputs, outputs) or a norm's scale, with its bias.
Pair = tuple[np.ndarray, np.ndarray]
Read = Callable[[str, int], np.ndarray]  # (layer, number) -> that variable of the layer

ATTENTION = "_self_attention_layer"


class UnknownLayout(Exception):
    """The weights do not lie as Keras 3 writes those of a GPT2Backbone. Keras itself may read them."""


@dataclass(frozen=True)
class Block:
    """One decoder layer: norm, attention (query, key and value side by side), norm, feed-forward."""

    norm_1: Pair
    attention: Pair
    out: Pair
    norm_2: Pair
    up: Pair
    down: Pair


@dataclass(frozen=True)
class Weights:
    """A GPT-2 as float32: embeddings (vocabulary, width) and (window, width), the blocks, the last norm."""

    tokens: np.ndarray
    positions: np.ndarray
    blocks: tuple[Block, ...]
    norm: Pair
    heads: int

    @property
    def parameters(self) -> int:
        """How many numbers they are; the output layer is the token embedding again."""
        pairs = [self.norm, *(pair for block in self.blocks for pair in vars(block).values())]
        return self.tokens.size + self.positions.size + sum(part.size for pair in pairs for part in pair)


def read(folder: Path, architecture: dict[str, Any]) -> Weights:
    """The weights of a validated preset that lie in one HDF5 file. Raises UnknownLayout."""
    import h5py

    try:
        with h5py.File(presets.weights(folder)) as file:
            layers = file["layers"]

            def at(layer: str, number: int) -> np.ndarray:
                return np.asarray(layers[f"{layer}/vars/{number}"][()], np.float32)

            return _weights(at, architecture)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise UnknownLayout(str(error)) from error


def of_keras(model) -> Weights:
    """The weights of a loaded GPT2CausalLM."""
    backbone = model.backbone
    layers = {
        "reversible_embedding": backbone.token_embedding,
        "position_embedding": backbone.position_embedding,
        "layer_normalization": backbone.layer_norm,
    }
    for number, layer in enumerate(backbone.transformer_layers):
        layers[_decoder(number)] = layer

    def at(path: str, number: int) -> np.ndarray:
        first, *rest = path.split("/")
        layer = layers[first]
        for name in rest:
            layer = getattr(layer, name if name.startswith("_") else f"_{name}")
        return np.asarray(layer.variables[number], np.float32)

    return _weights(at, {name: getattr(backbone, name) for name in presets.ARCHITECTURE if hasattr(backbone, name)})


def _weights(at: Read, architecture: dict[str, Any]) -> Weights:
    """Raises ValueError where a shape is not that of the architecture."""
    width, heads = architecture["hidden_dim"], architecture["num_heads"]
    inner, window = architecture["intermediate_dim"], architecture["max_sequence_length"]

    def shaped(layer: str, number: int, *shape: int) -> np.ndarray:
        return np.ascontiguousarray(at(layer, number).reshape(shape))

    def dense(layer: str, inputs: int, outputs: int) -> Pair:
        return shaped(layer, 0, inputs, outputs), shaped(layer, 1, outputs)

    def norm(layer: str) -> Pair:
        return shaped(layer, 0, width), shaped(layer, 1, width)

    def block(name: str) -> Block:
        parts = [dense(f"{name}/{ATTENTION}/{part}_dense", width, width) for part in ("query", "key", "value")]
        return Block(
            norm_1=norm(f"{name}/_self_attention_layer_norm"),
            attention=(np.concatenate([p[0] for p in parts], axis=1), np.concatenate([p[1] for p in parts])),
            out=dense(f"{name}/{ATTENTION}/output_dense", width, width),
            norm_2=norm(f"{name}/_feedforward_layer_norm"),
            up=dense(f"{name}/_feedforward_intermediate_dense", width, inner),
            down=dense(f"{name}/_feedforward_output_dense", inner, width),
        )

    return Weights(
        tokens=shaped("reversible_embedding", 0, architecture["vocabulary_size"], width),
        positions=shaped("position_embedding", 0, window, width),
        blocks=tuple(block(_decoder(number)) for number in range(architecture["num_layers"])),
        norm=norm("layer_normalization"),
        heads=heads,
    )


def _decoder(number: int) -> str:
    return f"transformer_decoder_{number}" if number else "transformer_decoder"
