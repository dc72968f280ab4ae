"""What a fine-tuning will cost, before it begins."""

import time
from dataclasses import dataclass

import numpy as np

from assistant.training.finetune.tuning import FineTuning

SAMPLED = 4  # batches whose tokens stand for those of all steps
ACTIVATIONS = 34  # numbers kept a layer, token and unit of width (Korthikanti et al. 2022)
REACHED = 1 / 3  # of the speed of a plain matrix product is what training reaches here
OVERHEAD_GB = 0.8  # TensorFlow itself


@dataclass(frozen=True)
class Estimate:
    """The sizes of a run, and what it takes on this processor."""

    parameters: int
    trained: int  # of them, or LoRA's beside them
    tokens: int  # over all steps, padding included
    memory_gb: float
    minutes: float


def estimate(tuning: FineTuning) -> Estimate:
    """Counts parameters and tokens, and times this processor for a moment."""
    settings, sizes = tuning.settings, tuning.architecture
    rows = [tuning.batch_at(step)[0]["padding_mask"].size for step in range(min(SAMPLED, tuning.steps))]
    tokens = int(sum(rows) / len(rows) * tuning.steps)
    width, layers = sizes["hidden_dim"], sizes["num_layers"]
    parameters = (sizes["vocabulary_size"] + sizes["max_sequence_length"]) * width + 12 * layers * width**2
    # LoRA (Hu et al. 2021) stands beside the queries and values: for each, KerasHub makes one matrix from the width to
    # every head and one from the rank to a head.
    heads, rank = sizes["num_heads"], settings.lora_rank
    trained = 2 * layers * rank * (width * heads + width // heads) if rank else parameters
    copies = 1 if settings.lora_rank else 4  # weights; with them gradients and Adam's two moments
    activations = max(rows) * (ACTIVATIONS * layers * width + 3 * sizes["vocabulary_size"])  # and the logits
    memory = 4 * (parameters * copies + activations)
    seconds = 6 * parameters * tokens / _flops()
    return Estimate(parameters, trained, tokens, memory / 1e9 + OVERHEAD_GB, seconds / 60)


def _flops() -> float:
    """Floating-point operations a second that training reaches here."""
    a = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
    a @ a
    started = time.perf_counter()
    for _ in range(4):
        a @ a
    return REACHED * 4 * 2 * 1024**3 / (time.perf_counter() - started)
