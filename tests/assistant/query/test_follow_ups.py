import pytest

from assistant.query.follow_ups import MOST, candidates, leaning, main_source, topic_stretches, topics
from assistant.schema import Answer, Citation, Sentence, Turn
from index.retrieval.hit import Hit


def turn(question: str, title: str, text: str, query: str = "", highlight=(), **changes) -> Turn:
    hit = Hit(1, "d", title, text)
    sentence = Sentence(text, True, 1.0, (Citation(1, 0, len(text)),), highlight)
    return Turn(question, Answer(question, False, 0.9, "quotes", "", (sentence,), (hit,), query=query, **changes))


FRANCE = turn("What is the population of France?", "France", "The population of France is 68 million.")
HUGO = turn("Qui était Victor Hugo ?", "Victor Hugo", "Victor Hugo est un écrivain français.")


def best(question: str, *history: Turn):
    return candidates(question, history)[0]


def test_without_an_answer_before_it_a_question_is_searched_as_asked():
    refused = Turn("What is the population of Atlantis?", Answer("", True, 0.1, "quotes", ""))
    for history in ((), (refused,), (Turn("What is gout?"),)):
        assert [one.text for one in candidates("and Germany?", history)] == ["and Germany?"]


@pytest.mark.parametrize("question", ["and Germany?", "And in Germany?", "what about Germany?"])
def test_another_name_is_put_in_place_of_the_last_topic(question):
    assert best(question, FRANCE).text == "What is the population of Germany?"


@pytest.mark.parametrize(
    "question", ["Quels romans a-t-il écrits ?", "Et où est-il né ?", "Quand est-il mort ?", "Dans quelle ville ?"]
)
def test_what_leans_on_the_topic_is_asked_about_it(question):
    assert best(question, HUGO).text == f"Victor Hugo: {question}"


@pytest.mark.parametrize(
    "question",
    [
        "What is the gate code?",
        "When does the tide gate open?",
        "Where does the defibrillator hang?",
        "What is the error code E-0x80F3?",
        "When is the launch of the Aurora sensor?",
        "Qui a peint la Joconde ?",
        "Combien coûte une chambre double en hiver ?",
    ],
)
def test_a_question_with_its_own_subject_stands_alone(question):
    assert best(question, FRANCE).kind == "asked"


@pytest.mark.parametrize("question", ["When was he born?", "What else did he paint?", "where is it now?"])
def test_pronouns_lean(question):
    assert leaning(question)["topic"] > 0.9


def test_the_question_as_asked_is_always_among_few_distinct_ones():
    for question in ("and Germany?", "What is its capital?", "What about the area?", "Why?"):
        found = candidates(question, [FRANCE])
        assert question in [one.text for one in found]
        assert len({one.text for one in found}) == len(found) <= MOST
        assert [one.prior for one in found] == sorted((one.prior for one in found), reverse=True)


def test_small_talk_between_does_not_take_the_topic_away():
    thanks = Turn("thanks", Answer("thanks", False, 1.0, "quotes", ""))
    assert best("and Germany?", FRANCE, thanks).text == "What is the population of Germany?"


def test_topics_are_the_title_the_name_in_the_question_and_the_words_that_answered():
    text = "The painting is by Leonardo da Vinci."
    after = turn("Who painted the Mona Lisa?", "notes.txt", f"Mona Lisa. {text}", highlight=((30, 47),))
    assert topics(after.answer) == ("notes.txt", "Mona Lisa", "Leonardo da Vinci")
    assert topics(HUGO.answer) == ("Victor Hugo",)


def test_the_name_within_the_evidence_is_the_topic_where_the_title_does_not_say_it():
    answer = turn(FRANCE.question, "figures.xlsx", "The population of France is 68 million.").answer
    before = answer.question
    assert [before[start:end] for start, end in topic_stretches(answer)] == ["France", "population"]


def test_the_main_source_is_cited_most():
    hits = Hit(1, "a", "A", "One."), Hit(2, "b", "B", "Two.")
    cited = tuple(Sentence("x", True, 1.0, (Citation(2, 0, 4),)) for _ in range(2))
    assert main_source(Answer("q", False, 0.9, "quotes", "", cited, hits)).title == "B"
    assert main_source(Answer("q", False, 0.9, "quotes", "", (), hits)).title == "A"
