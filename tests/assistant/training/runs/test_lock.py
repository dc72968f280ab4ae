import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.training.errors import TrainingError
from assistant.training.runs import lock
from corpus.home import Home
from scripts import finetune, pretrain

ROOT = Path(__file__).resolve().parents[4]
HOLD = (
    "import sys; from assistant.training.runs.lock import sole; from corpus.home import Home\n"
    "with sole(Home.find(sys.argv[1]), 'first'):\n"
    "    print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def held(tmp_path, monkeypatch):
    """A data folder on which another process trains the run "first"."""
    monkeypatch.setattr(lock, "WAIT_S", 0.1)
    home = Home(tmp_path / "home").make()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout.readline().strip() == b"held"
        yield home, process
        process.kill()


def test_the_lock_says_who_holds_it_and_is_free_after_a_kill(held):
    home, process = held
    assert lock.holder(home) == "first"
    refused = pytest.raises(lock.BusyError, match=r"^training.busy \(name=first\)$")
    with refused, lock.sole(home, "second"):
        raise AssertionError("two at once")
    process.kill()
    process.wait(20)
    assert lock.holder(home) == ""
    with lock.sole(home, "second"), lock.sole(home, "second"):  # the app's process takes it before the command
        assert json.loads((home.runs / lock.CURRENT).read_text()) == {"name": "second"}


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (finetune.main, ["mine", "--data", "manners"]),
        (pretrain.main, ["--plan", "tiny"]),
        (pretrain.main, ["--plan", "tiny", "--resume"]),
    ],
)
def test_every_command_that_trains_says_that_another_does(held, main, arguments):
    home, _ = held
    with pytest.raises(lock.BusyError):
        main([*arguments, "--home", str(home.path)])
    assert [path.name for path in home.runs.iterdir()] == [lock.CURRENT]


def test_a_run_outside_of_the_data_folder_and_a_plan_ask_nobody(held, tmp_path, capsys):
    home, _ = held
    with pytest.raises(TrainingError, match=r"training\.no_checkpoint"):
        pretrain.main(["--run", str(tmp_path / "elsewhere"), "--resume", "--home", str(home.path)])
    assert pretrain.main(["--plan", "tiny", "--dry-run", "--home", str(home.path)]) == 0
