"""The indexing process as it is started by the app."""

import subprocess
import sys
from pathlib import Path

import pytest

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
