from assistant.evaluation.open_questions import HELD, INVENTED, Case, renamed


def test_a_question_about_an_invented_name_differs_from_a_held_one_in_that_name_alone():
    cases = [
        Case("When did Marie Curie leave Poland?", HELD, True, "d", ("1891",)),
        Case("When was bread invented?", HELD, True),
        Case("Who was Ada Lovelace?", "left out", False),
    ]
    (made,) = renamed(cases, seed=1)
    assert made.question.startswith("When did Marie Curie leave ") and "Poland" not in made.question
    assert (made.kind, made.answerable, made.answers) == (INVENTED, False, ())
    assert renamed(cases, seed=1) == [made]
