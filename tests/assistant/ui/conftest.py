"""Fixtures of the app's tests: the application around a fake assistant, and the app in headless Chromium."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ui_fakes import FakeAssistant

from assistant.services.application import Application
from assistant.storage.history import History
from corpus.document import Document, Passage, Section
from corpus.home import Home
from index.storage.store import Store


@pytest.fixture(autouse=True)
def light_embedder(monkeypatch):
    """No neural network in these tests."""
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")


@pytest.fixture
def home(tmp_path) -> Home:
    """An empty data folder."""
    return Home(tmp_path / "home").make()


@pytest.fixture
def app(home):
    """Application with the fake assistant, ready to answer; no indexing process is started."""
    made = make_application(home, FakeAssistant(pause=0.001))
    made.assistant.warm_up()
    made.startup.done.set()
    yield made
    made.close()


def make_application(home: Home, assistant) -> Application:
    """Application on `home` whose index holds one small collection with a failed file."""
    store = Store(home.index)
    if not store.collections():
        source = store.add_source("Biology", "/library/cells.txt", "file")
        scan = store.begin_scan(source.id)
        document = Document("Cells", (Section("Cells divide."),))
        store.put(source.id, scan, [(document, [Passage("Cells divide.", "Cells")])])
        store.end_scan(source.id, scan)
        failed = store.add_source("Biology", "/library/<b>scan</b>.pdf", "file")
        store.set_source(failed.id, "failed", "The <i>pages</i> are pictures.")
        store.make_collection("wikipedia")
    return Application(home, assistant, History(home.history), store)


# --- the browser ------------------------------------------------------------------------------------------------

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
)


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium, the system's or Playwright's own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    sync_api.expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong
    with sync_api.sync_playwright() as playwright:
        found = CHROMIUM or playwright.chromium.executable_path
        if not os.path.exists(found):
            pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


# Gradio's words for a stream that ends because the page was reloaded: its server forgets the old page's session, and
# whichever side notices first decides which of these the browser prints.
OF_A_LEFT_PAGE = (
    *("aborted", "Connection errored out", "Unexpected error 404", "net::ERR_INCOMPLETE_CHUNKED_ENCODING"),
    "TypeError: network error",
)


class Visit:
    """One browser tab with what went wrong in it."""

    def __init__(self, page, url: str):
        self.page = page
        self.url = url
        self.loads = 0
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.set_default_timeout(120_000)  # a busy machine may take its time to show the page
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note)

    @property
    def complaints(self) -> list[str]:
        """Errors in the console, but for what Gradio says of the page that a reload has left."""
        left = OF_A_LEFT_PAGE if self.loads > 1 else ()
        return [error for error in self.errors if not any(words in error for words in left)]

    def _note(self, request) -> None:
        self.loads += request.is_navigation_request()
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def open(self):
        """Goes to the app and waits until it has its words."""
        self.page.goto(self.url)
        self.page.wait_for_selector(".preferences")
        self.page.wait_for_selector(".welcome, .turn")
        return self.page


@pytest.fixture
def visit(chromium):
    """`visit(url)` opens the app in a tab of its own session. No tab may log an error or call another host.

    Ask for `address` before it, so that the tabs are closed before the app.
    """
    visits, contexts = [], []

    def open_tab(url: str, context=None, **options):
        if context is None:
            context = chromium.new_context(**{"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, **options})
            contexts.append(context)
        visits.append(Visit(context.new_page(), url))
        return visits[-1].open()

    yield open_tab
    for context in contexts:
        context.close()
    assert [error for visit in visits for error in visit.complaints] == []
    assert [url for visit in visits for url in visit.elsewhere] == []


@pytest.fixture
def address(app, monkeypatch, tmp_path):
    """The address of the app around the fake assistant."""
    from assistant.ui.server.app import free_port, launch

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    app.assistant.pause = 0.03
    page, url = launch(app, "127.0.0.1", free_port("127.0.0.1", 17860 + os.getpid() % 4000))
    yield url
    page.close(verbose=False)
