"""The panel that says why something is not in an answer: its handlers, its markup, and once in the browser."""

from types import SimpleNamespace

import pytest
from ui_fakes import HITS

from assistant.services.explanation import Explanation, ExplanationError, PassageReading, Ranks, Remedy, Winner
from assistant.ui import render
from assistant.ui.i18n.explanation import told
from assistant.ui.panels import explanation as panels
from assistant.ui.panels.explanation import ExplanationPanel
from assistant.ui.tab import Tab
from index.views.catalogue import DOCUMENT, Entry

gr = pytest.importorskip("gradio")
HOSTILE = '<img src=x onerror="alert(1)"></p><script>alert(1)</script>'
FOUND = Explanation(
    HOSTILE,
    "document",
    "outranked",
    title=HOSTILE,
    collection="Biology",
    entries=(Entry(DOCUMENT, 1, HOSTILE, HOSTILE, "Biology", "embedding", passages=9, embedded=3),),
    query=HOSTILE,
    ranks=Ranks(2, None, 3, 120),
    reading=PassageReading(0.71, HOSTILE, 0.6, HOSTILE[:5], 2, True),
    source=2,
    winner=Winner(1, HOSTILE, HOSTILE, 0.9),
    confidence=0.8,
    threshold=0.5,
    similar=(HOSTILE,),
    remedies=(
        Remedy("wait_embedding", {"left": 6}),
        Remedy("name", {"name": HOSTILE}, 0.9, True, True),
        Remedy("words", {"words": (HOSTILE,)}, 0.9, False, False),
    ),
)


@pytest.fixture
def opened(app):
    """The panel of the page, a tab with one finished answer, and the number of that."""
    conversation = app.history.create(collection="Biology").id
    run = app.jobs.start(conversation, "What is photosynthesis?", (), collections=("Biology",))
    for _ in run.watch():
        pass
    panel = ExplanationPanel(app)
    with gr.Blocks():
        panel.layout()
    return panel, Tab(conversation=conversation), run.view.id


def submitted(panel, tab, **data):
    event = SimpleNamespace(_data={"act": "why", **data})
    return [change[panel.panel] for change in panel.explained(tab, event)]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_text_of_documents_and_of_the_user_is_escaped(lang):
    result = render.explanation_result(told(FOUND, lang))
    page = render.explanation_panel(1, HOSTILE, lang, HOSTILE, result) + render.explanation_complaint(HOSTILE)
    assert "<img" not in page and "<script" not in page
    assert page.count("&lt;img") > 8


def test_the_button_under_an_answer_opens_the_panel(opened):
    panel, tab, turn = opened
    page = panel.opened(tab, {"id": str(turn)})[panel.panel]
    assert f'data-act="why" data-id="{turn}"' in page and "What is photosynthesis?" in page
    assert [panel.opened(tab, data) for data in ({}, {"id": "999"}, {"id": "x"})] == [{}, {}, {}]
    assert panel.clicked(SimpleNamespace(_data={"act": "close-why"})) == {panel.panel: ""}


def test_the_answer_is_explained_with_what_was_said_before_it(opened, monkeypatch):
    panel, tab, turn = opened
    asked = []
    monkeypatch.setattr(panels, "explain", lambda *given: asked.append(given) or FOUND)
    waiting, result = submitted(panel, tab, id=str(turn), text=" cells.txt ")
    assert "Searching and reading once more" in waiting and "What would bring it in" in result
    (_, answer, target, history) = asked[0]
    assert (answer.question, target, history) == ("What is photosynthesis?", "cells.txt", ())
    assert answer.sources == HITS


def test_what_cannot_be_explained_is_said(opened, monkeypatch):
    panel, tab, turn = opened

    def empty(*_):
        raise ExplanationError("explanation.empty")

    monkeypatch.setattr(panels, "explain", empty)
    assert "Name a document or paste a sentence." in submitted(panel, tab, id=str(turn), text="")[-1]
    assert "no longer there" in submitted(panel, tab, id="999", text="cells")[-1]


@pytest.mark.browser
def test_why_not_in_the_browser(address, visit, monkeypatch):
    expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect
    monkeypatch.setattr(panels, "explain", lambda *_: FOUND)
    page = visit(address, locale="fr-FR")
    page.fill("#question textarea", "How is the weather?")
    page.press("#question textarea", "Enter")
    expect(page.locator(".turn.done .refusal")).to_be_visible()
    page.click(".turn [data-act=why]")
    expect(page.locator(".why textarea")).to_be_focused()
    page.fill(".why textarea", "cells.txt")
    page.press(".why textarea", "Enter")
    expect(page.locator(".why .verdict")).to_contain_text("une autre phrase répond mieux")
    expect(page.locator(".why li")).to_have_count(4)
    page.click("[data-act=close-why]")
    expect(page.locator(".why")).to_have_count(0)
