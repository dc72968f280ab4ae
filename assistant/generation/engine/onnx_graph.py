"""A GPT-2 as an ONNX graph over a key-value cache that is written in place.

    hidden   (1, n, width)                          the embedded tokens
    first    (1,)                                   the place in `hidden` from which on logits are wanted
    last     (1,)                                   the last token's place in the cache
    total    ()                                     the number of tokens in the cache, these included
    key_i, value_i  (1, heads, capacity, head)      the cache of layer i
    -> logits       (1, n - first, vocabulary)
    -> new_key_i, new_value_i                       to be bound to the memory of key_i, value_i

Attention and eight-bit products are ONNX Runtime's own operators (domain com.microsoft). GroupQueryAttention keeps the
cache in place. MatMulNBits has a scale for each block of weights and rounds its inputs block by block, too: GPT-2 loses
far less by that than by one scale a matrix.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.generation.engine.weights import Block, Pair, Weights

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

OWN = "com.microsoft"
OPSET, IR = 18, 9  # what ONNX Runtime 1.22 reads
EPSILON = 1e-5  # KerasNLP's GPT2Backbone
BLOCK = 32  # weights that share a scale; MatMulNBits pads where a matrix has no whole number of them
ALIGNED = 4096  # bytes: where a weight begins, so that it can be mapped into memory
INT8 = 4  # MatMulNBits' accuracy level that multiplies in eight bits


class Graph:
    """Collects nodes, and weights in one file beside the graph."""

    def __init__(self, weights: Weights, folder: Path, name: str, *, int8: bool):
        self._weights, self._folder, self._name, self._int8 = weights, folder, name, int8
        self._nodes: list[NodeProto] = []
        self._tensors: list[TensorProto] = []

    def save(self) -> None:
        """Writes NAME.onnx and NAME.bin into the folder. Raises OSError."""
        import onnx
        from onnx import TensorProto, helper

        weights = self._weights
        width, heads = weights.tokens.shape[1], weights.heads
        cache: list[str | int | None] = [1, heads, "capacity", head_width(width, heads)]
        names = [f"{part}_{number}" for number in range(len(weights.blocks)) for part in ("key", "value")]
        with (self._folder / f"{self._name}.bin").open("wb") as self._file:
            self._model(width)
        graph = helper.make_graph(
            self._nodes,
            "gpt2",
            [
                helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [1, "tokens", width]),
                helper.make_tensor_value_info("first", TensorProto.INT64, [1]),
                helper.make_tensor_value_info("last", TensorProto.INT32, [1]),
                helper.make_tensor_value_info("total", TensorProto.INT32, []),
                *(helper.make_tensor_value_info(name, TensorProto.FLOAT, cache) for name in names),
            ],
            [
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "rows", len(weights.tokens)]),
                *(helper.make_tensor_value_info(f"new_{name}", TensorProto.FLOAT, cache) for name in names),
            ],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(OWN, 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=IR), self._folder / f"{self._name}.onnx")

    def _model(self, width: int) -> None:
        weights = self._weights
        end = self._constant("end", np.array([np.iinfo(np.int64).max]))
        axis = self._constant("axis", np.array([1]))
        residual, added = "hidden", ""
        for number, block in enumerate(weights.blocks):
            name = f"block_{number}"
            normed, residual = self._norm(f"{name}.norm_1", residual, added, block.norm_1)
            attention, out = padded(block, weights.heads)
            inputs = self._linear(f"{name}.attention", normed, attention)
            attended = f"{name}.attended"
            caches = [f"key_{number}", f"value_{number}"]
            self._node(
                "GroupQueryAttention",
                [inputs, "", "", *caches, "last", "total"],
                [attended, *(f"new_{cache}" for cache in caches)],
                OWN,
                num_heads=weights.heads,
                kv_num_heads=weights.heads,
                scale=(width / weights.heads) ** -0.5,
            )
            if number == len(weights.blocks) - 1:  # from here on only the wanted places are computed
                attended, residual = (
                    self._node("Slice", [part, "first", end, axis], [f"{name}.wanted_{place}"])
                    for place, part in enumerate((attended, residual))
                )
            added = self._linear(f"{name}.out", attended, out)
            normed, residual = self._norm(f"{name}.norm_2", residual, added, block.norm_2)
            inner = self._node("FastGelu", [self._linear(f"{name}.up", normed, block.up)], [f"{name}.gelu"], OWN)
            added = self._linear(f"{name}.down", inner, block.down)
        normed, _ = self._norm("norm", residual, added, weights.norm)
        head = weights.tokens.T, np.zeros(0, np.float32)
        self._linear("logits", normed, head)

    def _norm(self, name: str, residual: str, added: str, pair: Pair) -> tuple[str, str]:
        """(normed, sum) of the residual stream and what a layer adds to it."""
        scale, bias = self._constant(f"{name}.scale", pair[0]), self._constant(f"{name}.bias", pair[1])
        if not added:
            inputs = [residual, scale, bias]
            return self._node("LayerNormalization", inputs, [name], axis=-1, epsilon=EPSILON), residual
        inputs, summed = [residual, added, scale, bias], f"{name}.sum"
        self._node("SkipLayerNormalization", inputs, [name, "", "", summed], OWN, epsilon=EPSILON)
        return name, summed

    def _linear(self, name: str, inputs: str, pair: Pair) -> str:
        """inputs @ weight + bias; no bias where it is empty."""
        weight, bias = pair
        if self._int8:
            numbers, scales = rounded(weight)
            given = [inputs, self._constant(f"{name}.weight", numbers), self._constant(f"{name}.scales", scales)]
            if bias.size:
                given += ["", "", self._constant(f"{name}.bias", bias)]
            sizes = {"K": weight.shape[0], "N": weight.shape[1], "bits": 8, "block_size": BLOCK}
            return self._node("MatMulNBits", given, [name], OWN, accuracy_level=INT8, **sizes)
        given = [inputs, self._constant(f"{name}.weight", weight)]
        if not bias.size:
            return self._node("MatMul", given, [name])
        product = self._node("MatMul", given, [f"{name}.product"])
        return self._node("Add", [product, self._constant(f"{name}.bias", bias)], [name])

    def _node(self, operator: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes) -> str:
        from onnx import helper

        node = helper.make_node(operator, inputs, outputs, name=outputs[0], domain=domain, **attributes)
        self._nodes.append(node)
        return outputs[0]

    def _constant(self, name: str, array: np.ndarray) -> str:
        """A weight, by reference to its place in the file."""
        from onnx import TensorProto, helper

        tensor = TensorProto(name=name, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype))
        if array.size < BLOCK:
            tensor.raw_data = array.tobytes()
        else:
            self._file.seek(-self._file.tell() % ALIGNED, 1)
            tensor.data_location = TensorProto.EXTERNAL
            place = {"location": f"{self._name}.bin", "offset": self._file.tell(), "length": array.nbytes}
            for key, value in place.items():
                entry = tensor.external_data.add()
                entry.key, entry.value = key, str(value)
            self._file.write(np.ascontiguousarray(array).data)
        self._tensors.append(tensor)
        return name


def head_width(width: int, heads: int) -> int:
    """How wide a head is in the graph: GroupQueryAttention takes multiples of 8 only."""
    return -(-(width // heads) // 8) * 8


def padded(block: Block, heads: int) -> tuple[Pair, Pair]:
    """The weights into and out of the attention with each head filled up with zeros, which change no result."""
    (weight, bias), (out, out_bias) = block.attention, block.out
    width = out.shape[0]
    missing = head_width(width, heads) - width // heads
    if not missing:
        return block.attention, block.out
    weight = np.pad(weight.reshape(width, 3 * heads, -1), ((0, 0), (0, 0), (0, missing))).reshape(width, -1)
    bias = np.pad(bias.reshape(3 * heads, -1), ((0, 0), (0, missing))).ravel()
    out = np.pad(out.reshape(heads, -1, width), ((0, 0), (0, missing), (0, 0))).reshape(-1, width)
    return (weight, bias), (out, out_bias)


def rounded(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix (inputs, outputs) as MatMulNBits takes it: numbers and scales.

    The numbers are uint8 (outputs, blocks, BLOCK), the scales float32 (outputs * blocks,). A weight is about
    (number - 128) * scale; the last block is filled up with zeros.
    """
    inputs, outputs = weight.shape
    blocks = -(-inputs // BLOCK)
    padded = np.zeros((outputs, blocks * BLOCK), np.float32)
    padded[:, :inputs] = weight.T
    padded = padded.reshape(outputs, blocks, BLOCK)
    scales = np.abs(padded).max(axis=-1, keepdims=True) / 127
    numbers = np.rint(padded / np.where(scales == 0, 1, scales)) + 128
    return numbers.astype(np.uint8), scales.ravel()
