import io
import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.training.errors import TrainingError
from assistant.training.finetune import forecast
from assistant.training.finetune.settings import Request, Settings
from assistant.training.runs import forecast_process
from assistant.training.runs.json_file import write_json
from assistant.training.runs.lock import CURRENT, lock_path
from assistant.training.runs.sessions import OUTCOME, SESSION, Plan, SessionError, Sessions, request_of, thinned
from corpus.home import Home
from index.storage.store import Store

# Stands in for the training process: two steps, then it waits for the end of its input.
FAKE = """
import json, pathlib, sys
home, name = sys.argv[2], sys.argv[3]
folder = pathlib.Path(home) / "runs" / name
with (folder / "journal.jsonl").open("a") as journal:
    for step in (10, 20):
        line = {"step": step, "seconds": step / 10, "loss": 5 - step / 10, "seconds_left": 10 - step / 10}
        journal.write(json.dumps(line) + "\\n")
(folder / "config.json").write_text('{"steps": 100, "cut": 7, "left_out": 2}')
sys.stdin.read()
(folder / "outcome.json").write_text('{"state": "stopped", "reason": ""}')
"""
CONFIG = {
    "class_name": "GPT2Backbone",
    "config": {
        "vocabulary_size": 300,
        "num_layers": 2,
        "num_heads": 2,
        "hidden_dim": 8,
        "intermediate_dim": 16,
        "dropout": 0.1,
        "max_sequence_length": 64,
    },
}


def make_preset(folder: Path) -> Path:
    """A folder that looks like a preset; nothing in these tests loads it."""
    (folder / "assets" / "tokenizer").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    for name in ("model.weights.h5", "assets/tokenizer/vocabulary.json", "assets/tokenizer/merges.txt"):
        (folder / name).write_text("{}")
    return folder


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home").make()
    make_preset(made.models / "tiny")
    return made


@pytest.fixture
def sessions(home):
    store = Store(home.index)
    made = Sessions(home, store, (sys.executable, "-c", FAKE))
    yield made
    made.close()
    if made._process:
        made._process.wait(20)
    store.close()


PLAN = Plan("mine", "tiny", data=("medquad",))


def wait_for(sessions, name, *states):
    for _ in range(400):
        found = sessions.session(name)
        if found.state in states:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_run_is_started_watched_stopped_and_resumed(sessions, home):
    assert sessions.names() == [] and sessions.running() == ""
    sessions.start(PLAN)
    found = wait_for(sessions, "mine", "running")
    assert (found.step, found.steps, found.seconds_left) == (20, 100, 8.0)
    assert (found.cut, found.left_out) == (7, 2)
    assert found.training == ((10, 4.0), (20, 3.0)) and found.data == ("medquad",) and found.base == "tiny"
    sessions.stop()
    assert wait_for(sessions, "mine", "stopped").training
    sessions.resume("mine")
    assert wait_for(sessions, "mine", "running").ours
    assert not (home.runs / "mine" / OUTCOME).exists()


def test_two_trainings_never_run_at_once(sessions):
    sessions.start(PLAN)
    for attempt in (lambda: sessions.start(Plan("other", "tiny", ("medquad",))), lambda: sessions.resume("mine")):
        with pytest.raises(SessionError) as caught:
            attempt()
        assert caught.value.code == "session.running"
    assert sessions.names() == ["mine"]


def test_a_training_of_another_window_is_seen_and_left_alone(sessions, home):
    sessions.start(PLAN)
    wait_for(sessions, "mine", "running")
    sessions.stop()
    wait_for(sessions, "mine", "stopped")
    write_json(home.runs / CURRENT, {"name": "mine"})
    with FileLock(lock_path(home)):
        # A lock of the same process would let itself in, so another one looks.
        code = (
            "import sys; from assistant.training.runs.sessions import Sessions; from corpus.home import Home;"
            "s = Sessions(Home.find(sys.argv[1]), None); print(s.running(), s.session('mine').ours)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code, str(home.path)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).resolve().parents[4],
        )
    assert ran.stdout.split() == ["mine", "False"], ran.stderr


def test_a_killed_run_can_be_resumed(sessions):
    sessions.start(PLAN)
    wait_for(sessions, "mine", "running")
    sessions._process.kill()
    sessions._process.wait(20)
    assert sessions.session("mine").state == "stopped"


def test_what_was_asked_for_becomes_a_request(sessions, home, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("Cells.")
    store = sessions._store
    store.add_source("Notes", str(notes), "file")
    store.add_source("Notes", str(tmp_path / "gone.txt"), "file")
    store.add_source("Wiki", "wikipedia", "dataset")
    sessions.start(Plan("mine", "tiny", ("medquad",), ("Notes", "Wiki"), epochs=0.5, lora=True))
    request = request_of(home.runs / "mine")
    settings = request.settings
    assert (request.name, request.documents) == ("mine", (str(notes),))
    assert settings.data == ("medquad", "wikipedia", "follow-ups", "manners")
    assert (settings.base, settings.epochs, settings.length, settings.lora_rank) == ("tiny", 0.5, 64, 8)


def test_a_run_that_an_earlier_version_started_can_go_on(home):
    folder = home.runs / "old"
    folder.mkdir(parents=True)
    write_json(
        folder / SESSION, {"plan": {}, "arguments": ["old", "--lora-rank", "8", "--documents", "a.txt", "b.txt"]}
    )
    write_json(folder / "config.json", {"settings": {"base": "tiny", "data": ["medquad"], "lora_rank": 8}})
    assert request_of(folder) == Request("old", Settings("tiny", ("medquad",), lora_rank=8), ("a.txt", "b.txt"))


@pytest.mark.parametrize("session", [{}, {"request": 3}, {"request": {"name": "mine"}}, {"arguments": ["mine"]}])
def test_a_session_that_says_nothing_is_an_error(home, session):
    (home.runs / "mine").mkdir(parents=True)
    write_json(home.runs / "mine" / SESSION, session)
    with pytest.raises(TrainingError, match=r"training\.session_damaged"):
        request_of(home.runs / "mine")


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        (Plan("", "tiny", ("medquad",)), "name"),
        (Plan("../up", "tiny", ("medquad",)), "name"),
        (Plan("-x", "tiny", ("medquad",)), "name"),
        (Plan("a" * 41, "tiny", ("medquad",)), "name"),
        (Plan("con", "tiny", ("medquad",)), "name"),
        (Plan("tiny", "tiny", ("medquad",)), "exists"),
        (Plan("starter", "tiny", ("medquad",)), "exists"),
        (Plan("gpt2_base_en", "tiny", ("medquad",)), "exists"),
        (Plan("mine", "nothing", ("medquad",)), "base"),
        (Plan("mine", "tiny"), "nothing"),
        (Plan("mine", "tiny", (), ("empty",)), "nothing"),
    ],
)
def test_what_cannot_be_started_leaves_nothing(sessions, home, plan, key):
    with pytest.raises(SessionError) as caught:
        sessions.start(plan)
    assert caught.value.code == f"session.{key}" and sessions.names() == []


def test_a_folder_that_cannot_be_written_is_said(sessions, home):
    home.runs.write_text("a file where the folder belongs")
    with pytest.raises(SessionError) as caught:
        sessions.start(PLAN)
    assert caught.value.code == "session.disk" and caught.value.values["reason"]


def test_free_names_are_free(sessions, home):
    assert sessions.free_name("tiny") == "my-tiny-1"
    (home.models / "my-tiny-1").mkdir()
    assert sessions.free_name("tiny") == "my-tiny-2"
    assert sessions.free_name("été !" * 20)


def test_only_data_sets_on_this_machine_are_offered(sessions, home):
    assert "medquad" not in sessions.data_sets()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"plan": 3}', '{"plan": {"data": 7}}'])
def test_damaged_files_are_read_as_far_as_possible(sessions, home, text):
    folder = home.runs / "odd"
    folder.mkdir(parents=True)
    for name in (SESSION, OUTCOME):
        (folder / name).write_text(text)
    (folder / "journal.jsonl").write_text('{"step": 10, "loss": "much"}\n7\n{"step": "x"}\n{"step": 20, "lo')
    (folder / "config.json").write_text('{"steps": "many", "cut": -1}')
    found = sessions.session("odd")
    assert (found.state, found.training, found.step, found.steps) == ("stopped", (), 10, 0)


def test_steps_done_again_after_a_kill_replace_the_earlier_ones(sessions, home):
    folder = home.runs / "mine"
    folder.mkdir(parents=True)
    lines = [(10, 5.0), (20, 4.0), (30, 3.0), (10, 4.5), (20, 3.5)]
    (folder / "journal.jsonl").write_text("\n".join(json.dumps({"step": s, "loss": loss}) for s, loss in lines))
    assert sessions.session("mine").training == ((10, 4.5), (20, 3.5))


def test_curves_are_thinned_by_means():
    points = tuple((step, float(step % 2)) for step in range(1, 11))
    assert thinned(points, 5) == ((2, 0.5), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5))
    assert thinned(points, 100) == points and thinned((), 5) == ()


def test_a_training_of_the_command_line_is_shown_while_it_runs(sessions, home, monkeypatch):
    folder = home.runs / "typed"
    folder.mkdir(parents=True)
    settings = {"base": "/models/tiny", "data": ["medquad"]}
    (folder / "config.json").write_text(json.dumps({"settings": settings, "steps": 30}))
    (folder / "journal.jsonl").write_text('{"step": 10, "loss": 2.0, "seconds_left": 60}\n')
    assert sessions.names() == []
    monkeypatch.setattr(sessions, "running", lambda: "typed")
    assert sessions.names() == ["typed"]
    found = sessions.session("typed")
    assert (found.state, found.base, found.data, found.steps) == ("running", "tiny", ("medquad",), 30)
    assert found.seconds_left == 60 and not found.ours
    monkeypatch.setattr(sessions, "running", lambda: "../../elsewhere")
    assert sessions.names() == []


@pytest.mark.parametrize("metrics", [{}, {"before": 3}, {"before": {"use_of_passages": {"accuracy": {}}}}])
def test_measures_are_read_as_far_as_there_are_any(sessions, home, metrics):
    folder = home.runs / "mine"
    folder.mkdir(parents=True)
    write_json(folder / "metrics.json", metrics)
    assert sessions.session("mine").use == ()
    part = {"use_of_passages": {"accuracy": {"with": 0.5, "without": 0.25, "other": 0.2}}}
    write_json(folder / "metrics.json", {"before": part, "after": part})
    assert sessions.session("mine").use == (0.5, 0.5, 0.25, 0.25)


AHEAD = """
import json, sys
request = json.load(sys.stdin)
print(json.dumps(ANSWER))
"""


def answering(answer) -> tuple[str, ...]:
    """A command that looks ahead by saying `answer`."""
    return sys.executable, "-c", AHEAD.replace("ANSWER", repr(answer))


def test_what_a_run_would_be_is_known_before_it_starts_and_kept_with_it(sessions, home):
    plan = {
        **{"parameters": 100, "trained": 100, "examples": 90, "held_out": 10, "steps": 12, "batch": 8, "tokens": 999},
        **{"memory_gb": 1.5, "minutes": 3.0, "disk": 900, "free": 9000, "sources": [["documents", 100]]},
        **{"cut": 0, "unfit": 0, "left_out": [], "shown": [{"question": "Q?", "answer": "A.", "passage": ""}]},
    }
    sessions._ahead = answering({"forecast": plan})
    found = sessions.forecast(PLAN)
    assert (found.examples, found.sources, found.shown[0].question) == (90, (("documents", 100),), "Q?")
    assert found.small and found.fits and sessions.names() == []
    sessions.start(PLAN, found)
    assert sessions.session("mine").expected == found
    (home.runs / "mine" / forecast.FILE).write_text('{"parameters": "many"}')
    assert sessions.session("mine").expected is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"reason": '{"code": "training.too_little", "values": {}}'}, "training.too_little"),
        ({"reason": "?"}, "session.forecast"),
        ({"forecast": {"steps": 3}}, "session.forecast"),
        ([], "session.forecast"),
    ],
)
def test_what_would_keep_a_run_from_starting_is_said_before(sessions, answer, code):
    sessions._ahead = answering(answer)
    with pytest.raises(TrainingError) as caught:
        sessions.forecast(PLAN)
    assert caught.value.code == code


def test_looking_ahead_ends_as_soon_as_it_is_asked_to(sessions):
    sessions._ahead = (sys.executable, "-c", "import time; time.sleep(600)")
    assert sessions.forecast(PLAN, lambda: True) is None


def test_the_process_that_looks_ahead_reads_the_users_documents(home, tmp_path, monkeypatch, capsys):
    from assistant.generation import presets

    texts = tmp_path / "texts"
    texts.mkdir()
    for name in ("Sage", "Mint", "Thyme"):
        (texts / f"{name}.md").write_text(f"# {name}\n\n{name} grows slowly in poor soil. It likes the sun.\n")
    (texts / "empty.md").write_text("")
    request = Request("mine", Settings(base=presets.STARTER, data=("manners",)), (str(texts),))
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(asdict(request))))
    monkeypatch.setattr("os.nice", lambda by: by, raising=False)
    assert forecast_process.main(["--home", str(home.path)]) == 0
    found = forecast.from_record(json.loads(capsys.readouterr().out)["forecast"])
    assert dict(found.sources)["documents"] == 3 and found.examples + found.held_out == 11
    assert found.left_out[0].count == 1 and found.minutes > 0 and found.disk > 4 * found.parameters
    assert not (home.runs / "mine").exists()


def test_a_run_that_has_ended_is_deleted_alone_or_with_its_generator(sessions, home):
    for name in ("one", "two"):
        (home.runs / name).mkdir(parents=True)
        write_json(home.runs / name / SESSION, {"plan": {}})
        make_preset(home.models / name)
    assert sessions.session("one").preset == str(home.models / "one") and sessions.session("one").size > 0
    sessions.delete("one")
    sessions.delete("two", generator=True)
    sessions.delete("../models")
    assert sessions.names() == [] and [path.name for path in sorted(home.models.iterdir())] == ["one", "tiny"]


def test_a_run_in_progress_is_not_deleted(sessions):
    sessions.start(PLAN)
    with pytest.raises(SessionError) as caught:
        sessions.delete("mine")
    assert caught.value.code == "session.in_use" and sessions.names() == ["mine"]


def test_scores_before_and_after_are_read_from_the_run(sessions, home):
    parts = {when: {"validation": {"nats": nats, "accuracy": 0.5}} for when, nats in (("before", 4.0), ("after", 2.0))}
    (home.runs / "mine").mkdir(parents=True)
    write_json(home.runs / "mine" / "metrics.json", parts)
    assert sessions.session("mine").held_out == ((4.0, 0.5), (2.0, 0.5))
