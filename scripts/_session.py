"""The training process of the app: runs `scripts.finetune` for one run, alone on its data folder.

It holds the lock of the data folder as long as it lives, stops with a checkpoint when its standard input closes (the
app's button, or the app's end), and leaves in outcome.json how it ended. Killed at any moment it leaves no outcome,
and the same command goes on from the last checkpoint.
"""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from assistant.generation.presets import ModelError, validate
from assistant.training.runs import lock, sessions
from corpus.document import ReadingError
from corpus.home import Home
from scripts import finetune
from scripts._common import reason as reason_of

log = logging.getLogger(__name__)


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when the run ended or was stopped, 1 when it failed; the reason stands in its outcome.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("name")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING)
    home = Home.find(options.home)
    folder = home.runs / options.name
    try:
        with lock.sole(home, options.name):
            threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
            with contextlib.suppress(AttributeError, OSError):
                os.nice(5)  # the app and its answers come first
            reserve = folder / "reserve"  # room for the outcome on a disk that fills up
            reserve.write_bytes(b"\0" * 8192)
            try:
                state, reason = _train(home, options.name)
            finally:
                reserve.unlink(missing_ok=True)
            _ended(folder, state, reason)  # while the lock is held: nobody sees a run that ended for no reason
    except lock.BusyError as error:
        state = "failed"
        _ended(folder, state, str(error))
    except OSError as error:
        state = "failed"
        _ended(folder, state, f"The run cannot go on: {reason_of(error)}.")
    return int(state == "failed")


def _ended(folder: Path, state: str, reason: str) -> None:
    with contextlib.suppress(OSError):  # on a full disk; the exit status says it, too
        lock.write_json(folder / sessions.OUTCOME, {"state": state, "reason": reason})


def _train(home: Home, name: str) -> tuple[str, str]:
    """How the run ended: ("done" | "stopped" | "failed", why)."""
    try:
        arguments = lock.read_json(home.runs / name / sessions.SESSION).get("arguments")
        status = finetune.main([str(argument) for argument in arguments or [name, "--home", str(home.path)]])
    except (ReadingError, ModelError) as error:
        return "failed", str(error)
    except SystemExit:
        return "failed", "The command line of this run is not understood."
    except Exception:
        # Whatever the libraries raise: the app must know that it is over, and the log says what it was.
        log.exception("the training of %s failed", name)
        return "failed", ""
    try:
        validate(home.models / name)
    except ModelError:
        return ("failed" if status else "stopped"), ""
    return "done", ""


def _stop_at_end_of_input() -> None:
    # Not sys.stdin: its lock, held by this thread, would make the interpreter's end a crash.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    # `finetune` takes it as the wish to stop with a checkpoint; before that it ends the process, with nothing to lose.
    if hasattr(signal, "pthread_kill"):  # to the main thread, which may be waiting: raised here it would sleep on
        signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
    else:
        signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
