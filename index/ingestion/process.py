"""Starts the indexing process, at low priority."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from corpus.home import Home

BACKGROUND = 10  # niceness of the indexing process


def lower_priority(pid: int = 0) -> None:
    """Lowers the priority of a process (0: this one), so that the app and its answers come first."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, pid, BACKGROUND)


def start_worker(home: Home, *, tied: bool = False) -> subprocess.Popen:
    """Starts the indexing process and returns at once. If one runs already, the new one notices and ends.

    With `tied`, the process ends with its parent, which keeps the pipe `stdin` open as long as it lives.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "indexing.log").open("ab") as log_file:
        process = subprocess.Popen(
            [sys.executable, "-m", "index.ingestion.worker", "--home", str(home.path), *(["--tied"] if tied else [])],
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            cwd=Path(__file__).parents[2],
            start_new_session=True,  # Ctrl-C in the terminal ends the command, not the indexing
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # Windows
        )
    lower_priority(process.pid)  # here, not in the child: its imports alone take a core for a second
    return process
