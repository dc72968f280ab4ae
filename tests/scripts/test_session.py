import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.training.runs.json_file import read_json, write_json
from assistant.training.runs.lock import CURRENT
from assistant.training.runs.sessions import OUTCOME, SESSION
from corpus.document import ReadingError
from corpus.home import Home
from scripts import _session


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder with a run to train; the input of the process never ends and it keeps its priority."""
    monkeypatch.setattr(_session, "_stop_at_end_of_input", lambda: None)
    monkeypatch.setattr(os, "nice", lambda by: by, raising=False)
    made = Home(tmp_path / "home").make()
    (made.runs / "mine").mkdir(parents=True)
    write_json(made.runs / "mine" / SESSION, {"arguments": ["mine", "--epochs", "2"]})
    return made


def ended(home: Home, monkeypatch, finetune) -> dict:
    monkeypatch.setattr(_session.finetune, "main", finetune)
    status = _session.main(["--home", str(home.path), "mine"])
    outcome = read_json(home.runs / "mine" / OUTCOME)
    assert status == (outcome["state"] == "failed")
    return outcome


def test_the_run_gets_its_arguments_and_is_named_as_the_current_one(home, monkeypatch):
    seen = []

    def finetune(arguments):
        seen.append((arguments, read_json(home.runs / CURRENT)["name"]))
        return 0

    assert ended(home, monkeypatch, finetune) == {"state": "stopped", "reason": ""}
    assert seen == [(["mine", "--epochs", "2"], "mine")]


def test_a_saved_preset_is_the_sign_of_the_end(home, monkeypatch):
    monkeypatch.setattr(_session, "validate", lambda folder: {} if folder == home.models / "mine" else None)
    assert ended(home, monkeypatch, lambda arguments: 0)["state"] == "done"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ReadingError("There is too little to learn from."), "There is too little to learn from."),
        (RuntimeError("deep inside"), ""),
        (SystemExit(2), "The command line of this run is not understood."),
    ],
)
def test_a_failure_is_kept_with_its_reason(home, monkeypatch, error, reason):
    def finetune(arguments):
        raise error

    assert ended(home, monkeypatch, finetune) == {"state": "failed", "reason": reason}


def test_a_second_training_waits_and_then_fails(home, monkeypatch):
    from filelock import FileLock

    from assistant.training.runs import lock

    monkeypatch.setattr(lock, "WAIT_S", 0.1)
    with FileLock(lock.lock_path(home)):
        assert "Another training" in ended(home, monkeypatch, lambda arguments: 0)["reason"]


def test_the_end_of_its_input_stops_the_training_with_a_checkpoint(home):
    code = (
        "import signal, sys, threading; from scripts import _session, finetune\n"
        "def main(arguments):\n"
        "    stop = threading.Event(); signal.signal(signal.SIGTERM, lambda *_: stop.set()); print('on', flush=True)\n"
        "    return 0 if stop.wait(30) else 1\n"
        "finetune.main = main\n"
        "sys.exit(_session.main(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "--home", str(home.path), "mine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
    ) as process:
        assert process.stdout.readline().strip() == b"on"
        process.stdin.close()
        assert process.wait(20) == 0
    assert read_json(home.runs / "mine" / OUTCOME)["state"] == "stopped"
