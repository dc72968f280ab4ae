"""The Evaluate tab: questions made from a collection, what answers them under which settings, and what failed."""

from dataclasses import replace

import gradio as gr

from assistant.evaluation import runs
from assistant.evaluation.trials import Plan
from assistant.schema import MODES
from assistant.services.application import Application
from assistant.settings import LIMITS
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import model_names, t
from assistant.ui.panels.chat import known_mode
from assistant.ui.panels.components import QUIET, Changes, action, choice, html
from assistant.ui.tab import Tab
from corpus.errors import SourcierError

LOOK_S = 1.0  # how often a trial in progress is looked at
FEWEST, MOST, USUAL = 5, 200, 20  # questions
NUMBERS = ("threshold", "passages", "prompt_passages", "temperature")


class EvaluatePanel:
    """Tries settings without keeping them; trials are kept and can be compared, question by question."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self.timer = gr.Timer(LOOK_S, active=False)
        with gr.Row(elem_id="evaluate", elem_classes="half"):
            with gr.Column(elem_id="evaluate-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = html()
                self.collection = choice([], value=None, elem_id="evaluate-collection")
                self.count = gr.Slider(FEWEST, MOST, value=USUAL, step=5, buttons=[], elem_id="evaluate-count")
                self.mode = choice(list(MODES), value="grounded", elem_id="evaluate-mode")
                self.model = choice([], value=None, elem_id="evaluate-model")
                self.numbers = {
                    name: gr.Slider(
                        *LIMITS[name],
                        step=0.05 if name in ("threshold", "temperature") else 1,
                        buttons=[],
                        elem_id=f"evaluate-{name}",
                    )
                    for name in NUMBERS
                }
                self.start = gr.Button("", elem_id="evaluate-start", variant="primary")
                self.progress = html(elem_id="evaluate-progress")
            with gr.Column(elem_id="evaluate-results", scale=4, min_width=300):
                with gr.Row(elem_id="evaluate-choice"):
                    self.shown_trial = choice([], value=None, elem_id="evaluate-shown")
                    self.baseline = choice([], value=None, elem_id="evaluate-baseline")
                self.results = html(elem_id="evaluate-tables")

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        named = [self.collection, self.count, self.mode, self.model, *self.numbers.values()]
        return [self.heading, *named, self.start, *self.outputs]

    @property
    def outputs(self) -> list:
        """Everything that `opened` and `looked` fill."""
        return [self.progress, self.timer, self.shown_trial, self.baseline, self.results]

    def wire(self, tab: gr.State, opened: gr.Tab) -> None:
        """A trial runs on its own; while it does, the page asks for its progress each second."""
        chosen = [self.collection, self.count, self.mode, self.model, *self.numbers.values()]
        choices = [self.collection, self.model, *self.outputs]
        pair = [tab, self.shown_trial, self.baseline]
        self.start.click(self.started, [tab, *chosen], [self.progress, self.timer], **QUIET)
        self.progress.click(self.clicked, [tab], [self.progress, self.timer], **QUIET)
        self.timer.tick(self.looked, pair, self.outputs, **QUIET)
        for dropdown in (self.shown_trial, self.baseline):
            dropdown.input(self.compared, pair, self.results, **QUIET)
        self.results.click(self.removed, [*pair], self.outputs, **QUIET)
        opened.select(self.opened, pair, choices, **QUIET)

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language, each control with a sentence of help."""
        now = self._app.assistant.settings
        named = {"collection": self.collection, "count": self.count, "mode": self.mode, "model": self.model}
        words: Changes = {
            component: gr.update(label=t(f"evaluate.{key}", tab.lang), info=t(f"evaluate.{key}_help", tab.lang))
            for key, component in named.items()
        }
        words[self.mode] |= {"choices": [(t(f"mode.{mode}", tab.lang), mode) for mode in MODES]}
        for name, slider in self.numbers.items():
            label, info = t(f"settings.{name}", tab.lang), t(f"settings.{name}_help", tab.lang)
            words[slider] = gr.update(label=label, info=info, value=getattr(now, name))
        for component, update in self.choices(tab).items():
            words[component] |= update
        return words | {
            self.heading: render.half_heading(t("evaluate.title", tab.lang), t("evaluate.help", tab.lang)),
            self.start: gr.update(value=t("evaluate.start", tab.lang)),
            **self._kept(tab, None, None),
        }

    def choices(self, tab: Tab) -> Changes:
        """The collections and generators that there are now."""
        models, collections = self._app.assistant.models(), self._app.collections()
        now = self._app.assistant.settings.model
        return {
            self.collection: gr.update(choices=collections, value=next(iter(collections), None)),
            self.model: gr.update(choices=model_names(models, tab.lang), value=now if now in models else None),
        }

    def opened(self, tab: Tab, shown: str | None, baseline: str | None) -> Changes:
        """What there is when the tab is opened."""
        return self.choices(tab) | self._kept(tab, shown, baseline)

    def looked(self, tab: Tab, shown: str | None, baseline: str | None) -> Changes:
        """The trial in progress; when it has ended, its results beside those that were shown before."""
        progress = self._app.trials.progress
        if progress.running:
            return {self.progress: render.trial_progress(progress, tab.lang), self.timer: gr.Timer(LOOK_S)}
        return self._kept(tab, progress.kept or shown, shown if progress.kept and shown != progress.kept else baseline)

    def compared(self, tab: Tab, shown: str | None, baseline: str | None) -> Changes:
        """The results of a trial, beside another one's where one is chosen."""
        return {self.results: self._results(tab, shown, baseline)}

    def _kept(self, tab: Tab, shown: str | None, baseline: str | None) -> Changes:
        names = self._app.trials.names()
        shown = shown if shown in names else next(iter(names), None)
        baseline = baseline if baseline in names and baseline != shown else ""
        named = [(render.trial_name(self._told(name), name, tab.lang), name) for name in names]
        progress = self._app.trials.progress
        visible = bool(names)
        return {
            self.progress: render.trial_progress(progress, tab.lang),
            self.timer: gr.Timer(LOOK_S, active=progress.running),
            self.shown_trial: gr.update(
                label=t("evaluate.shown", tab.lang), choices=named, value=shown, visible=visible
            ),
            self.baseline: gr.update(
                label=t("evaluate.baseline", tab.lang),
                choices=[(t("evaluate.no_baseline", tab.lang), ""), *named],
                value=baseline,
                visible=visible,
            ),
            self.results: self._results(tab, shown, baseline),
        }

    def _told(self, name: str) -> dict[str, object]:
        try:
            run = self._app.trials.load(name).run
        except SourcierError:
            return {}
        return {"made": run.made, **run.settings}

    def _results(self, tab: Tab, shown: str | None, baseline: str | None) -> str:
        if not shown:
            return render.trials_empty(tab.lang)
        try:
            trial = self._app.trials.load(shown)
            other = self._app.trials.load(baseline) if baseline and baseline != shown else None
        except SourcierError as error:
            return render.message(sentence(error, tab.lang), False)
        against = runs.compare(trial.run, other.run) if other else runs.Compared()
        return render.trial_results(trial, other, against, tab.lang)

    # --- what happens ---------------------------------------------------------------------------------------

    def started(
        self,
        tab: Tab,
        collection: str | None,
        count: float | None,
        mode: str,
        model: str | None,
        *numbers: float | None,
    ) -> Changes:
        """Starts a trial, or says in one sentence why not."""
        app = self._app
        values = dict(zip(self.numbers, numbers, strict=True))
        asked = int(count) if isinstance(count, int | float) and FEWEST <= count <= MOST else 0
        if collection is None or collection not in app.collections():
            return self._complaint(tab, "no_collection")
        if model is None or model not in app.assistant.models() or mode not in MODES or not asked or not _fit(values):
            return self._complaint(tab, "unfit")
        kinds = {name: type(getattr(app.assistant.settings, name)) for name in values}
        settings = replace(
            app.assistant.settings, model=model, **{name: kinds[name](value) for name, value in values.items()}
        )
        if not app.trials.start(Plan(collection, asked, known_mode(mode), settings)):
            return self._complaint(tab, "running")
        return {
            self.progress: render.trial_progress(app.trials.progress, tab.lang),
            self.timer: gr.Timer(LOOK_S, active=True),
        }

    def clicked(self, tab: Tab, event: gr.EventData) -> Changes:
        """Stops the trial."""
        name, _ = action(event)
        if name == "trial-stop":
            self._app.trials.stop()
        return {self.progress: render.trial_progress(self._app.trials.progress, tab.lang)}

    def removed(self, tab: Tab, shown: str | None, baseline: str | None, event: gr.EventData) -> Changes:
        """Deletes the trial that is shown."""
        name, data = action(event)
        if name == "trial-remove" and shown and data.get("trial") == shown:
            self._app.trials.remove(shown)
        return self._kept(tab, shown, baseline)

    def _complaint(self, tab: Tab, key: str) -> Changes:
        running = self._app.trials.progress.running
        words = render.message(t(f"evaluate.error_{key}", tab.lang), False)
        return {self.progress: words, self.timer: gr.Timer(LOOK_S, active=running)}


def _fit(values: dict[str, float | None]) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) and LIMITS[name][0] <= value <= LIMITS[name][1]
        for name, value in values.items()
    )
