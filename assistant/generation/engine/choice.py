"""Which engine runs a generator on this machine."""

import ctypes
import logging
import sys
from pathlib import Path
from typing import Any, Literal

from assistant.generation.engine import keras_engine, onnx_engine, weights
from assistant.generation.engine.protocol import Engine

log = logging.getLogger(__name__)

AUTOMATIC: Literal["automatic"] = "automatic"
KERAS: Literal["keras"] = "keras"
EngineName = Literal["automatic", "keras"]


def load_engine(folder: Path, architecture: dict[str, Any], name: EngineName, cache: Path) -> Engine:
    """The engine of a validated preset: Keras, or what is fastest here.

    Without a GPU that is ONNX Runtime, with its files in the folder `cache`; Keras where it cannot be used. Raises
    ModelError when the weights cannot be read.
    """
    if name == KERAS:
        return keras_engine.KerasEngine.load(folder, architecture)
    if has_gpu() and _tensorflow_uses_gpu():
        return keras_engine.KerasEngine.load(folder, architecture)
    try:
        return onnx_engine.load(folder, cache, lambda: weights.read(folder, architecture))
    except weights.UnknownLayout as error:
        log.info("the weights of %s are read by Keras (%s)", folder, error)
    except Exception:  # ONNX Runtime raises its own kinds; the disk may be full, the cache damaged
        log.warning("no CPU engine for %s; Keras takes its place", folder, exc_info=True)
        return keras_engine.KerasEngine.load(folder, architecture)
    reference = keras_engine.KerasEngine.load(folder, architecture)
    try:  # from now on without Keras
        return onnx_engine.load(folder, cache, lambda: weights.of_keras(reference.model))
    except Exception:
        log.warning("no CPU engine for %s; Keras takes its place", folder, exc_info=True)
        return reference


def has_gpu() -> bool:
    """Whether NVIDIA's driver shows a GPU to this process. TensorFlow is not loaded to find out."""
    if sys.platform != "linux":  # TensorFlow's builds for the other systems know none
        return False
    count = ctypes.c_int(0)
    try:
        driver = ctypes.CDLL("libcuda.so.1")
        return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    except (OSError, AttributeError):
        return False


def _tensorflow_uses_gpu() -> bool:
    """Whether TensorFlow has the libraries for the GPU that is there."""
    keras_engine.import_keras_nlp()
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))
