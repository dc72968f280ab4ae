"""Hostile files given to the running app: each ends as ready or failed with one clear sentence, within its limits."""

import json
import math
import os
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from corpus.home import Home
from index.ingestion.parser import MEMORY, SILENCE_S
from index.ingestion.process import start_worker
from index.ingestion.queue import enqueue
from index.maintenance.check import check
from index.storage.store import Store
from scripts._common import say
from scripts._stress import hostile_files
from scripts._stress.app import App, command, descendants, weight
from scripts._stress.common import Report

LONGEST_S = SILENCE_S + 30  # a file's reading: silence is allowed, and some time to end the reader
WORKER = 2 << 30  # bytes of the indexing process
SENTENCE = 400  # characters
OVERALL_S = 3600.0
END_S = 60.0


class Watch(threading.Thread):
    """Looks at the processes and the sources again and again: who takes how much, and what is read for how long."""

    def __init__(self, home: Home, app: App):
        super().__init__(daemon=True)
        self._home, self._app = home, app
        self.stop = threading.Event()
        self.peak: Counter = Counter()  # bytes by kind of process
        self.longest: dict[str, float] = {}  # seconds by path
        self.down: list[str] = []

    def run(self) -> None:
        """Until `stop` is set."""
        current, since = None, time.monotonic()
        with closing(Store(self._home.index)) as store:
            while not self.stop.wait(0.2):
                now = time.monotonic()
                reading = next((row.path for row in store.sources(state="reading")), None)
                if current is not None:
                    self.longest[current] = max(self.longest.get(current, 0.0), now - since)
                if reading != current:
                    current, since = reading, now
                for pid in descendants(os.getpid())[1:]:
                    line = command(pid)
                    kind = (
                        "reader"
                        if "index.ingestion.parser" in line
                        else "indexing process"
                        if "index.ingestion.worker" in line
                        else ""
                    )
                    if kind:
                        self.peak[kind] = max(self.peak[kind], weight(pid, "VmHWM"))
                if not (self._app.alive and self._app.page()):
                    self.down.append(f"no page at {time.strftime('%X')}")


def run(report: Report, folder: Path, *, files: int, seed: int) -> None:
    """The lines of the table."""
    home = Home(folder / "home").make()
    made = hostile_files.write(folder / "files", files, seed)
    named = hostile_files.write_names(folder / "names")
    _links(folder / "names")
    report.say(f"hostile: {len(made)} files and {len(named)} odd names, seed {seed}")
    with closing(Store(home.index)) as store:
        store.make_collection("hostile")  # the app adds its own documents to an empty index only
        with App(home.path, folder / "app.log") as app:
            watch = Watch(home, app)
            watch.start()
            enqueue(store, [folder / "files", folder / "names"], "hostile")
            ended = _wait(home, store, report)
            answers = [app.post("/v1/search", {"query": "lantern harbour"})["results"]]
            watch.stop.set()
            watch.join()
        _judge(report, store, watch, {str(path) for path in made}, ended)
        names = Counter(row.state for row in store.sources() if row.path in {str(path) for path in named})
        report.add(
            "good files under odd names", f"{names['done']} of {len(named)} ready", "all", names["done"] == len(named)
        )
        report.add("the app answers in the end", f"{len(answers[0])} passages", "some", bool(answers[0]))
        report.none("invariants", [str(finding.reason) for finding in check(store, home.vectors)])
        _write(folder / "reasons.json", store)


def _links(folder: Path) -> None:
    try:
        os.symlink(folder, folder / "loop")
        os.symlink(folder / "nothing.txt", folder / "broken.txt")
        os.mkfifo(folder / "pipe.txt")
    except (OSError, AttributeError):
        pass  # not on this system


def _wait(home: Home, store: Store, report: Report) -> bool:
    began, told = time.monotonic(), -math.inf
    worker = start_worker(home)
    while time.monotonic() - began < OVERALL_S:
        states = Counter(row.state for row in store.sources())
        if not states["waiting"] and not states["reading"] and not store.unembedded(1):
            return True
        if worker.poll() is not None:
            worker = start_worker(home)  # as the command line does; it ends at once when one is at work
        if time.monotonic() - told > 30:
            told = time.monotonic()
            report.say(f"hostile: {dict(states)}")
        time.sleep(0.5)
    return False


def _judge(report: Report, store: Store, watch: Watch, made: set[str], ended: bool) -> None:
    rows = [row for row in store.sources() if row.path in made]
    states = Counter(row.state for row in rows)
    report.add(
        "hostile files that ended",
        f"{states['done']} ready, {states['failed']} failed of {len(made)}",
        "all",
        ended and states["done"] + states["failed"] == len(made),
    )
    reasons = [row for row in rows if row.state == "failed" and not is_sentence(say(row.reason))]
    report.none("failures without one clear sentence", [f"{row.path}: {row.reason!r}" for row in reasons])
    path, seconds = max(watch.longest.items(), key=lambda item: item[1], default=("", 0.0))
    report.add(
        "longest reading", f"{seconds:.0f} s ({Path(path).name[:40]})", f"{LONGEST_S:.0f} s", seconds <= LONGEST_S
    )
    for kind, limit in (("reader", MEMORY), ("indexing process", WORKER)):
        peak = watch.peak[kind]
        report.add(f"most memory of the {kind}", f"{peak >> 20} MB", f"{limit >> 20} MB", peak <= limit)
    report.none("moments without the app", watch.down)


def is_sentence(reason: str) -> bool:
    """One line that begins and ends like a sentence, without a program's own words."""
    words = ("Traceback", "object at 0x", "<class", "NoneType", "\n", "\r")
    return 10 < len(reason) <= SENTENCE and reason.endswith(".") and not any(word in reason for word in words)


def _write(path: Path, store: Store) -> None:
    rows = {row.path: [row.state, row.reason, row.documents] for row in store.sources()}
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False))
