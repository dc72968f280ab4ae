import contextlib
import sqlite3

import pytest

from assistant.schema import Answer, Citation, Sentence, Timings
from assistant.serialization import contract, dump, load
from assistant.storage.history import History, HistoryError, title_of
from index.retrieval.hit import Hit

ANSWER = Answer(
    question="What helps?",
    refused=False,
    confidence=0.91234,
    mode="grounded",
    model="starter",
    sentences=(Sentence("Drops help.", True, 0.8, (Citation(1, 0, 11),)), Sentence("Maybe.", False, 0.1)),
    sources=(Hit(7, "g1", "Glaucoma", "Drops help.", page=3, metadata={"url": "u"}, rank_keyword=1),),
    timings=Timings(search_s=0.1, first_token_s=0.2, total_s=0.3, new_tokens=4),
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
    assert record["sentences"][0] == {
        "text": "Drops help.",
        "supported": True,
        "support": 0.8,
        "citations": [1],
        "highlight": [],
    }
    assert record["sources"][0]["n"] == 1
    assert set(record["timings"]) == {"search_s", "read_s", "first_token_s", "total_s", "new_tokens"}


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
    with pytest.raises(HistoryError, match=r"history\.(conversation|turn)_gone"):
        history.begin_turn(conversation.id, "Q")
    with pytest.raises(HistoryError, match=r"history\.no_title"):
        history.rename(conversation.id, " ")


def test_history_that_is_no_database_is_set_aside_and_a_new_one_begun(tmp_path):
    (tmp_path / "h.sqlite3").write_text("not a database at all, but long enough to look at" * 30)
    with contextlib.closing(History(tmp_path / "h.sqlite3")) as history:
        assert history.conversations() == []
    assert len(list(tmp_path.glob("h.damaged-*"))) == 1


def test_history_that_cannot_be_opened_is_one_sentence(tmp_path):
    (tmp_path / "h.sqlite3").mkdir()
    with pytest.raises(HistoryError, match=r"history\.not_opened"):
        History(tmp_path / "h.sqlite3")


def test_history_is_not_the_index(tmp_path):
    History(tmp_path / "h.sqlite3").close()
    with sqlite3.connect(tmp_path / "h.sqlite3") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"conversations", "turns"} <= names


def test_title_is_cut_between_words():
    assert title_of("word " * 30) == "word " * 11 + "word…"


def test_asking_again_keeps_what_was_there(history):
    conversation = history.create()
    first = history.begin_turn(conversation.id, "One?")
    second = history.begin_turn(conversation.id, "Two?")
    again = history.begin_turn(conversation.id, "One, please?", instead_of=first)
    assert [turn.id for turn in history.turns(conversation.id)] == [again]
    assert history.turns(conversation.id)[0].versions == (first, again)
    assert history.conversation(conversation.id).title == "One, please?"
    history.show_version(conversation.id, first)
    assert [turn.id for turn in history.turns(conversation.id)] == [first, second]
    third = history.begin_turn(conversation.id, "Three?")
    assert [turn.id for turn in history.turns(conversation.id)] == [first, second, third]


def test_a_title_that_was_given_stays_when_the_first_question_changes(history):
    conversation = history.create()
    first = history.begin_turn(conversation.id, "One?")
    history.rename(conversation.id, "Mine")
    history.begin_turn(conversation.id, "Other?", instead_of=first)
    assert history.conversation(conversation.id).title == "Mine"


def test_a_turn_of_another_conversation_is_not_replaced_nor_shown(history):
    mine, other = history.create(), history.create()
    foreign = history.begin_turn(other.id, "Theirs?")
    with pytest.raises(HistoryError, match=r"history\.(conversation|turn)_gone"):
        history.begin_turn(mine.id, "Q", instead_of=foreign)
    with pytest.raises(HistoryError, match=r"history\.(conversation|turn)_gone"):
        history.show_version(mine.id, foreign)


def test_a_deleted_conversation_can_be_brought_back_until_the_next_start(tmp_path):
    first = History(tmp_path / "h.sqlite3")
    kept, gone = first.create("Kept"), first.create("Gone")
    turn = first.begin_turn(kept.id, "Q?")
    first.delete(kept.id)
    assert not first.knows(kept.id) and first.turns(kept.id) == []
    assert first.restore(kept.id) and [found.id for found in first.turns(kept.id)] == [turn]
    assert not first.restore(kept.id)
    first.delete(gone.id)
    first.close()
    again = History(tmp_path / "h.sqlite3")
    assert not again.restore(gone.id)
    assert [found.title for found in again.conversations()] == ["Kept"]
    again.close()


def test_what_was_written_until_a_crash_is_there_after_it(tmp_path):
    first = History(tmp_path / "h.sqlite3")
    conversation = first.create()
    turn = first.begin_turn(conversation.id, "What helps?")
    first.note(turn, ANSWER, "and it")
    first.close()
    again = History(tmp_path / "h.sqlite3")
    (stored,) = again.turns(conversation.id)
    assert (stored.state, stored.answer, stored.draft) == ("interrupted", ANSWER, "and it")
    again.note(turn, None, "too late")
    assert again.turns(conversation.id)[0].draft == "and it"
    again.close()


def test_search_needs_every_word_and_knows_neither_case_nor_accents(history):
    conversation = history.create("Été")
    history.finish_turn(history.begin_turn(conversation.id, "Où est l’École ?"), ANSWER)
    for query in ("ecole", "ÉCOLE drops", "ete", "help maybe"):
        assert history.conversations(query), query
    for query in ("ecole nothing", "passage_id", "grounded", "%"):
        assert not history.conversations(query), query
    assert history.search("drops")[0].said.startswith("Où est l’École ?\n")


def test_pinned_conversations_come_first(history):
    old, new = history.create("Old"), history.create("New")
    history.pin(old.id, True)
    assert [item.id for item in history.conversations()] == [old.id, new.id]
    assert history.conversation(old.id).pinned
    history.pin(old.id, False)
    assert [item.id for item in history.conversations()] == [new.id, old.id]


def test_a_history_of_the_first_version_is_taken_over(tmp_path):
    from assistant.storage.history_schema import M001

    with sqlite3.connect(tmp_path / "h.sqlite3") as connection:
        for statement in M001:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO conversations VALUES (1, 'Old', '', 'grounded', '', 1, 1)")
        for n in (1, 2):
            connection.execute("INSERT INTO turns VALUES (?, 1, ?, ?, 'done', 1)", (n, f"Frage {n}", dump(ANSWER)))
    connection.close()
    history = History(tmp_path / "h.sqlite3")
    assert [(turn.id, turn.answer) for turn in history.turns(1)] == [(1, ANSWER), (2, ANSWER)]
    assert history.conversations("drops")
    history.close()
