"""The Settings tab: how answers are made, how the app looks, and what there is to know of this installation."""

import gradio as gr

from assistant.services import diagnostics as about
from assistant.settings import LIMITS, Settings
from assistant.ui import render
from assistant.ui.i18n.texts import t
from assistant.ui.panels import html as panel
from assistant.ui.services import Services
from assistant.ui.view import Tab

STEPS = {"threshold": 0.05, "temperature": 0.05}  # all others are whole numbers


class Preferences:
    """Every setting holds from the next question on, for all tabs. What concerns the look stays in the browser."""

    def __init__(self, services: Services):
        self._services = services

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Row(elem_id="settings", elem_classes="page"):
            with gr.Column(elem_id="settings-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = panel.html()
                self.model = gr.Dropdown([], value=None, elem_id="settings-model")
                self.numbers = {
                    name: gr.Slider(low, high, step=STEPS.get(name, 1), buttons=[], elem_id=f"settings-{name}")
                    for name, (low, high) in LIMITS.items()
                }
                self.reset = gr.Button("", elem_id="settings-reset", variant="secondary")
                self.message = panel.html(elem_id="settings-message")
            with gr.Column(elem_id="about", scale=3, min_width=300):
                self.look = panel.html(elem_id="look")
                self.about = panel.html(elem_id="about-text")

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        return [self.heading, self.reset, self.look, *self.outputs]

    @property
    def outputs(self) -> list:
        """Everything that `shown` fills."""
        return [self.model, *self.numbers.values(), self.message, self.about]

    # --- wiring ---------------------------------------------------------------------------------------------

    def wire(self, tab: gr.State, opened: gr.Tab, switched, quiet: dict) -> None:
        """`opened` is the tab that this stands in: what others have changed meanwhile is shown when it opens.
        `switched` is the change of language."""
        seen = [tab, self.model, *self.numbers.values()]
        for name, slider in self.numbers.items():
            slider.release(self._taker(name), [tab, slider], self.message, **quiet)
            slider.input(self._taker(name), [tab, slider], self.message, trigger_mode="always_last", **quiet)
        self.model.input(self._taker("model"), [tab, self.model], self.message, **quiet)
        self.reset.click(self.restored, [tab], self.outputs, **quiet)
        opened.select(self.opened, seen, self.outputs, **quiet)
        switched.then(lambda tab: {self.about: self._about(tab)}, [tab], [self.about], **quiet)

    def _taker(self, name: str):
        def take(tab: Tab, value) -> dict:
            return self.taken(tab, name, value)

        return take

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> dict:
        """The labels in the tab's language, each control with a sentence of help."""
        usual = Settings()
        words = {
            slider: gr.update(
                label=t(f"settings.{name}", tab.lang),
                info=f"{t(f'settings.{name}_help', tab.lang)} {render.usual(name, getattr(usual, name), tab.lang)}",
            )
            for name, slider in self.numbers.items()
        }
        words[self.model] = gr.update(label=t("settings.model", tab.lang), info=t("settings.model_help", tab.lang))
        for component, update in self._values().items():
            words[component] |= update
        return words | {
            self.heading: render.half_heading(t("settings.title", tab.lang), t("settings.help", tab.lang)),
            self.reset: gr.update(value=t("settings.reset", tab.lang)),
            self.look: render.look(tab.lang, locked=self._services.locked),
            self.message: "",
        }

    def opened(self, tab: Tab, *seen) -> dict:
        """`shown`, but for what the page has already: it may be changed there while this is on its way."""
        now = self._services.assistant.settings
        kept = zip((self.model, *self.numbers.values()), ("model", *self.numbers), seen, strict=True)
        same = {component for component, name, value in kept if value == getattr(now, name)}
        return {component: update for component, update in self.shown(tab).items() if component not in same}

    def shown(self, tab: Tab) -> dict:
        """The settings as they are now, and the about page."""
        return self._values() | {self.message: "", self.about: self._about(tab)}

    def _values(self) -> dict:
        now, models = self._services.assistant.settings, self._services.assistant.models()
        values = {slider: gr.update(value=getattr(now, name)) for name, slider in self.numbers.items()}
        return values | {self.model: gr.update(choices=models, value=now.model if now.model in models else None)}

    def _about(self, tab: Tab) -> str:
        services = self._services
        report = about.report(services.home, services.assistant, services.statuses(), services.startup.error)
        places = about.places(services.home)
        return render.about(about.version(), about.licences(), services.home.path, places, report, tab.lang)

    # --- what happens ---------------------------------------------------------------------------------------

    def taken(self, tab: Tab, name: str, value) -> dict:
        """Keeps one setting; what does not fit is left alone and said."""
        fitting = self._fitting(name, value)
        if fitting is None:
            return {self.message: render.message(t("settings.unfit", tab.lang), False)}
        try:
            self._services.assistant.choose(**{name: fitting})
        except OSError as error:
            reason = error.strerror or str(error)
            return {self.message: render.message(t("settings.unsaved", tab.lang, reason=reason), False)}
        return {self.message: render.message(t("settings.saved", tab.lang), True)}

    def restored(self, tab: Tab) -> dict:
        """Puts everything back as it was at first."""
        usual = Settings()
        models = self._services.assistant.models()
        names = [*LIMITS, *(["model"] if usual.model in models else [])]
        try:
            self._services.assistant.choose(**{name: getattr(usual, name) for name in names})
        except OSError as error:
            reason = error.strerror or str(error)
            return self.shown(tab) | {
                self.message: render.message(t("settings.unsaved", tab.lang, reason=reason), False)
            }
        return self.shown(tab) | {self.message: render.message(t("settings.restored", tab.lang), True)}

    def _fitting(self, name: str, value):
        if name == "model":
            return value if value in self._services.assistant.models() else None
        kind = type(getattr(Settings(), name))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        low, high = LIMITS[name]
        return kind(value) if low <= value <= high else None
