"""Whatever became of a stored file, the page loads: a damaged or newer file costs its own panel at most."""

import json
import sqlite3

import pytest
from conftest import make_application
from ui_fakes import HITS, SENTENCES, FakeAssistant

from assistant.evaluation import runs
from assistant.evaluation.runs import Run, table
from assistant.schema import Answer
from assistant.serialization import dump
from assistant.services.application import Application
from assistant.settings import Settings
from assistant.storage.votes import MIGRATIONS
from assistant.training.runs.json_file import write_json
from assistant.ui.render.chrome import status
from assistant.ui.tab import Tab
from assistant.ui.window import Window
from corpus.home import Home

ANSWER = Answer("Cells?", False, 0.9, "grounded", "starter", SENTENCES, HITS)
TRIAL = "20260101T000000-trial"
DEEP = b"[" * 20_000
GARBAGE = (b"", b"\0\xff\xfe garbage \n", b"null", b'["text"]', b'{"format": 7', DEEP)
JSON_FILES = (
    "settings.json",
    "feedback.jsonl",
    f"evaluation/{TRIAL}.json",
    f"evaluation/{TRIAL}.outcomes.jsonl",
    "runs/mine/session.json",
    "runs/mine/config.json",
    "runs/mine/metrics.json",
    "runs/mine/outcome.json",
    "runs/mine/journal.jsonl",
    "models/mine/config.json",
    "models/mine/metadata.json",
)


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    """The page over a folder with one of everything that is stored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCIER_EMBEDDER", "hashing")
        home = Home(tmp_path_factory.mktemp("damaged") / "home").make()
        assistant = FakeAssistant()
        app = make_application(home, assistant)
        assistant.warm_up()
        app.startup.done.set()
        Settings().save(home.settings)
        app.feedback.judge(1, "Cells?", ANSWER, "like")
        app.votes.add("Cells?", ("a", "b"), ("one", "two"), "left", [("h", "t")])
        keep_trial(home, {"recall@1": [1.0, 0.0]})
        run = home.runs / "mine"
        run.mkdir(parents=True)
        write_json(run / "session.json", {"plan": {"base": "starter", "data": ["medquad"]}, "request": {}})
        write_json(run / "config.json", {"steps": 3, "settings": {"base": "starter"}})
        (run / "journal.jsonl").write_text('{"step": 1, "loss": 2.0}\n')
        for name in JSON_FILES:
            path = home.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        made = Window(app)
        made.build()
        yield made
        app.close()


def keep_trial(home: Home, values, **settings) -> None:
    path = home.path / "evaluation" / f"{TRIAL}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    questions = [("q1", "Cells?"), ("q2", "Rain?")]
    made = table("inside", questions, values, shares=True, facts={"supported": 0.5, "newer": 3.0})
    runs.save(Run("trial", "2026-01-01T00:00:00+00:00", {"collection": "Biology", **settings}, (made,)), path)


def load(window: Window, conversation: int | None = None, lang: str = "en") -> None:
    """All that a page asks for while it loads and its tabs are opened."""
    tab = Tab(lang=lang, conversation=conversation)
    assert window._everything(tab)
    window._evaluate.opened(tab, TRIAL, TRIAL)


@pytest.mark.parametrize("name", JSON_FILES)
def test_a_damaged_file_costs_its_own_panel_at_most(window, name, caplog):
    path = window._app.home.path / name
    before = path.read_bytes()
    for number, damage in enumerate((*GARBAGE, before[: len(before) // 2])):
        path.write_bytes(damage)
        load(window, lang=("en", "fr")[number % 2])
    assert "a panel cannot be shown" not in caplog.text
    path.write_bytes(before)


@pytest.mark.parametrize(
    ("values", "settings"),
    [
        ({"found": [1.0, 0.0], "recall@1": [1.0, 1.0]}, {}),
        ({"recall@1": [1.0, 1.0]}, {"collection": ["a", "b"], "mode": 3, "threshold": "high", "model": None}),
    ],
)
def test_a_trial_of_a_newer_version_is_shown_as_far_as_it_is_understood(window, values, settings):
    keep_trial(window._app.home, values, **settings)
    load(window)
    shown = window._evaluate.opened(Tab(), TRIAL, None)[window._evaluate.results]
    assert all(name in shown for name in values if name == "found")
    keep_trial(window._app.home, {"recall@1": [1.0, 0.0]})


def test_an_answer_of_a_newer_version_leaves_its_question_and_the_conversation(window):
    history = window._app.history
    conversation = history.create("Cells")
    turn = history.begin_turn(conversation.id, "What are cells?")
    history.finish_turn(turn, ANSWER, follow_ups=("Why?",))
    whole = json.loads(dump(ANSWER))
    for record in (
        "garbage",
        "[]",
        "[" * 20_000,
        json.dumps(whole | {"sentences": [{"text": {"html": "x"}, "citations": [], "supported": 1, "support": "y"}]}),
        json.dumps(whole | {"sources": None}),
        json.dumps(whole | {"confidence": "high"}),
        json.dumps({"version": 9}),
    ):
        with history.database.write() as connection:
            connection.execute("UPDATE turns SET answer = ?, follow_ups = '{'", (record,))
        (stored,) = history.turns(conversation.id)
        assert (stored.question, stored.answer, stored.follow_ups) == ("What are cells?", None, ())
        assert history.search("cells")
        load(window, conversation.id)
    with history.database.write() as connection:
        connection.execute("UPDATE turns SET answer = ?", (json.dumps(whole | {"newer": {"a": 1}}),))
    assert history.turns(conversation.id)[0].answer == ANSWER


def test_votes_of_a_newer_version_or_none_at_all_cost_their_panel(window):
    votes = window._app.votes
    with votes._database.write() as connection:
        connection.execute("UPDATE votes SET passages = ?", ("[" * 20_000,))
    assert votes.won()[0].passages == ()
    votes.close()
    with sqlite3.connect(votes.path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    load(window)
    with sqlite3.connect(votes.path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def test_a_panel_that_cannot_be_shown_leaves_the_others(window, monkeypatch, caplog):
    monkeypatch.setattr(window._train, "words", lambda tab: 1 / 0)
    shown = window._everything(Tab())
    assert window._settings.words(Tab()).keys() <= shown.keys()
    assert "a panel cannot be shown" in caplog.text


def test_a_history_of_a_newer_version_stays_as_it_is_and_the_app_opens(tmp_path, monkeypatch):
    home = Home(tmp_path / "home").make()
    with sqlite3.connect(home.history) as connection:
        connection.execute("CREATE TABLE future (x)")
        connection.execute("PRAGMA user_version = 99")
    app = Application.open(home)
    assert app.problem is not None and app.problem.code == "history.aside"
    app.history.create("New")
    app.close()
    with sqlite3.connect(home.history) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("future",)]
    assert "history.aside.sqlite3" in status((), (), "", "en", app.problem)
