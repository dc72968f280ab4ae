"""What an app on a server says of itself: probes, figures, and a line for each request."""

import json
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

pytest.importorskip("prometheus_client", reason="the extra 'server' is not installed")

from assistant.api.operations import Operations, route
from assistant.schema import Answer, Timings
from assistant.services.application import Startup
from index.storage.database import StorageError
from index.storage.store import Store


@pytest.fixture
def app(tmp_path):
    store = Store(tmp_path / "index.sqlite3")
    yield SimpleNamespace(store=store, startup=Startup(), assistant=SimpleNamespace(observers=[]))
    store.close()


def slow(request):
    return PlainTextResponse("asked", status_code=429)


@pytest.fixture
def client(app):
    inner = Starlette(routes=[Route("/v1/ask", slow, methods=["POST"])])
    return TestClient(Operations(inner, app))


def test_an_app_that_loads_is_alive_and_not_ready(client, app):
    assert client.get("/health").json() == {"status": "alive"}
    assert (client.get("/ready").status_code, client.get("/ready").json()["status"]) == (503, "loading")
    app.startup.done.set()
    assert (client.get("/ready").status_code, client.get("/ready").json()["status"]) == (200, "ready")


def test_an_app_without_its_database_is_not_ready(client, app, monkeypatch):
    def away(store):
        raise StorageError("storage.unreachable", reason="connection refused")

    app.startup.done.set()
    monkeypatch.setattr(Store, "database", property(away, lambda store, value: None), raising=False)
    assert (client.get("/ready").status_code, client.get("/ready").json()["status"]) == (503, "database")
    assert client.get("/metrics").status_code == 503
    assert client.get("/health").status_code == 200


def test_requests_answers_and_what_waits_are_counted(client, app):
    app.store.add_sources("notes", [("a.txt", "file")])
    client.post("/v1/ask")
    for refused in (False, False, True):
        answer = Answer("Q?", refused, 0.5, "grounded", "starter", timings=Timings(0.2, 0.1, None, 1.5, 30))
        app.assistant.observers[0](answer)
    lines = client.get("/metrics").text.splitlines()
    assert 'sourcier_requests_total{route="/v1/ask",status="429"} 1.0' in lines
    assert 'sourcier_questions_total{outcome="answered"} 2.0' in lines
    assert 'sourcier_questions_total{outcome="refused"} 1.0' in lines
    assert 'sourcier_question_seconds_sum{step="total"} 4.5' in lines
    assert "sourcier_generated_tokens_total 90.0" in lines
    assert "sourcier_embedding_backlog 0.0" in lines
    assert 'sourcier_sources{state="waiting"} 1.0' in lines


def test_every_request_has_an_id_that_its_line_and_its_reply_bear(client, capsys):
    handler = client.app._lines.handlers[0]
    stream = handler.setStream(__import__("sys").stdout)
    try:
        reply = client.post("/v1/ask", headers={"X-Request-ID": "from-the-proxy.1"}, json={"question": "secret words"})
        other = client.post("/v1/ask", headers={"X-Request-ID": "a\tb {}"})
    finally:
        handler.setStream(stream)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert reply.headers["X-Request-ID"] == lines[0]["request"] == "from-the-proxy.1"
    assert other.headers["X-Request-ID"] == lines[1]["request"] != "a\tb {}"
    assert (lines[0]["route"], lines[0]["status"], lines[0]["method"]) == ("/v1/ask", 429, "POST")
    assert "secret" not in json.dumps(lines)


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("/v1/ask", "/v1/ask"),
        ("/v1/documents/abc", "/v1/documents"),
        ("/v1/x", "/v1"),
        ("/v1x", "other"),
        ("/", "other"),
    ],
)
def test_addresses_are_counted_under_few_names(path, counted):
    assert route(path) == counted
