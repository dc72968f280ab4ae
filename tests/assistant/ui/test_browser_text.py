"""The text of a document beside the chat, in headless Chromium and both languages."""

import re

import pytest
from test_browser import ask_and_wait
from ui_fakes import HITS, hit

from corpus.document import Document, Passage, Section

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

OPEN = {"en-GB": "Open the document", "fr-FR": "Ouvrir le document"}
HOSTILE = '<img src=x onerror="window.hacked=1">'


@pytest.fixture
def handbook(app):
    """A Markdown file in the index, and a search that finds a passage of it."""
    first = HITS[0].text
    sections = (Section("Welcome.", "Start"), Section(f"{first}\n\n- {HOSTILE}\n\nGrade: Junior | Days: 28", "Energy"))
    document = Document("Handbook", sections, "/notes/handbook.md")
    source = app.store.add_source("Biology", document.path, "file")
    scan = app.store.begin_scan(source.id)
    app.store.put(source.id, scan, [(document, [Passage(first, "Energy")])])
    app.store.end_scan(source.id, scan)
    found = hit(1, "Handbook", first, path=document.path, page=None, document_id=document.id[:16])
    app.assistant.hits = (found, *HITS[1:])


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_the_text_of_a_document_opens_beside_the_chat_with_its_words_marked(handbook, address, visit, locale):
    page = visit(address, locale=locale)
    ask_and_wait(page, "What is photosynthesis?")
    link = page.locator(".open-page >> visible=true").first
    expect(link).to_have_text(OPEN[locale])
    link.click()
    text = page.locator("#viewer .paper.text")
    expect(text.locator("h3")).to_have_text(["Start", "Energy"])
    expect(text.locator("mark").first).to_contain_text("plants convert light energy into chemical energy")
    expect(text.locator("mark").first).to_be_in_viewport()
    expect(text.locator("li")).to_have_text(HOSTILE)
    expect(text.locator("td")).to_have_text(["Junior", "28"])
    assert page.evaluate("window.hacked") is None
    expect(page).to_have_url(re.compile(r"source=1\.1$"))
    page.reload()
    expect(text.locator("mark").first).to_be_visible()
    page.locator("body").press("Escape")
    expect(page.locator("#cards")).to_be_visible()
