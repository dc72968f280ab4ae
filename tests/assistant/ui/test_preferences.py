"""The Settings tab: what it keeps, what it leaves alone, and what the about page says."""

import pytest

from assistant.services import diagnostics
from assistant.settings import LIMITS, Settings
from assistant.ui import render
from assistant.ui.panels.settings import SettingsPanel
from assistant.ui.tab import Tab

gr = pytest.importorskip("gradio")


@pytest.fixture
def preferences(app):
    made = SettingsPanel(app)
    with gr.Blocks():
        made.layout()
    return made


def settings(preferences) -> Settings:
    return preferences._app.assistant.settings


def test_a_setting_is_kept_at_once(preferences):
    assert "Saved" in preferences.taken(Tab(), "passages", 4)[preferences.message]
    assert settings(preferences).passages == 4
    preferences.taken(Tab(), "threshold", 1)
    assert settings(preferences).threshold == 1.0 and type(settings(preferences).threshold) is float


@pytest.mark.parametrize(
    ("name", "value"),
    [("passages", 0), ("passages", 10**9), ("threshold", "0.5"), ("threshold", None), ("temperature", float("nan")),
     ("passages", True), ("model", "../../etc"), ("model", None)],
)  # fmt: skip
def test_what_does_not_fit_is_left_alone_and_said(preferences, name, value):
    before = settings(preferences)
    assert 'role="alert"' in preferences.taken(Tab(), name, value)[preferences.message]
    assert settings(preferences) == before


def test_everything_goes_back_to_the_usual(preferences):
    for name, (low, _) in LIMITS.items():
        preferences.taken(Tab(), name, low)
    shown = preferences.restored(Tab(lang="fr"))
    assert settings(preferences) == Settings()
    assert shown[preferences.numbers["passages"]]["value"] == Settings().passages


def test_every_number_of_the_settings_has_limits_that_hold_its_usual_value():
    numbers = {name: value for name, value in vars(Settings()).items() if isinstance(value, int | float)}
    assert set(numbers) == set(LIMITS)
    assert all(LIMITS[name][0] <= value <= LIMITS[name][1] for name, value in numbers.items())


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_control_has_a_label_and_a_sentence_of_help_with_its_usual_value(preferences, lang):
    words = preferences.words(Tab(lang=lang))
    for component in (*preferences.numbers.values(), preferences.model):
        assert words[component]["label"] and words[component]["info"].rstrip().endswith(".")
    usual = {"en": "Usual: 0.5", "fr": "D’habitude\N{NO-BREAK SPACE}: 0,5"}
    assert render.usual("threshold", 0.5, lang).startswith(usual[lang])


def test_the_about_page_names_licences_places_and_the_report(preferences, app):
    page = preferences.shown(Tab())[preferences.about]
    for words in ("all-MiniLM-L6-v2", "MedQuAD", "Modified MIT", str(app.home.path), "/v1/docs", diagnostics.version()):
        assert words in page


def test_the_report_holds_nothing_of_the_user_s(app):
    app.assistant.choose(model="my-secret-model")
    report = diagnostics.report(app.home, app.assistant, app.statuses())
    for secret in ("Biology", "cells.txt", "scan", "my-secret-model", str(app.home.path)):
        assert secret not in report
    assert "2 (" in report and "1 files failed" in report


def test_the_way_out_is_offered_where_there_is_a_password():
    assert 'data-act="leave"' in render.look("en", locked=True)
    assert 'data-act="leave"' not in render.look("en", locked=False)
