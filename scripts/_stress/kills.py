"""kill -9 at random moments while documents are added, changed, renamed, removed and embedded.

Every document bears a mark with the number of its file, its place and the file's version, so that the index can be
compared with what it must hold: all of what was committed before a kill and not touched since, and in the end, after
one undisturbed run, exactly the newest version of every file.
"""

import json
import random
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from corpus.home import Home
from index.ingestion.process import lower_priority
from index.maintenance.check import check
from index.storage.store import Store
from scripts._stress.common import Report, eventually, kill, percentile, sentence, start
from scripts._stress.recording import LOG

ROWS = 20  # documents of a jsonl file
CHANGES = 24  # files touched in a round
COMMITS = 30  # transactions in which a kill may fall
MARK = re.compile(r"mark(\d+)x(\d+)v(\d+)")
IDLE_S = 6.0  # of asking with nothing else to do, before
SLOWER = 3.0
LEAST = 40  # idle searches that are compared with


@dataclass
class File:
    """A file of the user's: its number never changes, its version does."""

    number: int
    path: Path
    documents: int
    version: int = 0

    def marks(self) -> frozenset[tuple[int, int, int]]:
        """Marks of the documents of the present version."""
        return frozenset((self.number, place, self.version) for place in range(self.documents))

    def write(self, seed: int) -> None:
        """The present version, to disk."""
        rng = random.Random(f"{seed}/{self.number}/{self.version}")
        texts = [
            f"mark{number}x{place}v{version} {' '.join(sentence(rng) for _ in range(rng.randint(2, 30)))}"
            for number, place, version in sorted(self.marks())
        ]
        if self.path.suffix == ".jsonl":
            rows = [{"title": f"Row {place} of {self.number}", "text": text} for place, text in enumerate(texts)]
            self.path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        else:
            self.path.write_text(texts[0])


@dataclass
class Index:
    """What an index holds, read from the file by other means than the program's."""

    marks: dict[int, Counter] = field(default_factory=dict)  # by number of the file: (number, place, version)
    sources: dict[str, str] = field(default_factory=dict)  # state by path
    embedded: set[str] = field(default_factory=set)
    waiting: int = 0

    @classmethod
    def read(cls, path: Path) -> "Index":
        """The committed state."""
        found = cls()
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute(
                "SELECT p.text FROM documents d JOIN passages p ON p.document_id = d.id AND p.ordinal = 0"
            )
            for (text,) in rows:
                if (match := MARK.search(text)) is None:
                    raise ValueError(f"a passage without its mark: {text[:80]}")
                mark = tuple(map(int, match.groups()))
                found.marks.setdefault(mark[0], Counter())[mark] += 1
            found.sources = dict(connection.execute("SELECT path, state FROM sources"))
            found.embedded = {row[0].hex() for row in connection.execute("SELECT key FROM vectors")}
            found.waiting = connection.execute("SELECT COUNT(*) FROM embedding_queue").fetchone()[0]
        return found


class World:
    """The files on disk, the index, and the checks that failed."""

    def __init__(self, folder: Path, documents: int, seed: int, say: Callable[[str], None]):
        self.say = say
        self.home = Home(folder / "home").make()
        self.files = folder / "files"
        self.files.mkdir()
        self.folder, self.seed, self.rng = folder, seed, random.Random(seed)
        self.kept: dict[int, File] = {}
        self.removed: list[File] = []
        self.pending: list[list[str]] = []  # changes that no client has noted as done
        self.count = 0
        self.problems: dict[str, list[str]] = {name: [] for name in CHECKS}
        self.documents = documents
        self.notes = folder / "embedded.log"
        self.notes.touch()
        self.restarts: Counter = Counter()
        self.in_the_middle = 0

    def new_file(self, rows: int) -> File:
        """A file that was not there yet, written."""
        name = f"{self.count} it's “a\tname” — ☃.txt" if rows == 1 else f"{self.count} rows.jsonl"
        file = File(self.count, self.files / name, rows)
        self.count += 1
        self.kept[file.number] = file
        file.write(self.seed)
        return file

    def fill(self) -> None:
        """The first documents: half of them in files of their own, half as rows of larger files."""
        for _ in range(self.documents // 2):
            self.new_file(1)
        for _ in range(self.documents // 2 // ROWS):
            self.new_file(ROWS)
        paths = [str(file.path) for file in self.kept.values()]
        self.pending = [["read", *paths[at : at + 50]] for at in range(0, len(paths), 50)]

    def touch(self) -> set[int]:
        """Changes on disk, and what the user's program is to do about them; numbers of the files concerned."""
        kind = self.rng.choice(("add", "change", "remove", "rename", "all", "embed"))
        touched: set[int] = set()
        for _ in range(self.rng.randint(1, CHANGES) if kind != "embed" else 0):
            what = kind if kind != "all" else self.rng.choice(("add", "change", "remove", "rename"))
            if what == "add" or len(self.kept) < 10:
                file = self.new_file(1 if self.rng.random() < 0.8 else ROWS)
                self.pending.append(["read", str(file.path)])
            else:
                file = self.kept[self.rng.choice(sorted(self.kept))]
                if what == "change":
                    file.version += 1
                    file.write(self.seed)
                    self.pending.append(["read", str(file.path)])
                elif what == "remove" and len(self.kept) > 0.8 * self.count - CHANGES:
                    file.path.unlink()
                    self.removed.append(self.kept.pop(file.number))
                    self.pending.append(["remove", str(file.path)])
                elif what == "rename":
                    moved = file.path.with_name(
                        f"{file.path.stem.split('~')[0]}~{self.rng.randrange(10**6)}{file.path.suffix}"
                    )
                    file.path.rename(moved)
                    # Then it is looked at, as after every change: an earlier change may not have found it.
                    self.pending += [["rename", str(file.path), str(moved)], ["read", str(moved)]]
                    file.path = moved
            touched.add(file.number)
        return touched

    def worker(self):
        """The indexing process, started as the app does."""
        process = start(
            "scripts._stress.recording",
            "--home",
            str(self.home.path),
            env={LOG: str(self.notes)},
            log=self.folder / "worker.log",
        )
        lower_priority(process.pid)
        return process

    def client(self):
        """The user's program with what is pending, started."""
        changes, self.done = self.folder / "changes.json", self.folder / "done.txt"
        changes.write_text(json.dumps(self.pending))
        self.done.write_text("")
        return start(
            "scripts._stress.client", str(self.home.path), str(changes), str(self.done), log=self.folder / "client.log"
        )

    def settle_changes(self) -> None:
        """Forgets the changes that the client noted as done."""
        done = {int(line) for line in self.done.read_text().split() if line}
        self.pending = [change for number, change in enumerate(self.pending) if number not in done]

    def concerned(self) -> set[int]:
        """Numbers of the files that a pending change names."""
        by_path = {str(file.path): file.number for file in [*self.kept.values(), *self.removed]}
        return {by_path[path] for change in self.pending for path in change[1:] if path in by_path}

    def broken(self, check: str, what: str) -> None:
        """Notes a check that failed."""
        self.say(f"kills: {check}: {what}")
        self.problems[check].append(what)

    def compare(self, before: Index, after: Index, touched: set[int], noted: list[str], where: str) -> None:
        """After a kill: what was committed is there, once, and nothing is embedded again."""
        with closing(Store(self.home.index)) as store:
            for finding in check(store, self.home.vectors):
                self.broken("invariants", f"{where}: {finding.reason}")
        for number, marks in before.marks.items():
            if number not in touched and after.marks.get(number) != marks:
                self.broken(
                    "nothing committed is lost", f"{where}: file {number}: {marks} is now {after.marks.get(number)}"
                )
        for number, marks in after.marks.items():
            for mark, count in marks.items():
                if count > 1:
                    self.broken("no duplicate", f"{where}: {mark} stands {count} times")
            file = self.kept.get(number)
            if (
                file
                and after.sources.get(str(file.path)) == "done"
                and number not in touched
                and set(marks) != file.marks()
            ):
                self.broken("no orphan", f"{where}: file {number} is done and holds {sorted(marks)[:3]}")
        again = Counter(noted)
        for key in before.embedded:
            if again[key]:
                self.broken("nothing is embedded again", f"{where}: {key[:12]} had its vector before the kill")


CHECKS = (
    "invariants",
    "nothing committed is lost",
    "no duplicate",
    "no orphan",
    "nothing is embedded again",
    "work goes on to its end",
)


def run(report: Report, folder: Path, *, kills: int, documents: int, seed: int) -> None:
    """`kills` rounds; the lines of the table."""
    world = World(folder, documents, seed, report.say)
    world.fill()
    asked = folder / "asked.jsonl"
    Store(world.home.index).close()
    _run_to_end(world, report)
    asker = start("scripts._stress.asker", str(world.home.path), str(asked), log=folder / "asker.log")
    try:
        time.sleep(IDLE_S)
        eventually(lambda: len(asked.read_bytes().splitlines()) >= LEAST if asked.exists() else False, 600, 1.0)
        began = time.monotonic()
        for number in range(kills):
            _round(world, number)
            if (number + 1) % 20 == 0:
                broken = sum(map(len, world.problems.values()))
                report.say(f"kills: {number + 1} of {kills}, {len(world.kept)} files, {broken} checks failed")
        ended = time.monotonic()
        alive = asker.poll() is None
    finally:
        kill(asker)
    _run_to_end(world, report)
    _compare_with_disk(world)
    report.add("kills", f"{sum(world.restarts.values())} ({_counts(world.restarts)}), seed {seed}", f"{kills}", True)
    report.add(
        "kills that left work undone",
        str(world.in_the_middle),
        f"{kills // 4} or more",
        world.in_the_middle >= kills // 4,
    )
    for name, problems in world.problems.items():
        report.none(name, problems)
    compare_speed(report, asked, began, ended, alive)


def _round(world: World, number: int) -> None:
    touched = world.concerned() | world.touch()
    before = Index.read(world.home.index)
    start_of_notes = world.notes.stat().st_size
    world.notes.with_suffix(".ready").unlink(missing_ok=True)
    worker, client = world.worker(), world.client()
    while not world.notes.with_suffix(".ready").exists() and worker.poll() is None:
        time.sleep(0.01)
    victim = world.rng.choices(("worker", "client", "both"), (0.6, 0.2, 0.2))[0]
    _await_commits(world, worker, client)
    if victim != "worker":
        kill(client)
    if victim != "client":
        kill(worker)
    world.restarts[victim] += 1
    if client.poll() is None:
        client.wait(60)
    if worker.poll() is None:  # only the client was killed: the indexing process comes to its end
        worker.wait(120)
    world.settle_changes()
    with world.notes.open() as notes:
        notes.seek(start_of_notes)
        noted = notes.read().split()
    # What waited or was being read before may have been finished: those files are compared in the end.
    unread = {file.number for file in world.kept.values() if before.sources.get(str(file.path)) not in ("done", None)}
    after = Index.read(world.home.index)
    left = after.waiting or world.pending or set(after.sources.values()) - {"done"}
    world.in_the_middle += bool(left)
    world.compare(before, after, touched | unread, noted, f"kill {number} ({victim})")


def _await_commits(world: World, *processes) -> None:
    """Until a random number of transactions was committed, and at times a moment more: a kill then falls between two
    that should have been one, however fast the machine is."""
    left = world.rng.randint(0, COMMITS)
    with closing(sqlite3.connect(world.home.index, isolation_level=None)) as connection:
        version = None
        while left > 0 and any(process.poll() is None for process in processes):
            now = connection.execute("PRAGMA data_version").fetchone()[0]
            left -= version is not None and now != version
            version = now
            time.sleep(0.0005)
    time.sleep(world.rng.choice((0.0, world.rng.uniform(0, 0.05))))


def _run_to_end(world: World, report: Report) -> None:
    """One undisturbed run of everything that waits."""
    for _ in range(5):
        client = world.client()
        client.wait(600)
        world.settle_changes()
        worker = world.worker()
        worker.wait(3600)
        found = Index.read(world.home.index)
        if not world.pending and not found.waiting and set(found.sources.values()) <= {"done"}:
            return
    world.broken(
        "work goes on to its end",
        f"{len(world.pending)} changes, {found.waiting} passages, {Counter(found.sources.values())}",
    )


def _compare_with_disk(world: World) -> None:
    found = Index.read(world.home.index)
    for number, file in world.kept.items():
        if set(found.marks.get(number, ())) != file.marks():
            world.broken("nothing committed is lost", f"in the end: {file.path.name} is not what is on disk")
    for number in found.marks.keys() - world.kept.keys():
        world.broken("no orphan", f"in the end: documents of the removed file {number}")
    world.compare(found, found, set(), [], "in the end")


def compare_speed(report: Report, notes: Path, began: float, ended: float, alive: bool) -> None:
    """Lines on the questions of an asker: errors, and how much slower it was from `began` to `ended` than before."""
    rows = [json.loads(line) for line in notes.read_text().splitlines() if line.endswith("}")]
    report.none(
        "errors of questions meanwhile",
        [row["error"] for row in rows if row["error"]] + ([] if alive else ["it ended"]),
    )
    idle = [row["seconds"] for row in rows if row["at"] < began][5:]
    busy = [row["seconds"] for row in rows if began <= row["at"] < ended]
    slow, fast = percentile(busy, 0.95), percentile(idle, 0.95)
    times = slow / fast if fast else 0.0
    report.add(
        "95th percentile of search, idle and meanwhile",
        f"{1000 * fast:.0f} ms, {1000 * slow:.0f} ms: {times:.1f} times ({len(busy)} searches)",
        f"{SLOWER:.0f} times",
        min(len(busy), len(idle)) >= LEAST // 4 and times <= SLOWER,
    )


def _counts(counter: Counter) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items()))
