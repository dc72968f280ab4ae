"""The Train & compare tab in headless Chromium; a script of a few lines trains in place of the real command."""

import json
import sys
from pathlib import Path

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


AHEAD = """
import json
said = {
    **{"parameters": 12_000_000, "trained": 12_000_000, "examples": 90, "held_out": 10, "steps": 400, "batch": 8},
    **{"tokens": 9, "memory_gb": 1.5, "minutes": 18.0, "disk": 10**9, "free": 10**11, "sources": [["documents", 100]]},
    **{"cut": 3, "unfit": 0, "left_out": [], "shown": [{"question": "Q?", "answer": "A.", "passage": "P"}]},
}
print(json.dumps({"forecast": said}))
"""


@pytest.fixture
def trained(app, monkeypatch):
    """Two generators, and a training that only pretends."""
    app.assistant.names = ["starter", "expert"]
    app.sessions = Sessions(app.home, app.store, (sys.executable, "-c", TRAINING), (sys.executable, "-c", AHEAD))
    request = lambda plan: Request(plan.name, Settings(base=plan.base))  # noqa: E731 (no base is looked for)
    monkeypatch.setattr(app.sessions, "_request", request)


def test_a_training_is_planned_started_watched_and_stopped(trained, address, visit):
    page = visit(address)
    page.click("#train-tab-button")
    expect(page.locator("#train-base option")).to_have_text(["built-in GPT-2 (small)", "expert"])
    expect(page.locator("#compare-left option")).to_have_count(2)
    page.click("#train-data input")
    page.click("#train-data [role=option] >> text=Biology")
    page.keyboard.press("Escape")
    page.fill("#train-name input, #train-name textarea", "mine")
    page.click("#train-start")
    expect(page.locator("#train-plan dl")).to_contain_text("90 examples: 100 from your documents")
    expect(page.locator("#train-plan .warning")).to_contain_text("very little to learn from")
    expect(page.locator("#train-progress .run")).to_have_count(0)
    page.click("[data-act=plan-start]")
    expect(page.locator("#train-plan .plan")).to_have_count(0)
    expect(page.locator(".run h3")).to_have_text("mine")
    expect(page.locator(".run .state")).to_have_text("Running")
    expect(page.locator(".run .progress")).to_contain_text("Step 120 of 400 · 9 min left")
    expect(page.locator(".run > .help").last).to_have_text(
        "3 examples are longer than what GPT-2 reads at once and are cut at a sentence."
    )
    expect(page.locator(".run svg .validation circle")).to_have_count(2)
    page.click("#train-start")
    page.click("[data-act=plan-start]")
    expect(page.locator("#train-message")).to_contain_text("already")
    page.click("[data-act=train-stop]")
    expect(page.locator(".run .state")).to_have_text("Stopped")
    expect(page.locator("[data-act=train-resume]")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "sides", "reveal"),
    [("en-GB", ["Answer A", "Answer B"], "A was"), ("fr-FR", ["Réponse A", "Réponse B"], "A était")],
)
def test_a_vote_is_blind_until_it_is_given_and_stays_over_reloads(trained, address, app, visit, locale, sides, reveal):
    page = visit(address, locale=locale)
    page.click("#train-tab-button")
    page.fill("#compare-question textarea", "What is photosynthesis?")
    page.click("#compare-ask")
    expect(page.locator(".votes button")).to_have_count(4)
    expect(page.locator(".side h3")).to_have_text(sides)
    expect(page.locator("#compare-answers")).not_to_contain_text("expert")
    page.click(".votes [data-choice=right]")
    expect(page.locator("#compare-answers .message")).to_contain_text(reveal)
    expect(page.locator(".side.chosen h3")).to_contain_text(sides[1])
    (tally,) = app.votes.tally()
    assert tally.first_better + tally.second_better == 1
    page.reload()
    page.click("#train-tab-button")
    with page.expect_download() as download:
        page.click("[data-act=votes-export]")
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert text.startswith("voted,question,model_a") and text.count("What is photosynthesis?") == 1


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", {"title": "On held-out examples", "use": "Use it in the chat", "report": "Training of expert"}),
        ("fr-FR", {"title": "Sur les exemples mis de côté", "use": "L’utiliser", "report": "Entraînement de expert"}),
    ],
)
def test_a_finished_run_shows_what_it_is_worth_and_leads_on(trained, app, home, address, visit, locale, words):
    folder = home.runs / "expert"
    folder.mkdir(parents=True)
    (home.models / "expert").mkdir(parents=True)
    journal = [{"step": step, "seconds": 60.0, "loss": 3 - step / 100} for step in (10, 20)]
    parts = {when: {"validation": {"nats": nats, "accuracy": 0.5}} for when, nats in (("before", 4.1), ("after", 2.2))}
    sample = {"question": "What is sage?", "wanted": "A herb.", "before": "It is it is", "after": "A herb."}
    for name, text in {
        "session.json": json.dumps({"plan": {"base": "starter", "collections": ["Biology"]}}),
        "outcome.json": '{"state": "done"}',
        "config.json": '{"steps": 20, "examples": 90}',
        "journal.jsonl": "\n".join(map(json.dumps, journal)),
        "metrics.json": json.dumps(parts),
        "samples.json": json.dumps({"samples": [sample]}),
    }.items():
        (folder / name).write_text(text)
    page = visit(address, locale=locale)
    page.click("#train-tab-button")
    expect(page.locator(".run")).to_contain_text(words["title"])
    expect(page.locator(".run .samples dd")).to_have_text(["It is it is", "A herb.", "A herb."])
    with page.expect_download() as download:
        page.click("[data-act=train-report]")
    assert words["report"] in Path(download.value.path()).read_text("utf-8")
    expect(page.locator("#compare-left option")).to_have_count(2)
    page.click("[data-act=train-compare]")
    expect(page.locator("#compare-right select")).to_have_value("expert")
    page.click(f"[data-act=train-use] >> text={words['use']}")
    expect(page.locator("#ask-tab-button")).to_have_attribute("aria-selected", "true")
    assert app.assistant.settings.model == "expert"
    page.click("#train-tab-button")
    page.click("#lab-tab-button")
    expect(page.locator("#lab-model option")).to_have_count(2)
    page.click("#train-tab-button")
    page.click(".removing summary")
    page.click("[data-act=train-delete-all]")
    expect(page.locator(".run")).to_have_count(0)
    assert not folder.exists() and not (home.models / "expert").exists()
