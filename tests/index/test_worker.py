"""The indexing process as it is started by the app."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.home import Home
from index.build import BACKGROUND, start_worker

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("hurry", [False, True])
def test_tied_worker_ends_cleanly_when_done_or_when_its_parent_goes(tmp_path, hurry):
    worker = subprocess.Popen(
        [sys.executable, "-m", "index.worker", "--home", str(tmp_path), "--tied"],
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
