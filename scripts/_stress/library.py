"""A large collection of the user's own, copied: deleting one document, adding one file, searching meanwhile."""

import os
import random
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from corpus.home import Home
from index.following.upkeep import Upkeep
from index.ingestion.queue import enqueue
from index.maintenance.check import check
from index.retrieval.search import Search
from index.storage.store import Store
from index.vectors.embedder import DEFAULT, VARIABLE, load_embedder
from index.vectors.faiss_cache import VectorCache
from index.views.documents import ids_of
from scripts._stress.common import Report, eventually, kill, sentence, start
from scripts._stress.kills import compare_speed

DELETE_S, SEARCHABLE_S = 1.0, 2.0
TIMES = 5  # each is done; the worst counts
ADDED = 400  # files added in the busy time
IDLE_S, BUSY_S = 40.0, 120.0


def run(report: Report, folder: Path, *, library: str, seed: int) -> None:
    """The lines of the table; nothing is changed in `library`."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = DEFAULT
    try:
        home = _copied(Path(library).expanduser(), folder / "home")
        with closing(Store(home.index)) as store:
            name = max(store.collections(), key=lambda each: _documents(store, each))
            report.say(f"library: {_documents(store, name)} documents in {name}")
            _measure(report, folder, home, store, name, random.Random(seed))
            report.none("invariants", [str(finding.reason) for finding in check(store, home.vectors)])
    finally:
        os.environ.pop(VARIABLE) if before is None else os.environ.__setitem__(VARIABLE, before)


def _copied(library: Path, folder: Path) -> Home:
    folder.mkdir()
    with (
        closing(sqlite3.connect(library / "index.sqlite3")) as theirs,
        closing(sqlite3.connect(folder / "index.sqlite3")) as own,
    ):
        theirs.backup(own)
    if (library / "vectors").is_dir():
        shutil.copytree(library / "vectors", folder / "vectors")
    return Home.find(folder)


def _measure(report: Report, folder: Path, home: Home, store: Store, name: str, rng: random.Random) -> None:
    embedder = load_embedder()
    search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
    search.search("warm up")
    upkeep = Upkeep(home, store)
    upkeep.start()
    questions = folder / "questions.txt"
    titles = [row.title for row in store.documents(name, limit=400)]
    questions.write_text("\n".join(f"What is {' '.join(title.split())}?" for title in titles))
    asked = folder / "asked.jsonl"
    asker = start(
        "scripts._stress.asker", str(home.path), str(asked), DEFAULT, str(questions), "0.1", log=folder / "asker.log"
    )
    try:
        eventually(lambda: asked.exists() and asked.stat().st_size > 0, 120)
        time.sleep(IDLE_S)
        began = time.monotonic()
        deleted, gone = _delete(store, search, name, rng)
        added = [_add(home, store, search, upkeep, name, folder, rng, number) for number in range(TIMES)]
        report.add(
            "one document deleted",
            f"{max(deleted):.2f} s (worst of {TIMES})",
            f"{DELETE_S:.0f} s",
            max(deleted) < DELETE_S,
        )
        report.add("documents that were found after that", str(gone), "0", not gone)
        report.add(
            "one file added, until it is found",
            f"{max(added):.2f} s (worst of {TIMES})",
            f"{SEARCHABLE_S:.0f} s",
            max(added) < SEARCHABLE_S,
        )
        busy = _busy(home, store, search, upkeep, name, folder, rng)
        ended = time.monotonic()
        report.add("added and deleted while 400 files are read and embedded", busy[0], "1 s, 2 s", busy[1])
        alive = asker.poll() is None
    finally:
        kill(asker)
        upkeep.close()
    compare_speed(report, asked, began, ended, alive)


def _documents(store: Store, name: str) -> int:
    return len(ids_of(store, name))


def _delete(store: Store, search: Search, name: str, rng: random.Random) -> tuple[list[float], int]:
    """Seconds of each deletion, and how many of the documents were found afterwards."""
    seconds, found = [], 0
    rows = rng.sample(store.documents(name, limit=20_000), TIMES)
    for row in rows:
        began = time.monotonic()
        store.remove_documents([row.id])
        seconds.append(time.monotonic() - began)
        found += any(hit.title == row.title and hit.document_id == row.id for hit in search.search(row.title).hits)
    return seconds, found


def _add(home: Home, store: Store, search: Search, upkeep: Upkeep, name: str, folder: Path, rng, number: int) -> float:
    """Seconds until a new file is found by its words, the start of the indexing process included."""
    word = f"zyx{number}{rng.randrange(10**9)}"
    path = folder / f"{word}.txt"
    path.write_text(f"The {word} is kept in a {sentence(rng)}")
    began = time.monotonic()
    enqueue(store, [path], name)
    upkeep.wake()
    found = eventually(lambda: any(word in hit.text for hit in search.search(word, collections=[name]).hits), 60, 0.02)
    seconds = time.monotonic() - began
    return seconds if found is not None else float("inf")


def _busy(home, store, search, upkeep, name, folder, rng) -> tuple[str, bool]:
    """Many files come at once; one more, and deletions, in the midst of that."""
    many = folder / "many"
    many.mkdir()
    for number in range(ADDED):
        (many / f"{number}.txt").write_text("\n\n".join(sentence(rng, 150) for _ in range(3)))
    enqueue(store, [many], name)
    upkeep.wake()
    eventually(lambda: bool(store.unembedded(1)), 60)
    deleted: list[float] = []
    added: list[float] = []
    number, began = 100, time.monotonic()
    while not added or time.monotonic() - began < BUSY_S:
        deleted += _delete(store, search, name, rng)[0]
        added.append(_add(home, store, search, upkeep, name, folder, rng, number))
        number += 1
        time.sleep(5)
    fine = max(deleted) < DELETE_S and max(added) < SEARCHABLE_S
    return f"{max(deleted):.2f} s and {max(added):.2f} s (worst of {len(deleted)} and {len(added)})", fine
