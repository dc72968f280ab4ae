import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.training.errors import TrainingError
from assistant.training.finetune.settings import Request, Settings
from assistant.training.runs import lock, training_process
from assistant.training.runs.json_file import read_json, write_json
from assistant.training.runs.sessions import OUTCOME, SESSION
from corpus.errors import Reason
from corpus.home import Home

REQUEST = Request("mine", Settings(epochs=2.0))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder with a run to train; the input of the process never ends and it keeps its priority."""
    monkeypatch.setattr(training_process, "_stop_at_end_of_input", lambda: None)
    monkeypatch.setattr(training_process, "stop_on_signals", lambda: None)
    monkeypatch.setattr(os, "nice", lambda by: by, raising=False)
    made = Home(tmp_path / "home").make()
    (made.runs / "mine").mkdir(parents=True)
    write_json(made.runs / "mine" / SESSION, {"request": asdict(REQUEST)})
    return made


def ended(home: Home, monkeypatch, train) -> tuple[str, Reason | None]:
    class FakeJob:
        def __init__(self, request, home, unreadable):
            self.request = request

        def train(self, stop):
            return train(self.request)

    monkeypatch.setattr(training_process, "Job", FakeJob)
    status = training_process.main(["--home", str(home.path), "mine"])
    outcome = read_json(home.runs / "mine" / OUTCOME)
    assert status == (outcome["state"] == "failed")
    return outcome["state"], Reason.loads(outcome["reason"])


def test_the_run_gets_its_request_and_is_named_as_the_current_one(home, monkeypatch):
    seen = []
    train = lambda request: seen.append((request, read_json(home.runs / lock.CURRENT)["name"]))  # noqa: E731
    assert ended(home, monkeypatch, train) == ("stopped", None)
    assert seen == [(REQUEST, "mine")]


def test_a_saved_preset_is_the_sign_of_the_end(home, monkeypatch):
    assert ended(home, monkeypatch, lambda request: home.models / "mine") == ("done", None)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TrainingError("training.too_little"), "training.too_little"),
        (OSError(28, "No space left on device"), "training.cannot_go_on"),
        (RuntimeError("deep inside"), None),
    ],
)
def test_a_failure_is_kept_with_its_reason(home, monkeypatch, error, code):
    def train(request):
        raise error

    state, reason = ended(home, monkeypatch, train)
    assert state == "failed" and (reason and reason.code) == code


def test_a_second_training_waits_and_then_fails(home, monkeypatch):
    monkeypatch.setattr(lock, "WAIT_S", 0.1)
    with FileLock(lock.lock_path(home)):
        state, reason = ended(home, monkeypatch, lambda request: None)
    assert state == "failed" and reason.code == "training.busy"


def test_the_end_of_its_input_stops_the_training_with_a_checkpoint(home):
    code = (
        "import sys; from assistant.training.runs import training_process\n"
        "class Job:\n"
        "    def __init__(self, *arguments): pass\n"
        "    def train(self, stop): print('on', flush=True); return None if stop.wait(60) else 'never asked'\n"
        "training_process.Job = Job\n"
        "sys.exit(training_process.main(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "--home", str(home.path), "mine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[4],
    ) as process:
        assert process.stdout.readline().strip() == b"on"
        process.stdin.close()
        assert process.wait(60) == 0
    assert read_json(home.runs / "mine" / OUTCOME)["state"] == "stopped"
