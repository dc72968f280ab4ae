"""Fetches data sets and generators for the app, each in a process that reports its progress as lines of JSON.

A process, because reading a large data set would slow the app down, a failure there must not end it, and it can be
stopped at any moment, whatever library is waiting for whatever server.
"""

import argparse
import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from corpus import datasets
from corpus.datasets.dataset import DataSet, Kaggle
from corpus.datasets.fetching import Progress, fetch, place
from corpus.errors import Reason, SourcierError
from corpus.home import Home

TOLD_EVERY_S = 0.3
OWN_NAME = "(own)"  # a generator that is brought keeps the name of its folder or archive


@dataclass(frozen=True)
class Job:
    """One fetching. `state` is fetching or failed; `done` of `total` bytes; `reason` a stored reason."""

    state: str
    reason: str = ""
    done: int = 0
    total: int | None = None


class Jobs:
    """The processes that fetch something into one data folder, by the name of what they fetch."""

    def __init__(self, home: Home):
        self._home = home
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._stopped: set[str] = set()

    def get(self, name: str) -> Job | None:
        """The job that runs or has failed; None where there is none, or it is done or was stopped."""
        with self._lock:
            return self._jobs.get(name)

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        with self._lock:
            return bool(self._processes)

    def start(self, name: str, arguments: Sequence[str], ended: Callable[[bool], None] = lambda ready: None) -> bool:
        """Starts this module with `arguments`; False when something of this name is going on already.

        `ended` is told at the end whether all went well.
        """
        with self._lock:
            if name in self._processes:
                return False
            self._jobs[name] = Job("fetching")
            self._processes[name] = child = subprocess.Popen(
                [sys.executable, "-m", "assistant.services.downloads", "--home", str(self._home.path), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],
                text=True,
                encoding="utf-8",
            )
        assert child.stdout is not None  # it was asked for
        threading.Thread(
            target=self._follow, args=(name, child, child.stdout, ended), name=f"fetch-{name}", daemon=True
        ).start()
        return True

    def stop(self, name: str) -> None:
        """Ends the job of this name."""
        with self._lock:
            child = self._processes.get(name)
            if child is not None:
                self._stopped.add(name)
        if child is not None:
            child.terminate()

    def forget(self, name: str) -> None:
        """Forgets that the job of this name has failed."""
        with self._lock:
            if name not in self._processes:
                self._jobs.pop(name, None)

    def close(self) -> None:
        """Ends all jobs."""
        for name in list(self._processes):
            self.stop(name)

    def _follow(self, name: str, child: subprocess.Popen[str], output: IO[str], ended: Callable[[bool], None]) -> None:
        last: dict = {}
        with output:
            for line in output:
                last = json.loads(line)
                if "done" in last:
                    with self._lock:
                        self._jobs[name] = Job("fetching", done=last["done"], total=last["total"])
        child.wait()
        ready = bool(last.get("ready"))
        with self._lock:
            del self._processes[name]
            stopped = name in self._stopped
            self._stopped.discard(name)
            if ready or stopped:
                self._jobs.pop(name, None)
            else:
                self._jobs[name] = Job("failed", last.get("error") or Reason("fetch.incomplete").dumps())
        ended(ready)


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
        self._jobs = Jobs(home)

    def offers(self) -> list[Offer]:
        """All data sets, in the order of their list."""
        return [self.offer(name) for name in datasets.NAMES]

    def offer(self, name: str) -> Offer:
        """One data set. Raises ReadingError for an unknown name."""
        data_set, job = datasets.get(name), self._jobs.get(name)
        if job is not None and job.state == "fetching":
            return Offer(data_set, "fetching", done=job.done, total=job.total)
        if data_set.find(place(data_set, self._home)):
            return Offer(data_set, "here")
        if job is not None:
            return Offer(data_set, job.state, job.reason)
        return Offer(data_set, "by_hand" if isinstance(data_set.origin, Kaggle) else "none")

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        return self._jobs.busy

    def start(self, name: str) -> None:
        """Begins to fetch a data set, unless that is going on. Raises ReadingError for an unknown name."""
        datasets.get(name)
        self._jobs.start(name, [name], lambda ready: self._arrived(name) if ready else None)

    def stop(self, name: str) -> None:
        """Stops the fetching of a data set; what has arrived of it is deleted."""
        self._jobs.stop(name)

    def close(self) -> None:
        """Ends all fetching."""
        self._jobs.close()


def main(argv: list[str] | None = None) -> int:
    """The process: fetches one data set or works on one generator, and tells how far it is."""
    parser = argparse.ArgumentParser(description="Fetches a data set or a generator (started by the app).")
    parser.add_argument("--home")
    parser.add_argument("--generator", choices=("fetch", "check", "bring"), help="what to do with the generator NAME")
    parser.add_argument("--source", type=Path, help="the folder or archive to bring")
    parser.add_argument("--label", default="", help="what the archive was called where it comes from")
    parser.add_argument("name")
    options = parser.parse_args(argv)
    output, told = sys.stdout, -math.inf  # kept: a library's words go elsewhere

    def say(**message: object) -> None:
        print(json.dumps(message), file=output, flush=True)

    def progress(done: int, total: int | None) -> None:
        nonlocal told
        if time.monotonic() - told > TOLD_EVERY_S:
            told = time.monotonic()
            say(done=done, total=total)

    try:
        home = Home.find(options.home).make()
        if options.generator:
            _generator(options, home, progress)
        else:
            fetch(datasets.get(options.name), home, progress)
    except SourcierError as error:
        say(error=error.reason.dumps())
        return 1
    except OSError as error:
        say(error=Reason("system.failed", {"reason": error.strerror or str(error)}).dumps())
        return 1
    say(ready=True)
    return 0


def _generator(options: argparse.Namespace, home: Home, progress: Progress) -> None:
    from assistant.generation import hubs, preset_store

    if options.generator == "fetch":
        hubs.fetch(options.name, home.models, progress)
    elif options.generator == "check":
        preset_store.check(options.name, home.models, progress)
    else:
        name = "" if options.name == OWN_NAME else options.name
        preset_store.bring(options.source, home.models, name, progress, options.label)


if __name__ == "__main__":
    sys.exit(main())
