"""The upper half of the Train & compare tab: choosing a base and data, the plan, starting, watching, the result."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from assistant.services.application import Application
from assistant.services.generators import missing
from assistant.training.errors import TrainingError
from assistant.training.finetune.forecast import Forecast
from assistant.training.runs.sessions import Plan, Session, SessionError
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, model_names, t
from assistant.ui.panels.components import QUIET, SAVE_FILE, Changes, action, choice, html
from assistant.ui.tab import Streams, Tab

DATA_SET, COLLECTION = "data/", "collection/"  # what stands before a name in the choice of data
FEEDBACK, FOLLOW_UPS = "feedback", "follow-ups"


@dataclass(frozen=True)
class Planned:
    """What the plan that is shown would start."""

    plan: Plan
    forecast: Forecast


class TrainPanel:
    """Fine-tuning in a process of its own, one at a time; the page only watches. Nothing starts without its plan."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self.streams = gr.State(Streams())
        self.planned = gr.State(None)  # the Planned that is shown
        self._file = gr.JSON(visible=False)
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
                self.plan = html(elem_id="train-plan")
                self.progress = html(elem_id="train-progress")

    def wire(self, tab: gr.State, chosen: Mapping[str, Component]) -> list[Dependency]:
        """Connects the events. Gives those after which the state of the whole page must be refreshed.

        `chosen` are the choices of generators that a result can be put into: "chat", "left" and "right".
        """
        self._chosen, self._tab = chosen, tab
        asked = [tab, self.streams, self.base, self.data, self.epochs, self.lora, self.name]
        self.start.click(self.looking, asked, [self.message, self.plan, self.planned, self.start], **QUIET)
        decided = self.plan.click(
            self.decided,
            [tab, self.streams, self.planned],
            [self.message, self.plan, self.planned, self.progress, self.name, tab],
            queue=False,
            **QUIET,
        )
        acted = self.progress.click(
            self.clicked, [tab], [self.message, self.progress, tab, *chosen.values(), self._file], **QUIET
        )
        acted.then(None, [self._file], None, js=SAVE_FILE, **QUIET)
        return [decided, acted]

    # --- what is shown --------------------------------------------------------------------------------------

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        return [
            self.heading,
            self.base,
            self.missing,
            self.data,
            self.epochs,
            self.lora,
            self.name,
            self.start,
            self.plan,
        ]

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
            self.plan: "",
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
        return {self.progress: render.sessions_panel(self._sessions(tab), tab.lang)}

    def _sessions(self, tab: Tab) -> list[Session]:
        sessions = self._app.sessions
        first = (tab.run, sessions.running())  # what was opened, then what is going on, then the newest
        names = sorted(sessions.names(), key=lambda name: first.index(name) if name in first else len(first))
        return [sessions.session(name) for name in names[: render.RUNS_SHOWN + 1]]

    # --- what happens ---------------------------------------------------------------------------------------

    def looking(
        self,
        tab: Tab,
        streams: Streams,
        base: str | None,
        data: Sequence[str] | None,
        epochs: float | None,
        lora: bool,
        name: str | None,
    ) -> Iterator[Changes]:
        """Shows the plan of what was chosen, or says in one sentence why there is none."""
        sessions, mine = self._app.sessions, streams.begin()
        if base is None or base not in self._app.assistant.models():
            yield self._complaint(t("train.error_base_missing", tab.lang))
            return
        plan = self._asked(base, data, epochs, lora, name)
        yield {self.message: "", self.planned: None, self.plan: render.plan_waiting(tab.lang)} | self._ready(False)
        try:
            found = sessions.forecast(plan, lambda: streams.newest != mine)
        except TrainingError as error:
            yield self._complaint(sentence(error, tab.lang)) | self._ready(True)
            return
        if found is None:  # stopped
            yield {self.plan: "", self.planned: None} | self._ready(True)
            return
        yield {
            self.plan: render.training_plan(plan, found, tab.lang),
            self.planned: Planned(plan, found),
        } | self._ready(True)

    def _ready(self, ready: bool) -> Changes:
        return {self.start: gr.update(interactive=ready)}

    def _asked(self, base: str, data: Sequence[str] | None, epochs: float | None, lora: bool, name: str | None) -> Plan:
        sessions, known = self._app.sessions, self._app.collections()
        sets = [n.removeprefix(DATA_SET) for n in data or () if n.startswith(DATA_SET)]
        collections = [n.removeprefix(COLLECTION) for n in data or () if n.startswith(COLLECTION)]
        return Plan(
            name=(name or "").strip() or sessions.free_name(base),
            base=base,
            data=tuple(n for n in sets if n in (FEEDBACK, FOLLOW_UPS) or n in sessions.data_sets()),
            collections=tuple(n for n in collections if n in known),
            epochs=min(max(float(epochs or 1), 0.1), 3.0),
            lora=bool(lora),
        )

    def decided(self, tab: Tab, streams: Streams, planned: Planned | None, event: gr.EventData) -> Changes:
        """A button of the plan."""
        return self.decide(action(event)[0], tab, streams, planned)

    def decide(self, name: str, tab: Tab, streams: Streams, planned: Planned | None) -> Changes:
        """Starts what was planned, or drops the plan or the making of it. Unknown actions change nothing."""
        if name == "plan-drop":
            streams.begin()  # a newer one, of nothing, ends the looking ahead
            return {self.plan: "", self.planned: None}
        if name != "plan-start" or planned is None:
            return {self.planned: planned}
        try:
            self._app.sessions.start(planned.plan, planned.forecast)
        except SessionError as error:
            return self._said(sentence(error, tab.lang), tab)
        tab = replace(tab, run="")
        cleared: Changes = {self.message: "", self.name: "", self.plan: "", self.planned: None, self._tab: tab}
        return cleared | self.shown(tab)

    def clicked(self, tab: Tab, event: gr.EventData) -> Changes:
        """A button among the runs."""
        return self.act(*action(event), tab)

    def act(self, name: str, data: dict[str, str], tab: Tab) -> Changes:
        """Stops, resumes, opens or deletes a run, or does something with its result. Unknown actions change nothing."""
        sessions, run = self._app.sessions, data.get("run", "")
        more: Changes = {self._file: None}
        try:
            if name == "train-stop":
                sessions.stop()
            elif name == "train-resume":
                sessions.resume(run)
            elif name == "train-open":
                tab = replace(tab, run=run if run in sessions.names() else "")
            elif name in ("train-delete", "train-delete-all"):
                sessions.delete(run, generator=name == "train-delete-all")
                tab = replace(tab, run="")
            elif run in sessions.names():
                more |= self._with_result(name, sessions.session(run), tab)
        except SessionError as error:
            return self._said(sentence(error, tab.lang), tab)
        return {self.message: "", self._tab: tab} | more | self.shown(tab)

    def _with_result(self, name: str, session: Session, tab: Tab) -> Changes:
        """A result goes into the chat, into a comparison with its base, or into a file."""
        models = self._app.assistant.models()
        if name == "train-report":
            page = render.training_report(session, tab.lang)
            data = base64.b64encode(page.encode()).decode("ascii")
            return {self._file: {"name": f"{session.name}.html", "type": "text/html", "data": data}}
        if session.name not in models:
            return {}
        if name == "train-use":
            self._app.assistant.choose(model=session.name)
            return {self._chosen["chat"]: gr.update(value=session.name)}
        if name == "train-compare" and session.base in models:
            sides = {"left": session.base, "right": session.name}
            return {self._chosen[side]: gr.update(value=model) for side, model in sides.items()}
        return {}

    def _complaint(self, words: str) -> Changes:
        return {self.message: render.message(words, False), self.plan: "", self.planned: None}

    def _said(self, words: str, tab: Tab) -> Changes:
        return {self.message: render.message(words, False)} | self.shown(tab)
