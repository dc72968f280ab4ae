"""Conversations, votes and feedback in a server's database, which two apps share."""

import time

import pytest

from assistant.schema import Answer, Citation, Sentence
from assistant.storage.server import open_people
from assistant.storage.votes import Tally
from corpus.home import Home
from index.retrieval.hit import Hit

ANSWER = Answer(
    "What helps?",
    False,
    0.9,
    "grounded",
    "starter",
    sentences=(Sentence("Drops help.", True, 0.8, (Citation(1, 0, 11),)),),
    sources=(Hit(7, "g1", "Glaucoma", "Drops help."),),
)


@pytest.fixture
def opened(postgres, tmp_path):
    """Opens the same database again and again, as another app would."""
    schema, databases = f"people_{postgres.new_schema()}", []

    def once():
        found = open_people(Home(tmp_path), postgres.url, schema)
        databases.append(found[0].database)
        return found

    yield once
    for database in databases:
        database.close()


def test_a_conversation_is_told_asked_anew_searched_deleted_and_brought_back(opened):
    history = opened()[0]
    made = history.create(collection="notes")
    turn = history.begin_turn(made.id, "Qu’est-ce qui aide ?")
    history.finish_turn(turn, ANSWER, follow_ups=["More?"])
    again = history.begin_turn(made.id, "What helps?", instead_of=turn)
    history.finish_turn(again, ANSWER)
    other = opened()[0]  # another app
    assert [one.id for one in other.turns(made.id)] == [again]
    assert other.turns(made.id)[0].versions == (turn, again)
    assert other.turns(made.id)[0].answer.text == ANSWER.text
    assert [found.conversation.id for found in other.search("QU’EST-CE drops")] == [made.id]
    history.show_version(made.id, turn)
    assert other.turns(made.id)[0].follow_ups == ("More?",)
    other.pin(made.id, True)
    history.delete(made.id)
    assert other.conversations() == [] and other.restore(made.id)
    assert other.conversations()[0].pinned


def test_an_app_that_starts_leaves_alone_what_another_one_is_writing(opened):
    history = opened()[0]
    made = history.create()
    now = history.begin_turn(made.id, "Now?")
    later = opened()[0]
    assert [one.state for one in later.turns(made.id)] == ["writing"]
    history.database.connection.execute("UPDATE turns SET asked = ? WHERE id = ?", (time.time() - 10_000, now))
    assert [one.state for one in opened()[0].turns(made.id)] == ["interrupted"]


def test_votes_and_feedback_are_shared(opened):
    (_, votes, feedback), (_, their_votes, their_feedback) = opened(), opened()
    votes.add("What?", ("plain", "expert"), ("a", "b"), "right", [("Heading", "Text")])
    their_votes.add("What?", ("plain", "expert"), ("a", "b"), "same")
    assert votes.tally() == [Tally("expert", "plain", first_better=1, same=1)]
    assert their_votes.won()[0].answer == "b"
    feedback.judge(1, "What helps?", ANSWER, "like")
    their_feedback.judge(2, "What else?", ANSWER, "better", "Drops.")
    assert [one.verdict for one in feedback.all()] == ["better", "like"]
    assert feedback.counts()["like"] == 1 and "Drops." in their_feedback.examples()
    feedback.judge(2, "What else?", ANSWER, "better", "Drops.")  # once more takes it back
    assert [one.turn for one in their_feedback.all()] == [1]
