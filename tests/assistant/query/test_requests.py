import pytest

from assistant.query.requests import ON_LAST_ANSWER, Request, probabilities, request, subjects
from assistant.schema import Answer, Citation, Sentence, Turn
from index.retrieval.hit import Hit

TEXT = "The status of project Falcon is green."
LAST = Turn(
    "What is the status of project Falcon?",
    Answer(
        "", False, 0.9, "quotes", "", (Sentence(TEXT, True, 1.0, (Citation(1, 0, 38),)),), (Hit(1, "d", "F", TEXT),)
    ),
)


@pytest.mark.parametrize(
    ("text", "kind", "named"),
    [
        ("Summarise report.pdf", "summary", ("report.pdf",)),
        ("Résume le document Contrat de location", "summary", ("Contrat de location",)),
        ("Summarise this folder", "summary", ()),
        ("Which documents mention asbestos?", "mentions", ("asbestos",)),
        ("Quels fichiers parlent de la chaudière ?", "mentions", ("chaudière",)),
        ("Compare Falcon and Heron", "compare", ("Falcon", "Heron")),
        ("Compare la photosynthèse et la respiration", "compare", ("photosynthèse", "respiration")),
        ("hello", "greeting", ()),
        ("Bonjour !", "greeting", ()),
        ("Merci beaucoup", "thanks", ()),
        ("What can you do?", "capabilities", ()),
    ],
)
def test_requests_are_recognised_with_what_they_name(text, kind, named):
    found = request(text)
    assert found is not None
    assert (found.kind, found.subjects) == (kind, named)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Shorter", "shorter"),
        ("Summarise that in one sentence", "shorter"),
        ("Plus court", "shorter"),
        ("Tell me more", "more"),
        ("Dis-m'en plus", "more"),
        ("why?", "why"),
        ("Pourquoi ?", "why"),
        ("In French please", "language"),
    ],
)
def test_what_acts_on_the_last_answer_needs_one(text, kind):
    found = request(text, [LAST])
    assert found is not None and found.kind == kind
    alone = request(text)
    assert alone is None or alone.kind not in ON_LAST_ANSWER


@pytest.mark.parametrize(
    "question",
    [
        "Who is the CEO of Halden?",
        "What is the status of project Falcon?",
        "Tell me about Marie Curie",
        "What does the file Travel_policy_2026.docx say about trains?",
        "How does penicillin work?",
        "Which projects are delayed?",
        "and Germany?",
        "When was he born?",
        "Thanks to whom was it built?",
        "Qui a dit bonjour le premier ?",
        "Quelle est la capitale de la France ?",
    ],
)
def test_questions_are_none(question):
    assert request(question, [LAST]) is None


def test_a_comparison_is_of_two_whole_names():
    asked = "Compare the population of France and Germany"
    assert subjects(asked, "compare") == ("population of France", "population of Germany")
    asked = "Compare the budget of project Falcon with that of project Heron"
    assert subjects(asked, "compare") == ("budget of project Falcon", "budget of project Heron")
    assert request("Compare them") is None


def test_probabilities_sum_to_one():
    assert sum(probabilities("What is gout?").values()) == pytest.approx(1)
    assert isinstance(request("hello"), Request)
