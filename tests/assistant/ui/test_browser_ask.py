"""The Ask tab in headless Chromium, in both languages: asking again, evidence, keys, history, exports, PDF pages."""

import io
import json
import re

import pytest
from test_browser import QUESTION, ask, ask_and_wait

from assistant.storage.history import History

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> [1](javascript:alert(1))'


@LANGUAGES
def test_a_question_is_asked_again_and_edited_and_every_version_is_kept(address, visit, locale):
    page = visit(address, locale=locale)
    ask_and_wait(page, "What is photosynthesis?")
    page.click(".turn [data-act=again]")
    expect(page.locator(".versions")).to_contain_text("2 / 2")
    expect(page.locator(".turn.done")).to_have_count(1)

    page.hover(".asked-line")
    page.click("[data-act=edit]")
    field = page.locator(".rewrite textarea")
    expect(field).to_be_focused()
    field.fill("How is the weather?")
    field.press("Enter")
    expect(page.locator(".turn.done .refusal")).to_be_visible()
    expect(page.locator(".versions")).to_contain_text("3 / 3")
    page.locator(".versions [data-act=version]").first.click()
    expect(page.locator(".turn .question")).to_have_text("What is photosynthesis?")
    page.reload()
    expect(page.locator(".versions")).to_contain_text("2 / 3")


def test_an_edit_that_is_given_up_changes_nothing(address, visit):
    page = visit(address)
    ask_and_wait(page, "What is photosynthesis?")
    page.locator(QUESTION).press("ArrowUp")
    expect(page.locator(".rewrite textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".rewrite")).to_have_count(0)
    expect(page.locator(".turn .question")).to_have_text("What is photosynthesis?")


@LANGUAGES
def test_a_sentence_lights_up_its_evidence_and_a_passage_its_sentence(address, visit, locale):
    page = visit(address, locale=locale)
    ask_and_wait(page, "What is photosynthesis?")
    page.hover(".sentence[data-sentence='0']")
    expect(page.locator("#cards mark.lit")).to_have_text("plants convert light energy into chemical energy")
    page.hover(".sentence.unsupported")
    expect(page.locator("#cards mark.lit")).to_have_count(0)
    page.locator("#cards mark >> visible=true").nth(1).hover()
    expect(page.locator(".sentence.lit")).to_have_attribute("data-sentence", "1")
    page.locator(".cite").nth(1).focus()
    expect(page.locator(".sentence.lit")).to_have_attribute("data-sentence", "1")


def test_questions_that_lead_on_are_asked_by_a_click(app, address, visit):
    app.jobs._suggest = lambda answer: ("What is chlorophyll?", HOSTILE)
    page = visit(address)
    ask_and_wait(page, "What is photosynthesis?")
    expect(page.locator(".follow-up")).to_have_text(["What is chlorophyll?", HOSTILE])
    page.locator(".follow-up").first.click()
    expect(page.locator(".turn.done .question")).to_have_text(["What is photosynthesis?", "What is chlorophyll?"])
    expect(page.locator(".follow-ups")).to_have_count(1)


def test_the_choices_stay_with_each_conversation(app, address, visit):
    page = visit(address)
    ask_and_wait(page, "What is photosynthesis?")
    page.click("#how button")
    page.select_option("#mode select", "Quotes only")
    page.wait_for_timeout(300)
    page.click("#new-conversation")
    page.select_option("#mode select", "Draft, may be wrong")
    ask_and_wait(page, "How is the weather?")
    page.locator(".conversations .entry").nth(1).click()
    expect(page.locator("#mode select")).to_have_value("Quotes only")
    page.locator(".conversations .entry").nth(0).click()
    expect(page.locator("#mode select")).to_have_value("Draft, may be wrong")


@LANGUAGES
def test_all_of_it_can_be_done_by_keys(address, visit, locale):
    page = visit(address, locale=locale)
    page.locator("body").press("/")
    expect(page.locator(QUESTION)).to_be_focused()
    page.keyboard.type("What is photosynthesis?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn.done")).to_have_count(1)
    page.locator(QUESTION).evaluate("field => field.blur()")
    page.keyboard.press("2")
    expect(page.locator(".card:target .number")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(page.locator(".card:target")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator(".welcome")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".turn.done")).to_have_count(1)
    page.keyboard.press("d")
    expect(page.locator("#documents-tab-button")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("s")
    expect(page.locator("#conversation-search").locator("input, textarea")).to_be_focused()


@LANGUAGES
def test_the_keys_are_listed_and_can_be_switched_off(address, visit, locale):
    page = visit(address, locale=locale)
    page.locator("body").press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    title = "Raccourcis clavier" if locale == "fr-FR" else "Keyboard shortcuts"
    expect(page.locator("#shortcuts h2")).to_have_text(title)
    page.uncheck("#single-keys")
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.locator("body").press("d")
    expect(page.locator("#ask-tab-button")).to_have_attribute("aria-selected", "true")
    page.click("[data-act=help]")
    expect(page.locator("#single-keys")).not_to_be_checked()


@LANGUAGES
def test_conversations_are_searched_in_all_that_was_said_and_pinned(address, visit, locale):
    page = visit(address, locale=locale)
    ask_and_wait(page, "What is photosynthesis?")
    page.click("#new-conversation")
    expect(page.locator(".welcome")).to_be_visible()
    ask_and_wait(page, "How is the weather?")
    page.locator("#conversation-search").locator("input, textarea").fill("CHLOROPHYLL sunlight")
    expect(page.locator(".conversations .entry")).to_have_count(1)
    expect(page.locator(".snippet mark")).to_have_text(["Chlorophyll", "sunlight"])
    page.locator("#conversation-search").locator("input, textarea").fill("")
    expect(page.locator(".conversations .entry")).to_have_count(2)
    page.locator(".conversations li").nth(1).hover()
    page.locator(".conversations li").nth(1).locator(".more").click()
    page.click("[data-act=pin] >> visible=true")
    expect(page.locator(".conversations .entry").first).to_contain_text("photosynthesis")
    heading = "Épinglées" if locale == "fr-FR" else "Pinned"
    expect(page.locator("#conversation-list h3").first).to_have_text(heading)


def exported(page, kind: str, where: str = "#archive") -> bytes:
    page.locator(f"{where} .more").first.click()
    with page.expect_download() as download:
        page.click(f"[data-act=export][data-format={kind}] >> visible=true")
    with open(download.value.path(), "rb") as file:
        return file.read()


@LANGUAGES
def test_conversations_are_exported_and_what_was_exported_comes_back(app, address, visit, locale, tmp_path):
    page = visit(address, locale=locale)
    ask_and_wait(page, HOSTILE)
    assert b"[^1]:" in exported(page, "markdown")
    assert exported(page, "pdf").startswith(b"%PDF")
    kept = exported(page, "json")
    assert len(json.loads(kept)["conversations"]) == 1

    (tmp_path / "page.html").write_bytes(exported(page, "html"))
    reader = page.context.new_page()
    reader.goto((tmp_path / "page.html").as_uri())
    expect(reader.locator("h2").first).to_have_text(HOSTILE)
    assert reader.evaluate("window.hacked") is None
    assert reader.locator("img, script").count() == 0
    reader.close()

    page.hover(".conversations li")
    page.click(".conversations .more")
    page.click("[data-act=delete] >> visible=true")
    expect(page.locator(".conversations .entry")).to_have_count(0)
    page.click("#archive .more")
    file = {"name": "kept.json", "mimeType": "application/json", "buffer": kept}
    page.set_input_files("#archive input[type=file]", file)
    expect(page.locator(".conversations .entry")).to_have_text("<img src=x…")
    page.click(".conversations .entry")
    expect(page.locator(".turn.done .cite")).to_have_count(3)
    assert page.evaluate("window.hacked") is None


@pytest.fixture
def lighthouse(app, tmp_path):
    """A PDF of two pages in the index, and a search that finds its second page."""
    from reportlab.pdfgen import canvas
    from ui_fakes import HITS, hit

    from corpus.document import Document, Passage, Section

    text = "The lighthouse was built in 1913 by the engineer Ada Thornbury."
    data = io.BytesIO()
    sheet = canvas.Canvas(data)
    sheet.drawString(80, 700, "Title page")
    sheet.showPage()
    sheet.drawString(80, 700, text)
    sheet.save()
    path = tmp_path / "light <b>house.pdf"
    path.write_bytes(data.getvalue())
    document = Document("Lighthouse", (Section(text, page=2),), str(path))
    source = app.store.add_source("Biology", str(path), "file")
    scan = app.store.begin_scan(source.id)
    app.store.put(source.id, scan, [(document, [Passage(text, page=2)])])
    app.store.end_scan(source.id, scan)
    found = hit(1, "Light <b>house", text, path=str(path), page=2, document_id=document.id[:16])
    app.assistant.hits = (found, *HITS[1:])


@LANGUAGES
def test_the_page_of_a_pdf_opens_beside_the_chat_with_its_words_marked(lighthouse, address, visit, locale):
    page = visit(address, locale=locale)
    ask_and_wait(page, "What is photosynthesis?")
    page.click(".open-page >> visible=true")
    expect(page.locator("#viewer img")).to_be_visible()
    assert page.locator("#viewer img").evaluate("image => image.naturalWidth") == 1200
    expect(page.locator("#viewer .paper i")).to_have_count(1)
    expect(page.locator("#viewer h2")).to_have_text("Light <b>house")
    expect(page.locator("#cards")).to_be_hidden()
    page.click("#viewer [data-page='1']")
    expect(page.locator("#viewer .where")).to_contain_text(re.compile(r"page 1 (of|sur) 2"))
    expect(page.locator("#viewer .paper i")).to_have_count(0)
    page.locator("body").press("Escape")
    expect(page.locator("#cards")).to_be_visible()


@LANGUAGES
def test_what_was_said_before_a_crash_is_there_and_called_interrupted(app, address, visit, locale):
    page = visit(address, locale=locale)
    ask(page, "A long question")
    expect(page.locator(".draft p")).to_contain_text("Photosynthesis is the process")
    page.wait_for_timeout(1500)
    app.assistant.pause = 600  # nothing more is written
    # The history is opened as after a kill: nothing has told it of the end of the answer.
    runs = dict(app.jobs._jobs)
    app.jobs._jobs.clear()
    History(app.history.database.path).close()
    again = visit(address, context=page.context)
    again.locator(".conversations .entry").first.click()
    expect(again.locator(".turn.interrupted .draft")).to_contain_text("Photosynthesis is the process")
    words = "interrompue" if locale == "fr-FR" else "interrupted"
    expect(again.locator(".turn.interrupted .notice")).to_contain_text(words)
    expect(again.locator("#cards .card >> visible=true").first).to_be_visible()
    app.assistant.pause = 0.001
    again.click(".turn.interrupted [data-act=again]")
    expect(again.locator(".turn.done")).to_have_count(1)
    for run in runs.values():
        run.stop()
