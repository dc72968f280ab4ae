"""A user's own documents in headless Chromium and both languages: searched first, and seen at a glance."""

import pytest
from test_browser import ask_and_wait

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
CHOICES = {
    "en-GB": ["Your documents", "Biology", "wikipedia", "Everything, Wikipedia too"],
    "fr-FR": ["Vos documents", "Biology", "wikipedia", "Tout, avec Wikipédia"],
}
OVERVIEW = {"en-GB": "Overview of Cells", "fr-FR": "Vue d’ensemble de Cells"}
CURIE = {"en-GB": "Marie Curie", "fr-FR": "Misérables"}


@LANGUAGES
def test_own_documents_come_first_and_wikipedia_is_a_choice(app, address, visit, locale):
    page = visit(address, locale=locale)
    expect(page.locator("#collection option")).to_have_text(CHOICES[locale])
    expect(page.locator(".example")).to_have_text([OVERVIEW[locale]])
    page.select_option("#collection select", "wikipedia")
    expect(page.locator(".example").first).to_contain_text(CURIE[locale])
    page.select_option("#collection select", CHOICES[locale][0])
    ask_and_wait(page, "What is photosynthesis?")
    page.select_option("#collection select", CHOICES[locale][3])
    ask_and_wait(page, "And then?")
    assert [asked["collections"] for asked in app.assistant.asked] == [("Biology",), ()]


@LANGUAGES
def test_an_overview_is_asked_for_beside_a_documents_passages(app, address, visit, locale):
    page = visit(address, locale=locale)
    page.click("#documents-tab-button")
    page.click("table.library a.entry")
    page.click("aside.preview [data-act=overview]")
    expect(page.locator("#ask-tab .turn.done .question")).to_have_text(OVERVIEW[locale])
    expect(page.locator("#ask-tab")).to_be_visible()
