"""The keyboard and small helps in headless Chromium, in both languages."""

import pytest
from test_browser import QUESTION, ask_and_wait

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

SKIP = {"en-GB": "Skip to the content", "fr-FR": "Aller au contenu"}


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_the_keyboard_skips_to_the_question_walks_the_tabs_and_copies_without_a_clipboard(address, visit, locale):
    page = visit(address, locale=locale)
    skip = page.get_by_role("button", name=SKIP[locale])
    skip.focus()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(QUESTION)).to_be_focused()
    page.focus("#ask-tab-button")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#documents-tab")).to_be_visible()
    expect(page.locator("#documents-tab-button")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator("#ask-tab")).to_be_visible()
    ask_and_wait(page, "What is photosynthesis?")
    # As a page over plain HTTP: what is copied goes by the browser's older command.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.addEventListener('copy', () => { window.taken = String(document.activeElement.value); })")
    page.click(".turn [data-act=copy]")
    assert page.evaluate("window.taken").startswith("Photosynthesis is the process")
