"""The Train & compare tab in headless Chromium; a script of a few lines trains in place of the real command."""

import sys

import pytest

from assistant.training.finetune.settings import Request, Settings
from assistant.training.runs.sessions import Sessions

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

TRAINING = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[2]) / "runs" / sys.argv[3]
(folder / "config.json").write_text('{"steps": 400, "cut": 3}')
with (folder / "journal.jsonl").open("a") as journal:
    for step in range(10, 130, 10):
        line = {"step": step, "seconds": step * 2.0, "loss": 2 + 20 / step, "seconds_left": 800 - step * 2}
        line |= {"validation_loss": 2.2 + 10 / step} if step % 50 == 0 else {}
        journal.write(json.dumps(line) + "\\n")
sys.stdin.read()
"""


@pytest.fixture
def trained(app, monkeypatch):
    """Two generators, and a training that only pretends."""
    app.assistant.names = ["starter", "expert"]
    app.sessions = Sessions(app.home, app.store, (sys.executable, "-c", TRAINING))
    request = lambda plan: Request(plan.name, Settings(base=plan.base))  # noqa: E731 (no base is looked for)
    monkeypatch.setattr(app.sessions, "_request", request)


def test_training_comparing_and_voting(trained, address, app, visit):
    page = visit(address)
    page.click("#train-tab-button")
    page.click("#train-data input")
    page.click("#train-data [role=option] >> text=Biology")
    page.keyboard.press("Escape")
    page.fill("#train-name input, #train-name textarea", "mine")
    page.click("#train-start")
    expect(page.locator(".run h3")).to_have_text("mine")
    expect(page.locator(".run .state")).to_have_text("Running")
    expect(page.locator(".run .progress")).to_contain_text("Step 120 of 400 · 9 min left")
    expect(page.locator(".run .help").last).to_have_text(
        "3 examples are longer than what GPT-2 reads at once and are cut at a sentence."
    )
    expect(page.locator(".run svg .validation circle")).to_have_count(2)
    page.click("#train-start")
    expect(page.locator("#train-message")).to_contain_text("already")
    page.click("[data-act=train-stop]")
    expect(page.locator(".run .state")).to_have_text("Stopped")
    expect(page.locator("[data-act=train-resume]")).to_be_visible()

    page.fill("#compare-question textarea", "What is photosynthesis?")
    page.click("#compare-ask")
    expect(page.locator(".votes button")).to_have_count(4)
    expect(page.locator(".side h4")).to_have_text(["starter", "expert"])
    page.click(".votes button >> text=Right is better")
    expect(page.locator(".side.chosen h4")).to_have_text("expert")
    expect(page.locator(".tally tbody td")).to_have_text(["1", "0", "0", "0"])
    assert app.votes.tally()[0].first_better == 1
