import ast
import string
from pathlib import Path

import pytest

import assistant
from assistant.ui.i18n.reasons import all_french, reason

FRENCH = all_french()
ROOT = Path(assistant.__file__).parent.parent
SPOKEN = ("AskError", "ModelError", "HistoryError", "PageError", "ReadingError", "StoreError", "BusyError", "Dropped")
MODULES = (
    *(
        f"assistant/{name}"
        for name in ("answer", "presets", "generator", "tokenizer", "history", "pages", "ui/sources")
    ),
    *(f"assistant/training/{name}" for name in ("examples", "finetuning", "folder", "learner", "lock")),
    *(f"assistant/evaluation/{name}" for name in ("own", "runs", "trials")),
    *("index/build", "index/parse", "index/store", "index/sources", "index/watches", "index/database"),
)
PACKAGES = ("corpus", "corpus/readers", "corpus/datasets")


def template(node: ast.expr) -> str | None:
    """The sentence of a `raise`, with `{}` in its gaps."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def sentences() -> list[str]:
    paths = [ROOT / f"{name}.py" for name in MODULES]
    paths += [path for name in PACKAGES for path in (ROOT / name).glob("*.py")]
    calls = [
        node
        for path in paths
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPOKEN and node.args
    ]
    spoken = (template(call.args[-1 if call.func.id == "Dropped" else 0]) for call in calls)
    # What has fewer words of its own is put together from parts, which are looked up one by one.
    return sorted({found for found in spoken if found and len(found.replace("{}", "").split()) > 1})


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
