"""Security headers, checks of origin and size, and the login, around a small app without Gradio."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.services.password import FREE_TRIES, Password
from assistant.ui.server.login import COOKIE, LIFETIME_S, Login
from assistant.ui.server.security import LARGEST_BODY, LOCAL, POLICY, Hosting, hostname, middleware

BASE = "http://127.0.0.1:7860"


async def echoed(request: Request) -> PlainTextResponse:
    """How much was sent."""
    return PlainTextResponse(str(len(await request.body())), headers={"X-Frame-Options": "ALLOWALL"})


def app(host: str = "127.0.0.1", login: Login | None = None, hosting: Hosting = LOCAL) -> TestClient:
    paths = ("/", "/v1/models", "/manifest.json", "/gradio_api/upload", "/gradio_api/startup-events")
    routes = [Route(path, echoed, methods=["GET", "POST"]) for path in paths]
    made = Starlette(routes=routes, middleware=middleware(host, login, hosting))
    return TestClient(made, base_url=BASE, follow_redirects=False)


@pytest.fixture(scope="module")
def password() -> Password:
    return Password.of("correct horse")


@pytest.fixture
def guarded(password) -> TestClient:
    return app("0.0.0.0", Login(password))


# --- headers --------------------------------------------------------------------------------------------------


def test_every_answer_bears_the_headers_once_and_names_no_other_host(guarded):
    for response in (app().get("/"), app().get("/nothing"), guarded.get("/"), guarded.get("/login")):
        assert response.headers.get_list("x-frame-options") == ["SAMEORIGIN"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"] == POLICY
    assert "http" not in POLICY and "*" not in POLICY


# --- who asks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860"])
def test_names_of_this_computer_are_answered(host):
    assert app().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost@evil.example:80"])
def test_other_names_are_refused(host):
    assert app().get("/", headers={"Host": host}).status_code == 400


def test_names_are_read_out_of_the_header():
    assert [hostname(h) for h in ("a.b:80", "[::1]:80", "A", "[x")] == ["a.b", "::1", "a", ""]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_pages_of_other_sites_may_not_ask(headers):
    assert app().get("/v1/models", headers=headers).status_code == 403
    assert app().post("/v1/models", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": BASE},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
def test_the_own_page_programs_and_links_may(headers):
    assert app().get("/", headers=headers).status_code == 200


def test_a_link_cannot_post():
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert app().post("/", headers=headers).status_code == 403


# --- how much -------------------------------------------------------------------------------------------------


def test_a_body_over_the_limit_is_refused_announced_or_not():
    big = b"x" * (LARGEST_BODY + 1)
    assert app().post("/", content=big).status_code == 413
    pieces = (big[at : at + 65536] for at in range(0, len(big), 65536))
    assert app().post("/", content=pieces).status_code == 413
    assert app().post("/", content=big[:-1]).text == str(LARGEST_BODY)


def test_uploads_are_counted_by_gradio():
    assert app().post("/gradio_api/upload", content=b"x" * (LARGEST_BODY + 1)).status_code == 200


# --- the login -------------------------------------------------------------------------------------------------


def enter(client: TestClient, password: str):
    return client.post("/login", data={"password": password})


def test_nothing_is_shown_before_the_password(guarded):
    page = guarded.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/login")
    assert guarded.get("/v1/models").status_code == 401
    assert guarded.get("/gradio_api/upload").status_code == 401
    assert guarded.post("/", content=b"x").status_code == 401


def test_what_holds_nothing_of_the_user_s_is_open(guarded):
    assert guarded.get("/manifest.json").status_code == 200
    assert guarded.get("/gradio_api/startup-events").status_code == 200


def test_the_page_speaks_the_browser_s_language_and_runs_no_script(guarded):
    page = guarded.get("/login", headers={"Accept-Language": "fr"})
    assert "Mot de passe" in page.text and 'lang="fr"' in page.text
    assert "<script" not in page.text


def test_the_password_opens_a_session_that_scripts_cannot_read(guarded):
    response = enter(guarded, "correct horse")
    assert response.status_code == 303
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert guarded.get("/").status_code == 200
    assert guarded.get("/v1/models").status_code == 200


def test_sessions_are_separate_and_end(guarded, password):
    enter(guarded, "correct horse")
    other = TestClient(guarded.app, base_url=BASE)
    assert other.get("/").status_code == 401
    guarded.post("/logout")
    assert guarded.get("/").status_code == 401
    now = [0.0]
    client = app("0.0.0.0", Login(password, clock=lambda: now[0]))
    enter(client, "correct horse")
    assert client.get("/").status_code == 200
    now[0] = LIFETIME_S + 1
    assert client.get("/").status_code == 401


def test_an_invented_session_opens_nothing(guarded):
    for value in ("", "x", "é" * 10):
        headers = {"Cookie": f"{COOKIE}={value}".encode()}
        assert guarded.get("/", headers=headers).status_code == 401


def test_wrong_passwords_are_told_so_and_then_wait(guarded):
    for _ in range(FREE_TRIES):
        assert enter(guarded, "wrong horse").status_code == 401
    blocked = enter(guarded, "correct horse")
    assert blocked.status_code == 429
    assert int(blocked.headers["retry-after"]) >= 1
    assert guarded.get("/").status_code == 401
    assert guarded.get("/", headers={"Authorization": "Bearer correct horse"}).status_code == 429


def test_the_password_is_the_api_s_key(guarded):
    assert guarded.get("/v1/models", headers={"Authorization": "Bearer correct horse"}).status_code == 200
    for _ in range(3):  # the second time it is known without the slow hash
        assert guarded.get("/v1/models", headers={"Authorization": "Bearer correct horse"}).status_code == 200
    for wrong in ("Bearer wrong horse", "Basic correct horse", "Bearer", "bearer  "):
        assert guarded.get("/v1/models", headers={"Authorization": wrong}).status_code == 401


def test_odd_forms_open_nothing(guarded):
    for body in (b"", b"password=", b"\xff\xfe", b"password=" + b"x" * 10_000):
        assert guarded.post("/login", content=body).status_code in (401, 429)
    assert guarded.get("/").status_code == 401


# --- in another site's frame ----------------------------------------------------------------------------------

HUB = Hosting(frames=("https://hub.example",), names=("me-sourcier.space.example",))
OPENED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}


def test_a_frame_is_refused_but_where_the_app_is_served_through_that_site():
    assert app().get("/", headers=OPENED).status_code == 403
    hub = app("0.0.0.0", hosting=HUB)
    shown = hub.get("/", headers={**OPENED, "Host": "me-sourcier.space.example"})
    assert shown.status_code == 200 and "x-frame-options" not in shown.headers
    policy = shown.headers["content-security-policy"]
    assert policy == POLICY.replace("frame-ancestors 'self'", "frame-ancestors 'self' https://hub.example")
    assert hub.post("/", headers=OPENED).status_code == 403


def test_through_a_proxy_the_own_page_may_ask_under_its_own_name_alone():
    hub = app("0.0.0.0", hosting=HUB)
    asked = {"Host": "10.0.0.1:7860", "Origin": "https://me-sourcier.space.example"}
    assert hub.post("/", headers=asked).status_code == 200
    assert hub.post("/", headers={**asked, "Origin": "https://hub.example"}).status_code == 403


def test_the_session_of_a_frame_is_a_cookie_of_that_frame_alone(password):
    cookie = enter(app("0.0.0.0", Login(password, framed=True), HUB), "correct horse").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=None", "Secure", "Partitioned"} <= set(cookie.split("; "))
