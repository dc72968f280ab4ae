"""The line to write in, in headless Chromium and both languages: one chip, and a keyboard that is never trapped."""

import threading

import pytest
from test_browser import QUESTION

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
MODES = {
    "en-GB": ["Only what the sources say", "Quotes only", "Draft, may be wrong"],
    "fr-FR": ["Seulement ce que disent les sources", "Citations seules", "Brouillon, peut se tromper"],
}


@LANGUAGES
def test_the_keyboard_goes_through_the_choices_and_leaves_nothing_open(address, visit, locale):
    page = visit(address, locale=locale)
    expect(page.locator("#options select >> visible=true")).to_have_count(1)
    expect(page.locator("#mode select option")).to_have_text(MODES[locale])
    page.focus(QUESTION)
    passed = []
    for _ in range(6):
        page.keyboard.press("Tab")
        passed.append(page.evaluate("document.activeElement.closest('#collection, #how')?.id"))
    assert {"collection", "how"} <= set(passed)
    assert page.locator("[role=listbox] >> visible=true, :popover-open").count() == 0
    page.focus("#how button")
    page.keyboard.press("Enter")
    expect(page.locator("#mode select")).to_be_visible()
    page.focus("#mode select")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#mode select")).to_have_value(MODES[locale][1])
    page.keyboard.press("Tab")
    page.locator(".tour .primary, .examples .example").first.click()  # nothing lies over the page
    for tab in ("settings", "train", "evaluate"):
        page.click(f"#{tab}-tab-button")
        expect(page.locator(f"#{tab}-tab select >> visible=true").first).to_be_visible()


DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type: 'text/plain' }));
    const place = document.querySelector('#turns');
    for (const kind of ['dragover', 'drop']) {
        place.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        if (kind === 'dragover') window.marked = getComputedStyle(document.body, '::after').content;
    }
}"""
ADDED = {"en-GB": "Added to My documents", "fr-FR": "Ajouté à Mes documents"}
ZONE = {"en-GB": "Drop to add to your documents", "fr-FR": "Déposez pour ajouter à vos documents"}


@LANGUAGES
def test_a_file_dropped_on_the_chat_is_added_at_once_and_can_be_taken_out_again(app, address, visit, locale):
    page = visit(address, locale=locale)
    page.evaluate(DROP, ["notes.txt", "Cells divide."])
    assert ZONE[locale] in page.evaluate("window.marked")
    expect(page.locator("#add-message .message")).to_contain_text(ADDED[locale])
    collection = ADDED[locale].split(" ", 2)[2]
    assert len(app.store.sources(collection)) == 1
    page.click("[data-act=undo-adding]")
    expect(page.locator("[data-act=undo-adding]")).to_have_count(0)
    assert app.store.sources(collection) == []


@LANGUAGES
def test_a_question_echoes_at_once_and_what_is_typed_meanwhile_stays(app, address, visit, locale):
    page = visit(address, locale=locale)
    begin, may_begin = app.jobs.start, threading.Event()

    def slow(*values, **options):
        may_begin.wait(60)
        return begin(*values, **options)

    app.jobs.start = slow
    page.fill(QUESTION, "What is photosynthesis?")
    page.press(QUESTION, "Enter")
    expect(page.locator(".echo .question")).to_have_text("What is photosynthesis?")
    expect(page.locator(QUESTION)).to_have_value("")
    page.fill(QUESTION, "And then?")
    may_begin.set()
    expect(page.locator(".turn.done .question")).to_have_text("What is photosynthesis?")
    expect(page.locator(".echo")).to_have_count(0)
    expect(page.locator(QUESTION)).to_have_value("And then?")


def test_a_second_quick_click_on_next_asks_nothing(app, address, visit):
    page = visit(address)
    page.dblclick(".tour .ways .primary")
    expect(page.locator(".tour .step-button.now")).not_to_contain_text("1 ·")
    page.wait_for_timeout(500)
    assert app.assistant.asked == []
