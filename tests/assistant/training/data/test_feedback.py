import json

import pytest

from assistant.storage.feedback_records import Judgement, append, read
from assistant.storage.votes import Votes
from assistant.training.data import feedback
from assistant.training.data.collect import collect
from assistant.training.data.example import Example
from assistant.training.data.feedback import examples, of_home
from assistant.training.data.split import held_out, split
from assistant.training.errors import TrainingError
from corpus.document import Passage
from corpus.home import Home

SAGE = Passage("Sage grows in dry soil. It needs sun.", heading="Sage")
MINT = Passage("Mint likes water and shade.", heading="Mint")
LIKED = Judgement("How does sage grow?", "Sage grows in dry soil. [1]", (MINT, SAGE))


def test_a_liked_answer_becomes_an_example_without_its_marks():
    (example,) = examples([LIKED])
    assert (example.question, example.answer) == ("How does sage grow?", "Sage grows in dry soil.")
    assert example.right == SAGE and example.beside == (MINT,)


def test_the_users_own_answer_is_learnt_and_a_dislike_takes_a_like_back():
    better = Judgement("How?", "Mint.", (SAGE,), "better", better="Sage grows in dry soil.")
    assert [e.answer for e in examples([better])] == ["Sage grows in dry soil."]
    dislike = Judgement(LIKED.question, "Sage grows in dry soil.", (SAGE,), "dislike")
    assert examples([LIKED, dislike]) == []
    assert len(examples([dislike, LIKED, LIKED])) == 1


@pytest.mark.parametrize("passages", [(), (MINT,), (Passage(" "),)])
def test_an_answer_that_stands_in_no_passage_is_not_learnt(passages):
    assert examples([Judgement("How?", "Camels cross the desert at night.", passages)]) == []


def test_what_is_held_out_elsewhere_is_not_learnt_from_feedback():
    names = [f"Topic {n}" for n in range(60)]
    known = [
        Example(f"{name}?", "a.", Passage(f"{name} is so and so.", heading=f"{name}?"), f"medquad/{name}")
        for name in names
    ]
    judged = [
        Judgement(f"Tell me of {e.right.heading}", e.right.text, (e.right, known[n - 1].right))
        for n, e in enumerate(known)
    ]
    own = examples(judged, known)
    assert [e.group for e in own] == [e.group for e in known]
    train, valid = split([*known, *own])
    seen = {p.text for e in train for p in (e.right, *e.beside)}
    assert valid and not seen & {e.right.text for e in valid}
    assert any(e.beside for e in own) and any(held_out(e.group) for e in own)


def test_records_survive_the_file_and_damaged_lines_are_left_out(tmp_path, caplog):
    path = tmp_path / "feedback.jsonl"
    kept = [LIKED, Judgement("é?", "no", (), "dislike"), Judgement("q", "a", (SAGE,), "better", better="b")]
    append(path, kept)
    with path.open("a") as file:
        odd = [
            {},
            [],
            "x",
            {"question": "q", "verdict": "maybe"},
            {"question": "q", "verdict": "like", "passages": [7]},
        ]
        file.write("\n".join(map(json.dumps, odd)) + '\n{"question": "cut')
    assert read(path) == kept
    assert "6 lines" in caplog.text
    assert read(tmp_path / "none.jsonl") == []


def test_votes_with_a_clear_winner_come_with_their_passages(tmp_path):
    home = Home(tmp_path).make()
    assert of_home(home) == []
    votes = Votes(home.path / feedback.VOTES)
    pairs = [(p.heading, p.text) for p in (SAGE, MINT)]
    votes.add("How does sage grow?", ("a", "b"), ("Mint.", "It needs sun. [1]"), "right", pairs)
    votes.add("How does mint grow?", ("a", "b"), ("one", "two"), "same", pairs)
    votes.close()
    append(home.path / feedback.FILE, [LIKED])
    first, second = of_home(home)
    assert (first.answer, first.passages, first.verdict) == ("It needs sun. [1]", (SAGE, MINT), "like")
    assert second == LIKED
    assert [e.answer for e in collect(["feedback"], tmp_path, judged=of_home(home))] == [
        "It needs sun.",
        "Sage grows in dry soil.",
    ]


def test_no_feedback_yet_is_one_sentence(tmp_path):
    with pytest.raises(TrainingError, match=r"training\.no_feedback"):
        collect(["feedback"], tmp_path)
