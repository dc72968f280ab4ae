"""The GPT-2 lab: a prompt's tokens, the likeliest next ones, and what the sampling settings do to them."""

import contextlib
import time
from collections.abc import Iterator

import gradio as gr

from assistant.generation import inspection as lab
from assistant.generation.sampling import Sampling
from assistant.services.answer_jobs import UPDATE_S
from assistant.ui import render
from assistant.ui.i18n.texts import integer, t
from assistant.ui.panels import html as panel
from assistant.ui.services import Services
from assistant.ui.view import Gaze, Tab

FIRST_PROMPT = "The heart is a muscle that pumps blood through the"
LONGEST_PROMPT = 20_000  # characters: more than any window holds
LARGEST_SEED = 2**31 - 1
LONGEST_CONTINUATION = 200  # tokens


class LabError(Exception):
    """What keeps the lab from showing something; the message is a sentence in the tab's language."""


class Lab:
    """Looks into one generator at a time. Nothing but the sliders is kept."""

    def __init__(self, services: Services):
        self._services = services

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self.gaze = gr.State(Gaze())  # which writing is the newest; stopping is looking away
        self.opened = gr.State(False)
        with gr.Row(elem_id="lab", elem_classes="page"):
            with gr.Column(elem_id="lab-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = panel.html()
                self.prompt = gr.Textbox(
                    FIRST_PROMPT, elem_id="lab-prompt", lines=3, max_lines=8, max_length=LONGEST_PROMPT
                )
                self.model = gr.Dropdown([], value=None, elem_id="lab-model")
                self.temperature = gr.Slider(0, 2, value=0.7, step=0.05, elem_id="lab-temperature")
                self.top_k = gr.Slider(0, 100, value=0, step=1, elem_id="lab-top-k")
                self.top_p = gr.Slider(0.05, 1, value=0.9, step=0.05, elem_id="lab-top-p")
                self.penalty = gr.Slider(1, 2, value=1, step=0.05, elem_id="lab-penalty")
                self.seed = gr.Number(1, precision=0, minimum=0, maximum=LARGEST_SEED, elem_id="lab-seed")
                self.length = gr.Slider(10, LONGEST_CONTINUATION, value=60, step=10, elem_id="lab-length")
            with gr.Column(elem_id="lab-results", scale=4, min_width=320):
                self.message = panel.html(elem_id="lab-message")
                self.tokens = panel.html(elem_id="lab-tokens")
                self.charts = panel.html(elem_id="lab-charts")
                with gr.Row(elem_id="lab-writing"):
                    self.write = gr.Button("", elem_id="lab-write", variant="primary")
                    self.stop = gr.Button("", elem_id="lab-stop", variant="secondary", interactive=False)
                self.written = panel.html(elem_id="lab-written")

    def wire(self, tab: gr.State, opened: gr.Tab, switched, quiet: dict) -> None:
        """Looks anew whenever the prompt or a setting changes; `switched` is the change of language."""
        settings = [self.model, self.temperature, self.top_k, self.top_p, self.penalty]
        looking = [self.opened, tab, self.prompt, *settings]
        opened.select(lambda: True, None, self.opened, **quiet)
        # One event for all changes, so that a later one is never overtaken by an earlier. `change`, not `input`: that
        # one is sent with the prompt as it was before the key.
        changes = [component.change for component in (self.opened, self.prompt, *settings)]
        gr.on(changes, self.looked, looking, self._results, trigger_mode="always_last", **quiet)
        switched.then(self.looked, looking, self._results, **quiet)
        writing = [self.written, self.message, self.write, self.stop]
        self.write.click(
            self.writing, [tab, self.gaze, self.prompt, *settings, self.seed, self.length], writing, **quiet
        )
        self.stop.click(_look_away, [self.gaze], None, queue=False, **quiet)

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

    def words(self, tab: Tab) -> dict:
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
        words = {
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

    def model_choices(self, tab: Tab) -> dict:
        """An update of the choice of generators."""
        models = self._services.assistant.models()
        usual = self._services.assistant.settings.model
        value = usual if usual in models else next(iter(models), None)
        label, info = t("ask.model", tab.lang), t("lab.model_help", tab.lang)
        return gr.update(label=label, info=info, choices=models, value=value)

    # --- what happens ---------------------------------------------------------------------------------------

    def looked(self, opened: bool, tab: Tab, prompt: str, model: str | None, *settings: float | None) -> dict:
        """The tokens and the charts, or one sentence that says why there are none.

        Nothing before the tab was `opened`, because looking loads the model.
        """
        if not opened:
            return {self.message: ""}
        try:
            with _in_words(tab):
                found = lab.look(self._generator(model, tab), prompt or "", _sampling(*settings))
        except LabError as error:
            complaint = render.message(str(error), False)
            return {self.message: complaint, self.tokens: "", self.charts: ""}
        return {
            self.message: "",
            self.tokens: render.lab_tokens(found, tab.lang),
            self.charts: render.lab_charts(found, tab.lang),
        }

    def writing(self, tab: Tab, gaze: Gaze, prompt: str, model: str | None, *settings: float | None) -> Iterator[dict]:
        """Streams a continuation until it ends, is stopped, or another one begins."""
        *shape, seed, length = settings
        mine, prompt, text, shown = gaze.turn(), prompt or "", "", 0.0
        most = round(_within(length, 1, LONGEST_CONTINUATION, 60))
        try:
            with _in_words(tab):
                generator = self._generator(model, tab)
                yield {self.message: ""} | self._progress(prompt, "", tab, running=bool(prompt))
                for text in lab.written(generator, prompt, _sampling(*shape, seed=seed), most):
                    if gaze.newest != mine:
                        break
                    if time.monotonic() - shown > UPDATE_S:
                        shown = time.monotonic()
                        yield self._progress(prompt, text, tab, running=True)
        except LabError as error:
            yield {self.message: render.message(str(error), False)} | self._progress("", "", tab, running=False)
            return
        yield self._progress(prompt, text, tab, running=False)

    def _progress(self, prompt: str, text: str, tab: Tab, *, running: bool) -> dict:
        return {
            self.written: render.lab_written(prompt, text, running, tab.lang),
            self.write: gr.update(interactive=not running),
            self.stop: gr.update(interactive=running),
        }

    def _generator(self, model: str | None, tab: Tab):
        """The loaded generator; its name comes from the browser, and a preset may be deleted meanwhile."""
        models = self._services.assistant.models()
        if not models:
            raise LabError(t("lab.no_model", tab.lang))
        if model not in models:
            raise LabError(t("lab.gone", tab.lang))
        return self._services.assistant.resources.generator(model)


@contextlib.contextmanager
def _in_words(tab: Tab) -> Iterator[None]:
    """Turns what the lab and the models complain of into sentences in the tab's language."""
    from assistant.generation.presets import ModelError

    try:
        yield
    except lab.PromptError as error:
        values = {"n": integer(error.tokens, tab.lang), "limit": integer(error.limit, tab.lang)}
        raise LabError(t(f"lab.{error.key}", tab.lang, **values)) from error
    except ModelError as error:
        raise LabError(t("lab.failed", tab.lang, reason=error)) from error


def _sampling(temperature=None, top_k=None, top_p=None, penalty=None, seed=None) -> Sampling:
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


def _look_away(gaze: Gaze) -> None:
    gaze.turn()
