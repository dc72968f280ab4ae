"""The app in headless Chromium, around a fake assistant: what a person sees and clicks."""

import re

import pytest

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

QUESTION = "#question textarea"


def ask(page, question: str) -> None:
    page.fill(QUESTION, question)
    page.press(QUESTION, "Enter")


def ask_and_wait(page, question: str) -> None:
    turns = page.locator(".turn").count()
    ask(page, question)
    expect(page.locator(".turn.done")).to_have_count(turns + 1)


def test_an_answer_is_drafted_then_checked(address, visit):
    page = visit(address)
    ask(page, "What is the long story of photosynthesis?")  # twelve times the three sentences: time enough to watch
    draft = page.locator(".draft p")
    expect(page.locator(".draft .badge")).to_have_text("Draft, being checked")
    expect(draft).to_have_css("font-style", "italic")
    first = draft.inner_text()
    expect(draft).not_to_have_text(first)
    expect(page.locator(".turn.done .checked .cite")).to_have_count(36)
    expect(page.locator(".step")).to_contain_text("Searched 20,407 documents")
    expect(page.locator(".unsupported")).to_have_count(12)
    expect(page.locator(".draft")).to_have_count(0)


def test_a_number_leads_to_its_passage(address, visit):
    page = visit(address)
    ask_and_wait(page, "What is photosynthesis?")
    page.click(".cite >> text=[2]")
    card = page.locator(".card:target")
    expect(card.locator(".number")).to_have_text("2")
    expect(card).to_be_in_viewport()
    expect(card.locator("mark")).to_have_text("captures the energy of sunlight")


def test_an_earlier_answer_brings_its_sources_back(address, visit):
    page = visit(address)
    ask_and_wait(page, "What is photosynthesis?")
    ask_and_wait(page, "How is the weather?")
    heads = page.locator(".group-head b >> visible=true")
    expect(heads).to_have_text("“How is the weather?”")
    page.locator(".answer").first.click(position={"x": 5, "y": 5})
    expect(heads).to_have_text("“What is photosynthesis?”")
    ask_and_wait(page, "And then?")
    expect(heads).to_have_text("“And then?”")


def test_a_refusal_is_shown_with_its_scores_and_the_closest_passages(address, visit):
    page = visit(address)
    ask_and_wait(page, "How is the weather?")
    expect(page.locator(".refusal")).to_contain_text("not enough under the strictness")
    expect(page.locator(".group-head >> visible=true")).to_contain_text("Closest passages")


def test_a_long_answer_can_be_stopped(address, visit):
    page = visit(address)
    ask(page, "A long question")
    expect(page.locator(".draft p")).to_be_visible()
    page.click("#question button.stop-button")
    expect(page.locator(".turn.stopped")).to_be_visible()
    expect(page.locator("#question button.submit-button")).to_be_visible()
    ask(page, "What is photosynthesis?")
    expect(page.locator(".turn.done")).to_have_count(1)


def test_examples_are_asked_by_a_click(address, visit):
    page = visit(address)
    page.locator(".example").first.click()
    expect(page.locator(".turn.done .question")).to_have_text("Overview of Cells")


def test_conversations_are_kept_opened_renamed_and_deleted(address, visit):
    page = visit(address)
    ask_and_wait(page, "What is photosynthesis?")
    page.click("#new-conversation")
    expect(page.locator(".welcome")).to_be_visible()
    ask_and_wait(page, "How is the weather?")
    entries = page.locator(".conversations .entry")
    expect(entries).to_have_text(["How is the weather?", "What is photosynthesis?"])
    entries.nth(1).click()
    expect(page.locator(".turn .question")).to_have_text(["What is photosynthesis?"])
    expect(page.locator(".card >> visible=true")).to_have_count(4)

    row = page.locator(".conversations li").nth(1)
    row.hover()
    row.locator(".more").click()
    row.locator("[data-act=rename]").click()
    field = page.locator(".conversations input")
    expect(field).to_be_focused()
    field.fill("Plants <b>")
    field.press("Enter")
    expect(entries.nth(1)).to_have_text("Plants <b>")

    row.hover()
    row.locator(".more").click()
    row.locator("[data-act=delete]").click()
    expect(entries).to_have_text(["How is the weather?"])
    expect(page.locator(".welcome")).to_be_visible()
    page.click(".undo button")
    expect(entries).to_have_text(["How is the weather?", "Plants <b>"])
    expect(page.locator(".turn .question")).to_have_text(["What is photosynthesis?"])


def test_a_reloaded_tab_shows_its_conversation_again(address, visit):
    page = visit(address)
    ask_and_wait(page, "What is photosynthesis?")
    page.reload()
    expect(page.locator(".turn.done .question")).to_have_text("What is photosynthesis?")


def test_a_tab_reloaded_in_the_middle_goes_on_streaming(address, visit):
    page = visit(address)
    ask(page, "A long question")
    expect(page.locator(".draft p")).to_be_visible()
    page.reload()
    expect(page.locator(".draft p")).to_be_visible()
    expect(page.locator("#question button.stop-button")).to_be_visible()
    expect(page.locator(".turn.done")).to_be_visible()


def test_two_tabs_do_not_mix(address, visit):
    one = visit(address)
    two = visit(address, context=one.context)
    ask(one, "A long question")
    ask_and_wait(two, "What is photosynthesis?")
    expect(one.locator(".turn.done")).to_be_visible()
    expect(one.locator(".turn .question")).to_have_text(["A long question"])
    expect(two.locator(".turn .question")).to_have_text(["What is photosynthesis?"])
    two.click("[data-act=language][data-name=fr]")
    expect(two.locator("#new-conversation")).to_have_text("Nouvelle conversation")
    expect(one.locator("#new-conversation")).to_have_text("New conversation")


def test_the_language_comes_from_the_browser_and_can_be_switched(address, visit):
    page = visit(address, locale="fr-FR")
    expect(page.locator(".welcome h2")).to_have_text("Ce que c’est")
    expect(page.locator("#ask-tab-button")).to_have_text("Interroger")
    page.click("[data-act=language][data-name=en]")
    expect(page.locator(".welcome h2")).to_have_text("What it is")
    page.reload()
    expect(page.locator(".welcome h2")).to_have_text("What it is")


def test_a_first_run_is_introduced_step_by_step(address, visit):
    page = visit(address, locale="fr-FR")
    expect(page.locator(".tour h2")).to_have_text("Ce que c’est")
    page.click(".tour .ways .primary")
    expect(page.locator(".tour h2")).to_have_text("Où restent vos données")
    expect(page.locator(".tour .folder")).to_contain_text("home")
    page.click(".tour .ways .primary")
    expect(page.locator(".tour .example")).to_have_text(["Vue d’ensemble de Cells"])
    page.click(".tour .ways .primary")
    page.click(".tour [data-act=tab]")
    expect(page.locator("#documents-tab-button")).to_have_attribute("aria-selected", "true")
    page.click("#ask-tab-button")
    page.click("[data-act=tour-end]")
    expect(page.locator(".welcome h2")).to_have_text("Interrogez vos documents")
    page.click("[data-act=tour]")
    expect(page.locator(".tour h2")).to_have_text("Ce que c’est")
    page.locator(".tour .example").first.click()
    expect(page.locator(".turn.done")).to_have_count(1)
    page.click("#new-conversation")
    expect(page.locator(".welcome h2")).to_have_text("Interrogez vos documents")


def test_the_theme_is_remembered(address, visit):
    page = visit(address, color_scheme="light")
    body = page.locator("body")
    expect(body).not_to_have_class(re.compile("dark"))
    page.click("[data-act=theme]")
    expect(body).to_have_class(re.compile("dark"))
    page.reload()
    expect(body).to_have_class(re.compile("dark"))


def test_hostile_questions_run_nothing(address, visit):
    page = visit(address)
    hostile = '<img src=x onerror="window.hacked=1"> [1](javascript:alert(1)) ${window.hacked=1}'
    ask_and_wait(page, hostile)
    expect(page.locator(".question")).to_have_text(hostile)
    expect(page.locator(".question *")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_a_narrow_screen_slides_the_panels_over_the_conversation(address, visit):
    page = visit(address, viewport={"width": 390, "height": 844})
    ask_and_wait(page, "What is photosynthesis?")
    sources = page.locator("#sources")
    expect(sources).not_to_be_in_viewport()
    page.click(".cite >> text=[2]")
    expect(page.locator(".card:target")).to_be_in_viewport()
    page.click(".group-head .close >> visible=true")
    expect(sources).not_to_be_in_viewport()
    page.click("[data-act=menu]")
    expect(page.locator("#new-conversation")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_another_host_name_is_refused(address):
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    with pytest.raises(HTTPError, match="400"):
        urlopen(Request(address, headers={"Host": "evil.example"}))


@pytest.mark.parametrize("path", ["monitoring", "gradio_api/file=/etc/passwd", "docs", "redoc"])
def test_what_gradio_offers_beside_the_page_is_closed(address, path):
    from urllib.error import HTTPError
    from urllib.request import urlopen

    with pytest.raises(HTTPError):
        urlopen(address + path)
