"""Settings, feedback, trials, accessibility and safety in headless Chromium, around a fake assistant."""

import json
import os
import re
import threading
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

QUESTION = "#question textarea"
TABS = {
    **{"ask": "Ask", "documents": "Documents", "lab": "GPT-2 lab"},
    **{"train": "Train & compare", "evaluate": "Evaluate", "settings": "Settings"},
}
AXE = "SOURCIER_AXE"  # path of axe.min.js, from npm's axe-core
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
WATCH_SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(
    entry => window.shifted += entry.hadRecentInput ? 0 : entry.value)).observe({ type: "layout-shift" }) }"""


def answered(page, question: str = "What is photosynthesis?") -> None:
    page.keyboard.press("Escape")  # the introduction, where it is shown
    page.fill(QUESTION, question)
    page.press(QUESTION, "Enter")
    expect(page.locator(".turn.done .question").last).to_have_text(question)


# --- settings -------------------------------------------------------------------------------------------------


def test_a_setting_holds_at_once_and_can_be_put_back(app, address, visit):
    page = visit(address)
    page.click("#settings-tab-button")
    field = page.locator("#settings-passages input[type=number]")
    field.fill("4")
    field.press("Tab")
    expect(page.locator("#settings-message")).to_contain_text("Saved")
    assert app.assistant.settings.passages == 4
    page.click("#settings-reset")
    expect(field).to_have_value("6")
    assert app.assistant.settings.passages == 6


def test_the_look_is_remembered_in_the_browser(address, visit):
    page = visit(address, color_scheme="light")
    page.click("#settings-tab-button")
    page.click("[data-act=look][data-name=dark]")
    page.click("[data-act=look][data-name='1.3']")
    expect(page.locator("body")).to_have_class(re.compile("dark"))
    page.reload()
    page.click("#settings-tab-button")
    expect(page.locator("[data-act=look][data-name=dark]")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.querySelector('#about h2')).fontSize") == "26px"
    page.click("[data-act=look][data-name=system]")
    expect(page.locator("body")).not_to_have_class(re.compile("dark"))


def test_the_language_is_switched_there_too_and_the_report_can_be_copied(address, visit, chromium):
    context = chromium.new_context(locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    page = visit(address, context)
    page.click("#settings-tab-button")
    page.locator("#look").get_by_text("Français").click()
    expect(page.locator("#about-text h2")).to_have_text("À propos de Sourcier")
    page.click("[data-act=copy-report]")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Sourcier ")
    context.close()


# --- feedback -------------------------------------------------------------------------------------------------


def test_an_answer_is_judged_listed_and_exported(app, address, visit):
    page = visit(address)
    answered(page)
    page.click("[data-verdict=dislike]")
    page.click("[data-verdict=not_there]")
    expect(page.locator("[data-verdict=not_there]")).to_have_attribute("aria-pressed", "true")
    page.fill("form.better textarea", "Plants make sugar from light.")
    page.click("form.better button")
    expect(page.locator(".verdict[aria-pressed=true]")).to_have_count(0)  # it is the better answer that counts now
    page.click("#evaluate-tab-button")
    expect(page.locator(".feedback-list .said")).to_have_text("Plants make sugar from light.")
    with page.expect_download() as download:
        page.click("[data-act=feedback-export]")
    record = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert record["verdict"] == "better"
    page.click(".feedback-list [data-act=feedback-remove]")
    expect(page.locator("#feedback-list .empty")).to_be_visible()
    assert app.feedback.all() == []


# --- safety ---------------------------------------------------------------------------------------------------


def test_inline_handlers_run_nothing_even_where_markup_gets_through(address, chromium):
    page = chromium.new_page()  # not by `visit`: the policy's complaint is wanted here
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    page.wait_for_selector(".preferences")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i id=probe onclick=\"window.hacked=1\">x</i>')")
    page.evaluate("document.querySelector('#probe').click()")
    assert page.evaluate("window.hacked") is None
    assert any("script-src-attr" in complaint for complaint in complaints)
    page.close()


def test_eight_clients_at_once_get_their_own_answers(address):
    found: dict[int, list] = {}

    def ask(n: int) -> None:
        body = {"messages": [{"role": "user", "content": f"What is number {n}?"}], "stream": True}
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{address}v1/chat/completions", json.dumps(body).encode(), headers)) as response:
            lines = [line.removeprefix(b"data: ") for line in response.read().split(b"\n\n") if line]
        found[n] = [json.loads(line) for line in lines if line.startswith(b"{")]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for chunks in found.values():
        assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
        assert len({chunk["id"] for chunk in chunks}) == 1
    assert len({chunks[0]["id"] for chunks in found.values()}) == 8


def test_eight_browsers_at_once_see_their_own_conversations_in_their_own_language(app, address, visit):
    app.assistant.pause = 0.1  # all eight are answered at the same time
    words = {"en-GB": "No passage supports this sentence", "fr-FR": "Aucun passage n’appuie cette phrase"}
    pages = [(f"What is number {n}?", locale, visit(address, locale=locale)) for n, locale in enumerate([*words] * 4)]
    for question, _, page in pages:
        page.keyboard.press("Escape")  # the introduction
        page.fill(QUESTION, question)
        page.press(QUESTION, "Enter")
    for question, locale, page in pages:
        expect(page.locator(".turn.done .question")).to_have_text([question])
        expect(page.locator(".turn.done .checked .cite")).to_have_count(3)
        expect(page.locator(".unsupported")).to_have_attribute("title", words[locale])
        expect(page.locator(".conversations li.open")).to_contain_text(question)


def test_nothing_jumps_while_an_answer_is_written(app, address, visit):
    app.assistant.pause = 0.02
    page = visit(address)
    answered(page, "What came before?")
    page.evaluate(WATCH_SHIFTS)
    answered(page, "What is the long story of photosynthesis?")
    # "Good" for a whole page's life, by Google's Web Vitals; what follows a key or a click is not counted.
    assert page.evaluate("window.shifted") < 0.1


def test_the_page_offers_to_be_installed_and_the_api_its_description(address, visit):
    page = visit(address)
    manifest = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((r) => r.json())")
    assert manifest["short_name"] == "Sourcier"
    page.goto(f"{address}v1/docs")
    expect(page.locator("h1")).to_contain_text("Sourcier API")
    assert page.locator("script").count() == 0


# --- manners --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_tab(address, visit, scheme):
    axe = os.environ.get(AXE, "")
    if not os.path.isfile(axe):
        pytest.skip(f"{AXE} does not name axe-core's axe.min.js (npm install axe-core)")
    page = visit(address, color_scheme=scheme)
    answered(page)
    page.click("[data-verdict=dislike]")
    expect(page.locator("form.better")).to_be_visible()
    page.evaluate(Path(axe).read_text("utf-8"))
    found = []
    for name in TABS:
        page.click(f"#{name}-tab-button")
        page.wait_for_timeout(700)
        result = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
        assert len(result["passes"]) > 10
        found += [
            f"{name}: {broken['id']} {node['target']}"
            for broken in result["violations"]
            if broken["impact"] in ("serious", "critical")
            for node in broken["nodes"]
        ]
    assert found == []


@pytest.mark.parametrize("width", [360, 768, 1000, 3840])
def test_no_tab_is_wider_than_the_window(address, visit, width):
    page = visit(address, viewport={"width": width, "height": 800})
    page.keyboard.press("Escape")  # the introduction
    for name, words in TABS.items():
        tab = page.locator(f"#{name}-tab-button")
        if not tab.is_visible():
            page.locator("#tabs .overflow-menu > button").dispatch_event("click")
            tab = page.locator("#tabs .overflow-dropdown button").filter(has_text=words)
        tab.click()
        expect(page.locator(f"#{name}-tab")).to_be_visible()
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
