import pytest

from assistant.ui.chat import LONGEST_QUESTION, Chat
from assistant.ui.conversations import Conversations
from assistant.ui.panel import number
from assistant.ui.view import Tab
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
