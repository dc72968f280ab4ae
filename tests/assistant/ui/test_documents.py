"""The Documents tab's handlers and markup, without a browser."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.services.downloads import Fetches, Offer
from assistant.ui import render
from assistant.ui.panels.documents import Browsing, DocumentsPanel
from assistant.ui.tab import Tab
from corpus import datasets
from corpus.document import ReadingError
from corpus.errors import Reason
from index.storage.rows import StoreError
from index.views.catalogue import Entry, Page


@pytest.fixture
def documents(app):
    return DocumentsPanel(app)


def act(documents, name, browsing=None, **data):
    return documents.act(name, {key: str(value) for key, value in data.items()}, Tab(), browsing or Browsing())[0]


def dropped(tmp_path, name="cell notes.txt", text="Cells.") -> str:
    file = tmp_path / name
    file.write_text(text)
    return str(file)


def test_dropped_files_are_copied_and_queued(documents, app, tmp_path):
    taken = documents.take(Tab(), [dropped(tmp_path)], " My  notes ")
    assert taken.worked and taken.done and taken.text == "Added to My notes; it is being read."
    row = app.store.sources("My notes")[0]
    assert row.state == "waiting" and app.home.documents in Path(row.path).parents
    assert taken.collection == "My notes"


def test_files_of_a_dropped_folder_get_their_folders_back(documents, app, tmp_path):
    names = [dropped(tmp_path, f"papers∕{year}∕a.txt", year) for year in ("2019", "2020")]
    documents.take(Tab(), [*names, dropped(tmp_path, "..∕..∕b.txt")], "Notes")
    paths = [Path(row.path) for row in app.store.sources("Notes")]
    assert [path.parts[-3:] for path in paths[:2]] == [("papers", "2019", "a.txt"), ("papers", "2020", "a.txt")]
    assert all(app.home.documents in path.resolve().parents for path in paths)


def test_unreadable_kinds_are_named(documents, app, tmp_path):
    taken = documents.take(Tab(), [dropped(tmp_path, "song.mp3")], "Notes")
    assert "song.mp3" in taken.text and taken.done and not taken.worked
    assert not list(app.home.documents.rglob("*.mp3"))


@pytest.mark.parametrize(
    ("files", "name"),
    [(None, "Notes"), ([], "Notes"), ([__file__], ""), ([__file__], "n" * 200), (["gone.txt"], "Notes")],
)
def test_an_incomplete_drop_is_refused_with_a_sentence(documents, files, name):
    taken = documents.take(Tab(), files, name)
    assert taken.text and not taken.worked and not taken.done


def test_removing_asks_first_and_deletes_our_copy(documents, app, tmp_path):
    documents.take(Tab(), [dropped(tmp_path)], "Notes")
    row = app.store.sources("Notes")[0]
    asked = act(documents, "remove", entry="source", id=row.id)
    assert asked.removing == ("source", row.id) and app.store.sources("Notes")
    act(documents, "removed", asked, entry="source", id=row.id + 1)
    assert app.store.sources("Notes"), "what was not asked about stays"
    assert act(documents, "removed", asked, entry="source", id=row.id).removing is None
    assert not app.store.sources("Notes") and not Path(row.path).exists()


def test_removing_a_document_removes_its_file_from_the_index_and_closes_its_passages(documents, app):
    asked = act(documents, "remove", Browsing(opened=1), entry="document", id=1)
    after = act(documents, "removed", asked, entry="document", id=1)
    assert after.opened is None
    assert [row.path for row in app.store.sources("Biology")] == ["/library/<b>scan</b>.pdf"]


def test_collections_are_renamed_with_their_conversations_and_deleted(documents, app):
    conversation = app.history.create("One", collection="Biology")
    looking = Browsing(collection="Biology")
    assert act(documents, "rename", looking, collection="Biology").renaming == "Biology"
    after = act(documents, "renamed", looking, collection="Biology", text=" Life <b> ")
    assert after.collection == "Life <b>" and "Life <b>" in app.collections()
    assert app.history.conversation(conversation.id).collection == "Life <b>"
    assert act(documents, "delete", after, collection="Life <b>").deleting == "Life <b>"
    after = act(documents, "deleted", after, collection="Life <b>")
    assert after.collection == "" and "Life <b>" not in app.collections()
    for thread in threading.enumerate():
        if thread.name == "delete-collection":
            thread.join(10)
    assert app.store.collections() == ["wikipedia"]


def test_a_taken_name_is_refused_with_a_sentence(documents):
    with pytest.raises(StoreError, match=r"collection\.taken"):
        act(documents, "renamed", collection="Biology", text="Wikipedia")


def test_work_is_paused_resumed_and_tried_again(documents, app):
    act(documents, "pause")
    assert app.store.paused
    act(documents, "resume")
    assert not app.store.paused
    _, words = documents.act("retry-all", {}, Tab(), Browsing())
    assert words == "1 file is read once more."
    assert app.store.sources(state="failed") == []


def test_folders_are_followed_and_no_more(documents, app, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    shown = documents_followed(documents, str(folder), "Papers")
    (watch,) = app.library.watches()
    assert (watch.path, watch.collection) == (str(folder), "Papers") and "followed" in shown
    asked = act(documents, "unfollow", id=watch.id)
    assert asked.unfollowing == watch.id
    act(documents, "unfollowed", asked, id=watch.id)
    assert app.library.watches() == []


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
def test_actions_that_make_no_sense_change_nothing(documents, app, name, data):
    before = app.store.sources(), app.collections()
    after, _ = documents.act(name, data, Tab(), Browsing())
    assert (app.store.sources(), app.collections()) == before
    assert replace(after, opened=None, removing=None) == Browsing()


def test_only_known_data_sets_are_fetched(documents):
    with pytest.raises(ReadingError, match=r"dataset\.unknown"):
        act(documents, "set-fetch", set="../etc")
    with pytest.raises(ReadingError, match=r"dataset\.unknown"):
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
    assert offer.state == "failed" and Reason.loads(offer.reason).code == "dataset.by_hand"


# --- markup -----------------------------------------------------------------------------------------------------


def test_a_failed_row_says_why_and_what_to_do_and_can_be_read_again():
    row = Entry(
        "source", 7, "a.txt", "/x/a.txt", "c", "failed", Reason("file.empty", {"name": "a.txt"}).dumps(), source=7
    )
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
