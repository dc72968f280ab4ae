import pytest

from assistant.conversation import search_query
from assistant.schema import Answer, Turn


def turn(question, refused=False, query=""):
    return Turn(question, Answer(question, refused, 0.9, "grounded", "", query=query))


ASTHMA = turn("What are the treatments for asthma?")


@pytest.mark.parametrize(
    "question", ["And in children?", "What about pregnancy?", "Is it hereditary?", "Et chez l'enfant ?", "Why?"]
)
def test_follow_up_takes_the_topic_along(question):
    assert "asthma" in search_query(question, [ASTHMA])


@pytest.mark.parametrize(
    "question",
    ["What are the symptoms of glaucoma?", "How is iron deficiency anemia treated?", "glaucoma surgery risks"],
)
def test_question_that_stands_alone_is_left_as_it_is(question):
    assert search_query(question, [ASTHMA]) == question


def test_first_question_is_left_as_it_is():
    assert search_query("Is it hereditary?", []) == "Is it hereditary?"


def test_topic_goes_on_over_several_follow_ups():
    first = search_query("And in children?", [ASTHMA])
    second = search_query("Is it hereditary?", [ASTHMA, turn("And in children?", query=first)])
    assert "asthma" in second


def test_refused_or_unanswered_turns_give_no_topic():
    history = [ASTHMA, turn("How do I bake bread?", refused=True), Turn("interrupted")]
    query = search_query("Is it hereditary?", history)
    assert "asthma" in query
    assert "bread" not in query
