"""A sentence-transformers model in memory: how it is loaded, and in which precision it is computed fastest."""

import copy
import json
import logging
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

FASTER = 1.3  # times as fast: below that, the model stays as it is
SAME = 0.995  # least cosine with float32's vectors, for every probed text
LARGE = 50_000  # rows of a table of word vectors worth keeping in half precision


class HalfTable(torch.nn.Module):
    """A table of word vectors kept in float16, as it is on disk: multilingual-e5-small's is 192 MB instead of 384.

    The weight is hidden from `Module.to`: all precisions of the model share it.
    """

    def __init__(self, weight: torch.Tensor):
        super().__init__()
        self._hidden = (weight,)
        self.dtype = torch.float32

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Token ids of any shape -> word vectors (..., d)."""
        return torch.nn.functional.embedding(ids, self._hidden[0]).to(self.dtype)

    def __deepcopy__(self, memo: dict) -> "HalfTable":
        return HalfTable(self._hidden[0])


def load(folder: Path) -> "SentenceTransformer":
    """The model in `folder`, in float32; a large table of word vectors stays in float16 if it is stored so."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # a bar for 0.1 s would break the lines of a command's output
    spoke = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # a missing pooler, which nothing here uses, is reported at length
    try:
        halved = _is_half(folder / "model.safetensors")
        options = {"dtype": torch.float16} if halved else {}
        model = SentenceTransformer(str(folder), local_files_only=True, model_kwargs=options)
    finally:
        transformers_logging.set_verbosity(spoke)
    if halved:
        if model.device.type == "cpu":
            _keep_half_table(model)
        model.float()
    return model


def _is_half(file: Path) -> bool:
    """Whether all tensors of a safetensors file are float16, by its head."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        (size,) = struct.unpack("<Q", opened.read(8))
        head = json.loads(opened.read(size))
    return all(value["dtype"] == "F16" for name, value in head.items() if name != "__metadata__")


def _keep_half_table(model: "SentenceTransformer") -> None:
    tables = [
        (module, name, child)
        for module in model.modules()
        for name, child in module.named_children()
        if isinstance(child, torch.nn.Embedding) and child.num_embeddings >= LARGE
    ]
    for module, name, table in tables:
        setattr(module, name, HalfTable(table.weight.detach()))


def computes_bfloat16() -> bool:
    """Whether this CPU multiplies in bfloat16 (AVX512-BF16 or AMX); without that it is slower than float32."""
    return torch.backends.cpu.get_cpu_capability() != "AVX2" and torch.cpu._is_avx512_bf16_supported()


def fastest(
    model: "SentenceTransformer", encode: Callable[["SentenceTransformer"], np.ndarray]
) -> "SentenceTransformer":
    """The model, or its copy in bfloat16 where this machine computes that clearly faster; `encode` embeds a probe.

    bfloat16 was 2.4 times as fast on a CPU with AVX512-BF16, at cosines within 0.002 of float32's. On one with AVX2
    alone nothing beats float32: PyTorch's dynamic int8 was as fast (573 against 562 tokens a second of a core for
    multilingual-e5-small) at cosines down to 0.956. A GPU keeps the model as it is.
    """
    if model.device.type != "cpu" or torch.backends.cpu.get_cpu_capability() == "AVX2":
        return model
    half = copy.deepcopy(model).to(torch.bfloat16)
    for module in half.modules():
        if isinstance(module, HalfTable):
            module.dtype = torch.bfloat16
    (exact, full_s), (vectors, half_s) = _timed(model, encode), _timed(half, encode)
    cosine = float((vectors * exact).sum(axis=1).min())
    log.info("%.2f s in float32, %.2f s in bfloat16, cosine %.4f at least", full_s, half_s, cosine)
    return half if FASTER * half_s < full_s and cosine >= SAME else model


def _timed(
    model: "SentenceTransformer", encode: Callable[["SentenceTransformer"], np.ndarray]
) -> tuple[np.ndarray, float]:
    """The vectors and the seconds of a second run: the first pays for set-up."""
    encode(model)
    started = time.perf_counter()
    return encode(model), time.perf_counter() - started
