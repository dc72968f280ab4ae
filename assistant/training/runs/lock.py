"""One training at a time in a data folder, whoever starts it: the app, another window of it, or a command."""

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from assistant.training.errors import TrainingError
from assistant.training.runs.json_file import read_json, write_json
from corpus.home import Home

LOCK, CURRENT = "training.lock", "current.json"
WAIT_S = 3.0  # `holder` takes the lock for a moment, too


class BusyError(TrainingError):
    """Another training holds the data folder."""


@contextlib.contextmanager
def sole(home: Home, name: str, wait_s: float | None = None) -> Iterator[None]:
    """Holds the data folder for the training called `name`; the same thread may take it again inside.

    Raises BusyError when another training keeps it for longer than `wait_s` seconds. The system frees the lock when a
    process dies.
    """
    lock = FileLock(lock_path(home), is_singleton=True)
    try:
        lock.acquire(timeout=WAIT_S if wait_s is None else wait_s)
    except Timeout as error:
        raise BusyError("training.busy", name=_current(home)) from error
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
