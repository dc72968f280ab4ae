"""The Documents tab's handlers and markup, without a browser."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.services.downloads import Fetches, Offer
from assistant.ui import render
from assistant.ui.i18n.advice import advice
from assistant.ui.panels.documents import Browsing, Documents
from assistant.ui.view import Tab
from corpus import datasets
from corpus.document import ReadingError
from index.storage.rows import StoreError
from index.views.catalogue import Entry, Page


@pytest.fixture
def documents(services):
    return Documents(services)


def act(documents, name, browsing=None, **data):
    return documents.act(name, {key: str(value) for key, value in data.items()}, Tab(), browsing or Browsing())[0]


def dropped(tmp_path, name="cell notes.txt", text="Cells.") -> str:
    file = tmp_path / name
    file.write_text(text)
    return str(file)


def test_dropped_files_are_copied_and_queued(documents, services, tmp_path):
    taken = documents.take(Tab(), [dropped(tmp_path)], " My  notes ")
    assert taken.worked and taken.done and taken.text == "1 file is being read."
    row = services.store.sources("My notes")[0]
    assert row.state == "waiting" and services.home.documents in Path(row.path).parents
    assert taken.collection == "My notes"


def test_files_of_a_dropped_folder_get_their_folders_back(documents, services, tmp_path):
    names = [dropped(tmp_path, f"papers∕{year}∕a.txt", year) for year in ("2019", "2020")]
    documents.take(Tab(), [*names, dropped(tmp_path, "..∕..∕b.txt")], "Notes")
    paths = [Path(row.path) for row in services.store.sources("Notes")]
    assert [path.parts[-3:] for path in paths[:2]] == [("papers", "2019", "a.txt"), ("papers", "2020", "a.txt")]
    assert all(services.home.documents in path.resolve().parents for path in paths)


def test_unreadable_kinds_are_named(documents, services, tmp_path):
    taken = documents.take(Tab(), [dropped(tmp_path, "song.mp3")], "Notes")
    assert "song.mp3" in taken.text and taken.done and not taken.worked
    assert not list(services.home.documents.rglob("*.mp3"))


@pytest.mark.parametrize(
    ("files", "name"),
    [(None, "Notes"), ([], "Notes"), ([__file__], ""), ([__file__], "n" * 200), (["gone.txt"], "Notes")],
)
def test_an_incomplete_drop_is_refused_with_a_sentence(documents, files, name):
    taken = documents.take(Tab(), files, name)
    assert taken.text and not taken.worked and not taken.done


def test_removing_asks_first_and_deletes_our_copy(documents, services, tmp_path):
    documents.take(Tab(), [dropped(tmp_path)], "Notes")
    row = services.store.sources("Notes")[0]
    asked = act(documents, "remove", entry="source", id=row.id)
    assert asked.removing == ("source", row.id) and services.store.sources("Notes")
    act(documents, "removed", asked, entry="source", id=row.id + 1)
    assert services.store.sources("Notes"), "what was not asked about stays"
    assert act(documents, "removed", asked, entry="source", id=row.id).removing is None
    assert not services.store.sources("Notes") and not Path(row.path).exists()


def test_removing_a_document_removes_its_file_from_the_index_and_closes_its_passages(documents, services):
    asked = act(documents, "remove", Browsing(opened=1), entry="document", id=1)
    after = act(documents, "removed", asked, entry="document", id=1)
    assert after.opened is None
    assert [row.path for row in services.store.sources("Biology")] == ["/library/<b>scan</b>.pdf"]


def test_collections_are_renamed_with_their_conversations_and_deleted(documents, services):
    conversation = services.history.create("One", collection="Biology")
    looking = Browsing(collection="Biology")
    assert act(documents, "rename", looking, collection="Biology").renaming == "Biology"
    after = act(documents, "renamed", looking, collection="Biology", text=" Life <b> ")
    assert after.collection == "Life <b>" and "Life <b>" in services.collections()
    assert services.history.conversation(conversation.id).collection == "Life <b>"
    assert act(documents, "delete", after, collection="Life <b>").deleting == "Life <b>"
    after = act(documents, "deleted", after, collection="Life <b>")
    assert after.collection == "" and "Life <b>" not in services.collections()
    for thread in threading.enumerate():
        if thread.name == "delete-collection":
            thread.join(10)
    assert services.store.collections() == ["wikipedia"]


def test_a_taken_name_is_refused_with_a_sentence(documents):
    with pytest.raises(StoreError, match="already"):
        act(documents, "renamed", collection="Biology", text="Wikipedia")


def test_work_is_paused_resumed_and_tried_again(documents, services):
    act(documents, "pause")
    assert services.store.paused
    act(documents, "resume")
    assert not services.store.paused
    _, words = documents.act("retry-all", {}, Tab(), Browsing())
    assert words == "1 file is read once more."
    assert services.store.sources(state="failed") == []


def test_folders_are_followed_and_no_more(documents, services, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    shown = documents_followed(documents, str(folder), "Papers")
    (watch,) = services.shelf.watches()
    assert (watch.path, watch.collection) == (str(folder), "Papers") and "followed" in shown
    asked = act(documents, "unfollow", id=watch.id)
    assert asked.unfollowing == watch.id
    act(documents, "unfollowed", asked, id=watch.id)
    assert services.shelf.watches() == []


@pytest.mark.parametrize(("folder", "words"), [("", "Write the path"), ("/no/such/folder", "There is no folder")])
def test_a_folder_that_cannot_be_followed_says_why(documents, folder, words):
    assert words in documents_followed(documents, folder, "Papers")


def documents_followed(documents, folder: str, collection: str) -> str:
    documents._follow_message = "message"
    for name in ("_browsing", "_folder", "_work", "_collections", "_watches", "_title", "_table", "_preview", "_sets"):
        setattr(documents, name, name)
    return documents._followed(Tab(), Browsing(), folder, collection)["message"]


@pytest.mark.parametrize("data", [{}, {"id": "-1"}, {"id": "999"}, {"name": "nowhere"}, {"to": "x"}, {"entry": "x"}])
@pytest.mark.parametrize(
    "name",
    "select page open rename renamed delete deleted unfollow unfollowed-all remove removed retry nonsense".split(),
)
def test_actions_that_make_no_sense_change_nothing(documents, services, name, data):
    before = services.store.sources(), services.collections()
    after, _ = documents.act(name, data, Tab(), Browsing())
    assert (services.store.sources(), services.collections()) == before
    assert replace(after, opened=None, removing=None) == Browsing()


def test_only_known_data_sets_are_fetched(documents):
    with pytest.raises(ReadingError, match="There is no data set"):
        act(documents, "set-fetch", set="../etc")
    with pytest.raises(ReadingError, match="There is no data set"):
        act(documents, "set-add", set="/etc/passwd")


def test_a_data_set_is_fetched_and_told_of(home, monkeypatch):
    arrived = threading.Event()
    fetches = Fetches(home, lambda name: arrived.set())
    fetches.start("wikipedia-fr")
    assert fetches.busy
    assert arrived.wait(60)
    assert fetches.offer("wikipedia-fr").state == "here"


def test_a_data_set_that_cannot_be_fetched_says_why(home):
    done = threading.Event()
    fetches = Fetches(home, lambda name: None)
    fetches.start("cancer_text")  # needs an account
    for _ in range(600):
        if not fetches.busy:
            break
        done.wait(0.1)
    offer = fetches.offer("cancer_text")
    assert offer.state == "failed" and "Kaggle" in offer.reason


# --- markup -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("a.docx is damaged, protected by a password, or not a Word document.", "password"),
        ("a.pdf has no text: its pages are images and need text recognition (OCR), which is done here once Tesseract "
         "is installed.", "scan"),
        ("a.pdf has no text, and text recognition (OCR) found none on its pages either.", "scan_empty"),
        ("a.txt is empty.", "empty"),
        ("It is no longer there.", "gone"),
        ("It cannot be opened (Permission denied).", "permission"),
        ("Reading it crashed or took more memory than a file may.", "large"),
        ("a.zip would unpack to 9 MB; 3 MB is the most.", "archive"),
        ("a.txt is not text, whatever its name says.", "kind"),
        ("It is not here yet; fetch it with: python -m scripts.fetch medquad", "fetch"),
        ("a.pdf is damaged or not a PDF.", "damaged"),
        ("Something else.", ""),
    ],
)  # fmt: skip
def test_each_reason_has_its_advice(reason, key):
    assert advice(reason) == key


def test_a_failed_row_says_why_and_what_to_do_and_can_be_read_again():
    row = Entry("source", 7, "a.txt", "/x/a.txt", "c", "failed", "a.txt is empty.", source=7)
    markup = render.library_table(Page((row,), 1), 0, None, False, "fr")
    assert "écrivez-y quelque chose" in markup and 'data-act="retry" data-id="7"' in markup


def test_pages_are_counted_and_turned():
    rows = tuple(Entry("document", n, f"t{n}", "", "c", "ready") for n in range(50))
    middle = render.library_table(Page(rows, 16407), 50, None, False, "en")
    assert "51 to 100 of 16,407" in middle and 'data-to="0"' in middle and 'data-to="100"' in middle
    assert 'data-act="page"' not in render.library_table(Page(rows, 50), 0, None, False, "en")


def test_an_empty_list_says_what_to_do():
    assert "No document here yet" in render.library_table(Page((), 0), 0, None, False, "en")
    assert "Change the words" in render.library_table(Page((), 0), 0, None, True, "en")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("none", "only when you ask"),
        ("here", "On this computer"),
        ("fetching", "5.0 of 10.0 MB (50%)"),
        ("failed", "No."),
    ],
)
def test_every_data_set_shows_its_licence_and_state(state, words):
    offer = Offer(datasets.get("medquad"), state, "No.", 5_000_000, 10_000_000)
    markup = render.data_sets([offer], (), "/data/datasets", "en")
    assert words in markup and "CC BY 4.0" in markup
    assert "In your collections" in render.data_sets([offer], ("medquad",), "/data/datasets", "en")


def test_a_data_set_that_needs_an_account_says_what_to_do():
    offer = Offer(datasets.get("cancer_text"), "by_hand")
    markup = render.data_sets([offer], (), "/data/datasets", "en")
    assert "Needs an account" in markup and "/data/datasets" in markup and 'data-act="set-fetch"' not in markup
