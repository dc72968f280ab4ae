"""Computes the vectors that are shipped: python -m index.vectors.starter [--out FILE]

Takes half an hour to several on two cores. What is done is kept beside FILE, so that a stopped run goes on.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corpus import datasets
from corpus.chunking import chunk_many
from corpus.document import Document, Passage
from index.ingestion.chunking_settings import BUDGET, OVERLAP
from index.vectors.embedder import DEFAULT, Embedder, load_embedder
from index.vectors.starter import FILE, packed, prefixes

COLLECTIONS = ("wikipedia", "wikipedia-fr")
BATCH = 256  # passages between two notes on the disk

log = logging.getLogger(__name__)


def passages(embedder: Embedder) -> Iterator[Passage]:
    """The passages of the starter collections, cut as the index cuts them."""
    for name in COLLECTIONS:
        items = datasets.get(name).documents(Path())
        documents = [item for item in items if isinstance(item, Document)]
        cut = chunk_many(
            documents, embedder.count_tokens, budget=BUDGET, overlap_sentences=OVERLAP, limit=embedder.limit
        )
        yield from (passage for some in cut for passage in some)


def computed(embedder: Embedder, texts: dict[bytes, str], kept: Path) -> np.ndarray:
    """The vectors (n, d) of the texts, in their order; those that `kept` holds are not computed again."""
    done: dict[int, np.ndarray] = {}
    for file in sorted(kept.glob("*.npz")):
        with np.load(file) as data:
            done.update(zip(data["keys"].tolist(), data["vectors"], strict=True))
    numbers = dict(zip(texts, prefixes(list(texts)).tolist(), strict=True))
    left = sorted((key for key in texts if numbers[key] not in done), key=lambda key: len(texts[key]))
    started, count = time.monotonic(), len(done)
    for first in range(0, len(left), BATCH):
        keys = left[first : first + BATCH]
        vectors = embedder.encode([texts[key] for key in keys])
        batch = [numbers[key] for key in keys]
        unfinished = kept / ".unfinished.npz"
        np.savez(unfinished, keys=np.array(batch, np.uint64), vectors=vectors)
        unfinished.replace(kept / f"{batch[0]:016x}.npz")
        done.update(zip(batch, vectors, strict=True))
        rate = (len(done) - count) / (time.monotonic() - started)
        log.info("%d of %d passages, %.1f a second", len(done), len(texts), rate)
    return np.stack([done[numbers[key]] for key in texts])


def main(argv: list[str] | None = None) -> int:
    """Exit status 0."""
    parser = argparse.ArgumentParser(description="Computes the vectors of the starter collections that are shipped.")
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--embedder", default=DEFAULT)
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    embedder = load_embedder(options.embedder)
    texts = {passage.key: passage.indexed_text for passage in passages(embedder)}
    kept = options.out.with_suffix(".parts")
    kept.mkdir(parents=True, exist_ok=True)
    packed(embedder.name, list(texts), computed(embedder, texts, kept)).save(options.out)
    log.info("%s: %d vectors, %.1f MB", options.out, len(texts), options.out.stat().st_size / 1e6)
    return 0


if __name__ == "__main__":
    sys.exit(main())
