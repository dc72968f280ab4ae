"""One training at a time in a data folder, whoever starts it: the app, another window of it, or a command."""

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from assistant.generation.presets import ModelError
from assistant.training.runs.json_file import read_json, write_json
from corpus.home import Home

LOCK, CURRENT = "training.lock", "current.json"
WAIT_S = 3.0  # the app looks at the lock now and then by taking it for a moment


class BusyError(ModelError):
    """Another training holds the data folder; the message is one sentence for the user."""


@contextlib.contextmanager
def sole(home: Home, name: str, wait_s: float | None = None) -> Iterator[None]:
    """Holds the data folder for the training of that name; the same thread may take it again inside.

    Raises BusyError when another training has it for longer than `wait_s`. The system frees it when a process dies.
    """
    lock = FileLock(lock_path(home), is_singleton=True)
    try:
        lock.acquire(timeout=WAIT_S if wait_s is None else wait_s)
    except Timeout as error:
        raise BusyError(
            f"Another training runs on this data folder ({_current(home)}): wait for its end, or stop it first."
        ) from error
    try:
        home.runs.mkdir(parents=True, exist_ok=True)
        write_json(home.runs / CURRENT, {"name": name})
        yield
    finally:
        lock.release()


def holder(home: Home) -> str:
    """The name of the training in progress, whoever started it; "" when there is none."""
    try:
        with FileLock(lock_path(home), timeout=0):
            return ""
    except Timeout:
        return _current(home)
    except OSError:
        return ""


def lock_path(home: Home) -> str:
    """The lock that the one training process of a data folder holds."""
    return str(home.path / LOCK)


def _current(home: Home) -> str:
    return str(read_json(home.runs / CURRENT).get("name") or "unnamed")
