import ast
import string
from pathlib import Path

import pytest

import assistant
from assistant.ui.reasons import reason
from assistant.ui.reasons_fr import FRENCH

ROOT = Path(assistant.__file__).parent
SPOKEN = ("AskError", "ModelError", "HistoryError", "PageError")
MODULES = ("answer", "presets", "generator", "tokenizer", "history", "pages", "ui/sources")


def template(node: ast.expr) -> str | None:
    """The sentence of a `raise`, with `{}` in its gaps."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def sentences() -> list[str]:
    calls = [
        node
        for name in MODULES
        for node in ast.walk(ast.parse((ROOT / f"{name}.py").read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPOKEN and node.args
    ]
    return [found for call in calls if (found := template(call.args[0]))]


@pytest.mark.parametrize("sentence", sentences())
def test_every_sentence_that_a_chat_can_meet_is_there_in_french(sentence):
    assert sentence in FRENCH


@pytest.mark.parametrize("english", FRENCH)
def test_french_keeps_the_gaps_and_the_stop(english):
    gaps = [field for _, field, _, _ in string.Formatter().parse(FRENCH[english]) if field is not None]
    assert len(gaps) == english.count("{}")
    assert english.endswith(".") == FRENCH[english].endswith(".")
    assert "'" not in FRENCH[english]


def test_gaps_are_filled_and_reasons_inside_them_translated():
    newer = "it was written by a newer Sourcier; update the program to open it"
    assert reason(f"The index /a/b.db cannot be opened: {newer}.", "fr") == (
        "L’index /a/b.db ne peut pas être ouvert : il a été écrit par un Sourcier plus récent ; mettez le programme "
        "à jour pour l’ouvrir."
    )


def test_other_languages_and_unknown_sentences_stay_as_they_are():
    assert reason("The question is empty.", "en") == "The question is empty."
    assert reason("Something new.", "fr") == "Something new."
    assert reason("", "fr") == ""


def test_braces_in_a_name_are_only_text():
    assert reason("{0.__class__} is empty.", "fr") == "{0.__class__} est vide."
