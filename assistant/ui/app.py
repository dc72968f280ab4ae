"""Starts the app: `main` opens the data folder, shows the window, then loads the models behind it."""

import argparse
import contextlib
import ipaddress
import logging
import os
import socket
import sys
import threading
import webbrowser
from pathlib import Path

from corpus.home import Home

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
PORTS_TRIED = 100
LARGEST_UPLOAD = "1gb"


def main(argv: list[str] | None = None) -> int:
    """Runs the app until it is interrupted. Exit status 0, 1 when the data folder cannot be used, 2 for wrong usage."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if not is_loopback(options.host):
        return _complain(f"Sourcier listens on this computer only; {options.host} is not an address of it.")
    try:
        port = free_port(options.host, options.port)
    except OSError as error:
        return _complain(str(error))
    if port != options.port:
        print(f"Port {options.port} is taken; {port} is used instead.", flush=True)
    home = Home.find(options.home)
    try:
        home.make()
    except OSError as error:
        return _complain(f"The data folder {home.path} cannot be used: {error.strerror}.")
    return serve(home, options.host, port, browser=not options.no_browser)


def serve(home: Home, host: str, port: int, *, browser: bool = False) -> int:
    """Opens the data folder and serves the window until the process is interrupted. Gives the exit status."""
    from assistant.history import HistoryError
    from assistant.ui.services import Services
    from index.store import StoreError

    _keep_uploads_at(home)
    try:
        services = Services.open(home)
    except (StoreError, HistoryError) as error:
        return _complain(str(error))
    try:
        page, url = launch(services, host, port)
        print(f"Sourcier is at {url}", flush=True)
        services.add_starter_collections()
        services.start_worker()
        services.warm_up()
        if browser:
            webbrowser.open(url)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
        page.close(verbose=False)
    finally:
        services.close()
    return 0


def launch(services, host: str, port: int):
    """The launched Blocks and its address. Gradio takes some seconds to import."""
    from assistant.ui.guard import middleware
    from assistant.ui.theme import theme
    from assistant.ui.window import Window

    page = Window(services).build()
    page.queue(default_concurrency_limit=8)
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inbrowser=False,
        theme=theme(),
        css_paths=HERE / "style.css",
        head=f"<script>{(HERE / 'theme.js').read_text('utf-8')}</script>",
        favicon_path=HERE / "icon.svg",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        max_file_size=LARGEST_UPLOAD,
        app_kwargs={"middleware": middleware(host), "docs_url": None, "redoc_url": None},
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
    """The first free port from `first` on. Raises OSError with a sentence when there is none."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return port
    raise OSError(f"No free port was found from {first} on.")


def _keep_uploads_at(home: Home) -> None:
    """Dropped files wait in the data folder, not in a folder that all users of the machine share."""
    import shutil

    uploads = home.path / "uploads"
    shutil.rmtree(uploads, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launch.py", description="Sourcier: answers from your own documents.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on, of this computer (127.0.0.1)")
    parser.add_argument("--port", type=int, default=7860, help="port; the next free one if it is taken (7860)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--home", help="data folder (SOURCIER_HOME, else ~/.sourcier)")
    return parser


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
