"""Addresses in headless Chromium: what is looked at can be gone back to, reloaded and opened in another window."""

import re

import pytest
from test_browser import ask_and_wait

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
PLANTS, WEATHER = "What is photosynthesis?", "How is the weather?"
TABS = {"en-GB": "Documents – Sourcier", "fr-FR": "Documents – Sourcier"}
GONE = {"en-GB": "That conversation is no longer here.", "fr-FR": "Cette conversation n’est plus là."}


def two_conversations(page) -> None:
    ask_and_wait(page, PLANTS)
    expect(page).to_have_url(re.compile(r"\?conversation=1$"))
    page.click("#new-conversation")
    expect(page.locator(".turn")).to_have_count(0)
    ask_and_wait(page, WEATHER)
    expect(page).to_have_url(re.compile(r"\?conversation=2$"))


@LANGUAGES
def test_back_and_forward_go_through_conversations_and_tabs(address, visit, locale):
    page = visit(address, locale=locale)
    two_conversations(page)
    question = page.locator(".turn.done .question")
    page.click("#documents-tab-button")
    expect(page).to_have_url(re.compile("tab=documents"))
    expect(page).to_have_title(TABS[locale])
    page.go_back()
    expect(page.locator("#ask-tab")).to_be_visible()
    expect(question).to_have_text([WEATHER])
    page.go_back()
    expect(page.locator(".turn")).to_have_count(0)
    page.go_back()
    expect(question).to_have_text([PLANTS])
    page.go_forward()
    page.go_forward()
    expect(question).to_have_text([WEATHER])
    page.go_forward()
    expect(page.locator("#documents-tab")).to_be_visible()


def test_back_from_a_passage_stays_in_the_conversation(address, visit):
    page = visit(address)
    ask_and_wait(page, PLANTS)
    page.click(".cite >> text=[2]")
    expect(page.locator(".card:target .number")).to_have_text("2")
    page.go_back()
    expect(page.locator(".card:target")).to_have_count(0)
    expect(page.locator(".turn.done .question")).to_have_text([PLANTS])


@LANGUAGES
def test_an_address_is_opened_in_another_window(app, address, visit, locale):
    page = visit(address, locale=locale)
    two_conversations(page)
    link = page.locator(".conversations .entry").filter(has_text=PLANTS)
    link.click()
    page.click(".cite >> text=[2]")
    expect(page.locator(".card:target")).to_have_count(1)
    other = visit(address, context=page.context)
    other.goto(page.url)
    expect(other.locator(".turn.done .question")).to_have_text([PLANTS])
    expect(other.locator(".card:target .number")).to_have_text("2")
    other.goto(f"{address}?tab=documents")
    expect(other.locator("#collection-table table")).to_be_visible()
    other.locator("table.library a.entry").click()
    expect(other.locator("aside.preview h2")).to_have_text("Cells")
    expect(other).to_have_url(re.compile(r"document=\d+"))
    other.reload()
    expect(other.locator("aside.preview h2")).to_have_text("Cells")
    other.go_back()
    expect(other.locator("aside.preview")).to_have_count(0)
    expect(other.locator("#documents-tab")).to_be_visible()


@LANGUAGES
def test_an_address_of_what_is_gone_says_so(address, visit, locale):
    page = visit(address, locale=locale)
    page.goto(f"{address}?conversation=99")
    expect(page.locator(".toast-body, .toast-wrap").first).to_contain_text(GONE[locale])
    expect(page).to_have_url(address)


def test_a_middle_click_on_a_conversation_opens_it_in_a_window_of_its_own(address, visit):
    page = visit(address)
    two_conversations(page)
    with page.context.expect_page() as opened:
        page.locator(".conversations .entry").filter(has_text=PLANTS).click(button="middle")
    expect(opened.value.locator(".turn.done .question")).to_have_text([PLANTS])
    expect(page.locator(".turn.done .question")).to_have_text([WEATHER])


def test_two_windows_show_one_list_of_conversations(address, visit):
    one = visit(address)
    other = visit(address, context=one.context)
    ask_and_wait(other, PLANTS)
    expect(one.locator(".conversations .entry")).to_have_count(0)
    one.evaluate("dispatchEvent(new Event('focus'))")  # as the window is come back to
    expect(one.locator(".conversations .entry")).to_have_text([PLANTS])
