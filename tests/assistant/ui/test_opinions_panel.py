"""Judging answers in the conversation, and the list on the Evaluate tab."""

import base64

import pytest
from ui_fakes import HITS

from assistant.schema import Answer
from assistant.services.turns import TurnView
from assistant.ui import render
from assistant.ui.panels.feedback import Opinions
from assistant.ui.panels.judging import judged, with_opinions
from assistant.ui.render.opinions import opinion_line
from assistant.ui.view import Tab

gr = pytest.importorskip("gradio")
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def asked(services):
    """A tab with one finished turn, and its id."""
    conversation = services.history.create().id
    run = services.runs.start(conversation, "What is photosynthesis?", ())
    for _ in run.watch():
        pass
    return Tab(conversation=conversation), run.view.id


def test_a_verdict_is_kept_and_shown_under_its_answer(services, asked):
    tab, turn = asked
    assert judged(services, tab, "opinion", {"id": str(turn), "verdict": "dislike"}) == ""
    view = with_opinions(services.runs.views(tab.conversation), services.opinions)[-1]
    line = opinion_line(view, "en")
    assert 'data-verdict="dislike" aria-pressed="true"' in line
    assert 'data-verdict="wrong_source"' in line and "<form" in line
    judged(services, tab, "better", {"id": str(turn), "text": HOSTILE})
    view = with_opinions(services.runs.views(tab.conversation), services.opinions)[-1]
    assert view.opinion.better == HOSTILE and "<img" not in render.transcript([view], "fr")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("opinion", {"id": "999", "verdict": "like"}),
        ("opinion", {"id": "x", "verdict": "like"}),
        ("opinion", {"verdict": "like"}),
    ],
)
def test_answers_of_other_conversations_cannot_be_judged(services, asked, name, data):
    assert judged(services, asked[0], name, data) == "This answer is no longer there."
    assert services.opinions.all() == []


def test_an_empty_better_answer_and_an_invented_verdict_are_said(services, asked):
    tab, turn = asked
    assert "first" in judged(services, tab, "better", {"id": str(turn), "text": " "})
    assert judged(services, tab, "opinion", {"id": str(turn), "verdict": "<b>"})
    assert services.opinions.all() == []


def test_an_answer_that_is_not_finished_has_no_line():
    assert opinion_line(TurnView(1, "q", "drafting"), "en") == ""
    assert opinion_line(TurnView(1, "q", "failed"), "en") == ""


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_list_escapes_everything(services, lang):
    answer = Answer(HOSTILE, False, 0.9, "grounded", "starter", sources=HITS)
    services.opinions.judge(1, HOSTILE, answer, "better", HOSTILE)
    panel = Opinions(services)
    with gr.Blocks():
        panel.layout()
    shown = panel.shown(Tab(lang=lang))
    assert "<img" not in shown[panel.list] and "&lt;img" in shown[panel.list]
    assert 'data-act="opinion-examples"' in shown[panel.heading]


def test_an_export_is_the_file_itself(services, asked):
    judged(services, asked[0], "opinion", {"id": str(asked[1]), "verdict": "like"})
    panel = Opinions(services)
    event = type("Event", (), {"_data": {"act": "opinion-export"}})()
    given = panel.given(event)
    assert given["name"] == "feedback.jsonl" and b"photosynthesis" in base64.b64decode(given["data"])
    assert panel.given(type("Event", (), {"_data": {"act": "__init__"}})()) is None
