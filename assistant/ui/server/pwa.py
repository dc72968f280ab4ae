"""What a browser needs to install the app as a program: a manifest and icons, served beside the page."""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from assistant.ui import ASSETS

SIZES = (192, 512)
GROUND, ACCENT = "#f6f5f1", "#0f6b63"  # of style.css
HEAD = (
    f'<meta name="theme-color" content="{GROUND}" media="(prefers-color-scheme: light)">'
    '<meta name="theme-color" content="#121615" media="(prefers-color-scheme: dark)">'
    '<link rel="apple-touch-icon" href="/icon-192.png">'
)
MANIFEST = {
    "id": "/",
    "name": "Sourcier",
    "short_name": "Sourcier",
    "description": "Answers from your own documents, on your own computer.",
    "start_url": "/",
    "scope": "/",
    "display": "standalone",
    "background_color": GROUND,
    "theme_color": ACCENT,
    "categories": ["productivity", "education"],
    "icons": [
        {"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        *(
            {"src": f"/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in SIZES
            for purpose in ("any", "maskable")
        ),
    ],
}


def routes() -> list[Route]:
    """The manifest, at the address that Gradio's page names, and the icons."""
    icons = [Route(f"/icon-{size}.png", _file(f"icon-{size}.png", "image/png")) for size in SIZES]
    return [
        Route("/manifest.json", _manifest),
        Route("/icon.svg", _file("icon.svg", "image/svg+xml")),
        *icons,
    ]


async def _manifest(_: Request) -> Response:
    return Response(json.dumps(MANIFEST), media_type="application/manifest+json")


def _file(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def given(_: Request) -> Response:
        return FileResponse(ASSETS / name, media_type=kind)

    return given
