"""Errors and reasons become sentences in both languages, for every code in the source."""

import ast
import re
import string
from pathlib import Path

import pytest

from assistant.ui.i18n.advice import ADVICE, advice
from assistant.ui.i18n.errors import SENTENCES, sentence
from assistant.ui.i18n.texts import TEXTS
from assistant.ui.i18n.typography import NARROW_SPACE, SPACE, french_spaces
from corpus.errors import Reason, SourcierError

ROOT = Path(__file__).parents[3]
ROOMS = ("corpus", "index", "assistant", "scripts")


def calls() -> list[tuple[str, str, str]]:
    """(file, class, code) for every call whose first argument is a code: of Reason, SourcierError and its kinds."""
    trees = {path: ast.parse(path.read_text("utf-8")) for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    kinds = {"SourcierError"}
    while grown := {name for name, above in bases.items() if above & kinds} - kinds:
        kinds |= grown
    return [
        (str(path.relative_to(ROOT)), name, node.args[0].value)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (name := ast.unparse(node.func).rpartition(".")[2]) in kinds | {"Reason"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]


def gaps(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name)


def test_every_code_in_the_source_has_a_sentence_in_both_languages():
    found = calls()
    assert len(found) > 100
    missing = [(*call, lang) for call in found for lang in SENTENCES if call[2] not in SENTENCES[lang]]
    assert missing == []


def test_both_languages_have_the_same_codes_with_the_same_gaps():
    assert set(SENTENCES["en"]) ^ set(SENTENCES["fr"]) == set()
    differing = [code for code, text in SENTENCES["en"].items() if gaps(text) != gaps(SENTENCES["fr"][code])]
    assert differing == []


def test_french_has_french_typography():
    wrong = [code for code, text in SENTENCES["fr"].items() if "'" in text or re.search(r"\w[;?!»]|«\w", text)]
    assert wrong == []


def test_advice_is_on_codes_that_exist_and_has_words():
    unknown = [code for code in ADVICE if code not in SENTENCES["en"]]
    wordless = [key for key in ADVICE.values() for lang in TEXTS if f"advice.{key}" not in TEXTS[lang]]
    assert unknown + wordless == []


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        (Reason("file.empty", {"name": "a.txt"}), "empty"),
        (Reason("file.protected", {"name": "a.pdf"}).dumps(), "password"),
        (
            Reason("archive.nothing_readable", {"name": "a.zip", "reason": Reason("file.protected", {"name": "b"})}),
            "password",
        ),
        (Reason("no.such_code"), ""),
        ("A sentence of an older version.", ""),
    ],
)
def test_advice_is_found_by_the_code(reason, key):
    assert advice(reason) == key


def test_a_reason_in_a_reason_is_said_without_its_full_stop():
    inner = Reason("page.not_drawn")
    error = SourcierError("votes.unreadable", path="v", reason=inner)
    assert sentence(error, "en") == "The votes v cannot be read: This page cannot be drawn."
    assert sentence(error.reason.dumps(), "en") == sentence(error, "en")


def test_what_is_no_reason_comes_back_as_it_is():
    for text in ("An old sentence.", '{"json": 1}', "{", ""):
        assert sentence(text, "fr") == text


def test_an_unknown_code_a_missing_value_and_an_unknown_language_do_no_harm():
    assert sentence(Reason("no.such_code", {"n": 1}), "fr") == "no.such_code (n=1)"
    assert "{path}" in sentence(Reason("votes.unreadable", {"reason": "x"}), "en")
    assert sentence(Reason("history.turn_gone"), "de") == sentence(Reason("history.turn_gone"), "en")


def test_values_are_not_templates():
    assert "{0.__class__}" in sentence(Reason("page.not_drawn_because", {"reason": "{0.__class__}"}), "en")


def test_the_systems_reason_is_told():
    assert "No space left" in sentence(OSError(28, "No space left on device"), "en")


def test_french_signs_do_not_stand_alone():
    expected = f"«{SPACE}a{SPACE}»{SPACE}: b{NARROW_SPACE}? c{NARROW_SPACE}; d{NARROW_SPACE}!"
    assert french_spaces("« a » : b ? c ; d !") == expected
    assert french_spaces("https://a.b: c;") == "https://a.b: c;"
