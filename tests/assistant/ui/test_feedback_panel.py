"""Judging answers in the conversation, and the list on the Evaluate tab."""

import base64

import pytest
from ui_fakes import HITS

from assistant.schema import Answer
from assistant.services.turns import TurnView
from assistant.ui import render
from assistant.ui.panels.feedback import FeedbackPanel, give_feedback, with_feedback
from assistant.ui.render.feedback import feedback_line
from assistant.ui.tab import Tab

gr = pytest.importorskip("gradio")
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def asked(app):
    """A tab with one finished turn, and its id."""
    conversation = app.history.create().id
    run = app.jobs.start(conversation, "What is photosynthesis?", ())
    for _ in run.watch():
        pass
    return Tab(conversation=conversation), run.view.id


def test_a_verdict_is_kept_and_shown_under_its_answer(app, asked):
    tab, turn = asked
    assert give_feedback(app, tab, "feedback", {"id": str(turn), "verdict": "dislike"}) == ""
    view = with_feedback(app.jobs.views(tab.conversation), app.feedback)[-1]
    line = feedback_line(view, "en")
    assert 'data-verdict="dislike" aria-pressed="true"' in line
    assert 'data-verdict="wrong_source"' in line and "<form" in line
    give_feedback(app, tab, "better", {"id": str(turn), "text": HOSTILE})
    view = with_feedback(app.jobs.views(tab.conversation), app.feedback)[-1]
    assert view.feedback.better == HOSTILE and "<img" not in render.transcript([view], "fr")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("feedback", {"id": "999", "verdict": "like"}),
        ("feedback", {"id": "x", "verdict": "like"}),
        ("feedback", {"verdict": "like"}),
    ],
)
def test_answers_of_other_conversations_cannot_be_give_feedback(app, asked, name, data):
    assert give_feedback(app, asked[0], name, data) == "This answer is no longer there."
    assert app.feedback.all() == []


def test_an_empty_better_answer_and_an_invented_verdict_are_said(app, asked):
    tab, turn = asked
    assert "first" in give_feedback(app, tab, "better", {"id": str(turn), "text": " "})
    assert give_feedback(app, tab, "feedback", {"id": str(turn), "verdict": "<b>"})
    assert app.feedback.all() == []


def test_an_answer_that_is_not_finished_has_no_line():
    assert feedback_line(TurnView(1, "q", "drafting"), "en") == ""
    assert feedback_line(TurnView(1, "q", "failed"), "en") == ""


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_list_escapes_everything(app, lang):
    answer = Answer(HOSTILE, False, 0.9, "grounded", "starter", sources=HITS)
    app.feedback.judge(1, HOSTILE, answer, "better", HOSTILE)
    panel = FeedbackPanel(app)
    with gr.Blocks():
        panel.layout()
    shown = panel.shown(Tab(lang=lang))
    assert "<img" not in shown[panel.list] and "&lt;img" in shown[panel.list]
    assert 'data-act="feedback-examples"' in shown[panel.heading]


def test_an_export_is_the_file_itself(app, asked):
    give_feedback(app, asked[0], "feedback", {"id": str(asked[1]), "verdict": "like"})
    panel = FeedbackPanel(app)
    event = type("Event", (), {"_data": {"act": "feedback-export"}})()
    given = panel.export(event)
    assert given["name"] == "feedback.jsonl" and b"photosynthesis" in base64.b64decode(given["data"])
    assert panel.export(type("Event", (), {"_data": {"act": "__init__"}})()) is None
