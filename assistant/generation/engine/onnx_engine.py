"""The engine for CPUs: ONNX Runtime. Made once from a preset's weights, and kept in the cache under their hash.

Two graphs share one key-value cache. `step` takes one token. Its cost is reading the weights, so they have eight bits.
`batch` takes a prompt or several drafted tokens. Its cost is arithmetic: whether eight bits or float32 are faster then
depends on the processor's instructions, so it is measured when the engine is made.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from assistant.generation import presets
from assistant.generation.engine.onnx_graph import Graph, head_width
from assistant.generation.engine.weights import Weights
from corpus.files import hashed

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

log = logging.getLogger(__name__)

NAME = "onnx"
VERSION = 1  # of what is made: a change here makes it again
MANIFEST, TOKENS, POSITIONS = "engine.json", "tokens.npy", "positions.npy"
STEP, BATCH = "step", "batch"
PROBE = 64  # tokens
Precision = Literal["int8", "float32"]


class OnnxEngine:
    """A GPT-2 in ONNX Runtime (`Engine`)."""

    name = NAME
    longest_draft = 24

    def __init__(self, folder: Path):
        """The engine that `make` has written into `folder`. Raises OSError, ValueError where it is damaged."""
        made = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        self.window, self.vocabulary_size = int(made["window"]), int(made["vocabulary_size"])
        self.parameters, self.heads, self.layers = int(made["parameters"]), int(made["heads"]), int(made["layers"])
        self.tokens = np.load(folder / TOKENS, mmap_mode="r")
        self.positions = np.load(folder / POSITIONS, mmap_mode="r")
        self.batch = _session(folder / f"{made['batch']}.onnx")
        self.step = self.batch if made["batch"] == made["step"] else _session(folder / f"{made['step']}.onnx")

    def begin(self, capacity: int) -> "OnnxContinuation":
        """A continuation of nothing, with room for `capacity` tokens."""
        return OnnxContinuation(self, min(capacity, self.window))

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """Logits after each token, float32 of shape (texts, tokens, vocabulary); `batch` is int32 (texts, tokens)."""
        count = batch.shape[1]
        return np.stack([self.begin(count).feed(text, 0, count) for text in batch])


class OnnxContinuation:
    """Keys and values as arrays (1, heads, capacity, width of a head), written in place (`Continuation`)."""

    def __init__(self, engine: OnnxEngine, capacity: int):
        from onnxruntime import OrtValue

        self._engine = engine
        shape = (1, engine.heads, capacity, head_width(engine.tokens.shape[1], engine.heads))
        self._caches = [
            (f"{part}_{number}", OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32)))
            for number in range(engine.layers)
            for part in ("key", "value")
        ]
        self._bindings: dict[int, object] = {}

    def feed(self, tokens: Sequence[int], at: int, rows: int) -> np.ndarray:
        """Puts `tokens` at position `at`; the logits after each of the last `rows`, float32 (rows, vocabulary)."""
        engine, count = self._engine, len(tokens)
        session = engine.step if count == 1 else engine.batch
        hidden = (engine.tokens[np.asarray(tokens)] + engine.positions[at : at + count])[None]
        binding = self._binding(session)
        binding.bind_cpu_input("hidden", hidden)
        binding.bind_cpu_input("first", np.array([count - rows], np.int64))
        binding.bind_cpu_input("last", np.array([at + count - 1], np.int32))
        binding.bind_cpu_input("total", np.array(at + count, np.int32))
        binding.bind_output("logits")
        session.run_with_iobinding(binding)
        return binding.get_outputs()[-1].numpy()[0]

    def _binding(self, session: "InferenceSession"):
        """Tells the session where keys and values lie: what it reads is where it writes."""
        binding = self._bindings.get(id(session))
        if binding is None:
            binding = self._bindings[id(session)] = session.io_binding()
            for name, cache in self._caches:
                binding.bind_ortvalue_input(name, cache)
                binding.bind_ortvalue_output(f"new_{name}", cache)
        return binding


def load(preset: Path, cache: Path, weights: Callable[[], Weights], precision: Precision = "int8") -> OnnxEngine:
    """The engine of a preset: from the folder `cache`, or made there from `weights()`, which takes seconds.

    Raises OSError where it cannot be written, what `weights` raises, ImportError without ONNX or ONNX Runtime.
    """
    folder = cache / f"{fingerprint(presets.weights(preset))[:32]}-{precision}-{VERSION}"
    if (folder / MANIFEST).is_file():
        try:
            return OnnxEngine(folder)
        except ImportError:
            raise
        except Exception:  # ONNX Runtime raises kinds of its own
            log.warning("the CPU engine in %s is damaged and made again", folder, exc_info=True)
            shutil.rmtree(folder, ignore_errors=True)
    log.info("making the CPU engine of %s", preset)
    _forget_others(cache, preset, precision)
    make(weights(), preset, folder, precision)
    return OnnxEngine(folder)


def make(weights: Weights, preset: Path, folder: Path, precision: Precision) -> None:
    """Writes the engine: beside `folder` first, then renamed, so that a kill leaves a whole folder or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        np.save(unfinished / TOKENS, weights.tokens)
        np.save(unfinished / POSITIONS, weights.positions)
        made = {
            "preset": str(preset.resolve()),
            "window": len(weights.positions),
            "vocabulary_size": len(weights.tokens),
            "heads": weights.heads,
            "layers": len(weights.blocks),
            "parameters": weights.parameters,
            "step": BATCH if precision == "float32" else STEP,
            "batch": BATCH,
        }
        Graph(weights, unfinished, BATCH, int8=False).save()
        if precision == "int8":
            Graph(weights, unfinished, STEP, int8=True).save()
            if _seconds(unfinished, made, STEP) < _seconds(unfinished, made, BATCH):
                made["batch"] = STEP
                for file in unfinished.glob(f"{BATCH}.*"):
                    file.unlink()
        (unfinished / MANIFEST).write_text(json.dumps(made, indent=1), encoding="utf-8")
        try:
            os.replace(unfinished, folder)
        except OSError:
            if not (folder / MANIFEST).is_file():  # else another process was faster
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def fingerprint(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashed(file, hashlib.sha256()).hexdigest()


def _seconds(folder: Path, made: dict, batch: str) -> float:
    """How long `PROBE` tokens take by one of the graphs: the best of three."""
    (folder / MANIFEST).write_text(json.dumps({**made, "batch": batch, "step": batch}), encoding="utf-8")
    engine = OnnxEngine(folder)
    count = min(PROBE, engine.window)
    spent = []
    for _ in range(3):
        text = engine.begin(count)
        started = time.perf_counter()
        text.feed(range(count) if count < engine.vocabulary_size else [0] * count, 0, 1)
        spent.append(time.perf_counter() - started)
    return min(spent)


def _forget_others(cache: Path, preset: Path, precision: Precision) -> None:
    """Deletes what was made from earlier weights of the same preset."""
    for manifest in cache.glob(f"*-{precision}-*/{MANIFEST}"):
        try:
            same = json.loads(manifest.read_text(encoding="utf-8"))["preset"] == str(preset.resolve())
        except (OSError, ValueError, KeyError, TypeError):
            same = True  # nothing can be read of it
        if same:
            shutil.rmtree(manifest.parent, ignore_errors=True)


def _session(file: Path) -> "InferenceSession":
    """A session on the CPU whose threads sleep between two calls."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
