"""The whole app as it is started by a user, with the light embedder: nothing in it is faked."""

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.generation.presets import available
from assistant.ui.server.app import free_port
from index.ingestion.queue import enqueue
from index.storage.store import Store

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

ROOT = Path(__file__).resolve().parents[3]
STARTER = any(preset.name == "starter" and preset.ready for preset in available())
NOTES = """The Brilliant Lighthouse

The Brilliant Lighthouse stands on the island of Sark. It was built in 1913 by the engineer Ada Thornbury.
Its lamp burns whale oil and can be seen from thirty miles away.
"""


@contextlib.contextmanager
def running(home: Path):
    """The address of the app in a process of its own."""
    port = free_port("127.0.0.1", 18860)
    command = [
        sys.executable,
        "-m",
        "assistant.ui.server.app",
        "--no-browser",
        "--home",
        str(home),
        "--port",
        str(port),
    ]
    environment = {**os.environ, "SOURCIER_EMBEDDER": "hashing"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as app:
        try:
            line = app.stdout.readline()
            yield re.search(r"http://\S+", line)[0]
        finally:
            app.terminate()


def choose_quotes(page) -> None:
    page.click("#how button")
    page.select_option("#mode select", "Quotes only")


def test_from_a_dropped_file_to_a_checked_answer_and_back_after_a_restart(visit, home, tmp_path):
    library = tmp_path / "library.txt"
    library.write_text("Bees make honey from nectar. A colony has one queen.")
    with contextlib.closing(Store(home.index)) as store:
        enqueue(store, [library], "Library")  # so that the big starter collections are not added
    notes = tmp_path / "lighthouse.txt"
    notes.write_text(NOTES)
    question = "Who built the Brilliant Lighthouse on the island of Sark?"

    with running(home.path) as url:
        page = visit(url)
        page.click("#documents-tab-button")
        page.set_input_files("#files input[type=file]", notes)
        row = page.locator("table.collections tbody tr", has_text="My documents")
        expect(row.locator(".state.ready")).to_be_visible(timeout=180_000)

        page.click("#ask-tab-button")
        if not STARTER:
            expect(page.locator("#status")).to_contain_text("could not be loaded", timeout=180_000)
            choose_quotes(page)
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        expect(page.locator(".turn.done .checked")).to_be_visible(timeout=300_000)
        page.locator(".cite").first.click()
        card = page.locator(".card:target")
        expect(card).to_contain_text("Brilliant Lighthouse")
        expect(card.locator("mark").first).to_be_visible()
        page.context.close()

    with running(home.path) as url:
        page = visit(url)
        page.locator(".conversations .entry").first.click()
        expect(page.locator(".turn.done .question")).to_have_text(question)
        expect(page.locator(".card >> visible=true").first).to_contain_text("Lighthouse")
        page.context.close()
