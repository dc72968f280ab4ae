import sqlite3

import pytest

from assistant.storage.votes import Tally, Votes, VotesError, Won


@pytest.fixture
def votes(tmp_path):
    made = Votes(tmp_path / "votes.sqlite3")
    yield made
    made.close()


def test_votes_are_counted_by_pair_whichever_side_each_stood_on(votes):
    votes.add("What?", ("plain", "expert"), ("a", "b"), "right")
    votes.add("What?", ("expert", "plain"), ("b", "a"), "left")
    votes.add("What?", ("plain", "expert"), ("a", "b"), "left")
    votes.add("What?", ("plain", "expert"), ("a", "b"), "same")
    votes.add("What?", ("other", "expert"), ("a", "b"), "bad")
    first, second = votes.tally()
    assert first == Tally("expert", "plain", first_better=2, second_better=1, same=1)
    assert (first.votes, second) == (4, Tally("expert", "other", bad=1))


def test_a_vote_keeps_question_and_answers(votes):
    votes.add("What's “x”?", ("plain", "expert"), ("one", "two"), "same")
    votes.close()
    with sqlite3.connect(votes.path) as file:
        row = file.execute("SELECT question, left_answer, right_answer, choice FROM votes").fetchone()
    assert row == ("What's “x”?", "one", "two", "same")


def test_votes_are_there_after_a_restart(votes):
    votes.add("What?", ("plain", "expert"), ("a", "b"), "right")
    votes.close()
    assert Votes(votes.path).tally()[0].votes == 1


def test_an_unknown_choice_is_not_taken(votes):
    with pytest.raises(ValueError, match="left, right, same, bad"):
        votes.add("What?", ("plain", "expert"), ("a", "b"), "middle")
    assert votes.tally() == []


def test_a_file_that_cannot_be_opened_is_one_sentence(votes):
    votes.path.mkdir()
    with pytest.raises(VotesError, match=r"votes\.not_opened"):
        votes.tally()


def test_clear_winners_are_given_with_their_passages_and_older_files_are_read(votes):
    with sqlite3.connect(votes.path) as file:  # as the first version left it
        file.executescript(
            """CREATE TABLE votes (
            id INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, left_model TEXT NOT NULL,
            right_model TEXT NOT NULL, left_answer TEXT NOT NULL, right_answer TEXT NOT NULL,
            choice TEXT NOT NULL CHECK (choice IN ('left', 'right', 'same', 'bad')), voted REAL NOT NULL);
            INSERT INTO votes VALUES (1, 'Old?', 'a', 'b', 'one', 'two', 'left', 0.0); PRAGMA user_version = 1;"""
        )
    votes.add("New?", ("a", "b"), ("one", "two"), "right", [("Title", "Text é.")])
    votes.add("None?", ("a", "b"), ("one", "two"), "bad", [("Title", "Text.")])
    assert votes.won() == [Won("Old?", "one"), Won("New?", "two", (("Title", "Text é."),))]
