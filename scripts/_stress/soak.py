"""The app for many minutes: a followed folder that changes all the time, four clients asking, memory and handles."""

import random
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from corpus.home import Home
from index.following.watches import add_watch
from index.maintenance.check import check
from index.storage.store import Store
from scripts._stress.app import App, command, descendants, handles, weight
from scripts._stress.common import Report, eventually, percentile, sentence

CLIENTS = 4
FILES = 150
SAMPLE_S = 5.0
WARM_SHARE = 0.3  # of the time, before memory is compared
GROWTH = 0.05  # of memory, between the first and the last third of what follows the warm-up
GROWTH_LEAST = 24 << 20  # bytes that may come and go
HANDLES = 12  # more open files than after the warm-up
STEP_S = 60.0


class Changes(threading.Thread):
    """Adds, changes, moves and removes files in a folder, a few times a second."""

    def __init__(self, folder: Path, seed: int):
        super().__init__(daemon=True)
        self._folder, self._rng = folder, random.Random(seed)
        self.stop = threading.Event()
        self.made: Counter = Counter()
        self._number = 0

    def run(self) -> None:
        """Until `stop` is set; the folder then holds the last state."""
        while not self.stop.wait(self._rng.uniform(0.1, 1.0)):
            files = sorted(self._folder.glob("*.txt"))
            many = len(files) >= FILES
            kind = self._rng.choices(("add", "change", "move", "remove"), (1 if many else 5, 3, 1, 5 if many else 1))[0]
            self.made[kind] += 1
            if kind == "add" or len(files) < 5:
                self._write(self._folder / f"{self._number}.txt")
                self._number += 1
                continue
            file = self._rng.choice(files)
            if kind == "change":
                self._write(file)
            elif kind == "move":
                file.rename(self._folder / f"{self._number}.txt")
                self._number += 1
            else:
                file.unlink()

    def _write(self, path: Path) -> None:
        path.write_text("\n\n".join(sentence(self._rng, 60) for _ in range(self._rng.randint(1, 8))))


class Client(threading.Thread):
    """Asks the app without pause."""

    def __init__(self, app: App, number: int):
        super().__init__(daemon=True)
        self._app, self._rng = app, random.Random(number)
        self.stop = threading.Event()
        self.errors: list[str] = []
        self.seconds: list[float] = []

    def run(self) -> None:
        """Until `stop` is set; quotes mostly, for they take no generator's time, sometimes an answer."""
        while not self.stop.wait(0.3):
            mode = "grounded" if self._rng.random() < 0.1 else "quotes"
            began = time.monotonic()
            try:
                self._app.post("/v1/ask", {"question": f"What is the {sentence(self._rng, 4)}", "mode": mode})
            except (OSError, ValueError) as error:
                self.errors.append(f"{type(error).__name__}: {error}")
            self.seconds.append(time.monotonic() - began)


def run(report: Report, folder: Path, *, minutes: float, seed: int) -> None:
    """The lines of the table."""
    home, files = Home(folder / "home").make(), folder / "files"
    files.mkdir()
    with closing(Store(home.index)) as store:
        add_watch(store, files, "soak", home)
        changes = Changes(files, seed)
        with App(home.path, folder / "app.log") as app:
            clients = [Client(app, number) for number in range(CLIENTS)]
            for thread in (changes, *clients):
                thread.start()
            samples = _sample(report, app, store, minutes)
            changes.stop.set()
            for client in clients:
                client.stop.set()
            for thread in (changes, *clients):
                thread.join(180)
            in_step = eventually(lambda: _in_step(store, files), 120, 1.0)
            # The indexing process ends when nothing waits.
            alone = eventually(lambda: len(descendants(app.process.pid)) == 1, 120, 1.0)
            left = [command(pid)[:100] for pid in descendants(app.process.pid)[1:]]
            report.add(
                "the app at the end", "up" if app.alive and app.page() else "down", "up", app.alive and app.page()
            )
        report.add("changes on disk", ", ".join(f"{n} {kind}" for kind, n in sorted(changes.made.items())), "", True)
        report.add(
            "index in step with the folder at the end",
            "yes" if in_step is not None else "no",
            "yes",
            in_step is not None,
        )
        report.none("processes left over", left if alone is None else [])
        _questions(report, clients)
        _weights(report, samples)
        report.none("invariants", [str(finding.reason) for finding in check(store, home.vectors)])


def _sample(report: Report, app: App, store: Store, minutes: float) -> list[tuple[float, int, int, int]]:
    """(seconds, bytes of the app, open files of the app, processes below it), again and again."""
    samples: list[tuple[float, int, int, int]] = []
    began = told = time.monotonic()
    while (now := time.monotonic() - began) < 60 * minutes and app.alive:
        pid = app.process.pid
        samples.append((now, weight(pid), handles(pid), len(descendants(pid))))
        if time.monotonic() - told > STEP_S:
            told = time.monotonic()
            count = sum(1 for row in store.sources() if row.state == "done")
            report.say(
                f"soak: {now / 60:.0f} min, {samples[-1][1] >> 20} MB, {samples[-1][2]} open files, {count} files read"
            )
        time.sleep(SAMPLE_S)
    return samples


def _in_step(store: Store, files: Path) -> bool:
    rows = {row.path: row.state for row in store.sources("soak")}
    return rows == {str(path): "done" for path in files.glob("*.txt")} and not store.unembedded(1)


def _questions(report: Report, clients: list[Client]) -> None:
    seconds = [each for client in clients for each in client.seconds]
    slow = percentile(seconds, 0.95)
    report.add("questions", f"{len(seconds)}, 95th percentile {slow:.1f} s", "some", bool(seconds))
    report.none("errors of questions", [error for client in clients for error in client.errors])


def _weights(report: Report, samples: list[tuple[float, int, int, int]]) -> None:
    warm = [sample for sample in samples if sample[0] >= WARM_SHARE * samples[-1][0]]
    third = max(1, len(warm) // 3)
    first, last = (sorted(sample[1] for sample in part)[third // 2] for part in (warm[:third], warm[-third:]))
    grown = last - first
    report.add(
        "memory of the app, first and last third after the warm-up",
        f"{first >> 20} MB, {last >> 20} MB",
        f"{100 * GROWTH:.0f} % or {GROWTH_LEAST >> 20} MB more",
        grown <= max(GROWTH_LEAST, GROWTH * first),
    )
    opened = [min(sample[2] for sample in part) for part in (warm[:third], warm[-third:])]
    report.add(
        "open files of the app, then and then",
        f"{opened[0]}, {opened[1]}",
        f"{HANDLES} more",
        opened[1] <= opened[0] + HANDLES,
    )
    most = max(sample[3] for sample in warm)
    report.add("processes of the app at once", str(most), "4", most <= 4)
