import contextlib
import sqlite3

import pytest

from assistant.history import History, HistoryError, title_of
from assistant.schema import Answer, Citation, Sentence, Timings
from assistant.serial import contract, dump, load
from index.hit import Hit

ANSWER = Answer(
    question="What helps?",
    refused=False,
    confidence=0.91234,
    mode="grounded",
    model="starter",
    sentences=(Sentence("Drops help.", True, 0.8, (Citation(1, 0, 11),)), Sentence("Maybe.", False, 0.1)),
    sources=(Hit(7, "g1", "Glaucoma", "Drops help.", page=3, metadata={"url": "u"}, rank_keyword=1),),
    timings=Timings(0.1, 0.2, 0.3, 4),
    notices=("quoted",),
)


@pytest.fixture
def history(tmp_path):
    made = History(tmp_path / "history.sqlite3")
    yield made
    made.close()


def test_answer_is_the_same_after_dump_and_load():
    assert load(dump(ANSWER)) == ANSWER


def test_answer_of_a_newer_version_loses_only_the_fields_not_known_here():
    assert load(dump(ANSWER).replace('"refused"', '"mood": "good", "refused"')) == ANSWER


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"sentences": 1}'])
def test_text_that_is_no_answer_is_refused(text):
    with pytest.raises(ValueError):
        load(text)


def test_contract_has_the_promised_keys_and_numbers():
    record = contract(ANSWER)
    promised = "question answer refused confidence mode model sentences sources timings".split()
    assert set(promised) <= set(record)
    assert record["answer"] == "Drops help. [1] Maybe."
    assert record["sentences"][0] == {"text": "Drops help.", "supported": True, "support": 0.8, "citations": [1]}
    assert record["sources"][0]["n"] == 1
    assert set(record["timings"]) == {"search_s", "first_token_s", "total_s", "new_tokens"}


def test_conversation_takes_the_title_of_its_first_question_and_comes_back_after_a_restart(tmp_path):
    first = History(tmp_path / "h.sqlite3")
    conversation = first.create(collection="medquad")
    turn = first.begin_turn(conversation.id, "What helps?")
    first.finish_turn(turn, ANSWER)
    first.close()
    again = History(tmp_path / "h.sqlite3")
    (found,) = again.conversations()
    assert (found.title, found.collection) == ("What helps?", "medquad")
    (stored,) = again.turns(found.id)
    assert (stored.answer, stored.state) == (ANSWER, "done")
    again.close()


def test_turn_that_a_restart_cut_off_is_marked(tmp_path):
    first = History(tmp_path / "h.sqlite3")
    conversation = first.create()
    first.begin_turn(conversation.id, "What helps?")
    first.close()
    again = History(tmp_path / "h.sqlite3")
    (stored,) = again.turns(conversation.id)
    assert (stored.question, stored.answer, stored.state) == ("What helps?", None, "interrupted")
    again.close()


def test_conversations_are_listed_latest_first_and_found_by_their_words(history):
    old, new = history.create("Old"), history.create("New")
    turn = history.begin_turn(old.id, "About drops?")
    history.finish_turn(turn, ANSWER)
    assert [item.id for item in history.conversations()] == [old.id, new.id]
    assert [item.id for item in history.conversations("drops help")] == [old.id]
    assert history.conversations("100%") == []


def test_rename_choose_and_delete(history):
    conversation = history.create("A")
    history.rename(conversation.id, "  B \n C ")
    history.choose(conversation.id, collection="x", mode="quotes", model="m")
    found = history.conversation(conversation.id)
    assert (found.title, found.collection, found.mode, found.model) == ("B C", "x", "quotes", "m")
    history.begin_turn(conversation.id, "Q")
    history.delete(conversation.id)
    assert history.turns(conversation.id) == []
    with pytest.raises(HistoryError, match="no longer there"):
        history.begin_turn(conversation.id, "Q")
    with pytest.raises(HistoryError, match="needs a title"):
        history.rename(conversation.id, " ")


def test_history_that_is_no_database_is_set_aside_and_a_new_one_begun(tmp_path):
    (tmp_path / "h.sqlite3").write_text("not a database at all, but long enough to look at" * 30)
    with contextlib.closing(History(tmp_path / "h.sqlite3")) as history:
        assert history.conversations() == []
    assert len(list(tmp_path.glob("h.damaged-*"))) == 1


def test_history_that_cannot_be_opened_is_one_sentence(tmp_path):
    (tmp_path / "h.sqlite3").mkdir()
    with pytest.raises(HistoryError, match=r"cannot be opened: .+\."):
        History(tmp_path / "h.sqlite3")


def test_history_is_not_the_index(tmp_path):
    History(tmp_path / "h.sqlite3").close()
    with sqlite3.connect(tmp_path / "h.sqlite3") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"conversations", "turns"} <= names


def test_title_is_cut_between_words():
    assert title_of("word " * 30) == "word " * 11 + "word…"
