"""The indexing process as it is started by the app."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from corpus.home import Home
from index.ingestion.process import BACKGROUND, start_worker
from index.ingestion.queue import enqueue
from index.ingestion.worker import work
from index.storage.store import Store
from scripts._stress.common import eventually

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("hurry", [False, True])
def test_tied_worker_ends_cleanly_when_done_or_when_its_parent_goes(tmp_path, hurry):
    worker = subprocess.Popen(
        [sys.executable, "-m", "index.ingestion.worker", "--home", str(tmp_path), "--tied"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if hurry:
        worker.stdin.close()
        worker.stdin = None
    output, _ = worker.communicate(timeout=60) if hurry else (worker.stdout.read(), worker.wait(timeout=60))
    assert worker.returncode == 0
    assert "Fatal" not in output


@pytest.mark.skipif(os.name == "nt", reason="Windows has classes of priority, not niceness")
def test_worker_leaves_the_processor_to_others_from_its_first_moment(tmp_path):
    worker = start_worker(Home(tmp_path), tied=True)
    niceness = os.getpriority(os.PRIO_PROCESS, worker.pid)
    worker.communicate(timeout=60)  # closes its input: it ends
    assert niceness >= BACKGROUND


def test_file_that_comes_while_the_worker_saves_is_read_before_it_ends(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setattr("index.ingestion.worker.IDLE_S", 0.0)
    home, late, during = Home(tmp_path / "home").make(), tmp_path / "late.txt", []
    late.write_text("It came while the index was being saved.")

    def save(cache):
        if not during:  # the first time
            with contextlib.closing(Store(home.index)) as store:
                enqueue(store, [late], "notes")
                eventually(lambda: not store.sources(state="waiting"), 60, 0.01)
                during.extend(row.state for row in store.sources())

    monkeypatch.setattr("index.ingestion.worker.VectorCache.save", save)
    work(home, threading.Event())
    assert during in (["reading"], ["done"])
    with contextlib.closing(Store(home.index)) as store:
        assert [row.state for row in store.sources()] == ["done"]
        assert store.unembedded(1) == []
