"""Starts the indexing process, at low priority."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from corpus.home import Home

BACKGROUND = 10  # niceness of the indexing process


def step_back(pid: int = 0) -> None:
    """Gives a process (0: this one) the processor time that others leave: the app and its answers come first."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, pid, BACKGROUND)


def start_worker(home: Home, *, tied: bool = False) -> subprocess.Popen:
    """Starts the indexing process and returns at once. If one runs already, the new one sees that and ends.

    With `tied`, the process ends with its parent: the parent keeps the pipe `stdin` open as long as it lives.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "indexing.log").open("ab") as log_file:
        process = subprocess.Popen(
            [sys.executable, "-m", "index.ingestion.worker", "--home", str(home.path), *(["--tied"] if tied else [])],
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            cwd=Path(__file__).parents[2],
            start_new_session=True,  # Ctrl-C in the terminal ends the command, not the work
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # Windows
        )
    step_back(process.pid)  # from here and not by itself: its imports alone take a second of a core
    return process
