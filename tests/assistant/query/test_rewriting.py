import pytest

from assistant.query.rewriting import is_follow_up, is_small_talk, search_query
from assistant.schema import Answer, Turn


def turn(question, refused=False, query=""):
    return Turn(question, Answer(question, refused, 0.9, "grounded", "", query=query))


def last_query(*questions):
    """The completed form of the last question of a conversation."""
    return search_query(questions[-1], [turn(question) for question in questions[:-1]])


ASTHMA = turn("What are the treatments for asthma?")


@pytest.mark.parametrize(
    "question", ["And in children?", "What about pregnancy?", "Is it hereditary?", "Et chez l'enfant ?", "Why?"]
)
def test_follow_up_takes_the_topic_along(question):
    assert "asthma" in search_query(question, [ASTHMA])
    assert is_follow_up(question)


@pytest.mark.parametrize(
    "question",
    ["What are the symptoms of glaucoma?", "How is iron deficiency anemia treated?", "what is lupus"],
)
def test_question_that_stands_alone_is_left_as_it_is(question):
    assert search_query(question, [ASTHMA]) == question
    assert not is_follow_up(question)


def test_first_question_is_left_as_it_is():
    assert search_query("Is it hereditary?", []) == "Is it hereditary?"


@pytest.mark.parametrize(
    ("questions", "query"),
    [
        (("What is asthma?", "and in children?"), "What is asthma in children"),
        (("What is asthma?", "how is it treated?"), "how is asthma treated?"),
        (("What is asthma?", "how is it treated?", "what about COPD?"), "how is COPD treated?"),
        (("What is asthma?", "What are its symptoms?"), "What are asthma symptoms?"),
        (("What is asthma?", "what causes this disease?"), "what causes asthma?"),
        (("What is asthma?", "and the treatment?"), "asthma: the treatment?"),
        (("What is asthma?", "tell me more"), "What is asthma?"),
        (("Is shingles contagious?", "for how long?"), "Is shingles contagious for how long"),
        (("Is shingles contagious?", "for how long?", "and measles?"), "Is measles contagious?"),
        (("Symptoms of type 1 diabetes?", "no, I meant type 2"), "Symptoms of type 2 diabetes?"),
        (("Symptoms of diabetes?", "I mean type 2"), "Symptoms of type 2 diabetes?"),
        (("Symptoms of arthritis?", "sorry, I meant gout"), "Symptoms of gout?"),
        (("What causes gout?", "ok thanks! and lupus?"), "What causes lupus?"),
        (("What causes gout?", "back to kidney stones: are they painful?"), "kidney stones: are they painful?"),
        (("What is gout?", "what are the risk factors"), "gout: what are the risk factors"),
        (("What is gout?", "does the rash itch?"), "gout: does the rash itch?"),
        (("What is gout?", "And how is malaria spread?"), "how is malaria spread?"),
        (("Quels sont les symptômes de la grippe ?", "et la rougeole ?"), "Quels sont les symptômes de la rougeole ?"),
        (("Qu'est-ce que la grippe ?", "est-elle contagieuse ?"), "grippe: est-elle contagieuse ?"),
        (("Causes du diabète de type 1 ?", "non, je voulais dire le type 2"), "Causes du diabète de type 2 ?"),
    ],
)
def test_question_is_completed_from_the_thread(questions, query):
    assert last_query(*questions) == query


def test_topic_goes_on_over_many_follow_ups():
    query = last_query("What is gout?", "And in women?", "how is it treated", "is it hereditary?", "what should I eat?")
    assert "gout" in query


def test_new_topic_leaves_the_old_one_behind():
    query = last_query("What is gout?", "is it painful?", "what is lupus?", "is it hereditary?")
    assert query == "is lupus hereditary?"


@pytest.mark.parametrize("text", ["thanks", "Thank you very much!", "hello", "ok great", "merci beaucoup", "I see."])
def test_small_talk_is_no_topic(text):
    assert is_small_talk(text)
    assert not is_follow_up(text)
    assert last_query("What is gout?", text) == text
    assert last_query("What is gout?", text, "is it hereditary?") == "is gout hereditary?"


def test_refused_or_unanswered_turns_give_no_topic():
    history = [ASTHMA, turn("How do I bake bread?", refused=True), Turn("interrupted")]
    query = search_query("Is it hereditary?", history)
    assert "asthma" in query
    assert "bread" not in query


@pytest.mark.parametrize("text", ["?", "", "  ", "???!", "it", "and", "no,", "I meant", "\ud800", "what about", "12"])
def test_odd_questions_raise_nothing(text):
    assert isinstance(search_query(text, [ASTHMA]), str)
    assert isinstance(last_query(text, text, "is it?"), str)
