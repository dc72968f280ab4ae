import base64
import time

import pytest
from ui_fakes import HITS, SENTENCES

from assistant.services.turns import TurnView, stored_view, unfinished
from assistant.storage.history import StoredTurn
from assistant.ui.panels.chat import LONGEST_QUESTION, Chat
from assistant.ui.panels.conversations import Conversations
from assistant.ui.panels.html import number
from assistant.ui.view import Gaze, Tab
from assistant.ui.window import Window, _read_json


def ask(services, question: str, tab: Tab | None = None) -> Tab:
    chat = Chat(services)
    tab, complaint = chat.begin(tab or Tab(), question, "", "grounded", None)
    assert complaint == ""
    list(chat.follow(tab))
    return tab


def test_the_page_can_be_built(services):
    assert Window(services).build().fns


def test_asking_opens_a_conversation_titled_after_the_question(services):
    tab = ask(services, "What is photosynthesis?")
    assert services.history.conversation(tab.conversation).title == "What is photosynthesis?"


def test_a_follow_up_sees_what_was_said(services):
    tab = ask(services, "What is photosynthesis?")
    ask(services, "Who described it?", tab)
    assert [turn.question for turn in services.assistant.asked[-1]["history"]] == ["What is photosynthesis?"]


@pytest.mark.parametrize("question", ["", "   ", "x" * (LONGEST_QUESTION + 1)])
def test_unusable_questions_are_refused_with_a_sentence(services, question):
    tab, complaint = Chat(services).begin(Tab(), question, "", "grounded", None)
    assert complaint and tab.conversation is None


def test_an_answer_that_ends_before_it_is_watched_is_shown_to_its_end(services):
    window = Window(services)
    window.build()
    services.assistant.pause = 0.05
    tab, _ = window._desk.chat.begin(Tab(), "A long question", "", "grounded", None)
    steps = window._desk._follow(tab, Gaze())
    assert "turn done" not in next(steps)[window._desk.chat.live]
    services.runs.get(services.runs.views(tab.conversation)[-1].id).stop()
    while window._desk.chat.running(tab):
        time.sleep(0.01)
    assert "turn stopped" in list(steps)[-1][window._desk.chat.live]


def test_a_question_asked_again_sees_only_what_was_said_before_it(services):
    chat = Chat(services)
    tab = ask(services, "Who wrote it?", ask(services, "What is it?"))
    first, second = services.runs.views(tab.conversation)
    tab, complaint = chat.again(tab, {"id": str(second.id), "text": "When was it?"}, ("", "grounded", None))
    list(chat.follow(tab))
    assert complaint == "" and [turn.question for turn in services.assistant.asked[-1]["history"]] == ["What is it?"]
    tab, _ = chat.again(tab, {"id": str(first.id)}, ("", "quotes", None))
    list(chat.follow(tab))
    assert [view.question for view in services.runs.views(tab.conversation)] == ["What is it?"]
    assert services.assistant.asked[-1]["mode"] == "quotes"
    tab = chat.look("version", {"id": str(first.id)}, tab)
    assert [view.question for view in services.runs.views(tab.conversation)] == ["What is it?", "When was it?"]


@pytest.mark.parametrize("data", [{}, {"id": "999"}, {"id": "-1"}, {"id": "x"}])
def test_a_turn_that_is_not_there_is_not_asked_again_nor_shown(services, data):
    chat, tab = Chat(services), ask(services, "One?")
    assert chat.again(tab, data, ("", "grounded", None)) == (tab, "This question is no longer there.")
    assert chat.look("version", data, tab) == chat.look("edit", data, tab) == tab


def test_the_choices_are_kept_as_soon_as_they_are_made(services):
    tab = ask(services, "What?")
    Chat(services).choose(tab, "Biology", "free", None)
    Chat(services).choose(Tab(), "Biology", "free", None)
    Chat(services).choose(tab, "Biology", "<script>", None)
    opened = Conversations(services).opened(tab)
    assert (opened.collection, opened.mode) == ("Biology", "free")


@pytest.mark.parametrize("state", ["stopped", "interrupted", "failed"])
def test_an_answer_without_an_end_comes_back_as_a_draft_with_its_sources(state):
    written = TurnView(7, "What?", "drafting", hits=HITS, confidence=0.8, settled=SENTENCES[:1], rest="And it")
    view = stored_view(StoredTurn(7, "What?", unfinished(written), state, draft="And it"))
    assert (view.state, view.answer) == (state, None)
    assert (view.sources, view.settled, view.rest, view.confidence) == (HITS, SENTENCES[:1], "And it", 0.8)
    assert unfinished(TurnView(7, "What?")) is None


def test_exports_of_the_panel_are_files_and_imports_are_sentences(services):
    panel, tab = Conversations(services), ask(services, "One?")
    file = panel.export({"format": "json"}, tab)
    text = base64.b64decode(file["data"]).decode()
    assert file["name"].endswith(".json") and "One?" in text
    assert panel.export({"format": "exe"}, tab) is None
    assert panel.export({"format": "json", "id": "x"}, tab) is None
    assert panel.take_in({"text": text}, tab) == "1 was there already."
    services.history.delete(tab.conversation)
    assert panel.take_in({"text": text}, tab) == "1 conversation was imported."
    assert panel.take_in({"text": "{"}, Tab(lang="fr")) == "Ce fichier n’est pas du JSON, ou il est abîmé."


def test_one_answer_at_a_time_in_a_conversation(services):
    services.assistant.pause = 0.05
    chat = Chat(services)
    tab, _ = chat.begin(Tab(), "A long question", "", "grounded", None)
    _, complaint = chat.begin(tab, "Another", "", "grounded", None)
    assert "still being written" in complaint
    chat.stop(tab)
    assert [view.state for view in chat.follow(tab)][-1] == "stopped"


def test_the_choices_go_to_the_assistant_and_stay_with_the_conversation(services):
    tab, _ = Chat(services).begin(Tab(), "What?", "Biology", "quotes", None)
    list(Chat(services).follow(tab))
    assert services.assistant.asked[-1]["collections"] == ("Biology",)
    opened = Conversations(services).opened(tab)
    assert (opened.collection, opened.mode) == ("Biology", "quotes")


def test_examples_are_given_only_for_the_starter_collections(services):
    assert "Marie Curie" in Chat(services).newest(None, Tab())
    services.store.remove_collection("wikipedia")
    assert "Marie Curie" not in Chat(services).newest(None, Tab())


def test_an_unknown_mode_from_the_browser_becomes_the_checked_one(services):
    tab, _ = Chat(services).begin(Tab(), "What?", "", "<script>", None)
    list(Chat(services).follow(tab))
    assert services.assistant.asked[-1]["mode"] == "grounded"


def test_conversations_are_opened_renamed_and_deleted(services):
    first, second = ask(services, "One?"), ask(services, "Two?")
    panel = Conversations(services)
    tab = panel.act("open", {"id": str(first.conversation)}, second)
    assert tab.conversation == first.conversation
    tab = panel.act("rename", {"id": str(first.conversation)}, tab)
    assert tab.renaming == first.conversation
    tab = panel.act("renamed", {"id": str(first.conversation), "text": "  A <b> title "}, tab)
    assert services.history.conversation(first.conversation).title == "A <b> title"
    tab = panel.act("delete", {"id": str(first.conversation)}, tab)
    assert tab.conversation is None and not services.knows(first.conversation)
    assert tab.deleted == first.conversation and tab.deleted_title == "A <b> title"
    tab = panel.act("restore", {"id": str(first.conversation)}, tab)
    assert tab.conversation == first.conversation and services.knows(first.conversation)


@pytest.mark.parametrize("data", [{}, {"id": "-1"}, {"id": "1; DROP TABLE turns"}, {"id": "999"}, {"id": "9" * 40}])
@pytest.mark.parametrize("name", ["open", "rename", "renamed", "delete", "pin", "restore", "nonsense"])
def test_actions_that_make_no_sense_change_nothing(services, name, data):
    tab = ask(services, "One?")
    assert Conversations(services).act(name, data, tab) == tab
    assert services.knows(tab.conversation)


def test_a_question_in_a_conversation_deleted_elsewhere_opens_a_new_one(services):
    tab = ask(services, "One?")
    services.history.delete(tab.conversation)
    assert ask(services, "Two?", tab).conversation != tab.conversation


def test_an_empty_title_is_not_taken(services):
    tab = ask(services, "One?")
    Conversations(services).act("renamed", {"id": str(tab.conversation), "text": "  "}, tab)
    assert services.history.conversation(tab.conversation).title == "One?"


@pytest.mark.parametrize("text", ["", None, "[]", "{", '"x"', "null"])
def test_odd_memories_of_the_browser_are_ignored(text):
    assert _read_json(text) == {}


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("", None), ("-7", None), ("7.5", None), ("٧", None)])
def test_row_numbers_are_checked(text, value):
    assert number({"id": text}) == value
