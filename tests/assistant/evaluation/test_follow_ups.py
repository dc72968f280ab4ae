import pytest

from assistant.evaluation.follow_ups import DIALOGUES, MEDICAL, SPLITS, asked, dialogues, report
from assistant.schema import Answer, Citation, Sentence
from index.retrieval.hit import Hit


class Knowing:
    """Answers each question from the document whose title stands in it, else as the last one."""

    def __init__(self, titles):
        self.titles = titles

    def answer(self, question, *, history=(), collections=(), mode="quotes"):
        title = next((title for title in self.titles if title.lower() in question.lower()), "")
        if not title and history and history[-1].answer.sources:
            title = history[-1].answer.sources[0].title
        if not title:
            return Answer(question, True, 0.0, mode, "")
        text = f"{title} holds 16 lakes."
        return Answer(
            question, False, 1.0, mode, "", (Sentence(text, True, 1.0, (Citation(1, 0, len(text)),)),),
            (Hit(1, title, title, text),), query=f"{title}: {question}",
        )  # fmt: skip


@pytest.mark.parametrize("path", [DIALOGUES, MEDICAL])
def test_dialogues_are_of_both_languages_and_splits(path):
    found = dialogues(path=path)
    assert len(found) == 40 or path == MEDICAL
    assert {(one.split, one.language) for one in found} == {(split, code) for split in SPLITS for code in ("en", "fr")}
    assert all(2 <= len(one.turns) <= 7 for one in found)
    assert sum(len(one.turns) for one in found) >= 60


def test_ordinary_turns_say_which_document_and_words_are_right():
    turns = [turn for one in dialogues() for turn in one.turns]
    assert all(bool(turn.titles) == bool(turn.words) and not turn.topics for turn in turns)
    assert sum(bool(turn.titles) for turn in turns) >= 120


def test_turns_are_judged_by_the_source_and_the_words():
    (dialogue,) = [one for one in dialogues() if one.turns[0].text == "Combien de lacs compte Minneapolis ?"]
    lakes, height, bees = asked([dialogue], Knowing(["Minneapolis"]), {"piaf-fr": "piaf"})
    assert (lakes.right, lakes.told, lakes.found) == (True, True, "Minneapolis")
    assert (height.right, height.told, height.query) == (True, False, f"Minneapolis: {height.text}")
    assert not bees.right
    shares = report([lakes, height, bees])
    assert [(share.right, share.count) for share in shares["all"]] == [(2, 3), (1, 3)]
    assert shares["follow-ups"][0].count == 2 and "English" not in shares


def test_refusals_are_wrong_and_absent_collections_left_out():
    (dialogue, *_) = dialogues()
    assert not any(turn.right for turn in asked([dialogue], Knowing([]), {dialogue.source: "x"}))
    assert list(asked([dialogue], Knowing([]), {})) == []
