import re
from dataclasses import replace

import pytest
from test_render import ALLOWED, HOSTILE, Audit
from ui_fakes import FakeGenerator

from assistant.generation import inspection as lab
from assistant.generation.sampling import Sampling
from assistant.ui import render
from assistant.ui.panels.lab import LabPanel, _sampling, _within
from assistant.ui.render.lab import CHIPS_SHOWN, fine_percent
from assistant.ui.tab import Streams, Tab
from assistant.ui.window import Window

SETTINGS = (0.7, 0, 0.9, 1.0)
TAGS = ALLOWED | {"ol", "h4"}


@pytest.fixture
def panel(app):
    window = Window(app)
    window.build()
    return window._lab


def texts(changes: dict) -> str:
    return " ".join(value for value in changes.values() if isinstance(value, str))


def test_looking_shows_tokens_and_both_charts(panel):
    shown = panel.looked(True, Tab(), "the heart", "starter", *SETTINGS)
    assert shown[panel.message] == ""
    assert shown[panel.tokens].count('class="token"') == len(FakeGenerator().encode("the heart"))
    assert "Plain model" in shown[panel.charts] and "With your settings" in shown[panel.charts]


@pytest.mark.parametrize(
    ("prompt", "model", "words"),
    [
        ("", "starter", "Type a prompt first"),
        (None, "starter", "Type a prompt first"),
        ("x" * 64, "starter", "has 64 tokens, but this model reads at most 63"),
        ("the", None, "Choose a generator"),
        ("the", "/etc", "Choose a generator"),
        ("the", "broken", "cannot be used: broken is not a GPT-2 preset"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(panel, app, prompt, model, words):
    app.assistant.names = ["starter", "broken"]
    shown = panel.looked(True, Tab(), prompt, model, *SETTINGS)
    assert words in shown[panel.message] and shown[panel.charts] == ""
    *_, last = panel.writing(Tab(), Streams(), prompt, model, *SETTINGS, 1, 20)
    assert words in last[panel.message] and last[panel.write]["interactive"]


def test_no_model_at_all_is_said(panel, app):
    app.assistant.names = []
    assert "no generator on this computer" in panel.looked(True, Tab(), "the", None, *SETTINGS)[panel.message]


def test_writing_on_streams_and_gives_the_button_back(panel):
    steps = list(panel.writing(Tab(), Streams(), "the", "starter", *SETTINGS, 3, 20))
    assert steps[0][panel.stop]["interactive"] and not steps[-1][panel.stop]["interactive"]
    assert " lungs" in steps[-1][panel.written]


def test_the_settings_reach_the_generator(panel, app):
    list(panel.writing(Tab(), Streams(), "the", "starter", 0.5, 7, 0.8, 1.2, 42, 20))
    assert app.assistant.resources.generator("starter").sampled == [Sampling(0.5, 7, 0.8, 1.2, seed=42)]


def test_writing_stops_when_the_tab_looks_away(panel):
    streams = Streams()
    steps = panel.writing(Tab(), streams, "the", "starter", *SETTINGS, 1, 200)
    next(steps)
    streams.begin()
    assert list(steps)[-1][panel.written].count(" the") < 2


def test_nothing_is_loaded_before_the_tab_was_opened(panel, app):
    assert panel.looked(False, Tab(), "the", "starter", *SETTINGS) == {panel.message: ""}
    assert not app.assistant.resources.made


def test_another_language_shows_the_same(panel):
    assert "Modèle brut" in panel.looked(True, Tab("fr"), "the", "starter", *SETTINGS)[panel.charts]


@pytest.mark.parametrize("value", [None, float("nan"), "7"])
def test_what_is_no_number_takes_the_usual_value(value):
    assert _within(value, 0, 1, 0.5) == 0.5


def test_numbers_are_put_into_their_bounds():
    assert _sampling(9, -3, 0, 0, 10**12) == Sampling(2, 0, 0.05, 1, seed=2**31 - 1)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text, lang):
    token = lab.Token(7, text)
    look = lab.Look((token, replace(token, kind="bytes")), (lab.Candidate(token, 0.5, 0.5),), (), 64)
    look = replace(look, shaped=(lab.Candidate(token, 0.9, 0.5),))
    for markup in (
        render.lab_tokens(look, lang),
        render.lab_charts(look, lang),
        render.lab_written(text, text, True, lang),
    ):
        audit = Audit(markup)
        assert audit.tags <= TAGS and not [name for name, _ in audit.attributes if name.startswith("on")]


def test_bars_share_one_scale():
    token = lab.Token(7, "x")
    look = lab.Look((token,), (lab.Candidate(token, 0.4, 0.4),), (lab.Candidate(token, 0.8, 0.4),), 64)
    assert re.findall(r"(width|left):([\d.]+)%", render.lab_charts(look, "en")) == [
        ("width", "50.00"),
        ("width", "100.00"),
        ("left", "50.00"),
    ]


def test_long_prompts_show_their_first_tokens():
    look = lab.Look((lab.Token(7, "x"),) * (CHIPS_SHOWN + 9), (), (), 1024)
    markup = render.lab_tokens(look, "en")
    assert markup.count('class="token"') == CHIPS_SHOWN and "And 9 more." in markup
    assert "309 tokens in a window of 1,024" in markup


@pytest.mark.parametrize(
    ("share", "lang", "words"), [(0.342, "en", "34.2%"), (0.342, "fr", "34,2\u202f%"), (0.0001, "en", "<0.1%")]
)
def test_small_probabilities_keep_a_decimal(share, lang, words):
    assert fine_percent(share, lang) == words


def test_every_control_is_explained(app):
    panel = LabPanel(app)
    import gradio as gr

    with gr.Blocks():
        panel.layout()
    words = panel.words(Tab("fr"))
    assert set(words) == set(panel.words_outputs)
    controls = (panel.prompt, panel.seed, *panel._choices)
    assert all(words[control]["info"].endswith((".", "…")) for control in controls)
