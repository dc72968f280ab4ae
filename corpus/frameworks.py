"""TensorFlow as it has to be imported: after Triton, and without its greeting on the terminal."""

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def importing_tensorflow() -> Iterator[None]:
    """Wraps the first import of TensorFlow, Keras or TensorFlow Datasets.

    PyTorch's CUDA build brings Triton; loaded after TensorFlow, it ends the process with a segmentation fault. And
    TensorFlow's libraries greet on the standard error before any log level is heard, which would stand between the
    lines of a command's output. An exception passes through as it is.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "tensorflow" in sys.modules:
        yield
        return
    with contextlib.suppress(ImportError):
        import triton  # noqa: F401
    with _native_stderr_silenced():
        yield


@contextlib.contextmanager
def _native_stderr_silenced() -> Iterator[None]:
    """What C++ writes to file descriptor 2 is dropped meanwhile; Python's own messages still come through."""
    try:
        kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no standard error at all, as under pythonw
        yield
        return
    python_stderr = sys.stderr
    try:
        os.dup2(nothing, 2)
        sys.stderr = os.fdopen(os.dup(kept), "w", buffering=1, errors="backslashreplace")
        yield
    finally:
        ours, sys.stderr = sys.stderr, python_stderr
        ours.close()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
