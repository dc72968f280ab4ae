"""Every route of the app as it is served, Gradio's, the API's and our own: who may ask it at all."""

import re
from collections.abc import Iterator

import pytest
from conftest import make_application
from gradio.routes import App
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient
from ui_fakes import FakeAssistant

from assistant.api import routes
from assistant.services.password import Password
from assistant.ui.server import pwa
from assistant.ui.server.login import ENTER, LEAVE, OPEN, Login
from assistant.ui.server.security import middleware
from assistant.ui.window import Window
from corpus.home import Home

BASE = "http://127.0.0.1:7860"
ELSEWHERE = (
    ({"Host": "evil.example"}, 400),
    ({"Host": "127.0.0.1.evil.example:7860"}, 400),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
)


def calls(found: list[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route, with something in the place of each parameter."""
    for route in found:
        if isinstance(route, Mount):
            yield from calls(list(route.routes), before + route.path)
        elif isinstance(route, Route):
            path = re.sub(r"\{[^}]*\}", "x", before + route.path)
            for method in sorted(route.methods or ()):
                yield method, path
        elif router := getattr(route, "original_router", None):  # FastAPI's included routers
            yield from calls(router.routes, before)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The app and its page, built once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCIER_EMBEDDER", "hashing")
        app = make_application(Home(tmp_path_factory.mktemp("routes") / "home").make(), FakeAssistant())
        yield app, Window(app).build()
        app.close()


def served(page, login: Login | None) -> App:
    app, blocks = page
    beside = [Mount("/v1", routes.make(app, str)), *pwa.routes()]
    guards = middleware("127.0.0.1", login)
    plain = {"docs_url": None, "redoc_url": None, "openapi_url": None}
    return App.create_app(blocks, app_kwargs={"middleware": guards, "routes": beside, **plain})


def test_no_route_answers_without_the_password(page):
    locked = served(page, Login(Password.of("correct horse")))
    asked = list(calls(list(locked.routes)))
    paths = {path for _, path in asked}
    assert len(asked) > 60
    assert {"/v1/chat/completions", "/v1/documents", "/v1/documents/x", "/v1/embeddings"} <= paths
    assert any("upload" in path for path in paths) and any("file" in path for path in paths)
    client = TestClient(locked, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
    wrong = []
    for method, path in asked:
        for headers in ({}, {"Authorization": "Bearer"}, {"Cookie": "sourcier_session=x"}, {"X-Forwarded-For": "::1"}):
            status = client.request(method, path, headers=headers).status_code
            if status not in (401, 303) and path not in (*OPEN, ENTER, LEAVE):
                wrong.append((method, path, headers, status))
    assert wrong == []


def test_every_route_refuses_other_names_and_other_pages(page):
    open_app = served(page, None)
    client = TestClient(open_app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
    wrong = [
        (method, path, headers, status)
        for method, path in calls(list(open_app.routes))
        for headers, wanted in ELSEWHERE
        if (status := client.request(method, path, headers=headers).status_code) != wanted
    ]
    assert wrong == []


def test_a_file_route_gives_nothing_of_the_data_folder(page):
    app = page[0]
    client = TestClient(served(page, None), base_url=BASE, raise_server_exceptions=False)
    app.home.settings.write_text('{"secret": 1}')
    for path in (app.home.settings, app.home.index, "/etc/passwd"):
        for route in ("/gradio_api/file=", "/file=", "/gradio_api/file/", "/v1/documents/"):
            response = client.get(f"{route}{path}")
            assert response.status_code in (400, 403, 404) and b"secret" not in response.content
