"""The public demonstration: only the chosen collections, nothing kept, not too often, no way to send a file."""

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from ui_fakes import hit

from assistant.pipeline import AskError
from assistant.schema import Answer, Answered, Drafted, Searched, Sentence
from assistant.services.application import Application
from assistant.services.rate_limit import RateLimit
from assistant.ui.demonstration import KEPT, Demonstration, Visit, visitor
from assistant.ui.server.security import read_only
from corpus.home import Home


@dataclass
class FakeAssistant:
    """Answers every question with one sentence and notes how it was asked."""

    asked: list[dict] = field(default_factory=list)
    error: Exception | None = None

    def ask(self, question: str, **options):
        self.asked.append({"question": question, **options})
        if self.error:
            raise self.error
        hits = (hit(0, "Fern", "A fern is a plant."),)
        yield Searched(hits, 0.9, 0.1, 3)
        yield Drafted("A fern")
        said = (Sentence("A fern is a plant.", True, 1.0),)
        yield Answered(Answer(question, False, 0.9, options["mode"], "", said, hits))


@pytest.fixture
def shown():
    """A demonstration of two collections of three, whose limit is three questions each."""
    done = threading.Event()
    done.set()
    app = SimpleNamespace(
        assistant=FakeAssistant(),
        collections=lambda: ["plants", "secret", "stones"],
        startup=SimpleNamespace(done=done),
    )
    page = Demonstration(app, ("plants", "stones", "gone"), RateLimit(3, 100, 60, clock=lambda: 0.0))
    page.build()
    return page, app


def request(address: str = "10.0.0.1", **headers: str) -> SimpleNamespace:
    return SimpleNamespace(headers=headers, client=SimpleNamespace(host=address))


def ask(page: Demonstration, visit: Visit, question: str, collection: str = "", mode: str = "grounded") -> Visit:
    *_, last = page._ask(visit, collection, mode, question, request())
    return last[page._visit]


def test_only_the_chosen_collections_are_ever_searched(shown):
    page, app = shown
    assert page.collections() == ["plants", "stones"]
    for collection in ("", "plants", "secret"):
        ask(page, Visit(), "What is a fern?", collection)
    assert [each["collections"] for each in app.assistant.asked] == [
        ("plants", "stones"),
        ("plants",),
        ("plants", "stones"),
    ]


def test_shipped_collections_come_beside_those_that_the_publisher_brings(tmp_path):
    app = Application.open(Home(tmp_path))
    try:
        app.store.add_source("mine", "/notes.txt", "file")
        for _ in range(2):  # a second start adds nothing twice
            app.add_chosen_collections(("mine", "wikipedia", "unknown"))
        assert app.collections() == ["mine", "wikipedia"]
        assert len(app.store.sources()) == 2
    finally:
        app.close()


def test_an_unchecked_draft_cannot_be_asked_for(shown):
    page, app = shown
    ask(page, Visit(), "What is a fern?", mode="free")
    ask(page, Visit(), "What is a fern?", mode="quotes")
    assert [each["mode"] for each in app.assistant.asked] == ["grounded", "quotes"]


def test_a_conversation_lives_in_the_tab_alone(shown):
    page, app = shown
    visit = ask(page, ask(page, Visit(), "What is a fern?"), "And a stone?")
    assert [view.question for view in visit.turns] == ["What is a fern?", "And a stone?"]
    assert [turn.question for turn in app.assistant.asked[1]["history"]] == ["What is a fern?"]
    assert not hasattr(app, "history")  # nothing here could write one
    full = Visit(turns=visit.turns * KEPT)
    assert len(ask(page, full, "Once more?").turns) == KEPT


def test_who_asks_too_often_is_told_when_to_come_back(shown, monkeypatch):
    page, app = shown
    told = []
    monkeypatch.setattr("gradio.Info", lambda message, title: told.append(message))
    for _ in range(4):
        ask(page, Visit(), "What is a fern?")
    assert len(app.assistant.asked) == 3 and told == ["Many questions at once: ask again in 60 s."]


def test_a_failure_is_one_sentence_in_the_page(shown):
    page, app = shown
    app.assistant.error = AskError("ask.empty")
    *_, last = page._ask(Visit(), "", "grounded", "What?", request())
    assert 'class="notice error"' in last[page._live]


def test_the_limit_holds_for_each_and_for_all_and_passes():
    now = [0.0]
    limit = RateLimit(2, 3, 60, clock=lambda: now[0])
    assert [limit.wait("a"), limit.wait("a"), limit.wait("a")] == [0, 0, 60]
    assert [limit.wait("b"), limit.wait("b")] == [0, 60]  # three in all
    now[0] = 59.0
    assert limit.wait("c") == 1.0
    now[0] = 60.0
    assert limit.wait("a") == 0


def test_a_visitor_is_who_the_nearest_proxy_saw():
    assert visitor(request("10.0.0.9")) == "10.0.0.9"
    assert visitor(request("10.0.0.9", **{"x-forwarded-for": "invented, 203.0.113.7"})) == "203.0.113.7"


def test_no_file_is_taken_and_requests_are_small():
    async def reached(request):
        return PlainTextResponse(f"{len(await request.body())}")

    paths = ("/gradio_api/upload", "/upload", "/gradio_api/queue/join")
    app = Starlette(
        routes=[Route(path, reached, methods=["POST"]) for path in paths], middleware=read_only("127.0.0.1")
    )
    client = TestClient(app, base_url="http://127.0.0.1")
    assert [client.post(path, content=b"x").status_code for path in paths] == [403, 403, 200]
    assert client.post("/gradio_api/queue/join", content=b"x" * (5 * 2**20)).status_code == 413
