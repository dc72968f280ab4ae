"""The Settings tab: how answers are made, how the app looks, and what there is to know of this installation."""

from collections.abc import Callable

import gradio as gr
from gradio.events import Dependency

from assistant.services.application import Application
from assistant.services.diagnostics import licences, places, report, version
from assistant.settings import LIMITS, Settings
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import model_names, t
from assistant.ui.panels.components import QUIET, Changes, Update, choice, html
from assistant.ui.panels.generators import GeneratorsPanel
from assistant.ui.tab import Tab

STEPS = {"threshold": 0.05, "temperature": 0.05}  # all others are whole numbers


class SettingsPanel:
    """Every setting holds from the next question on, for all tabs. What concerns the look stays in the browser."""

    def __init__(self, app: Application):
        self._app = app
        self._generators = GeneratorsPanel(app)

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Row(elem_id="settings", elem_classes="page"):
            with gr.Column(elem_id="settings-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = html()
                self.model = choice([], value=None, elem_id="settings-model")
                self.numbers = {
                    name: gr.Slider(low, high, step=STEPS.get(name, 1), buttons=[], elem_id=f"settings-{name}")
                    for name, (low, high) in LIMITS.items()
                }
                self.reset = gr.Button("", elem_id="settings-reset", variant="secondary")
                self.message = html(elem_id="settings-message")
            with gr.Column(elem_id="about", scale=3, min_width=300):
                self.look = html(elem_id="look")
                self._generators.layout()
                self.about = html(elem_id="about-text")

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        return [self.heading, self.reset, self.look, *self._generators.words_outputs, *self.outputs]

    @property
    def outputs(self) -> list:
        """Everything that `shown` fills."""
        return [self.model, *self.numbers.values(), self.message, self.about]

    # --- wiring ---------------------------------------------------------------------------------------------

    def wire(self, tab: gr.State, opened: gr.Tab, switched: Dependency) -> list[Dependency]:
        """Connects the events. Gives those after which the lists of generators on all tabs must be refreshed.

        When the tab `opened` opens, it shows what other tabs have changed; `switched` is the change of language.
        """
        seen = [tab, self.model, *self.numbers.values()]
        for name, slider in self.numbers.items():
            slider.release(self._taker(name), [tab, slider], self.message, **QUIET)
            slider.input(self._taker(name), [tab, slider], self.message, trigger_mode="always_last", **QUIET)
        self.model.input(self._taker("model"), [tab, self.model], self.message, **QUIET)
        self.reset.click(self.restored, [tab], self.outputs, **QUIET)
        opened.select(self.opened, seen, self.outputs, **QUIET)
        switched.then(lambda tab: {self.about: self._about(tab)}, [tab], [self.about], **QUIET)
        events = self._generators.wire(tab, opened)
        for event in events:
            event.then(self._models, [tab], [self.model], **QUIET)
        return events

    def _taker(self, name: str) -> Callable[[Tab, float | str | None], Changes]:
        def take(tab: Tab, value: float | str | None) -> Changes:
            return self.taken(tab, name, value)

        return take

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language, each control with a sentence of help."""
        usual = Settings()
        words: Changes = {
            slider: gr.update(
                label=t(f"settings.{name}", tab.lang),
                info=f"{t(f'settings.{name}_help', tab.lang)} {render.usual(name, getattr(usual, name), tab.lang)}",
            )
            for name, slider in self.numbers.items()
        }
        words[self.model] = gr.update(label=t("settings.model", tab.lang), info=t("settings.model_help", tab.lang))
        for component, update in self._values(tab).items():
            words[component] |= update
        return words | {
            self.heading: render.half_heading(t("settings.title", tab.lang), t("settings.help", tab.lang)),
            self.reset: gr.update(value=t("settings.reset", tab.lang)),
            self.look: render.look(tab.lang, locked=self._app.locked),
            self.message: "",
            **self._generators.words(tab),
        }

    def opened(self, tab: Tab, *seen: object) -> Changes:
        """`shown` without what the page shows already, which the user may be changing at this moment."""
        now = self._app.assistant.settings
        kept = zip((self.model, *self.numbers.values()), ("model", *self.numbers), seen, strict=True)
        same = {component for component, name, value in kept if value == getattr(now, name)}
        return {component: update for component, update in self.shown(tab).items() if component not in same}

    def shown(self, tab: Tab) -> Changes:
        """The settings as they are now, and the about page."""
        return self._values(tab) | {self.message: "", self.about: self._about(tab)}

    def _models(self, tab: Tab) -> Update:
        return gr.update(choices=model_names(self._app.assistant.models(), tab.lang))

    def _values(self, tab: Tab) -> Changes:
        now, models = self._app.assistant.settings, self._app.assistant.models()
        values: Changes = {slider: gr.update(value=getattr(now, name)) for name, slider in self.numbers.items()}
        return values | {
            self.model: gr.update(
                choices=model_names(models, tab.lang), value=now.model if now.model in models else None
            )
        }

    def _about(self, tab: Tab) -> str:
        app = self._app
        problem = sentence(app.startup.error, "en")  # a report is read by developers
        told = report(app.home, app.assistant, app.statuses(), problem)
        return render.about(version(), licences(), app.home.path, places(app.home), told, tab.lang)

    # --- what happens ---------------------------------------------------------------------------------------

    def taken(self, tab: Tab, name: str, value: object) -> Changes:
        """Keeps one setting; what does not fit is left alone and said."""
        fitting = self._fitting(name, value)
        if fitting is None:
            return {self.message: render.message(t("settings.unfit", tab.lang), False)}
        return {self.message: self._chosen(tab, "settings.saved", {name: fitting})}

    def restored(self, tab: Tab) -> Changes:
        """Puts everything back as it was at first."""
        usual = Settings()
        models = self._app.assistant.models()
        names = [*LIMITS, *(["model"] if usual.model in models else [])]
        message = self._chosen(tab, "settings.restored", {name: getattr(usual, name) for name in names})
        return self.shown(tab) | {self.message: message}

    def _chosen(self, tab: Tab, done: str, values: dict[str, float | str]) -> str:
        """Keeps `values`; gives the message for the page, the text `done` when it worked."""
        try:
            self._app.assistant.choose(**values)
        except OSError as error:
            reason = error.strerror or str(error)
            return render.message(t("settings.unsaved", tab.lang, reason=reason), False)
        return render.message(t(done, tab.lang), True)

    def _fitting(self, name: str, value: object) -> float | str | None:
        """`value` as the setting wants it, None when it is out of bounds or of another kind."""
        if name == "model":
            return value if isinstance(value, str) and value in self._app.assistant.models() else None
        kind = type(getattr(Settings(), name))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        low, high = LIMITS[name]
        return kind(value) if low <= value <= high else None
