"""The requests of ../shared/faults/documents/api, which failed once."""

import json
from pathlib import Path

import pytest
from api_fakes import FakeApplication
from fastapi.testclient import TestClient

from assistant.api.routes import make
from assistant.query.follow_ups import candidates

FAULTS = Path(__file__).parents[4] / "shared" / "faults" / "documents" / "api"
pytestmark = pytest.mark.skipif(not FAULTS.is_dir(), reason="../shared/faults is not here")


@pytest.mark.parametrize(
    ("name", "question"),
    [("400-chat-client-template.json", "Which room has a piano?"), ("500-letters-in-history.json", None)],
)
def test_a_request_that_failed_once_is_answered(name, question):
    app = FakeApplication()
    body = json.loads((FAULTS / name).read_text("utf-8"))
    with TestClient(make(app, str)) as client:
        assert client.post("/chat/completions", json=body).status_code == 200
        assert client.post("/chat/completions", json=body | {"stream": None}).status_code == 200
    asked = app.assistant.asked[-1]
    assert question in (None, asked["question"])
    assert candidates(asked["question"], asked["history"])  # the follow-ups that recursed
