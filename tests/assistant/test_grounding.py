import pytest

from assistant.grounding import Evidence, checked
from index.hit import Hit

GLAUCOMA = Hit(
    1,
    "g",
    "Glaucoma",
    "Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye. The dose is 20 mg twice a day. "
    "Surgery is not a cure.",
)
BREAD = Hit(2, "b", "Bread", "Mix flour with water. Bake the dough for forty minutes.")


@pytest.fixture
def evidence():
    return Evidence([BREAD, GLAUCOMA])


def test_supported_sentence_cites_the_passage_and_the_characters_that_support_it(evidence):
    sentence = evidence.check("Eye drops can lower the pressure of the eye.")
    assert sentence.supported
    (citation,) = sentence.citations
    assert citation.n == 2
    assert GLAUCOMA.text[citation.start : citation.end] == "Eye drops lower the pressure in the eye."


@pytest.mark.parametrize(
    "text",
    [
        "The dose is 200 mg twice a day.",
        "The dose is 2 mg twice a day.",
        "Surgery is a cure.",
        "Eye drops do not lower the pressure in the eye.",
        "Elephants live in Africa and eat leaves.",
        "And so it is.",
        "",
    ],
)
def test_changed_number_negation_or_subject_is_not_supported(evidence, text):
    sentence = evidence.check(text)
    assert not sentence.supported
    assert sentence.citations == ()


@pytest.mark.parametrize("text", ["The dose is 20 mg twice a day.", "Surgery is not a cure for glaucoma."])
def test_same_number_and_negation_are_supported(evidence, text):
    assert evidence.check(text).supported


def test_words_of_the_heading_count_as_said():
    evidence = Evidence([Hit(1, "g", "What are the symptoms of glaucoma?", "Loss of vision is the main one.")])
    assert evidence.check("Loss of vision is the main symptom of glaucoma.").supported


def test_nothing_is_supported_by_no_passage():
    assert not Evidence([]).check("Eye drops help.").supported


def test_draft_loses_repetitions_and_the_half_sentence_at_its_end(evidence):
    draft = "Eye drops lower the pressure. Eye drops lower the pressure. Bake the dough. And then the"
    assert [sentence.text for sentence in checked(draft, evidence)] == [
        "Eye drops lower the pressure.",
        "Bake the dough.",
    ]


def test_each_citation_resolves_to_a_span_of_its_passage(evidence):
    for sentence in checked("Mix flour with water. Surgery is not a cure.", evidence):
        for citation in sentence.citations:
            text = (BREAD, GLAUCOMA)[citation.n - 1].text
            assert 0 <= citation.start < citation.end <= len(text)


def test_same_words_in_another_order_are_another_statement(evidence):
    assert not evidence.check("Pressure drops the lower eye in the eye.").supported


def test_sentence_that_loops_is_left_out(evidence):
    draft = "Drops lower the pressure in the eye and lower the pressure in the eye. Bake the dough."
    assert [sentence.text for sentence in checked(draft, evidence)] == ["Bake the dough."]
