import pytest

from assistant.ui.i18n.texts import system_language
from corpus.errors import Reason, SourcierError
from scripts import _common


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_language_is_french_under_a_french_locale_only(variables, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert system_language() == language


def test_an_error_is_one_line_in_the_language_of_the_locale(monkeypatch):
    def fail(arguments):
        raise SourcierError("collection.taken", name="notes")

    for locale, said in (
        ("C", "Error: There is already a collection called 'notes'."),
        (
            "fr_FR.UTF-8",
            "Erreur\N{NO-BREAK SPACE}: Il y a déjà une collection «\N{NO-BREAK SPACE}notes\N{NO-BREAK SPACE}».",
        ),
    ):
        monkeypatch.setenv("LC_ALL", locale)
        with pytest.raises(SystemExit) as ended:
            _common.run(fail)
        assert ended.value.code == said


def test_reasons_are_said_as_they_are_and_as_they_are_stored():
    reason = Reason("source.unsupported", {"kind": ".exe"})
    assert _common.say(reason) == _common.say(reason.dumps()) == "Files of the kind '.exe' cannot be read."
    assert _common.say("An older sentence.") == "An older sentence."
