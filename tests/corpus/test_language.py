import pytest

from corpus.language import detect


@pytest.mark.parametrize(
    ("expected", "texts"),
    [
        ("en", ("The cat is on the mat.", "What is photosynthesis?", "When did the war end?", "HOW OLD IS IT?")),
        ("fr", ("Le chat est sur la table.", "Qui était Victor Hugo ?", "Combien d'employeurs", "Et où est-il né ?")),
        (
            "",
            (
                "Der Hund liegt auf der Wiese und schläft.",
                "Welche Nebenwirkungen hat Aspirin?",
                "¿Cuál es la capital de Francia?",
                "Qual è la capitale della Francia?",
                "Какая столица Франции?",
                "法国的首都是哪里?",
                "def f(x): return x + 1",
                "Metformin",
                "12 34",
                " ",
                "",
            ),
        ),
    ],
)
def test_english_and_french_are_told_from_all_else(expected, texts):
    assert {text: detect(text) for text in texts} == dict.fromkeys(texts, expected)


def test_a_long_text_is_judged_by_its_middle_too_and_lone_surrogates_do_no_harm():
    french = "Le dossier est complet et les pièces sont jointes à la demande. " * 200
    assert detect("ISBN 12-34-56\n" * 40 + french) == "fr"
    assert detect("The house\ud800 is on the hill and it is red.") == "en"
