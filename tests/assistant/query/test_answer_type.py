import pytest

from assistant.query.answer_type import expected, gives


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did she die?", "date"),
        ("when was penicillin discovered", "date"),
        ("In what year did the war end?", "date"),
        ("Quand est-elle morte ?", "date"),
        ("Quand Victor Hugo est-il né ?", "date"),
        ("En quelle année est-il mort ?", "date"),
        ("How long does it last?", "duration"),
        ("Combien de temps dure la grippe ?", "duration"),
        ("How many people are affected by cystic fibrosis?", "number"),
        ("How long is the Nile?", "number"),
        ("Combien d'habitants a Oulan-Bator ?", "number"),
    ],
)
def test_question_for_a_date_a_duration_or_a_number_is_told_by_its_words(question, kind):
    assert expected(question) == kind


@pytest.mark.parametrize(
    "question",
    [
        "When should I call a doctor?",
        "What causes it?",
        "How far has it spread?",
        "Quand faut-il consulter ?",
        "",
        "When",
    ],
)
def test_other_questions_expect_no_type(question):
    assert expected(question) == ""


@pytest.mark.parametrize(
    ("text", "kind", "held"),
    [
        ("She won the 1911 Nobel Prize.", "date", True),
        ("Elle est morte le 4 juillet.", "date", True),
        ("It may happen in May or later.", "date", False),
        ("It was built in the 3rd century.", "date", True),
        ("She was a chemist and had 2 daughters.", "date", False),
        ("Symptoms go away within a few weeks.", "duration", True),
        ("It is a lifelong condition.", "duration", True),
        ("It is most common in people over 50.", "duration", False),
        ("La grippe dure une semaine.", "duration", True),
        ("About seven in a hundred have it.", "number", True),
        ("How many have it is unknown.", "number", True),
        ("It is one of the oldest cities.", "number", False),
        ("C'est une des villes les plus anciennes.", "number", False),
    ],
)
def test_text_gives_what_was_asked_for_where_it_holds_such_an_expression(text, kind, held):
    assert gives(text, kind) is held


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("When did she die?", "She won the 1911 Nobel Prize.", False),
        ("When did she die?", "She died in 1934 at a sanatorium.", True),
        ("When did she die?", "Marie Curie (7 November 1867 – 4 July 1934) was a physicist.", True),
        ("When was he born?", "He died in 1885.", False),
        ("Quand est-elle morte ?", "Elle reçut le prix Nobel en 1911.", False),
        ("Quand Victor Hugo est-il né ?", "Victor Hugo, né en 1802, est un poète.", True),
        ("When was it built?", "It was completed in 1889.", True),
    ],
)
def test_date_of_a_birth_or_a_death_stands_beside_it(question, text, held):
    assert gives(text, "date", question) is held
