import pytest

from assistant.query.operations import operation


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How many rows have status open?", "count"),
        ("Combien de lignes ont le statut ouvert ?", "count"),
        ("total amount in 2024", "sum"),
        ("le total", "sum"),
        ("average price of the boats", "mean"),
        ("Quel est le prix moyen ?", "mean"),
        ("Which boat has the highest deposit?", "greatest"),
        ("le plus élevé", "greatest"),
        ("Which room is the cheapest?", "least"),
        ("What is the median price?", "other"),
        ("total amount per customer", "other"),
    ],
)
def test_computations_are_told_by_their_wording(question, asked):
    found = operation(question)
    assert found is not None and found.operation == asked


@pytest.mark.parametrize(
    "question",
    [
        "Who is the CEO of Halden?",
        "What is the deposit for the boat Wigeon?",
        "When does the tide gate open?",
        "Où se trouve la clé de la cave ?",
        "hello",
    ],
)
def test_other_questions_ask_for_no_computation(question):
    assert operation(question) is None
