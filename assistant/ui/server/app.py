"""Starts the app: `main` opens the data folder, shows the window, then loads the models behind it."""

import argparse
import contextlib
import ipaddress
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from assistant.services.log_file import start_logging
from assistant.services.password import VARIABLE, Password
from assistant.ui import ASSETS
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import system_language
from corpus.errors import Reason, SourcierError
from corpus.home import Home

if TYPE_CHECKING:
    from gradio import Blocks

    from assistant.services.application import Application
    from assistant.ui.server.security import Hosting

PORTS_TRIED = 100
STYLES = ("style.css", "style_documents.css", "style_settings.css", "style_course.css", "style_demonstration.css")
LARGEST_UPLOAD = "1gb"
MOST_WAITING = 40  # events of a public demonstration; more are told to come back
OPEN_WARNING = (
    "Warning: every computer that reaches this one can ask for the password, and whoever has it reads all collections "
    "and conversations. What is sent is not encrypted: use a network that you trust, or a proxy with HTTPS."
)


class StartError(SourcierError):
    """The app cannot be started as asked."""


def main(argv: list[str] | None = None) -> int:
    """Runs the app until it is interrupted. Exit status 0, 1 when the data folder cannot be used, 2 for wrong usage."""
    options = _parser().parse_args(argv)
    home = Home.find(options.home)
    try:
        home.make()
        if options.set_password:
            return _set_password(home)
        password = None if options.demonstration else _password(home)
        if not is_loopback(options.host) and not options.demonstration:
            if password is None:
                raise StartError("app.password_needed", host=options.host)
            print(OPEN_WARNING, flush=True)
        port = free_port(options.host, options.port)
    except OSError as error:
        return complain(_unusable(home, error))
    except SourcierError as error:
        return complain(error)
    if port != options.port:
        print(f"Port {options.port} is taken; {port} is used instead.", flush=True)
    shown = options.demonstration or None
    return serve(home, options.host, port, password=password, browser=not options.no_browser, demonstration=shown)


def serve(
    home: Home,
    host: str,
    port: int,
    *,
    password: Password | None = None,
    hosting: "Hosting | None" = None,
    browser: bool = False,
    demonstration: Sequence[str] | None = None,
) -> int:
    """Opens the data folder and serves the window until the process is interrupted. Gives the exit status.

    `hosting` says where another site shows the app. With `demonstration`, names of collections, the page is that of a
    public demonstration of them: read-only, without a history, behind no password.
    """
    from assistant.services.application import Application

    _keep_uploads_at(home)
    try:
        start_logging(home)
        app = Application.open(home)
    except OSError as error:
        return complain(_unusable(home, error))
    except SourcierError as error:
        return complain(error)
    try:
        page, url = launch(app, host, port, password, hosting, demonstration)
        print(f"Sourcier is at {url}", flush=True)
        if demonstration is None:
            app.add_starter_collections()
        else:
            app.add_chosen_collections(demonstration)
        app.library.start()
        app.warm_up()
        if browser:
            webbrowser.open(url)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
        page.close(verbose=False)
    finally:
        app.close()
    return 0


def launch(
    app: "Application",
    host: str,
    port: int,
    password: Password | None = None,
    hosting: "Hosting | None" = None,
    demonstration: Sequence[str] | None = None,
) -> "tuple[Blocks, str]":
    """The launched Blocks and its address, the API mounted beside it, but not beside a demonstration.

    Gradio takes some seconds to import.
    """
    from starlette.routing import BaseRoute, Mount

    from assistant.api import routes
    from assistant.ui.demonstration import Demonstration
    from assistant.ui.server import pwa
    from assistant.ui.server.login import Login
    from assistant.ui.server.security import LOCAL, middleware, read_only
    from assistant.ui.server.theme import scaled, theme
    from assistant.ui.window import Window

    app.locked = password is not None
    login = Login(password, framed=hosting is not None) if password else None
    guards = middleware(host, login, hosting or LOCAL)
    beside: list[BaseRoute]
    scripts: tuple[str, ...]
    if demonstration is None:
        page = Window(app).build()
        scripts = ("theme.js", "address.js")
        beside = [Mount("/v1", routes.make(app, partial(sentence, lang="en"))), *pwa.routes()]
    else:
        page, beside = Demonstration(app, demonstration).build(), [*pwa.routes()]
        scripts = ("theme.js",)
        guards = read_only(host, hosting or LOCAL)
    if app.store.is_server:
        from starlette.middleware import Middleware

        from assistant.api.operations import Operations

        guards = [Middleware(Operations, application=app), *guards]
    page.queue(default_concurrency_limit=8, max_size=None if demonstration is None else MOST_WAITING)
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inbrowser=False,
        _frontend=False,  # else Gradio asks its own page, and gives up after three seconds on a busy machine
        theme=theme(),
        css="\n".join(scaled((ASSETS / name).read_text("utf-8")) for name in STYLES),
        head=pwa.HEAD + "".join(f"<script>{(ASSETS / name).read_text('utf-8')}</script>" for name in scripts),
        favicon_path=ASSETS / "icon.svg",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        max_file_size=LARGEST_UPLOAD,
        app_kwargs={"middleware": guards, "routes": beside, "docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    return page, url


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach `host`."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def free_port(host: str, first: int) -> int:
    """The first free port from `first` on. Raises StartError when there is none."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return port
    raise StartError("app.no_port", first=first)


def _keep_uploads_at(home: Home) -> None:
    """Dropped files wait in the data folder, not in a folder that all users of the machine share."""
    import shutil

    uploads = home.path / "uploads"
    shutil.rmtree(uploads, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Sourcier: answers from your own documents.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; others need a password (127.0.0.1)")
    parser.add_argument("--port", type=int, default=7860, help="port; the next free one if it is taken (7860)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--home", help="data folder (SOURCIER_HOME, else the user's own)")
    parser.add_argument("--set-password", action="store_true", help="set, change or remove the password, and end")
    parser.add_argument(
        "--demonstration", nargs="+", metavar="COLLECTION", help="serve a public, read-only page of these collections"
    )
    return parser


def _password(home: Home) -> Password | None:
    """The one in SOURCIER_PASSWORD, else the stored one. Raises PasswordError."""
    given = os.environ.pop(VARIABLE, "")  # popped: the indexing process has no need of it
    return Password.of(given) if given else Password.load(home.password)


def _set_password(home: Home) -> int:
    """Asks for a password twice and keeps its hash; an empty one removes what there is."""
    import getpass

    first = getpass.getpass("New password (empty: none): ")
    if not first:
        home.password.unlink(missing_ok=True)
        print("There is no password now: only this computer can use the app.")
        return 0
    if getpass.getpass("Once more: ") != first:
        return complain(Reason("app.passwords_differ"))
    Password.of(first).save(home.password)
    print("The password is set; the app asks for it from its next start on.")
    return 0


def _unusable(home: Home, error: OSError) -> Reason:
    return Reason("app.data_folder", {"path": str(home.path), "reason": error.strerror or str(error)})


def complain(what: SourcierError | Reason) -> int:
    """Says on standard error, in the system's language, why the app does not start. Gives the exit status."""
    print(sentence(what, system_language()), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
