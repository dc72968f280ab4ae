"""A reader so small that it learns in seconds: two layers of random weights and a vocabulary of words."""

import json
from pathlib import Path

import numpy as np

from index.vectors import e5

WORDS = "query : who what where wrote painted built the a in of book picture house ada bob eve by lies rome oslo . ?"
SHAPE = e5.Shape(hidden=32, layers=2, heads=2, intermediate=64, vocabulary=0, positions=64, types=2, epsilon=1e-12)


def pieces() -> e5.Pieces:
    """Special tokens where XLM-RoBERTa has them, then whole words and letters."""
    special = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    words = [(f"▁{word}", -2.0) for word in dict.fromkeys(WORDS.split())]
    signs = [(sign, -4.0) for sign in "▁.?:"]
    return e5.Pieces((*special, *words, *signs, ("<mask>", 0.0)), 0, 2, 1, 3)


def weights(seed: int = 0) -> e5.Weights:
    """Random weights of a whole body."""
    vocabulary = pieces()
    shape = e5.Shape(**{**vars(SHAPE), "vocabulary": len(vocabulary.pieces)})
    draw = np.random.default_rng(seed)
    tensors = {
        "embeddings.word_embeddings.weight": draw.normal(0, 0.5, (shape.vocabulary, shape.hidden)),
        "embeddings.position_embeddings.weight": draw.normal(0, 0.1, (shape.positions, shape.hidden)),
        "embeddings.token_type_embeddings.weight": np.zeros((1, shape.hidden)),
        "embeddings.LayerNorm.weight": np.ones(shape.hidden),
        "embeddings.LayerNorm.bias": np.zeros(shape.hidden),
    }
    for layer in range(shape.layers):
        for short, name in e5.LAYER.items():
            full = f"encoder.layer.{layer}.{name}"
            rows = shape.intermediate if short == "fi" else shape.hidden
            columns = shape.intermediate if short == "fo" else shape.hidden
            norm = short.endswith("ln")
            tensors[f"{full}.weight"] = np.ones(rows) if norm else draw.normal(0, 0.2, (rows, columns))
            tensors[f"{full}.bias"] = np.zeros(rows)
    return e5.Weights(shape, vocabulary, {name: np.float32(values) for name, values in tensors.items()})


def body(folder: Path) -> Path:
    """A body as `e5.converted` leaves it, in `folder`, taken for the real one."""
    target = folder / e5.NAME
    if not target.exists():
        target.mkdir(parents=True)
        e5.write(weights(), target)
        (target / "conversion.json").write_text(json.dumps({"source_sha256": e5.SHA256, "version": e5.VERSION}))
    return target
