"""The learnt reader: question and passages in, readings out."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.sentences import spans
from index.reader.encoding import PAD, Encoder, Window
from index.reader.reading import Reading
from index.reader.scoring import Scored, reading, scored
from index.reader.weights import SHIPPED, restored

TOKENS = 2_048  # of one batch, padding included: more is no faster on a CPU and takes more memory


@dataclass(frozen=True)
class _Loaded:
    network: Any
    encoder: Encoder
    width: int


class Reader:
    """Reads with the shipped weights, or those in `weights`. Loads when first asked; may be shared by threads.

    `models` is the folder in which the converted body is kept, see `index.vectors.e5.converted`.
    """

    def __init__(self, models: Path, weights: Path = SHIPPED) -> None:
        self.models, self.weights = models, weights
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Loads now what the first question would wait for.

        Raises ReaderUnavailable when the weights or the body cannot be had, OSError when `models` cannot be written.
        """
        self._ready()

    def read(
        self, question: str, passages: Sequence[str], titles: Sequence[str] = (), languages: Sequence[str] = ()
    ) -> list[Reading]:
        """See `PassageReader.read`. Raises what `load` raises."""
        if not passages:
            return []
        loaded = self._ready()
        heads = {title: loaded.encoder.head(question, title) for title in set(titles or [""])}
        windows = [
            loaded.encoder.windows(heads[title], *loaded.encoder.tokens(passage))
            for passage, title in zip(passages, titles or [""] * len(passages), strict=True)
        ]
        outputs = iter(self._outputs(loaded, [window for part in windows for window in part]))
        found = []
        for passage, part, language in zip(passages, windows, languages or [""] * len(passages), strict=True):
            parts: list[Scored] = [scored(window, next(outputs), loaded.width) for window in part]
            found.append(reading(parts, spans(passage, language)))
        return found

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                network, about, body = restored(self.weights, self.models, attention="eager")
                _choose_precision(network)
                self._loaded = _Loaded(network, Encoder.load(body, about.length), about.width)
            return self._loaded

    def _outputs(self, loaded: _Loaded, windows: Sequence[Window]) -> list[np.ndarray]:
        # Two questions at once would only share the same cores, and take twice the memory.
        with self._lock:
            return outputs(loaded.network, windows)


def _choose_precision(network: Any) -> None:
    """Has the body compute in bfloat16 where the CPU can: 16 passages then take 0.55 s instead of 1.0."""
    import torch

    from index.vectors.precision import computes_bfloat16

    if computes_bfloat16():
        network.body.to(torch.bfloat16)


def outputs(network: Any, windows: Sequence[Window], tokens: int = TOKENS) -> list[np.ndarray]:
    """Starts and ends [tokens, 2] of each window, in the windows' order; windows of like length go together."""
    import torch

    found: dict[int, np.ndarray] = {}
    with torch.inference_mode():
        for numbers in batched([len(window.ids) for window in windows], tokens):
            shape = len(numbers), max(len(windows[number].ids) for number in numbers)
            ids, mask = np.full(shape, PAD, np.int64), np.zeros(shape, np.int64)
            for row, number in enumerate(numbers):
                ids[row, : len(windows[number].ids)] = windows[number].ids
                mask[row, : len(windows[number].ids)] = 1
            logits = network(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
            for row, number in enumerate(numbers):
                found[number] = logits[row, : len(windows[number].ids)]
    return [found[number] for number in range(len(windows))]


def batched(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Numbers of the windows in batches, longest first, each of at most `tokens` tokens with its padding."""
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= tokens:
            batches[-1].append(number)
        else:
            batches.append([number])
    return batches
