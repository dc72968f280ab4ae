"""Fetches data sets for the app, each in a process of its own that reports its progress as lines of JSON.

A process, because reading a large data set would slow the app down, and a failure there must not end it.
"""

import argparse
import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from corpus import datasets
from corpus.datasets.dataset import DataSet, Kaggle
from corpus.datasets.fetching import fetch, place
from corpus.errors import Reason, SourcierError
from corpus.home import Home

TOLD_EVERY_S = 0.3


@dataclass(frozen=True)
class Offer:
    """A data set as it is offered. `state` is none, by_hand, fetching, failed or here.

    `done` of `total` bytes have arrived; `reason` is a stored reason (`Reason.dumps`).
    """

    data_set: DataSet
    state: str
    reason: str = ""
    done: int = 0
    total: int | None = None


class Fetches:
    """The data sets of one data folder and what is being fetched.

    `arrived` is called with the name of each data set that is complete.
    """

    def __init__(self, home: Home, arrived: Callable[[str], None]):
        self._home = home
        self._arrived = arrived
        self._lock = threading.Lock()
        self._running: dict[str, Offer] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def offers(self) -> list[Offer]:
        """All data sets, in the order of their list."""
        return [self.offer(name) for name in datasets.NAMES]

    def offer(self, name: str) -> Offer:
        """One data set. Raises ReadingError for an unknown name."""
        data_set = datasets.get(name)
        with self._lock:
            running = self._running.get(name)
        if running is not None and running.state == "fetching":
            return running
        if data_set.find(place(data_set, self._home)):
            return Offer(data_set, "here")
        if running is not None:
            return running
        return Offer(data_set, "by_hand" if isinstance(data_set.origin, Kaggle) else "none")

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        with self._lock:
            return any(offer.state == "fetching" for offer in self._running.values())

    def start(self, name: str) -> None:
        """Begins to fetch a data set, unless that is going on. Raises ReadingError for an unknown name."""
        data_set = datasets.get(name)
        with self._lock:
            if name in self._processes:
                return
            self._running[name] = Offer(data_set, "fetching")
            self._processes[name] = child = subprocess.Popen(
                [sys.executable, "-m", "assistant.services.downloads", "--home", str(self._home.path), name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],
                text=True,
                encoding="utf-8",
            )
        assert child.stdout is not None  # it was asked for
        threading.Thread(
            target=self._follow, args=(name, data_set, child, child.stdout), name=f"fetch-{name}", daemon=True
        ).start()

    def stop(self, name: str) -> None:
        """Stops the fetching of a data set; what has arrived of it is deleted."""
        with self._lock:
            child = self._processes.get(name)
        if child is not None:
            child.terminate()

    def close(self) -> None:
        """Ends all fetching."""
        for name in list(self._processes):
            self.stop(name)

    def _follow(self, name: str, data_set: DataSet, child: subprocess.Popen[str], output: IO[str]) -> None:
        last: dict = {}
        with output:
            for line in output:
                last = json.loads(line)
                if "done" in last:
                    with self._lock:
                        self._running[name] = Offer(data_set, "fetching", done=last["done"], total=last["total"])
        child.wait()
        with self._lock:
            del self._processes[name]
            if last.get("ready"):
                del self._running[name]
            elif child.returncode < 0:
                self._running.pop(name)  # stopped
            else:
                reason = last.get("error") or Reason("fetch.incomplete").dumps()
                self._running[name] = Offer(data_set, "failed", reason)
        if last.get("ready"):
            self._arrived(name)


def main(argv: list[str] | None = None) -> int:
    """The process: fetches one data set and tells how far it is."""
    parser = argparse.ArgumentParser(description="Fetches a data set (started by the app).")
    parser.add_argument("--home")
    parser.add_argument("name")
    options = parser.parse_args(argv)
    told = -math.inf

    def say(**message: object) -> None:
        print(json.dumps(message), flush=True)

    def progress(done: int, total: int | None) -> None:
        nonlocal told
        if time.monotonic() - told > TOLD_EVERY_S:
            told = time.monotonic()
            say(done=done, total=total)

    try:
        fetch(datasets.get(options.name), Home.find(options.home).make(), progress)
    except SourcierError as error:
        say(error=error.reason.dumps())
        return 1
    except OSError as error:
        say(error=Reason("system.failed", {"reason": error.strerror or str(error)}).dumps())
        return 1
    say(ready=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
