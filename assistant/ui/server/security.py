"""What every request and response of the app must meet, whatever Gradio does."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.ui.server.login import Login

# Gradio writes its configuration into the page, builds functions from strings and sets styles inline, hence the three
# `unsafe`; attributes such as onerror run nothing all the same, and no other host is ever named.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
FRAME = (b"x-frame-options", b"SAMEORIGIN")
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    FRAME,
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
UPLOADS = "/gradio_api/upload"  # Gradio counts these itself, see `max_file_size`
DOCUMENTS = "/v1/documents"  # files come over the API, too
LARGEST_BODY = 4 * 2**20  # bytes of any other request
LARGEST_OF_PAGE = 64 * 2**20  # but for files, and those of the page, which may bring conversations back
PAGE = "/gradio_api/"


@dataclass(frozen=True)
class Hosting:
    """An app that is served through somebody else's site: the origins whose pages may show it in a frame, and the names
    that its own pages bear there, whatever the proxy between asks for."""

    frames: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


LOCAL = Hosting()  # no other site shows the app


def middleware(host: str, login: Login | None = None, hosting: Hosting = LOCAL) -> list[Middleware]:
    """From the outside in: headers, then who may ask whom, then how much, then the password where there is one."""
    # A password guards what a pretended name could reach, and other computers know this one by names of their own.
    names = () if login or hosting.frames else own_names(host)
    headers, same_site = (
        Middleware(SecurityHeaders, hosting=hosting),
        Middleware(SameSite, names=names, hosting=hosting),
    )
    found = [headers, same_site, Middleware(Sizes)]
    return [*found, Middleware(_Behind, login=login)] if login else found


def own_names(host: str) -> tuple[str, ...]:
    """The names under which a browser on this computer may ask for the app."""
    return ("127.0.0.1", "localhost", "::1", host.strip("[]"))


def read_only(host: str, hosting: Hosting = LOCAL) -> list[Middleware]:
    """As `middleware` for a page that anybody may open: nobody sends files, and requests are small."""
    names = () if hosting.frames or host.strip("[]") in ("0.0.0.0", "::") else own_names(host)
    return [
        Middleware(SecurityHeaders, hosting=hosting),
        Middleware(SameSite, names=names, hosting=hosting),
        Middleware(NoUploads),
        Middleware(Sizes, of_page=LARGEST_BODY),
    ]


class NoUploads:
    """Refuses every way by which Gradio takes a file."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/").startswith(("/upload", UPLOADS)):
            await PlainTextResponse("This demonstration takes no files.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class SecurityHeaders:
    """Adds `HEADERS` to every HTTP response; where others may show the app in a frame, those that say so."""

    def __init__(self, app: ASGIApp, hosting: Hosting = LOCAL):
        self._app = app
        self._headers = _framed(hosting.frames) if hosting.frames else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in HEADERS}
                theirs = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
                message = {**message, "headers": [*theirs, *self._headers]}
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class SameSite:
    """Refuses what another web site makes a browser ask: under a name that it points here, or from its own pages."""

    def __init__(self, app: ASGIApp, names: Sequence[str] = (), hosting: Hosting = LOCAL):
        """`names` that this computer may be asked under, all when empty."""
        self._app = app
        self._hosting = hosting
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if self._names and hostname(headers.get("host", "")) not in self._names:
                await PlainTextResponse("This name is not one of this app.", 400)(scope, receive, send)
                return
            if from_elsewhere(headers, scope["method"], self._hosting):
                await PlainTextResponse("Pages of other sites may not ask this app.", 403)(scope, receive, send)
                return
        elif scope["type"] == "websocket":  # the app has none
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)


def hostname(host: str) -> str:
    """The name in a Host header, without its port, "" for nonsense."""
    with contextlib.suppress(ValueError):
        return (urlsplit(f"//{host}").hostname or "").lower()
    return ""


def from_elsewhere(headers: Headers, method: str, hosting: Hosting = LOCAL) -> bool:
    """Whether a page of another origin is asking. Following a link to the app is no asking."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() not in (headers.get("host", "").lower(), *hosting.names)
    site = headers.get("sec-fetch-site", "none")
    opened = method in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
    shown = ("document", "iframe") if hosting.frames else ("document",)
    return site in ("cross-site", "same-site") and not (opened and headers.get("sec-fetch-dest") in shown)


def _framed(frames: Sequence[str]) -> tuple[tuple[bytes, bytes], ...]:
    """X-Frame-Options knows no list of sites, so only the policy speaks of frames."""
    policy = POLICY.replace("frame-ancestors 'self'", f"frame-ancestors 'self' {' '.join(frames)}").encode()
    kept = (pair for pair in HEADERS if pair != FRAME)
    return tuple((name, policy if name == b"content-security-policy" else value) for name, value in kept)


class Sizes:
    """Refuses bodies over their limit, announced or not, but for uploaded files."""

    def __init__(self, app: ASGIApp, of_page: int = LARGEST_OF_PAGE):
        self._app = app
        self._of_page = of_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UPLOADS):
            await self._app(scope, receive, send)
            return
        limit = self._of_page if scope["path"].startswith((PAGE, DOCUMENTS)) else LARGEST_BODY
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            await _too_large(limit, scope, receive, send)
            return
        taken, told = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _TooLarge
            return message

        async def replaced(message: Message) -> None:
            """Whatever the app makes of a body that was cut off, the client hears why."""
            nonlocal told
            if taken <= limit:
                await send(message)
            elif not told:
                told = True
                await _too_large(limit, scope, receive, send)

        try:
            await self._app(scope, counted, replaced)
        except _TooLarge:
            await replaced({"type": "http.response.start"})


class _TooLarge(Exception):
    """More was sent than is taken."""


async def _too_large(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    text = f"A request may have {limit // 2**20} MB at most."
    await PlainTextResponse(text, 413, {"Connection": "close"})(scope, receive, send)


class _Behind:
    """The app behind the login."""

    def __init__(self, app: ASGIApp, login: Login):
        self._app = app
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or await self._login.admits(scope, receive, send):
            await self._app(scope, receive, send)
