"""The app's training process, alone on its data folder: `python -m assistant.training.runs.training_process`.

It trains one run as `scripts.finetune` does, by the request in the run's session.json. It holds the data folder's lock
as long as it lives, stops with a checkpoint when its standard input closes (the app's button, or the app's end), and
leaves in outcome.json how it ended. A killed process leaves no outcome; the same command then goes on from the last
checkpoint.
"""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from assistant.training.errors import TrainingError
from assistant.training.finetune.job import Job
from assistant.training.runs import lock, sessions
from assistant.training.runs.folder import disk_errors
from assistant.training.runs.json_file import write_json
from assistant.training.runs.stopping import stop_on_signals
from corpus.errors import Reason, SourcierError
from corpus.home import Home

log = logging.getLogger(__name__)

RESERVED = 8192  # bytes kept free for the outcome on a disk that fills up


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when the run ended or was stopped, 1 when it failed; the reason stands in its outcome.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("name")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING)
    home = Home.find(options.home).make()
    folder = home.runs / options.name
    try:
        with disk_errors(), lock.sole(home, options.name):
            stop = stop_on_signals()
            threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
            with contextlib.suppress(AttributeError, OSError):
                os.nice(5)  # the app and its answers come first
            reserve = folder / "reserve"
            reserve.write_bytes(b"\0" * RESERVED)
            try:
                state, reason = _train(home, options.name, stop)
            finally:
                reserve.unlink(missing_ok=True)
            _ended(folder, state, reason)  # while the lock is held: nobody sees a run without process and outcome
    except TrainingError as error:
        state = "failed"
        _ended(folder, state, error.reason)
    return int(state == "failed")


def _ended(folder: Path, state: str, reason: Reason | None) -> None:
    with contextlib.suppress(OSError):  # on a full disk; the exit status says it, too
        write_json(folder / sessions.OUTCOME, {"state": state, "reason": reason.dumps() if reason else ""})


def _train(home: Home, name: str, stop: threading.Event) -> tuple[str, Reason | None]:
    """How the run ended: "done", "stopped" or "failed", and why it failed (None: the log says it)."""
    try:
        with disk_errors():
            job = Job(sessions.request_of(home.runs / name), home, lambda error: print(error, flush=True))
            return ("done" if job.train(stop=stop) else "stopped"), None
    except SourcierError as error:
        return "failed", error.reason
    except Exception:
        # Whatever the libraries raise: the app must know that it is over, and the log says what it was.
        log.exception("the training of %s failed", name)
        return "failed", None


def _stop_at_end_of_input() -> None:
    # Not sys.stdin: its lock, held by this thread, would make the interpreter's end a crash.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    main_thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main_thread is not None:
        signal.pthread_kill(main_thread, signal.SIGTERM)  # raised in this thread, the waiting main one would sleep on
    else:
        signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
