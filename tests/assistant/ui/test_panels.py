import base64
import time

import pytest
from ui_fakes import HITS, SENTENCES

from assistant.services.application import EVERYTHING
from assistant.services.turns import TurnView, stored_view, unfinished
from assistant.storage.history import StoredTurn
from assistant.ui.panels.chat import LONGEST_QUESTION, ChatPanel
from assistant.ui.panels.components import number
from assistant.ui.panels.conversations import ConversationsPanel
from assistant.ui.tab import Streams, Tab
from assistant.ui.window import Window, _read_json


def ask(app, question: str, tab: Tab | None = None) -> Tab:
    chat = ChatPanel(app)
    tab, complaint = chat.begin(tab or Tab(), question, "", "grounded", None)
    assert complaint == ""
    list(chat.follow(tab))
    return tab


def test_the_page_can_be_built(app):
    assert Window(app).build().fns


def test_asking_opens_a_conversation_titled_after_the_question(app):
    tab = ask(app, "What is photosynthesis?")
    assert app.history.conversation(tab.conversation).title == "What is photosynthesis?"


def test_a_follow_up_sees_what_was_said(app):
    tab = ask(app, "What is photosynthesis?")
    ask(app, "Who described it?", tab)
    assert [turn.question for turn in app.assistant.asked[-1]["history"]] == ["What is photosynthesis?"]


@pytest.mark.parametrize("question", ["", "   ", "x" * (LONGEST_QUESTION + 1)])
def test_unusable_questions_are_refused_with_a_sentence(app, question):
    tab, complaint = ChatPanel(app).begin(Tab(), question, "", "grounded", None)
    assert complaint and tab.conversation is None


def test_an_answer_that_ends_before_it_is_watched_is_shown_to_its_end(app):
    window = Window(app)
    window.build()
    app.assistant.pause = 600  # nothing more is written
    tab, _ = window._ask.chat.begin(Tab(), "A long question", "", "grounded", None)
    steps = window._ask._follow(tab, Streams())
    assert "turn done" not in next(steps)[window._ask.chat.live]
    app.jobs.get(app.jobs.views(tab.conversation)[-1].id).stop()
    while window._ask.chat.running(tab):
        time.sleep(0.01)
    assert "turn stopped" in list(steps)[-1][window._ask.chat.live]


def test_a_question_asked_again_sees_only_what_was_said_before_it(app):
    chat = ChatPanel(app)
    tab = ask(app, "Who wrote it?", ask(app, "What is it?"))
    first, second = app.jobs.views(tab.conversation)
    tab, complaint = chat.again(tab, {"id": str(second.id), "text": "When was it?"}, ("", "grounded", None))
    list(chat.follow(tab))
    assert complaint == "" and [turn.question for turn in app.assistant.asked[-1]["history"]] == ["What is it?"]
    tab, _ = chat.again(tab, {"id": str(first.id)}, ("", "quotes", None))
    list(chat.follow(tab))
    assert [view.question for view in app.jobs.views(tab.conversation)] == ["What is it?"]
    assert app.assistant.asked[-1]["mode"] == "quotes"
    tab = chat.look("version", {"id": str(first.id)}, tab)
    assert [view.question for view in app.jobs.views(tab.conversation)] == ["What is it?", "When was it?"]


@pytest.mark.parametrize("data", [{}, {"id": "999"}, {"id": "-1"}, {"id": "x"}])
def test_a_turn_that_is_not_there_is_not_asked_again_nor_shown(app, data):
    chat, tab = ChatPanel(app), ask(app, "One?")
    assert chat.again(tab, data, ("", "grounded", None)) == (tab, "This question is no longer there.")
    assert chat.look("version", data, tab) == chat.look("edit", data, tab) == tab


def test_the_choices_are_kept_as_soon_as_they_are_made(app):
    tab = ask(app, "What?")
    ChatPanel(app).choose(tab, "Biology", "free", None)
    ChatPanel(app).choose(Tab(), "Biology", "free", None)
    ChatPanel(app).choose(tab, "Biology", "<script>", None)
    opened = ConversationsPanel(app).opened(tab)
    assert (opened.collection, opened.mode) == ("Biology", "free")


@pytest.mark.parametrize("state", ["stopped", "interrupted", "failed"])
def test_an_answer_without_an_end_comes_back_as_a_draft_with_its_sources(state):
    written = TurnView(7, "What?", "drafting", hits=HITS, confidence=0.8, settled=SENTENCES[:1], rest="And it")
    view = stored_view(StoredTurn(7, "What?", unfinished(written), state, draft="And it"))
    assert (view.state, view.answer) == (state, None)
    assert (view.sources, view.settled, view.rest, view.confidence) == (HITS, SENTENCES[:1], "And it", 0.8)
    assert unfinished(TurnView(7, "What?")) is None


def test_exports_of_the_panel_are_files_and_imports_are_sentences(app):
    panel, tab = ConversationsPanel(app), ask(app, "One?")
    file = panel.export({"format": "json"}, tab)
    text = base64.b64decode(file["data"]).decode()
    assert file["name"].endswith(".json") and "One?" in text
    assert panel.export({"format": "exe"}, tab) is None
    assert panel.export({"format": "json", "id": "x"}, tab) is None
    assert panel.import_file({"text": text}, tab) == "1 was there already."
    app.history.delete(tab.conversation)
    assert panel.import_file({"text": text}, tab) == "1 conversation was imported."
    assert panel.import_file({"text": "{"}, Tab(lang="fr")) == "Ce fichier n’est pas du JSON, ou il est abîmé."


def test_one_answer_at_a_time_in_a_conversation(app):
    app.assistant.pause = 600  # nothing more is written
    chat = ChatPanel(app)
    tab, _ = chat.begin(Tab(), "A long question", "", "grounded", None)
    _, complaint = chat.begin(tab, "Another", "", "grounded", None)
    assert "still being written" in complaint
    watched = chat.follow(tab)
    assert next(watched).running
    chat.stop(tab)
    assert [view.state for view in watched][-1] == "stopped"


def test_the_choices_go_to_the_assistant_and_stay_with_the_conversation(app):
    tab, _ = ChatPanel(app).begin(Tab(), "What?", "Biology", "quotes", None)
    list(ChatPanel(app).follow(tab))
    assert app.assistant.asked[-1]["collections"] == ("Biology",)
    opened = ConversationsPanel(app).opened(tab)
    assert (opened.collection, opened.mode) == ("Biology", "quotes")


def test_examples_are_about_what_is_searched(app):
    chat = ChatPanel(app)
    assert "Overview of Cells" in chat.newest(None, Tab()) and "Marie Curie" not in chat.newest(None, Tab())
    assert "Marie Curie" in chat.newest(None, Tab(), "wikipedia")
    app.store.remove_collection("Biology")
    assert "Marie Curie" in chat.newest(None, Tab())
    app.store.remove_collection("wikipedia")
    assert "example" not in chat.newest(None, Tab())


@pytest.mark.parametrize(
    ("choice", "searched"),
    [("", ("Biology",)), (EVERYTHING, ()), ("wikipedia", ("wikipedia",))],
)
def test_own_documents_are_searched_without_wikipedia_unless_it_is_asked_for(app, choice, searched):
    tab, _ = ChatPanel(app).begin(Tab(), "What?", choice, "grounded", None)
    list(ChatPanel(app).follow(tab))
    assert app.assistant.asked[-1]["collections"] == searched
    app.store.remove_collection("Biology")
    assert app.searched("") == ()


def test_an_answer_from_before_a_file_was_read_says_so_until_it_is(app):
    chat = ChatPanel(app)
    app.store.add_source("Biology", "/library/new.txt", "file")
    app.store.pause()  # a question does not wait for what nobody reads
    tab, _ = chat.begin(Tab(), "What?", "", "grounded", None)
    list(chat.follow(tab))
    said = "not read yet"
    assert said in chat.newest(chat.views(tab)[-1], tab)
    for each in app.store.sources("Biology"):
        app.store.set_source(each.id, "failed")
    assert said not in chat.newest(chat.views(tab)[-1], tab)


def test_an_unknown_mode_from_the_browser_becomes_the_checked_one(app):
    tab, _ = ChatPanel(app).begin(Tab(), "What?", "", "<script>", None)
    list(ChatPanel(app).follow(tab))
    assert app.assistant.asked[-1]["mode"] == "grounded"


def test_conversations_are_opened_renamed_and_deleted(app):
    first, second = ask(app, "One?"), ask(app, "Two?")
    panel = ConversationsPanel(app)
    tab = panel.act("open", {"id": str(first.conversation)}, second)
    assert tab.conversation == first.conversation
    tab = panel.act("rename", {"id": str(first.conversation)}, tab)
    assert tab.renaming == first.conversation
    tab = panel.act("renamed", {"id": str(first.conversation), "text": "  A <b> title "}, tab)
    assert app.history.conversation(first.conversation).title == "A <b> title"
    tab = panel.act("delete", {"id": str(first.conversation)}, tab)
    assert tab.conversation is None and not app.knows(first.conversation)
    assert tab.deleted == first.conversation and tab.deleted_title == "A <b> title"
    tab = panel.act("restore", {"id": str(first.conversation)}, tab)
    assert tab.conversation == first.conversation and app.knows(first.conversation)


@pytest.mark.parametrize("data", [{}, {"id": "-1"}, {"id": "1; DROP TABLE turns"}, {"id": "999"}, {"id": "9" * 40}])
@pytest.mark.parametrize("name", ["open", "rename", "renamed", "delete", "pin", "restore", "nonsense"])
def test_actions_that_make_no_sense_change_nothing(app, name, data):
    tab = ask(app, "One?")
    assert ConversationsPanel(app).act(name, data, tab) == tab
    assert app.knows(tab.conversation)


def test_a_question_in_a_conversation_deleted_elsewhere_opens_a_new_one(app):
    tab = ask(app, "One?")
    app.history.delete(tab.conversation)
    assert ask(app, "Two?", tab).conversation != tab.conversation


def test_an_empty_title_is_not_taken(app):
    tab = ask(app, "One?")
    ConversationsPanel(app).act("renamed", {"id": str(tab.conversation), "text": "  "}, tab)
    assert app.history.conversation(tab.conversation).title == "One?"


@pytest.mark.parametrize("text", ["", None, "[]", "{", '"x"', "null"])
def test_odd_memories_of_the_browser_are_ignored(text):
    assert _read_json(text) == {}


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("", None), ("-7", None), ("7.5", None), ("٧", None)])
def test_row_numbers_are_checked(text, value):
    assert number({"id": text}) == value
