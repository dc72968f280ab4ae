"""The upper half of the Train & compare tab: choosing a base and data, starting, watching, stopping, resuming."""

from collections.abc import Sequence

import gradio as gr
from gradio.events import Dependency

from assistant.services.application import Application
from assistant.services.generators import missing
from assistant.training.runs.sessions import Plan, Session, SessionError
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, model_names, t
from assistant.ui.panels.components import QUIET, Changes, action, choice, html
from assistant.ui.tab import Tab

DATA_SET, COLLECTION = "data/", "collection/"  # what stands before a name in the choice of data
FEEDBACK, FOLLOW_UPS = "feedback", "follow-ups"


class TrainPanel:
    """Fine-tuning in a process of its own, one at a time; the page only watches."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Row(elem_id="train", elem_classes="half"):
            with gr.Column(elem_id="train-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = html()
                self.base = choice([], value=None, elem_id="train-base")
                self.missing = html()
                self.data = gr.Dropdown([], value=[], multiselect=True, elem_id="train-data")
                self.epochs = gr.Slider(0.1, 3, value=1, step=0.1, elem_id="train-epochs")
                self.lora = gr.Checkbox(False, elem_id="train-lora")
                self.name = gr.Textbox(elem_id="train-name", max_lines=1, max_length=40)
                self.start = gr.Button("", elem_id="train-start", variant="primary")
                self.message = html(elem_id="train-message")
            with gr.Column(elem_id="train-state", scale=4, min_width=320):
                self.progress = html(elem_id="train-progress")

    def wire(self, tab: gr.State) -> list[Dependency]:
        """Connects the events. Gives those after which the state of the whole page must be refreshed."""
        asked = [tab, self.base, self.data, self.epochs, self.lora, self.name]
        started = self.start.click(self.started, asked, [self.message, self.progress, self.name], **QUIET)
        acted = self.progress.click(self.clicked, [tab], [self.message, self.progress], **QUIET)
        return [started, acted]

    # --- what is shown --------------------------------------------------------------------------------------

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        return [self.heading, self.base, self.missing, self.data, self.epochs, self.lora, self.name, self.start]

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language."""
        named = {"base": self.base, "data": self.data, "epochs": self.epochs, "lora": self.lora, "name": self.name}
        words: Changes = {
            component: gr.update(label=t(f"train.{key}", tab.lang), info=t(f"train.{key}_help", tab.lang))
            for key, component in named.items()
        }
        models = self._app.assistant.models()
        usual = self._app.assistant.settings.model
        words[self.base] |= {"value": usual if usual in models else next(iter(models), None)}
        for component, update in self.choices(tab).items():
            words[component] = {**words[component], **update} if component in words else update
        words[self.name] |= {"placeholder": t("train.name_placeholder", tab.lang)}
        return words | {
            self.heading: render.half_heading(t("train.title", tab.lang), t("train.help", tab.lang)),
            self.start: gr.update(value=t("train.start", tab.lang)),
        }

    def choices(self, tab: Tab) -> Changes:
        """What can be chosen as base and as data now."""
        sets = self._app.sessions.data_sets()
        data = [(t("train.data_set", tab.lang, name=name), DATA_SET + name) for name in sets]
        data += [(t("train.follow_ups", tab.lang), DATA_SET + FOLLOW_UPS)] if "medquad" in sets else []
        liked = self._app.sessions.feedback()
        data += [(counted("train.feedback", liked, tab.lang), DATA_SET + FEEDBACK)] if liked else []
        collections = self._app.collections()
        data += [(t("train.collection", tab.lang, name=name), COLLECTION + name) for name in collections]
        models = self._app.assistant.models()
        return {
            self.base: gr.update(choices=model_names(models, tab.lang)),
            self.data: gr.update(choices=data),
            self.missing: render.missing_generator(missing(models), tab.lang),
        }

    def shown(self, tab: Tab) -> Changes:
        """The runs: the one in progress or else the newest, then the others."""
        return {self.progress: render.sessions_panel(self._sessions(), tab.lang)}

    def _sessions(self) -> list[Session]:
        sessions = self._app.sessions
        running = sessions.running()
        names = sorted(sessions.names(), key=lambda name: name != running)
        return [sessions.session(name) for name in names[: render.RUNS_SHOWN + 1]]

    # --- what happens ---------------------------------------------------------------------------------------

    def started(
        self, tab: Tab, base: str | None, data: Sequence[str] | None, epochs: float | None, lora: bool, name: str | None
    ) -> Changes:
        """Starts a training, or says in one sentence why not."""
        sessions = self._app.sessions
        if base is None or base not in self._app.assistant.models():
            return self._said(t("train.error_base_missing", tab.lang), tab)
        sets = [n.removeprefix(DATA_SET) for n in data or () if n.startswith(DATA_SET)]
        known = self._app.collections()
        collections = [n.removeprefix(COLLECTION) for n in data or () if n.startswith(COLLECTION)]
        plan = Plan(
            name=(name or "").strip() or sessions.free_name(base),
            base=base,
            data=tuple(n for n in sets if n in (FEEDBACK, FOLLOW_UPS) or n in sessions.data_sets()),
            collections=tuple(n for n in collections if n in known),
            epochs=min(max(float(epochs or 1), 0.1), 3.0),
            lora=bool(lora),
        )
        try:
            sessions.start(plan)
        except SessionError as error:
            return self._said(sentence(error, tab.lang), tab)
        return {self.message: "", self.name: ""} | self.shown(tab)

    def clicked(self, tab: Tab, event: gr.EventData) -> Changes:
        """A button among the runs."""
        return self.act(*action(event), tab)

    def act(self, name: str, data: dict[str, str], tab: Tab) -> Changes:
        """Stops or resumes. Unknown actions change nothing."""
        try:
            if name == "train-stop":
                self._app.sessions.stop()
            elif name == "train-resume":
                self._app.sessions.resume(data.get("run", ""))
        except SessionError as error:
            return self._said(sentence(error, tab.lang), tab)
        return {self.message: ""} | self.shown(tab)

    def _said(self, words: str, tab: Tab) -> Changes:
        return {self.message: render.message(words, False)} | self.shown(tab)
