import re
import string
from pathlib import Path

import pytest

import assistant.ui
from assistant.ui.i18n.texts import (
    LANGUAGES,
    TEXTS,
    counted,
    decimal,
    duration,
    integer,
    percent,
    preferred_language,
    t,
)

TABLES = ("en.py", "fr.py", "explanation_en.py", "explanation_fr.py", "course_en.py", "course_fr.py")
SOURCES = [path for path in Path(assistant.ui.__file__).parent.rglob("*.py") if path.name not in TABLES]


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_languages_have_the_same_keys():
    assert set(TEXTS["en"]) == set(TEXTS["fr"])


def test_languages_have_the_same_placeholders():
    differing = [key for key, text in TEXTS["en"].items() if placeholders(text) != placeholders(TEXTS["fr"][key])]
    assert differing == []


def test_every_key_is_used_somewhere():
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    names = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_0-9]+)*)["']""", code))
    families = set(re.findall(r'f"([a-z_.]+)\.\{', code))

    def used(key: str) -> bool:
        stem = re.sub(r"\.(one|other)$", "", key)
        return key in names or stem in names or key.rpartition(".")[0] in families or key.split(".")[0] in families

    assert not [key for key in TEXTS["en"] if not used(key)]


def test_french_has_french_typography():
    """The apostrophe is ’, and ; ? ! and quotation marks stand apart from their words."""
    wrong = [key for key, text in TEXTS["fr"].items() if "'" in text or re.search(r"\w[;?!»]|«\w", text)]
    assert wrong == []


def test_an_unknown_language_falls_back_to_english():
    assert t("save", "xx") == t("save", "en")


def test_numbers_follow_the_language():
    assert integer(16407, "en") == "16,407"
    assert integer(16407, "fr") == "16\u202f407"
    assert decimal(0.15, "fr") == "0,1"
    assert percent(0.834, "en") == "83%"
    assert percent(0.834, "fr") == "83\u202f%"


def test_percent_is_a_hundred_only_when_all_is_there():
    assert percent(0.9999, "en") == "99%"
    assert percent(1, "en") == "100%"


def test_counts_follow_the_language():
    assert counted("passages", 1, "en") == "1 passage"
    assert counted("passages", 0, "en") == "0 passages"
    assert counted("passages", 0, "fr") == "0 passage"


@pytest.mark.parametrize(("seconds", "words"), [(10, "less than a minute"), (240, "4 min"), (7500, "2 h 05")])
def test_durations_are_in_words(seconds, words):
    assert duration(seconds, "en") == words


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.8,fr;q=0.9", "fr"),
        ("de-DE,de;q=0.9,fr;q=0.5,en;q=0.3", "fr"),
        ("fr;q=0,en;q=0.1", "en"),
        ("de", "en"),
        ("", "en"),
        ("fr;q=abc;;,", "en"),
    ],
)
def test_the_language_comes_from_the_browser(header, language):
    assert preferred_language(header) == language
    assert language in LANGUAGES


def test_a_french_sign_never_begins_a_line():
    assert t("example.2", "fr") == "Qu’est-ce qu’un trou noir\u202f?"
