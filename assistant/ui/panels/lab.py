"""The GPT-2 lab: a prompt's tokens, the likeliest next ones, and what the sampling settings do to them."""

import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import gradio as gr
from gradio.events import Dependency

from assistant.generation import inspection
from assistant.generation.engine.choice import KERAS
from assistant.generation.presets import ModelError
from assistant.generation.sampling import Sampling
from assistant.services.answer_jobs import UPDATE_S
from assistant.services.application import Application
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import model_names, t
from assistant.ui.panels.components import QUIET, Changes, Update, choice, html
from assistant.ui.tab import Streams, Tab
from corpus.errors import SourcierError

if TYPE_CHECKING:
    from assistant.generation.generator import Generator

FIRST_PROMPT = "The heart is a muscle that pumps blood through the"
LONGEST_PROMPT = 20_000  # characters: more than any window holds
LARGEST_SEED = 2**31 - 1
LONGEST_CONTINUATION = 200  # tokens


class LabError(SourcierError):
    """What keeps the lab from showing something."""


class LabPanel:
    """Looks into one generator at a time. Nothing but the sliders is kept."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self.streams = gr.State(Streams())
        self.opened = gr.State(False)
        with gr.Row(elem_id="lab", elem_classes="page"):
            with gr.Column(elem_id="lab-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = html()
                self.prompt = gr.Textbox(
                    FIRST_PROMPT, elem_id="lab-prompt", lines=3, max_lines=8, max_length=LONGEST_PROMPT
                )
                self.model = choice([], value=None, elem_id="lab-model")
                self.temperature = gr.Slider(0, 2, value=0.7, step=0.05, elem_id="lab-temperature")
                self.top_k = gr.Slider(0, 100, value=0, step=1, elem_id="lab-top-k")
                self.top_p = gr.Slider(0.05, 1, value=0.9, step=0.05, elem_id="lab-top-p")
                self.penalty = gr.Slider(1, 2, value=1, step=0.05, elem_id="lab-penalty")
                self.seed = gr.Number(1, precision=0, minimum=0, maximum=LARGEST_SEED, elem_id="lab-seed")
                self.length = gr.Slider(10, LONGEST_CONTINUATION, value=60, step=10, elem_id="lab-length")
            with gr.Column(elem_id="lab-results", scale=4, min_width=320):
                self.message = html(elem_id="lab-message")
                self.tokens = html(elem_id="lab-tokens")
                self.charts = html(elem_id="lab-charts")
                with gr.Row(elem_id="lab-writing"):
                    self.write = gr.Button("", elem_id="lab-write", variant="primary")
                    self.stop = gr.Button("", elem_id="lab-stop", variant="secondary", interactive=False)
                self.written = html(elem_id="lab-written")

    def wire(self, tab: gr.State, opened: gr.Tab, switched: Dependency) -> None:
        """Looks again whenever the prompt or a setting changes; `switched` is the change of language."""
        settings = [self.model, self.temperature, self.top_k, self.top_p, self.penalty]
        looking = [self.opened, tab, self.prompt, *settings]
        opened.select(lambda: True, None, self.opened, **QUIET)
        # One event for all changes, so that a later one is never overtaken by an earlier. `change`, not `input`: that
        # one is sent with the prompt as it was before the key.
        sliders = [self.temperature, self.top_k, self.top_p, self.penalty]
        changes = [self.opened.change, self.prompt.change, self.model.change, *(slider.change for slider in sliders)]
        gr.on(changes, self.looked, looking, self._results, trigger_mode="always_last", **QUIET)
        switched.then(self.looked, looking, self._results, **QUIET)
        writing = [self.written, self.message, self.write, self.stop]
        self.write.click(
            self.writing, [tab, self.streams, self.prompt, *settings, self.seed, self.length], writing, **QUIET
        )
        self.stop.click(_stop, [self.streams], None, queue=False, **QUIET)

    @property
    def _results(self) -> list:
        return [self.message, self.tokens, self.charts]

    # --- what is shown --------------------------------------------------------------------------------------

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        return [self.heading, self.prompt, self.seed, self.write, self.stop, self.written, *self._choices]

    @property
    def _choices(self) -> list:
        return [self.model, self.temperature, self.top_k, self.top_p, self.penalty, self.length]

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language, each control with a sentence of explanation."""
        named = {
            "prompt": self.prompt,
            "temperature": self.temperature,
            "top_k": self.top_k,
            "top_p": self.top_p,
            "penalty": self.penalty,
            "seed": self.seed,
            "length": self.length,
        }
        words: Changes = {
            component: gr.update(label=t(f"lab.{key}", tab.lang), info=t(f"lab.{key}_help", tab.lang))
            for key, component in named.items()
        }
        return words | {
            self.heading: render.lab_heading(tab.lang),
            self.model: self.model_choices(tab),
            self.write: gr.update(value=t("lab.write", tab.lang)),
            self.stop: gr.update(value=t("lab.stop", tab.lang)),
            self.written: render.lab_written("", "", False, tab.lang),
        }

    def model_choices(self, tab: Tab) -> Update:
        """An update of the choice of generators."""
        models = self._app.assistant.models()
        usual = self._app.assistant.settings.model
        value = usual if usual in models else next(iter(models), None)
        label, info = t("ask.model", tab.lang), t("lab.model_help", tab.lang)
        return gr.update(label=label, info=info, choices=model_names(models, tab.lang), value=value)

    # --- what happens ---------------------------------------------------------------------------------------

    def looked(self, opened: bool, tab: Tab, prompt: str, model: str | None, *settings: float | None) -> Changes:
        """The tokens and the charts, or one sentence that says why there are none.

        Nothing before the tab was `opened`, because looking loads the model.
        """
        if not opened:
            return {self.message: ""}
        try:
            found = inspection.look(self._generator(model), prompt or "", _sampling(*settings))
        except SourcierError as error:
            complaint = _complaint(error, tab.lang)
            return {self.message: complaint, self.tokens: "", self.charts: ""}
        return {
            self.message: "",
            self.tokens: render.lab_tokens(found, tab.lang),
            self.charts: render.lab_charts(found, tab.lang),
        }

    def writing(
        self,
        tab: Tab,
        streams: Streams,
        prompt: str | None,
        model: str | None,
        temperature: float | None,
        top_k: float | None,
        top_p: float | None,
        penalty: float | None,
        seed: float | None,
        length: float | None,
    ) -> Iterator[Changes]:
        """Streams a continuation until it ends, is stopped, or another one begins."""
        mine, prompt, text, shown = streams.begin(), prompt or "", "", -math.inf
        sampling = _sampling(temperature, top_k, top_p, penalty, seed)
        most = round(_within(length, 1, LONGEST_CONTINUATION, 60))
        try:
            generator = self._generator(model)
            yield {self.message: ""} | self._progress(prompt, "", tab, running=bool(prompt))
            for text in inspection.written(generator, prompt, sampling, most):
                if streams.newest != mine:
                    break
                if time.monotonic() - shown > UPDATE_S:
                    shown = time.monotonic()
                    yield self._progress(prompt, text, tab, running=True)
        except SourcierError as error:
            complaint = _complaint(error, tab.lang)
            yield {self.message: complaint} | self._progress("", "", tab, running=False)
            return
        yield self._progress(prompt, text, tab, running=False)

    def _progress(self, prompt: str, text: str, tab: Tab, *, running: bool) -> Changes:
        return {
            self.written: render.lab_written(prompt, text, running, tab.lang),
            self.write: gr.update(interactive=not running),
            self.stop: gr.update(interactive=running),
        }

    def _generator(self, model: str | None) -> "Generator":
        """The loaded generator; its name comes from the browser, and a preset may be deleted meanwhile."""
        models = self._app.assistant.models()
        if not models:
            raise LabError("lab.no_model")
        if model is None or model not in models:
            raise LabError("lab.model_gone")
        return self._app.assistant.resources.generator(model, KERAS)  # the weights as they were trained


def _complaint(error: SourcierError, lang: str) -> str:
    """What the lab and the models complain of, as a message for the page."""
    words = sentence(error, lang)
    return render.message(t("lab.failed", lang, reason=words) if isinstance(error, ModelError) else words, False)


def _sampling(
    temperature: float | None = None,
    top_k: float | None = None,
    top_p: float | None = None,
    penalty: float | None = None,
    seed: float | None = None,
) -> Sampling:
    """The settings of the sliders; numbers come from the browser and are put into their bounds."""
    return Sampling(
        temperature=_within(temperature, 0, 2, 1.0),
        top_k=round(_within(top_k, 0, 100, 0)),
        top_p=_within(top_p, 0.05, 1, 1.0),
        repetition_penalty=_within(penalty, 1, 2, 1.0),
        seed=round(_within(seed, 0, LARGEST_SEED, 1)),
    )


def _within(value: float | None, least: float, most: float, usual: float) -> float:
    """`value` between its bounds, `usual` where it is no number."""
    if not isinstance(value, int | float) or value != value:
        return usual
    return min(max(value, least), most)


def _stop(streams: Streams) -> None:
    streams.begin()  # a newer stream, of nothing, ends the one that is writing
