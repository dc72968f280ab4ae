from dataclasses import replace

import pytest
from test_render import ALLOWED, HOSTILE, Audit
from ui_fakes import HITS, SENTENCES

from assistant.schema import Answer, Sentence, Timings
from assistant.services.comparison import Comparison, Side
from assistant.storage.votes import Tally, VotesError
from assistant.training.runs.sessions import Session, SessionError
from assistant.ui import render
from assistant.ui.tab import Streams, Tab
from assistant.ui.window import Window
from corpus.errors import Reason

TAGS = ALLOWED | {"ol", "h4", "section", "polyline", "line", "text", "g"}
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


class FakeSessions:
    """Takes plans and says what it was asked."""

    def __init__(self, error: SessionError | None = None):
        self.error, self.plans, self.acts, self.known, self.liked = error, [], [], {}, 0

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

    def start(self, plan):
        if self.error:
            raise self.error
        self.plans.append(plan)
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


def test_a_training_starts_with_what_was_chosen(window, app):
    panel = window._train
    chosen = ["data/medquad", "collection/Biology", "data/secret", "collection/none", "odd"]
    shown = panel.started(Tab(), "starter", chosen, 0.5, True, "  mine ")
    (plan,) = app.sessions.plans
    assert (plan.name, plan.base, plan.data, plan.collections) == ("mine", "starter", ("medquad",), ("Biology",))
    assert (plan.epochs, plan.lora, shown[panel.message]) == (0.5, True, "")
    assert "Step 60 of 100 · 4 min left" in shown[panel.progress]


def test_feedback_is_offered_once_there_is_some(window, app):
    panel = window._train
    assert "feedback" not in str(panel.choices(Tab())[panel.data])
    app.sessions.liked = 3
    assert ("Your feedback (3 answers)", "data/feedback") in panel.choices(Tab())[panel.data]["choices"]
    panel.started(Tab(), "starter", ["data/feedback"], 1, False, "mine")
    assert app.sessions.plans[0].data == ("feedback",)


def test_follow_ups_can_be_learnt_beside_the_questions_they_are_made_of(window, app):
    panel = window._train
    assert ("Follow-up questions (made from medquad)", "data/follow-ups") in panel.choices(Tab())[panel.data]["choices"]
    panel.started(Tab(), "starter", ["data/medquad", "data/follow-ups"], 1, False, "mine")
    assert app.sessions.plans[0].data == ("medquad", "follow-ups")


def test_a_name_is_found_when_none_is_given(window, app):
    window._train.started(Tab(), "starter", ["data/medquad"], None, None, "")
    assert app.sessions.plans[0].name == "my-starter-1"


@pytest.mark.parametrize("key", ["name", "exists", "running", "base", "nothing", "disk"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_training_that_cannot_start_is_one_sentence(window, app, key, lang):
    app.sessions.error = SessionError(f"session.{key}", name="mine", reason="because")
    shown = window._train.started(Tab(lang), "starter", [], 1, False, "mine")
    assert 'role="alert"' in shown[window._train.message]


def test_an_unknown_base_is_one_sentence(window):
    shown = window._train.started(Tab(), "/etc", ["data/medquad"], 1, False, "mine")
    assert "Choose a base first" in shown[window._train.message]


def test_buttons_stop_and_resume(window, app):
    window._train.act("train-stop", {}, Tab())
    window._train.act("train-resume", {"run": "mine"}, Tab())
    window._train.act("other", {}, Tab())
    assert app.sessions.acts == [("stop",), ("resume", "mine")]


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
    runs = [replace(SESSION, name=text, base=text, data=(text,), state=s, reason=text) for s in STATES]
    answer = Answer(text, False, 0.8, "grounded", text, (Sentence(text, False, 0.1),), notices=("quoted",))
    error = Reason("page.not_drawn_because", {"reason": text})
    sides = (Side(text, answer=answer), Side(text, error=error), Side(text, draft=text, working=True))
    for markup in (
        *(render.sessions_panel([run, *runs], lang) for run in runs),
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
    assert "with their passages 70% before, 80% after; without passages 30% before, 25% after" in markup
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
