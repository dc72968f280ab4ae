"""The login of an app with a password: a page to enter it, sessions, and keys for the API. No Gradio here."""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from assistant.services.password import LONGEST, Password, Tries
from assistant.ui.i18n.texts import preferred_language, t
from assistant.ui.render.login import login_page

COOKIE = "sourcier_session"
LIFETIME_S = 7 * 24 * 3600
MOST_SESSIONS = 1000
LARGEST_FORM = 4096  # bytes
ENTER, LEAVE = "/login", "/logout"
# Nothing of the user's: what a browser fetches without cookies, and what Gradio asks itself while it starts.
OPEN = ("/manifest.json", "/icon.svg", "/icon-192.png", "/icon-512.png", "/gradio_api/startup-events")


class Login:
    """Lets in who has entered the password or sends it as a key. One an app."""

    def __init__(self, password: Password, clock: Callable[[], float] = time.monotonic, framed: bool = False):
        """`framed`: another site shows the app in a frame, over HTTPS; its cookie has to be valid in there."""
        self._password = password
        self._clock = clock
        self._framed = framed
        self._tries = Tries()
        self._lock = threading.Lock()
        self._hashing = threading.Lock()  # one guess at a time: a hash takes 64 MB
        self._sessions: OrderedDict[bytes, float] = OrderedDict()  # digest of the cookie: until when
        self._secret = secrets.token_bytes(32)
        self._key: bytes | None = None  # keyed digest of the password once it was sent, to spare the slow hash

    async def admits(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether the request may go on; answers it otherwise."""
        request = Request(scope, receive)
        path = request.url.path.rstrip("/") or "/"
        response: Response | None
        if path == ENTER:
            response = await self._entered(request) if request.method == "POST" else self._page(request)
        elif path == LEAVE and request.method == "POST":
            response = self._left(request)
        elif path in OPEN or self._has_session(request):
            return True
        else:
            response = await self._with_key(request)
            if response is None:
                return True
        await response(scope, receive, send)
        return False

    # --- entering ---------------------------------------------------------------------------------------------

    async def _entered(self, request: Request) -> Response:
        body = await request.body()
        guess = parse_qs(body[:LARGEST_FORM].decode("utf-8", "replace")).get("password", [""])[0]
        address = _address(request)
        if wait := self._tries.wait(address):
            return self._page(request, "login.wait", 429, wait)
        if not await run_in_threadpool(self._right, guess, address):
            return self._page(request, "login.wrong", 401)
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_digest(token)] = self._clock() + LIFETIME_S
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        response = RedirectResponse("/", 303)
        if self._framed:  # partitioned: of that frame's site alone (Starlette writes it from Python 3.14 on)
            kind = f"Path=/; Max-Age={LIFETIME_S}; HttpOnly; SameSite=None; Secure; Partitioned"
            response.headers.append("set-cookie", f"{COOKIE}={token}; {kind}")
            return response
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, token, LIFETIME_S, httponly=True, samesite="strict", secure=secure)
        return response

    def _left(self, request: Request) -> Response:
        with self._lock:
            self._sessions.pop(_digest(request.cookies.get(COOKIE, "")), None)
        response = RedirectResponse(ENTER, 303)
        response.delete_cookie(COOKIE)
        return response

    def _page(self, request: Request, problem: str = "", status: int = 200, wait: float = 0.0) -> Response:
        lang = preferred_language(request.headers.get("accept-language", ""))
        words = t(problem, lang, seconds=int(wait) + 1) if wait else t(problem, lang) if problem else ""
        headers = {"Cache-Control": "no-store", **({"Retry-After": str(int(wait) + 1)} if wait else {})}
        return HTMLResponse(login_page(words, lang), status, headers)

    # --- knowing ----------------------------------------------------------------------------------------------

    def _has_session(self, request: Request) -> bool:
        digest = _digest(request.cookies.get(COOKIE, ""))
        with self._lock:
            until = self._sessions.get(digest)
            if until is not None and until < self._clock():
                del self._sessions[digest]
                return False
            return until is not None

    async def _with_key(self, request: Request) -> Response | None:
        """None when the request brings the password as `Authorization: Bearer`, else what it is told."""
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and key:
            return await self._checked(key.strip()[: LONGEST + 1], _address(request))
        if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(ENTER, 303)
        return _refusal("Enter the password first, or send it as Authorization: Bearer.", 401)

    async def _checked(self, key: str, address: str) -> Response | None:
        known = self._key
        if known is not None and hmac.compare_digest(known, self._keyed(key)):
            return None
        if wait := self._tries.wait(address):
            return _refusal("Too many wrong passwords; wait a while.", 429, {"Retry-After": str(int(wait) + 1)})
        if await run_in_threadpool(self._right, key, address):
            self._key = self._keyed(key)
            return None
        return _refusal("The password is wrong.", 401)

    def _right(self, guess: str, address: str) -> bool:
        with self._hashing:
            if self._tries.wait(address):  # others of this address were wrong while this one waited
                return False
            right = self._password.matches(guess)
            (self._tries.right if right else self._tries.wrong)(address)
            return right

    def _keyed(self, key: str) -> bytes:
        return hmac.digest(self._secret, key.encode("utf-8", "replace"), "sha256")


def _refusal(message: str, status: int, headers: dict[str, str] | None = None) -> Response:
    error = {"message": message, "type": "authentication_error", "param": None, "code": None}
    return JSONResponse({"error": error}, status, {"WWW-Authenticate": "Bearer", **(headers or {})})


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
