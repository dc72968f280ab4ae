import base64
import csv
import io
import random
import re
from dataclasses import replace

import pytest
from test_render import ALLOWED, HOSTILE, Audit
from ui_fakes import HITS, SENTENCES

from assistant.schema import Answer, Sentence, Timings
from assistant.services.comparison import Comparison, Side
from assistant.storage.votes import Tally, VotesError
from assistant.training.errors import TrainingError
from assistant.training.finetune.forecast import Forecast, LeftOut, Shown
from assistant.training.finetune.samples import Sample
from assistant.training.runs.sessions import Plan, Session, SessionError
from assistant.ui import render
from assistant.ui.panels.compare import table_of
from assistant.ui.panels.train import Planned
from assistant.ui.tab import Streams, Tab
from assistant.ui.window import Window
from corpus.errors import Reason

TAGS = ALLOWED | {"ol", "h4", "section", "polyline", "line", "text", "g", "dl", "dt", "dd", "code"}
DRAWN_AS_CHOSEN = next(seed for seed in range(99) if random.Random(seed).random() < 0.5)
STATES = ("starting", "running", "stopping", "stopped", "failed", "done")
SESSION = Session(
    "mine",
    "running",
    base="starter",
    data=("medquad",),
    step=60,
    steps=100,
    seconds_left=240.0,
    training=((10, 4.0), (60, 2.0)),
    validation=((50, 2.5),),
)
ANSWER = Answer(
    "What?",
    False,
    0.8,
    "grounded",
    "starter",
    SENTENCES,
    HITS,
    Timings(search_s=0.1, first_token_s=0.3, total_s=1.4, new_tokens=62),
)
FOUND = Comparison("What?", Side("starter", answer=ANSWER), Side("expert", answer=replace(ANSWER, model="expert")))


FORECAST = Forecast(
    parameters=12_000_000,
    trained=12_000_000,
    sources=(("medquad", 900), ("documents", 92), ("manners", 8)),
    examples=900,
    held_out=100,
    steps=113,
    batch=8,
    tokens=400_000,
    memory_gb=1.7,
    minutes=20.0,
    disk=460_000_000,
    free=62_000_000_000,
    cut=3,
    left_out=(LeftOut(Reason("training.pair_twice").dumps(), 2, ("a.csv, row 3",)),),
    shown=(Shown("What is sage?", "Sage is a herb.", "Sage: Sage is a herb. It grows."),),
)
RESULT = replace(
    SESSION,
    state="done",
    step=100,
    held_out=((4.1, 0.3), (2.2, 0.55)),
    use=(0.7, 0.8, 0.3, 0.25),
    samples=(Sample("What is sage?", "Sage is a herb.", "It is.", "Sage is a herb."),),
    preset="/data/models/mine",
    size=51_000_000,
)


class FakeSessions:
    """Takes plans and says what it was asked."""

    def __init__(self, error: SessionError | None = None):
        self.error, self.plans, self.acts, self.known, self.liked = error, [], [], {}, 0
        self.expected = []

    def data_sets(self):
        return ["medquad"]

    def feedback(self):
        return self.liked

    def free_name(self, base):
        return f"my-{base}-1"

    def names(self):
        return list(self.known)

    def running(self):
        return next((name for name, session in self.known.items() if session.running), "")

    def session(self, name):
        return self.known[name]

    def forecast(self, plan, stopped):
        if self.error:
            raise self.error
        return None if stopped() else FORECAST

    def delete(self, name, generator=False):
        self.acts.append(("delete", name, generator))
        self.known.pop(name, None)

    def start(self, plan, expected):
        if self.error:
            raise self.error
        self.plans.append(plan)
        self.expected.append(expected)
        self.known[plan.name] = replace(SESSION, name=plan.name)

    def resume(self, name):
        self.acts.append(("resume", name))

    def stop(self):
        self.acts.append(("stop",))

    close = stop


@pytest.fixture
def window(app):
    app.assistant.names = ["starter", "expert"]
    app.sessions = FakeSessions()
    made = Window(app)
    made.build()
    return made


def plan_and_start(panel, *chosen):
    """What the page shows once the plan of what was chosen is made, and once that is started."""
    streams = Streams()
    *_, last = panel.looking(Tab(), streams, *chosen)
    return last, panel.decide("plan-start", Tab(), streams, last[panel.planned])


def test_a_training_starts_with_what_was_chosen_after_its_plan(window, app):
    panel = window._train
    chosen = ["data/medquad", "collection/Biology", "data/secret", "collection/none", "odd"]
    planned, shown = plan_and_start(panel, "starter", chosen, 0.5, True, "  mine ")
    assert "Start training" in planned[panel.plan] and not shown[panel.plan]
    (plan,) = app.sessions.plans
    assert app.sessions.expected == [FORECAST]
    assert (plan.name, plan.base, plan.data, plan.collections) == ("mine", "starter", ("medquad",), ("Biology",))
    assert (plan.epochs, plan.lora, shown[panel.message]) == (0.5, True, "")
    assert "Step 60 of 100 · 4 min left" in shown[panel.progress]


def test_feedback_is_offered_once_there_is_some(window, app):
    panel = window._train
    assert "feedback" not in str(panel.choices(Tab())[panel.data])
    app.sessions.liked = 3
    assert ("Your feedback (3 answers)", "data/feedback") in panel.choices(Tab())[panel.data]["choices"]
    plan_and_start(panel, "starter", ["data/feedback"], 1, False, "mine")
    assert app.sessions.plans[0].data == ("feedback",)


def test_follow_ups_can_be_learnt_beside_the_questions_they_are_made_of(window, app):
    panel = window._train
    assert ("Follow-up questions (made from medquad)", "data/follow-ups") in panel.choices(Tab())[panel.data]["choices"]
    plan_and_start(panel, "starter", ["data/medquad", "data/follow-ups"], 1, False, "mine")
    assert app.sessions.plans[0].data == ("medquad", "follow-ups")


def test_a_name_is_found_when_none_is_given(window, app):
    plan_and_start(window._train, "starter", ["data/medquad"], None, None, "")
    assert app.sessions.plans[0].name == "my-starter-1"


@pytest.mark.parametrize("key", ["name", "exists", "running", "base", "nothing", "disk"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_training_that_cannot_start_is_one_sentence(window, app, key, lang):
    app.sessions.error = SessionError(f"session.{key}", name="mine", reason="because")
    panel = window._train
    *_, shown = panel.looking(Tab(lang), Streams(), "starter", [], 1, False, "mine")
    assert 'role="alert"' in shown[panel.message] and shown[panel.planned] is None and not shown[panel.plan]
    again = panel.decide("plan-start", Tab(lang), Streams(), Planned(Plan("mine", "starter"), FORECAST))
    assert 'role="alert"' in again[panel.message] and not app.sessions.plans


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_documents_that_give_nothing_to_learn_are_said_before_anything_starts(window, app, lang):
    app.sessions.error = TrainingError("training.nothing")
    *_, shown = window._train.looking(Tab(lang), Streams(), "starter", ["collection/Biology"], 1, False, "mine")
    assert 'role="alert"' in shown[window._train.message] and not app.sessions.plans


def test_nothing_starts_without_a_plan_and_one_that_is_dropped_is_gone(window, app):
    panel, streams = window._train, Streams()
    assert panel.decide("plan-start", Tab(), streams, None) == {panel.planned: None}
    looking = panel.looking(Tab(), streams, "starter", ["data/medquad"], 1, False, "mine")
    assert "Reading the data" in next(looking)[panel.plan]
    assert panel.decide("plan-drop", Tab(), streams, None)[panel.plan] == ""
    *_, last = looking
    assert last[panel.planned] is None and not app.sessions.plans


def test_an_unknown_base_is_one_sentence(window):
    (shown,) = window._train.looking(Tab(), Streams(), "/etc", ["data/medquad"], 1, False, "mine")
    assert "Choose a base first" in shown[window._train.message]


def test_buttons_stop_and_resume(window, app):
    window._train.act("train-stop", {}, Tab())
    window._train.act("train-resume", {"run": "mine"}, Tab())
    window._train.act("other", {}, Tab())
    assert app.sessions.acts == [("stop",), ("resume", "mine")]


def test_a_run_is_opened_and_deleted_with_or_without_its_generator(window, app):
    panel = window._train
    app.sessions.known = {"new": replace(RESULT, name="new"), "old": replace(RESULT, name="old")}
    opened = panel.act("train-open", {"run": "old"}, Tab())
    assert opened[panel._tab].run == "old"
    assert opened[panel.progress].index(">old<") < opened[panel.progress].index(">new<")
    assert panel.act("train-open", {"run": "../up"}, Tab())[panel._tab].run == ""
    panel.act("train-delete", {"run": "old"}, Tab(run="old"))
    panel.act("train-delete-all", {"run": "new"}, Tab())
    assert app.sessions.acts == [("delete", "old", False), ("delete", "new", True)]


def test_a_result_is_used_compared_and_reported(window, app):
    panel = window._train
    app.sessions.known = {"expert": replace(RESULT, name="expert")}
    used = panel.act("train-use", {"run": "expert"}, Tab())
    assert used[window._ask.chat.model]["value"] == app.assistant.settings.model == "expert"
    compared = panel.act("train-compare", {"run": "expert"}, Tab())
    sides = window._compare.left, window._compare.right
    assert [compared[side]["value"] for side in sides] == ["starter", "expert"]
    file = panel.act("train-report", {"run": "expert"}, Tab("fr"))[panel._file]
    page = base64.b64decode(file["data"]).decode()
    assert file["name"] == "expert.html" and "Entraînement de expert" in page and "Tokens justes" in page
    assert "What is sage?" in page and "<svg" in page and "<button" not in page


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_plan_says_what_is_learnt_and_left_out_and_what_it_costs(lang):
    plan = Plan("mine", "starter", ("medquad",), epochs=1.0)
    words = Audit(render.training_plan(plan, FORECAST, lang)).text
    said = {
        "en": ("900 examples: 900 medquad, 92 from your documents", "113 steps", "20 min", "0.5 GB", "62.0 GB"),
        "fr": ("900 exemples", "92 de vos documents", "113 étapes", "20 min", "0,5 Go", "62,0 Go"),
    }[lang]
    assert all(each.replace(" ", "") in re.sub(r"\s", "", words) for each in (*said, "Sage is a herb", "2 ×", "row 3"))
    assert "warning" not in render.training_plan(plan, FORECAST, lang)


def test_little_data_is_warned_of_and_a_full_disk_leaves_no_button():
    plan = Plan("mine", "starter")
    assert "very little" in render.training_plan(plan, replace(FORECAST, examples=20), "en")
    full = render.training_plan(plan, replace(FORECAST, free=1), "en")
    assert "too full" in full and "plan-start" not in full


def test_the_time_left_is_the_plans_until_the_first_steps_tell():
    begun = replace(SESSION, step=0, steps=0, seconds_left=None, expected=FORECAST)
    assert "about 20 min" in render.sessions_panel([begun], "en")
    going = replace(begun, step=50, steps=100)
    assert "10 min left" in render.sessions_panel([going], "en")


def test_the_run_in_progress_stands_first(window, app):
    app.sessions.known = {"new": replace(SESSION, name="new", state="done"), "old": SESSION}
    shown = window._train.shown(Tab())[window._train.progress]
    assert shown.index(">mine<") < shown.index(">new<")


def test_a_new_generator_appears_in_every_list(window, app):
    tab, first = Tab(), ((), ())
    known = window._tick(tab, first)[window._known]
    assert window._known not in window._tick(tab, known)
    app.assistant.names.append("mine")
    changes = window._tick(tab, known)
    asking = window._ask.chat.model, window._lab.model
    lists = (*asking, window._train.base, window._compare.left, window._compare.right)
    assert all(("mine", "mine") in changes[component]["choices"] for component in lists)


def test_a_comparison_is_streamed_and_can_be_voted_on(window, app):
    panel = window._compare
    panel._rng = random.Random(DRAWN_AS_CHOSEN)
    steps = list(panel.asked(Tab(), Streams(), " What? ", "starter", "expert", "Biology", "free"))
    found = steps[-1][panel.found]
    assert found.complete and found.question == "What?" and steps[-1][panel.ask]["interactive"]
    assert [asked["collections"] for asked in app.assistant.asked] == [("Biology",)] * 2
    assert "Which answer is better?" in steps[-1][panel.answers]

    voted = panel.vote(Tab(), found, "right")
    assert voted[panel.found] is None and "Your vote is stored" in voted[panel.answers]
    assert app.votes.tally() == [Tally("expert", "starter", first_better=1)]
    (won,) = app.votes.won()
    assert won.passages[0] == (HITS[0].heading, HITS[0].text) and len(won.passages) == len(HITS)
    panel.vote(Tab(), voted[panel.found], "right")
    assert app.votes.tally()[0].votes == 1


@pytest.mark.parametrize(
    ("question", "left", "right", "words"),
    [
        ("", "starter", "expert", "Write a question first"),
        ("x" * 3000, "starter", "expert", "2000 characters"),
        ("What?", "starter", "starter", "two different"),
        ("What?", "starter", None, "Two generators are needed"),
        ("What?", "/etc", "starter", "Two generators are needed"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(window, app, question, left, right, words):
    (only,) = window._compare.asked(Tab(), Streams(), question, left, right, "", "grounded")
    assert words in only[window._compare.message] and not app.assistant.asked


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nobody_knows_which_answer_is_whose_before_the_vote(lang):
    told = replace(ANSWER, model="expert", sentences=SENTENCES[:1])
    found = replace(FOUND, left=Side("specialist", answer=told))
    before, after = (Audit(render.comparison(found, voted, lang)).text for voted in ("", "left"))
    assert "specialist" not in before and "expert" not in before and "1.4" not in before and "1,4" not in before
    assert "specialist" in after and "expert" in after


def test_sides_are_drawn_and_votes_count_for_the_generator_not_for_the_side(window, app):
    panel, firsts = window._compare, set()
    for seed in range(8):
        panel._rng = random.Random(seed)
        *_, last = panel.asked(Tab(), Streams(), "What?", "starter", "expert", "", "free")
        found = last[panel.found]
        firsts.add(found.left.model)
        panel.vote(Tab(), found, "left" if found.left.model == "expert" else "right")
    assert firsts == {"starter", "expert"}
    assert app.votes.tally() == [Tally("expert", "starter", first_better=8)]


def test_equal_answers_are_said_to_be_equal_and_not_voted_on():
    markup = render.comparison(FOUND, "", "en")
    assert "the same, word for word" in markup and 'data-act="vote"' not in markup


def test_a_tally_has_an_interval_and_all_votes_can_be_saved(app):
    shown = render.tally([Tally("expert", "starter", 8, 2, 1, 0), Tally("a", "b", same=1)], "en")
    assert "80% (49% to 94%)" in shown and ">–<" in shown
    app.votes.add("=1+1", ("starter", "expert"), ('one, "two"', "b\nc"), "right")
    (row,) = csv.DictReader(io.StringIO(table_of(app.votes.cast())))
    assert (row["question"], row["answer_a"], row["answer_b"]) == ("'=1+1", 'one, "two"', "b\nc")
    assert (row["model_a"], row["model_b"], row["vote"]) == ("starter", "expert", "b") and row["voted"] > "2026"


def test_a_failure_is_said_and_gives_the_button_back(window, app, monkeypatch):
    monkeypatch.setattr(app.assistant, "ask", lambda *args, **options: 1 / 0)
    steps = list(window._compare.asked(Tab(), Streams(), "What?", "starter", "expert", "", "grounded"))
    assert "failed" in steps[-2][window._compare.message]
    assert steps[-1][window._compare.ask]["interactive"] and steps[-1][window._compare.found] is None


@pytest.mark.parametrize("choice", ["", "middle", "<b>"])
def test_odd_votes_change_nothing(window, app, choice):
    assert window._compare.vote(Tab(), FOUND, choice) == {window._compare.found: FOUND}
    assert app.votes.tally() == []


def test_a_vote_that_cannot_be_stored_is_said_and_can_be_given_again(window, app, monkeypatch):
    def fail(*args):
        raise VotesError("votes.not_stored", reason="disk full")

    monkeypatch.setattr(app.votes, "add", fail)
    voted = window._compare.vote(Tab(), FOUND, "left")
    assert "disk full" in voted[window._compare.message] and voted[window._compare.found] is FOUND


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text, lang):
    samples = (Sample(text, text, text, text),)
    runs = [
        replace(SESSION, name=text, base=text, data=(text,), state=s, reason=text, samples=samples, preset=text)
        for s in STATES
    ]
    answer = Answer(text, False, 0.8, "grounded", text, (Sentence(text, False, 0.1),), notices=("quoted",))
    shown, left_out = (
        (Shown(text, text, text),),
        (LeftOut(Reason("session.disk", {"reason": text}).dumps(), 2, (text,)),),
    )
    plan = replace(FORECAST, sources=((text, 1),), shown=shown, left_out=left_out)
    error = Reason("page.not_drawn_because", {"reason": text})
    sides = (Side(text, answer=answer), Side(text, error=error), Side(text, draft=text, working=True))
    for markup in (
        *(render.sessions_panel([run, *runs], lang) for run in runs),
        render.training_plan(Plan(text, text), plan, lang),
        *(render.comparison(Comparison(text, side, side), "", lang) for side in sides),
        render.comparison(Comparison(text, sides[0], sides[0]), "left", lang),
        render.tally([Tally(text, text, 1, 2, 3, 4)], lang),
    ):
        audit = Audit(markup)
        assert audit.tags <= TAGS, audit.tags - TAGS
        assert not [name for name, _ in audit.attributes if name.startswith("on")]


@pytest.mark.parametrize(
    ("state", "stop", "resume"),
    [("starting", 1, 0), ("running", 1, 0), ("stopping", 0, 0), ("stopped", 0, 1), ("failed", 0, 1), ("done", 0, 0)],
)
def test_a_run_offers_what_can_be_done_with_it(state, stop, resume):
    markup = render.sessions_panel([replace(SESSION, state=state)], "en")
    assert (markup.count("train-stop"), markup.count("train-resume")) == (stop, resume)


def test_a_run_of_another_window_cannot_be_stopped_here():
    assert "train-stop" not in render.sessions_panel([replace(SESSION, ours=False)], "en")


def test_what_did_not_fit_and_what_changed_is_said():
    session = replace(SESSION, cut=1200, left_out=1, use=(0.7, 0.8, 0.3, 0.25))
    markup = render.sessions_panel([session], "en")
    assert "1,200 examples are longer" in markup and "1 example is left out" in markup
    words = Audit(render.sessions_panel([RESULT], "en")).text
    assert all(each in words for each in ("4.10", "2.20", "70%", "80%", "/data/models/mine", "51.0 MB"))
    assert "longer than a row" not in render.sessions_panel([SESSION], "en")


def test_the_chart_stays_within_its_frame():
    points = tuple((step, 5.0 - step / 100) for step in range(0, 400, 10))
    markup = render.sessions_panel([replace(SESSION, training=points, validation=((390, 1.0),))], "en")
    line = markup.split('class="training"><polyline points="')[1].split('"')[0]
    places = [tuple(map(float, place.split(","))) for place in line.split()]
    assert len(places) == 40 and all(0 <= x <= 640 and 0 <= y <= 240 for x, y in places)
    assert places[0][0] < places[-1][0] and places[0][1] < places[-1][1]


@pytest.mark.parametrize("points", [(), ((10, 3.0),), ((10, 3.0), (20, 3.0))])
def test_few_or_equal_losses_are_drawn_or_left_out(points):
    markup = render.sessions_panel([replace(SESSION, training=points, validation=())], "en")
    assert ("<svg" in markup) == (len(points) > 1)
