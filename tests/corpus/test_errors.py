"""Every code that `corpus` raises or reports has a sentence in both languages."""

import ast
import pickle
import re
from pathlib import Path
from string import Formatter

import pytest

from assistant.ui.i18n import errors_corpus_en, errors_corpus_fr
from assistant.ui.i18n.errors import sentence
from corpus.document import ReadingError
from corpus.errors import Reason

ROOT = Path(__file__).parents[2]
MAKERS = ("Reason", "ReadingError", "NotRecognised")
ENGLISH, FRENCH = errors_corpus_en.SENTENCES, errors_corpus_fr.SENTENCES


def made_in_corpus():
    """(code, names of its values, where) of each error and reason that the source makes."""
    for path in sorted((ROOT / "corpus").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                code, values = node.args[0], {keyword.arg for keyword in node.keywords}
                if len(node.args) > 1:
                    given = node.args[1]
                    values = {key.value for key in given.keys} if isinstance(given, ast.Dict) else None
                yield code, values, f"{path.relative_to(ROOT)}:{node.lineno}"


def gaps(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_code_has_a_sentence_whose_gaps_are_filled():
    problems = []
    for code, values, where in made_in_corpus():
        if not isinstance(code, ast.Constant):
            if "errors.py" not in where:
                problems.append(f"{where}: the code is no literal")
        elif code.value not in ENGLISH:
            problems.append(f"{where}: no sentence for {code.value}")
        elif values is not None and not gaps(ENGLISH[code.value]) <= values:
            problems.append(f"{where}: {code.value} is not given {gaps(ENGLISH[code.value]) - values}")
    assert not problems


def test_no_sentence_is_left_over():
    made = {code.value for code, *_ in made_in_corpus() if isinstance(code, ast.Constant)}
    assert {code.removesuffix(".kind") for code in ENGLISH} <= made


def test_both_languages_have_the_same_codes_and_gaps():
    assert list(ENGLISH) == list(FRENCH)
    assert [code for code in ENGLISH if gaps(ENGLISH[code]) != gaps(FRENCH[code])] == []


def test_french_typography():
    wrong = re.compile(r"\w [:;?!»]|« |'|\d \d{3}\b| [MG]o\b")
    assert [text for text in FRENCH.values() if wrong.search(text)] == []


def test_an_error_is_pickled_with_its_values():
    error = pickle.loads(pickle.dumps(ReadingError("file.empty", name="a.txt")))
    assert type(error) is ReadingError and (error.code, dict(error.values)) == ("file.empty", {"name": "a.txt"})


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("en", "a.zip is damaged or not a zip archive."), ("fr", "a.zip est abîmé ou n’est pas une archive zip.")],
)
def test_a_reason_inside_a_reason_survives_its_storage(lang, expected):
    stored = Reason("file.damaged_or_other", {"name": "a.zip", "kind": Reason("kind.zip")}).dumps()
    assert sentence(stored, lang) == expected
    assert sentence("A sentence that an older version stored.", lang) == "A sentence that an older version stored."
