"""The Documents tab in headless Chromium: what a person sees and clicks, in English and French."""

import contextlib
import os
import re

import pytest

from index.ingestion.builder import Builder
from index.ingestion.parser import Parser
from index.vectors.embedder import HashingEmbedder

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


def documents_tab(visit, address, **options):
    page = visit(address, **options)
    page.click("#documents-tab-button")
    expect(page.locator("#collection-table table")).to_be_visible()
    return page


def index_all(app) -> None:
    """Does what the indexing process would do."""
    with contextlib.closing(Parser(app.home)) as parser:
        builder = Builder(app.store, HashingEmbedder(), parser)
        while builder.read_next() or builder.embed_next():
            pass


def rows(page):
    return page.locator("table.library tbody tr")


def test_states_reasons_and_what_to_do_are_shown(address, visit):
    page = documents_tab(visit, address)
    failed = page.locator("table.library tr.failed")
    expect(failed.locator(".entry")).to_have_text("b>.pdf")
    expect(failed.locator(".reason")).to_have_text("The <i>pages</i> are pictures.")
    expect(page.locator("table.library tr.keyword .state")).to_have_text("Found by words")
    page.click(".languages [data-name=fr]")
    expect(page.locator("table.library tr.keyword .state")).to_have_text("Trouvé par ses mots")
    expect(page.locator("#follow > button")).to_contain_text("Suivre un dossier")


def test_files_are_dropped_and_read(app, address, visit, tmp_path):
    (tmp_path / "notes.txt").write_text("Cells divide.")
    page = documents_tab(visit, address)
    page.set_input_files("#files input[type=file]", tmp_path / "notes.txt")
    expect(page.locator("#add-message .message")).to_have_text("Added to My documents; it is being read.")
    expect(page.locator("#library-title h2")).to_have_text("Documents in My documents")
    expect(rows(page).locator(".state")).to_have_text(["Waiting"])
    index_all(app)
    expect(rows(page).locator(".state")).to_have_text(["Ready"])
    expect(page.locator("#collection option >> text=My documents")).to_have_count(1)  # it can be asked about


def test_a_dropped_folder_is_walked_and_keeps_its_folders(app, address, visit, tmp_path):
    folder = tmp_path / "papers"
    for name in ("2019/a.txt", "2020/a.txt", ".git/config.txt", "node_modules/x.md", "song.mp3"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    page = documents_tab(visit, address)
    with page.expect_file_chooser() as chooser:
        page.click(".choose-folder")
    chooser.value.set_files(folder)
    expect(page.locator("#add-message .message")).to_contain_text("2 files added to My documents")
    paths = sorted(row.path for row in app.store.sources("My documents"))
    assert [os.sep.join(path.split(os.sep)[-3:]) for path in paths] == ["papers/2019/a.txt", "papers/2020/a.txt"]


def test_documents_are_searched_filtered_and_looked_into(app, address, visit):
    page = documents_tab(visit, address)
    expect(rows(page)).to_have_count(2)
    page.fill("#document-search input", "cell")
    expect(rows(page)).to_have_count(1)
    page.fill("#document-search input", "nothing like it")
    expect(page.locator("#document-table .empty")).to_contain_text("Change the words or the state")
    page.fill("#document-search input", "")
    expect(rows(page)).to_have_count(2)
    page.select_option("#document-filter select", "Failed")
    expect(rows(page).locator(".entry")).to_have_text(["b>.pdf"])
    page.select_option("#document-filter select", "All states")
    page.click("table.library [data-act=open]")
    preview = page.locator("aside.preview")
    expect(preview.locator("h2")).to_have_text("Cells")
    expect(preview.locator(".passage")).to_have_text("Cells divide.")
    preview.locator("[data-act=close]").click()
    expect(preview).to_have_count(0)
    page.click("table.library [data-act=open]")
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_have_count(0)


def test_work_is_paused_and_resumed_and_failed_files_are_read_again(app, address, visit):
    page = documents_tab(visit, address, locale="fr-FR")
    page.click("#work [data-act=pause]")
    expect(page.locator("#work")).to_contain_text("L’indexation est en pause.")
    assert app.store.paused
    page.click("#work [data-act=resume]")
    expect(page.locator("#work")).to_contain_text("Indexation en cours.")
    page.click("table.library [data-act=retry]")
    expect(page.locator("#documents-message")).to_contain_text("1 fichier est relu.")
    expect(page.locator("table.library tr.failed")).to_have_count(0)


def test_collections_are_renamed_chosen_and_deleted(app, address, visit):
    page = documents_tab(visit, address)
    page.click("[data-act=rename][data-collection=Biology]")
    field = page.locator(".collections form input")
    expect(field).to_be_focused()
    field.fill("Life & cells")
    page.wait_for_timeout(2500)  # longer than the page looks anew: what is typed stays
    expect(field).to_have_value("Life & cells")
    field.press("Enter")
    page.click("[data-act=select][data-name='Life & cells']")
    expect(page.locator("#library-title h2")).to_have_text("Documents in Life & cells")
    page.click("#ask-tab-button")
    page.select_option("#collection select", "Life & cells")
    page.click("#documents-tab-button")
    page.click("[data-act=delete][data-collection='Life & cells']")
    expect(page.locator("tr.confirm")).to_contain_text("Delete Life & cells (1 document)?")
    page.click("[data-act=deleted]")
    expect(page.locator("[data-act=select][data-name='Life & cells']")).to_have_count(0)


def test_a_folder_is_followed_changes_with_the_disk_and_is_followed_no_more(app, address, visit, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "drops.txt").write_text("Eye drops lower the pressure.")
    app.library.upkeep._start = lambda: pytest.fail("the work is done here")
    app.store.pause()  # the watcher goes on, the indexing process is not started
    app.library.start()
    page = documents_tab(visit, address)
    page.click("#follow > button")
    page.fill("#follow-folder input", str(folder / "gone"))
    page.click("#follow-button")
    expect(page.locator("#follow-message")).to_contain_text("There is no folder")
    page.fill("#follow-folder input", str(folder))
    page.click("#follow-button")
    expect(page.locator("#follow-message")).to_contain_text("is followed")
    expect(rows(page).locator(".entry")).to_have_text(["drops.txt"])
    index_all(app)
    expect(rows(page).locator(".state")).to_have_text(["Ready"])
    (folder / "drops.txt").unlink()
    expect(page.locator("#document-table .empty")).to_be_visible()
    page.click("[data-act=unfollow]")
    page.click("[data-act=unfollowed]")
    expect(page.locator("#watches li")).to_have_count(0)


def test_data_sets_show_their_licence_and_are_fetched_when_asked(app, address, visit):
    page = documents_tab(visit, address)
    page.click("#data-sets-fold > button")
    sets = page.locator(".set")
    expect(sets.first).to_contain_text("Licence: CC BY 4.0")
    expect(sets.first.locator("[data-act=set-fetch]")).to_have_text("Fetch")
    expect(page.locator(".set.by_hand").first).to_contain_text("Needs an account")
    wikipedia = sets.filter(has_text="Wikipedia").first
    wikipedia.locator("[data-act=set-add]").click()
    expect(wikipedia.locator(".state")).to_have_text("In your collections")


def test_a_long_list_is_turned_page_by_page(app, address, visit):
    app.store.add_sources("Many", [(f"/x/{n:03}.txt", "file") for n in range(120)])
    page = documents_tab(visit, address)
    page.click("[data-act=select][data-name=Many]")
    expect(page.locator(".pager")).to_contain_text("1 to 50 of 120")
    page.click(".pager [data-act=page]")
    expect(page.locator(".pager")).to_contain_text("51 to 100 of 120")
    expect(rows(page).first.locator(".entry")).to_have_text("050.txt")


def test_two_tabs_look_at_different_documents(app, address, visit):
    one, two = documents_tab(visit, address), documents_tab(visit, address)
    one.click("[data-act=select][data-name=Biology]")
    two.click("[data-act=select][data-name=wikipedia]")
    expect(one.locator("#library-title h2")).to_have_text("Documents in Biology")
    expect(two.locator("#library-title h2")).to_have_text("Documents in wikipedia")
    expect(rows(one)).to_have_count(2)
    expect(two.locator("#document-table .empty")).to_be_visible()


@pytest.mark.parametrize(("width", "locale"), [(390, "en-GB"), (390, "fr-FR"), (768, "fr-FR"), (1000, "en-GB")])
def test_a_narrow_screen_shows_everything_without_scrolling_sideways(address, visit, width, locale):
    page = visit(address, viewport={"width": width, "height": 844}, locale=locale)
    tab = page.locator("#documents-tab-button")
    if not tab.is_visible():
        page.locator("#tabs .overflow-menu > button").dispatch_event("click")
        tab = page.locator("#tabs .overflow-dropdown button").filter(has_text=re.compile("Documents"))
    tab.click()
    expect(rows(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        "(width) => [...document.querySelectorAll('#documents *')].filter((e) => e.getBoundingClientRect().right >"
        " width + 1 && e.getBoundingClientRect().width > 1).map((e) => e.className || e.tagName)",
        width,
    )
    assert wide == []
    titles = page.locator("table.library tbody th[scope=row], table.collections tbody th[scope=row]")
    assert min(titles.nth(n).bounding_box()["width"] for n in range(titles.count())) > 80  # not a letter a line
