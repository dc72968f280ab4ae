"""The generators in the Settings tab: what is shown, what a click does, and the way there from the other tabs."""

import re

import pytest
from test_render import ALLOWED, Audit

from assistant.generation import presets
from assistant.generation.preset_store import Standing
from assistant.generation.presets import HUB_PRESETS
from assistant.services import downloads
from assistant.services.downloads import Job
from assistant.services.generators import GeneratorOffer
from assistant.ui import render
from assistant.ui.tab import Tab
from assistant.ui.window import Window
from corpus.errors import Reason

NAME = "gpt2_base_en"
FAILED = Job("failed", Reason("generators.offline", {"name": NAME}).dumps())


@pytest.fixture
def started(monkeypatch, tmp_path):
    """What would have been started; nothing is."""
    monkeypatch.setenv(presets.HUB_VARIABLE, str(tmp_path / "kagglehub"))
    made: list[tuple[str, list[str]]] = []

    def start(self, name, arguments, ended=None):
        made.append((name, list(arguments)))
        return True

    monkeypatch.setattr(downloads.Jobs, "start", start)
    return made


@pytest.fixture
def panel(app, started):
    window = Window(app)
    window.build()
    return window._settings._generators


def act(panel, name: str, **data: str) -> dict:
    return panel.act(name, data, Tab())


def test_every_preset_is_shown_and_nothing_is_fetched_unasked(panel, started, app):
    for lang in ("en", "fr"):
        shown = panel.words(Tab(lang=lang))[panel._list]
        assert all(f"<h3>{name}</h3>" in shown for name in HUB_PRESETS)
        assert shown.count("generator-fetch") == len(HUB_PRESETS) and "generator-delete" not in shown
    assert started == []


def test_a_click_starts_a_job_and_a_deletion_is_confirmed(panel, started, app):
    act(panel, "generator-fetch", generator=NAME)
    act(panel, "generator-check", generator=NAME)
    assert started == [(NAME, ["--generator", "fetch", NAME]), (NAME, ["--generator", "check", NAME])]
    folder = app.home.models / NAME
    folder.mkdir(parents=True)
    changes = act(panel, "generator-delete", generator=NAME)
    assert changes[panel._deleting] == NAME and "generator-deleted" in changes[panel._list] and folder.is_dir()
    changes = act(panel, "generator-deleted", generator=NAME)
    assert not folder.exists() and changes[panel._deleting] == "" and NAME in changes[panel._message]


@pytest.mark.parametrize("name", ["generator-fetch", "generator-delete", "generator-deleted", "generator-check"])
def test_only_known_presets_are_acted_on(panel, started, app, name):
    app.home.models.mkdir(parents=True, exist_ok=True)
    for preset in ("../../etc", "starter", ""):
        assert "<p" in act(panel, name, generator=preset)[panel._message]
    assert started == [] and act(panel, "nonsense", generator=NAME)[panel._message] == ""


def test_a_folder_or_an_archive_is_brought(panel, started, tmp_path):
    assert "<p" in panel.brought(Tab(), None, "  ", "")[panel._message] and started == []
    panel.brought(Tab(), None, str(tmp_path), NAME)
    panel.brought(Tab(), str(tmp_path / "-x.zip"), "", "")
    assert [arguments[-1] for _, arguments in started] == [NAME, downloads.OWN_NAME]
    assert started[1][1][2:4] == [f"--source={tmp_path / '-x.zip'}", "--label=-x.zip"]
    assert "<p" in panel.brought(Tab(), None, str(tmp_path), "../x")[panel._message] and len(started) == 2


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_state_has_its_words_and_buttons(lang):
    standings = {
        "none": (Standing(NAME, "none"), None, ["fetch"]),
        "failed": (Standing(NAME, "none"), FAILED, ["fetch"]),
        "fetching": (Standing(NAME, "partial"), Job("fetching", done=5_000_000, total=500_000_000), ["stop"]),
        "partial": (Standing(NAME, "partial", None, 5_000_000), None, ["fetch", "deleted"]),
        "damaged": (Standing(NAME, "damaged", origin="kaggle"), None, ["fetch", "delete"]),
        "here": (Standing(NAME, "here", origin="huggingface"), None, ["check", "delete"]),
        "shared": (Standing(NAME, "here", origin="shared"), None, []),
    }
    for standing, job, tools in standings.values():
        shown = render.generators([GeneratorOffer(NAME, HUB_PRESETS[NAME], standing, job)], "", lang)
        assert re.findall(r'data-act="generator-(\w+)"', shown) == tools
        assert Audit(shown).tags <= ALLOWED | {"code", "progress"}


def test_where_the_generic_gpt2_is_missing_the_way_to_it_is_shown(app, started):
    window = Window(app)
    window.build()
    for panel in (window._train, window._compare):
        assert 'data-at="generators"' in panel.choices(Tab())[panel.missing]
        app.assistant.names.append(NAME)
        assert panel.choices(Tab())[panel.missing] == ""
        app.assistant.names.remove(NAME)
