"""The Evaluate tab without a browser: starting, showing and comparing trials."""

from dataclasses import replace

import pytest

from assistant.evaluation import runs
from assistant.evaluation.own import Outcome, tables
from assistant.evaluation.runs import Run
from assistant.evaluation.trials import Progress, Trial
from assistant.ui import render
from assistant.ui.panels.evaluate import EvaluatePanel
from assistant.ui.tab import Tab

gr = pytest.importorskip("gradio")
HOSTILE = '<img src=x onerror="alert(1)">'
GOOD = Outcome("What is it?", "title", "It", ("d",), 1, False, 0.9, "It is. [1]", True, 1, 1)


@pytest.fixture
def evaluate(app):
    made = EvaluatePanel(app)
    with gr.Blocks():
        made.layout()
    return made


def trial(outcomes, **settings) -> Trial:
    told = {"collection": "Notes", "mode": "grounded", "threshold": 0.5, **settings}
    return Trial("one", Run("trial", "2026-01-02T03:04:05+00:00", told, tuple(tables(outcomes))), tuple(outcomes))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_words_are_there_for_every_control(evaluate, lang):
    words = evaluate.words(Tab(lang=lang))
    for component in (evaluate.collection, evaluate.count, evaluate.mode, evaluate.model, *evaluate.numbers.values()):
        assert words[component]["label"] and words[component]["info"]
    assert render.trials_empty(lang) == words[evaluate.results]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"collection": None}, "Choose a collection"),
        ({"collection": "../x"}, "Choose a collection"),
        ({"count": 10**6}, "does not fit"),
        ({"count": None}, "does not fit"),
        ({"model": "nobody"}, "does not fit"),
        ({"mode": "wild"}, "does not fit"),
        ({"threshold": 7}, "does not fit"),
        ({"threshold": "0.5"}, "does not fit"),
    ],
)
def test_what_cannot_be_tried_is_said_in_one_sentence(evaluate, changes, words):
    chosen = {"collection": "Biology", "count": 5, "mode": "quotes", "model": "starter"}
    chosen |= {name: getattr(evaluate._app.assistant.settings, name) for name in evaluate.numbers}
    assert words in evaluate.started(Tab(), *(chosen | changes).values())[evaluate.progress]
    assert not evaluate._app.trials.progress.running


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_results_show_measures_and_failures_and_escape_everything(lang):
    bad = replace(GOOD, question=HOSTILE, wanted=HOSTILE, rank=None, answer=HOSTILE, found=(HOSTILE,), supported=0,
                  unsupported=(HOSTILE,))  # fmt: skip
    other = replace(GOOD, relevant=(), question="How do I paint a fence?")
    page = render.trial_results(trial([GOOD, bad, other], model=HOSTILE), None, runs.Compared(), lang)
    assert "<img" not in page and "&lt;img" in page
    assert page.count('<details class="failures">') == 3
    assert "<b>50" in page


def test_two_trials_stand_side_by_side_with_what_differs():
    one, two = trial([GOOD, GOOD], threshold=0.5), trial([GOOD, replace(GOOD, rank=None)], threshold=0.8)
    page = render.trial_results(one, two, runs.compare(one.run, two.run), "en")
    assert "+50.0" in page and "may be chance" in page
    assert "Strictness: 0.8 → <b>0.5</b>" in page


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_raw_name_of_a_setting_or_mode_is_shown_and_nothing_is_no_difference(lang):
    one, two = trial([GOOD, GOOD], mode="grounded", model="starter"), trial([GOOD, GOOD], mode="quotes", model="mine")
    page = render.trial_results(one, two, runs.compare(one.run, two.run), lang)
    name = render.trial_name({"made": one.run.made, **one.run.settings}, "one", lang)
    assert not any(raw in page + name for raw in ("grounded", "starter", "threshold", "≥", "may be chance", "hasard"))
    assert {"en": "no difference", "fr": "aucune différence"}[lang] in page


def test_progress_has_a_bar_and_a_way_to_stop():
    page = render.trial_progress(Progress(True, 3, 10), "en")
    assert "3 of 10" in page and 'value="0.300"' in page and 'data-act="trial-stop"' in page
    assert "&lt;b&gt;" in render.trial_progress(Progress(error="<b>no"), "en")
