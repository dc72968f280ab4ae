import pytest

from assistant.verification.evidence import WORDING, Evidence, checked
from index.retrieval.hit import Hit

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


def test_sentence_that_goes_in_circles_as_its_passage_does_is_kept():
    text = "Treatment is large doses of vitamin E, and large doses of vitamin K."
    assert [sentence.text for sentence in checked(text, Evidence([Hit(1, "v", "Vitamins", text)]))] == [text]


LIST = Hit(1, "m", "Migraine", "Symptoms may include\n- nausea\n- blurred vision\n- pain for 4 hours\n\nRest helps.")


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("Symptoms of migraine may include nausea and blurred vision.", True),
        ("Symptoms may include pain for 4 hours.", True),
        ("Symptoms may include nausea for 4 hours.", False),
        ("Symptoms may include fever.", False),
    ],
)
def test_list_is_read_with_its_lead(text, supported):
    assert Evidence([LIST]).check(text).supported is supported


def test_clauses_may_come_from_neighbouring_sentences_but_no_number_from_another():
    evidence = Evidence(
        [Hit(1, "l", "", "If you smoke, the goal is less than 100 points. If you do not smoke, it is less than 160.")]
    )
    assert evidence.check("If you smoke, the goal is less than 100 points.").supported
    assert not evidence.check("If you smoke, the goal is less than 160 points.").supported


@pytest.mark.parametrize("digits", ["4", "6", "50", "0.5", "5,000", "-5", "55"])
def test_no_other_number_passes_for_one(digits):
    text = "About 5 percent of adults have it. Tests 4 and 6 took 50 days, 55 hours and 0.5 minutes; -5 degrees."
    evidence = Evidence([Hit(1, "x", "", text)])
    assert evidence.check("About 5 percent of adults have it.").supported
    assert not evidence.check(f"About {digits} percent of adults have it.").supported


def test_french_passage_is_read_as_french():
    evidence = Evidence([Hit(1, "f", "Rougeole", "La rougeole n'est pas due à une bactérie.", language="fr")])
    assert evidence.check("La rougeole n'est pas due à une bactérie.").supported
    assert not evidence.check("La rougeole est due à une bactérie.").supported


@pytest.mark.parametrize(
    "text", ["1874", "\n", "?!", "- ", "é", "The the the of.", "\ud800 5", "²³ ½", "١٢", "1" * 400]
)
def test_odd_sentences_are_simply_not_supported(evidence, text):
    assert not evidence.check(text).supported


def test_one_word_of_a_passage_is_no_statement(evidence):
    assert not evidence.check("It is very pressure.").supported


def test_word_repeated_more_often_than_in_the_passage_is_not_supported(evidence):
    assert not evidence.check("Eye drops lower the pressure in the eye pressure.").supported


def test_sentence_stitched_of_a_passages_words_is_not_supported_where_wording_counts():
    text = (
        "What causes the syndrome? The deletion is a new mutation (called a de novo mutation) and is not inherited "
        "from a parent. De novo mutations are due to a random error."
    )
    evidence = Evidence((Hit(1, "d", "What causes the syndrome?", text, score=1.0),), WORDING)
    assert not evidence.check("De novo mutations are caused by a parent.").supported
    assert evidence.check("De novo mutations are due to a random error.").supported
    assert evidence.check("The deletion is not inherited from a parent.").supported
