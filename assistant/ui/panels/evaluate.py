"""The Evaluate tab: questions made from a collection, what answers them under which settings, and what failed."""

from dataclasses import replace

import gradio as gr

from assistant.evaluation import runs
from assistant.evaluation.trials import Plan
from assistant.schema import MODES
from assistant.settings import LIMITS
from assistant.ui import render
from assistant.ui.i18n.texts import t
from assistant.ui.panels import html as panel
from assistant.ui.services import Services
from assistant.ui.view import Tab
from corpus.document import ReadingError

LOOK_S = 1.0  # how often a trial in progress is looked at
FEWEST, MOST, USUAL = 5, 200, 20  # questions
NUMBERS = ("threshold", "passages", "prompt_passages", "temperature")


class Evaluate:
    """Tries settings without keeping them; trials are kept and can be compared, question by question."""

    def __init__(self, services: Services):
        self._services = services

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self.timer = gr.Timer(LOOK_S, active=False)
        with gr.Row(elem_id="evaluate", elem_classes="half"):
            with gr.Column(elem_id="evaluate-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = panel.html()
                self.collection = gr.Dropdown([], value=None, elem_id="evaluate-collection")
                self.count = gr.Slider(FEWEST, MOST, value=USUAL, step=5, buttons=[], elem_id="evaluate-count")
                self.mode = gr.Dropdown(list(MODES), value="grounded", elem_id="evaluate-mode")
                self.model = gr.Dropdown([], value=None, elem_id="evaluate-model")
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
                self.progress = panel.html(elem_id="evaluate-progress")
            with gr.Column(elem_id="evaluate-results", scale=4, min_width=300):
                with gr.Row(elem_id="evaluate-choice"):
                    self.shown_trial = gr.Dropdown([], value=None, elem_id="evaluate-shown")
                    self.baseline = gr.Dropdown([], value=None, elem_id="evaluate-baseline")
                self.results = panel.html(elem_id="evaluate-tables")

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        named = [self.collection, self.count, self.mode, self.model, *self.numbers.values()]
        return [self.heading, *named, self.start, *self.outputs]

    @property
    def outputs(self) -> list:
        """Everything that `opened` and `looked` fill."""
        return [self.progress, self.timer, self.shown_trial, self.baseline, self.results]

    def wire(self, tab: gr.State, opened: gr.Tab, quiet: dict) -> None:
        """A trial goes on whatever the page does; the page looks at it each second while one is in progress."""
        chosen = [self.collection, self.count, self.mode, self.model, *self.numbers.values()]
        choices = [self.collection, self.model, *self.outputs]
        pair = [tab, self.shown_trial, self.baseline]
        self.start.click(self.started, [tab, *chosen], [self.progress, self.timer], **quiet)
        self.progress.click(self.clicked, [tab], [self.progress, self.timer], **quiet)
        self.timer.tick(self.looked, pair, self.outputs, **quiet)
        for dropdown in (self.shown_trial, self.baseline):
            dropdown.input(self.compared, pair, self.results, **quiet)
        self.results.click(self.removed, [*pair], self.outputs, **quiet)
        opened.select(self.opened, pair, choices, **quiet)

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> dict:
        """The labels in the tab's language, each control with a sentence of help."""
        now = self._services.assistant.settings
        named = {"collection": self.collection, "count": self.count, "mode": self.mode, "model": self.model}
        words = {
            component: gr.update(label=t(f"evaluate.{key}", tab.lang), info=t(f"evaluate.{key}_help", tab.lang))
            for key, component in named.items()
        }
        words[self.mode] |= {"choices": [(t(f"mode.{mode}", tab.lang), mode) for mode in MODES]}
        for name, slider in self.numbers.items():
            label, info = t(f"settings.{name}", tab.lang), t(f"settings.{name}_help", tab.lang)
            words[slider] = gr.update(label=label, info=info, value=getattr(now, name))
        for component, update in self.choices().items():
            words[component] |= update
        return words | {
            self.heading: render.half_heading(t("evaluate.title", tab.lang), t("evaluate.help", tab.lang)),
            self.start: gr.update(value=t("evaluate.start", tab.lang)),
            **self._kept(tab, None, None),
        }

    def choices(self) -> dict:
        """The collections and generators that there are now."""
        models, collections = self._services.assistant.models(), self._services.collections()
        now = self._services.assistant.settings.model
        return {
            self.collection: gr.update(choices=collections, value=next(iter(collections), None)),
            self.model: gr.update(choices=models, value=now if now in models else None),
        }

    def opened(self, tab: Tab, shown: str | None, baseline: str | None) -> dict:
        """What there is when the tab is opened."""
        return self.choices() | self._kept(tab, shown, baseline)

    def looked(self, tab: Tab, shown: str | None, baseline: str | None) -> dict:
        """The trial in progress; when it has ended, its results beside those that were shown before."""
        progress = self._services.trials.progress
        if progress.running:
            return {self.progress: render.trial_progress(progress, tab.lang), self.timer: gr.Timer(LOOK_S)}
        return self._kept(tab, progress.kept or shown, shown if progress.kept and shown != progress.kept else baseline)

    def compared(self, tab: Tab, shown: str | None, baseline: str | None) -> dict:
        """The results of a trial, beside another one's where one is chosen."""
        return {self.results: self._results(tab, shown, baseline)}

    def _kept(self, tab: Tab, shown: str | None, baseline: str | None) -> dict:
        names = self._services.trials.names()
        shown = shown if shown in names else next(iter(names), None)
        baseline = baseline if baseline in names and baseline != shown else ""
        named = [(render.trial_name(self._told(name), name, tab.lang), name) for name in names]
        progress = self._services.trials.progress
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

    def _told(self, name: str) -> dict:
        try:
            run = self._services.trials.load(name).run
        except ReadingError:
            return {}
        return {"made": run.made, **run.settings}

    def _results(self, tab: Tab, shown: str | None, baseline: str | None) -> str:
        if not shown:
            return render.trials_empty(tab.lang)
        try:
            trial = self._services.trials.load(shown)
            other = self._services.trials.load(baseline) if baseline and baseline != shown else None
        except ReadingError as error:
            return render.message(str(error), False)
        against = runs.compare(trial.run, other.run) if other else ([], "")
        return render.trial_results(trial, other, *against, tab.lang)

    # --- what happens ---------------------------------------------------------------------------------------

    def started(self, tab: Tab, collection: str | None, count, mode: str, model: str | None, *numbers) -> dict:
        """Starts a trial, or says in one sentence why not."""
        services = self._services
        values = dict(zip(self.numbers, numbers, strict=True))
        whole = isinstance(count, int | float) and FEWEST <= count <= MOST
        if collection not in services.collections():
            return self._complaint(tab, "no_collection")
        if model not in services.assistant.models() or mode not in MODES or not whole or not _fit(values):
            return self._complaint(tab, "unfit")
        kinds = {name: type(getattr(services.assistant.settings, name)) for name in values}
        settings = replace(
            services.assistant.settings, model=model, **{name: kinds[name](value) for name, value in values.items()}
        )
        if not services.trials.start(Plan(collection, int(count), mode, settings)):
            return self._complaint(tab, "running")
        return {
            self.progress: render.trial_progress(services.trials.progress, tab.lang),
            self.timer: gr.Timer(LOOK_S, active=True),
        }

    def clicked(self, tab: Tab, event: gr.EventData) -> dict:
        """Stops the trial."""
        if panel.action(event)[0] == "trial-stop":
            self._services.trials.stop()
        return {self.progress: render.trial_progress(self._services.trials.progress, tab.lang)}

    def removed(self, tab: Tab, shown: str | None, baseline: str | None, event: gr.EventData) -> dict:
        """Deletes the trial that is shown."""
        name, data = panel.action(event)
        if name == "trial-remove" and data.get("trial") == shown:
            self._services.trials.remove(shown)
        return self._kept(tab, shown, baseline)

    def _complaint(self, tab: Tab, key: str) -> dict:
        running = self._services.trials.progress.running
        words = render.message(t(f"evaluate.error_{key}", tab.lang), False)
        return {self.progress: words, self.timer: gr.Timer(LOOK_S, active=running)}


def _fit(values: dict) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) and LIMITS[name][0] <= value <= LIMITS[name][1]
        for name, value in values.items()
    )
