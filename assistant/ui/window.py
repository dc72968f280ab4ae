"""The page: header, the tabs, and how the panels work together."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from assistant.services.application import Application
from assistant.ui import ASSETS, render
from assistant.ui.i18n.texts import TEXTS, model_names, preferred_language, t
from assistant.ui.panels.ask import AskPanel
from assistant.ui.panels.compare import ComparePanel
from assistant.ui.panels.components import QUIET, Changes, action, html, number
from assistant.ui.panels.documents import WORKING, DocumentsPanel
from assistant.ui.panels.evaluate import EvaluatePanel
from assistant.ui.panels.feedback import FeedbackPanel
from assistant.ui.panels.lab import LabPanel
from assistant.ui.panels.settings import SettingsPanel
from assistant.ui.panels.train import TrainPanel
from assistant.ui.tab import Tab
from corpus.files import parsed

log = logging.getLogger(__name__)

ICON = ASSETS / "icon.svg"
BUSY_S, IDLE_S = 1.5, 15.0  # how often the state of loading and indexing is looked at

# What the browser knows: the language chosen in it, and the conversation in the page's address.
REMEMBERED = """() => [null, JSON.stringify({
    language: localStorage.getItem('sourcier.language'),
    conversation: new URLSearchParams(location.search).get('conversation'),
})]"""


class Window:
    """The Blocks of the app. Layout and wiring are separate; every handler gives back a dict of what changed."""

    def __init__(self, app: Application):
        self._app = app
        self._ask = AskPanel(app)
        self._documents = DocumentsPanel(app)
        self._lab = LabPanel(app)
        self._train = TrainPanel(app)
        self._compare = ComparePanel(app)
        self._evaluate = EvaluatePanel(app)
        self._feedback = FeedbackPanel(app)
        self._settings = SettingsPanel(app)

    def build(self) -> gr.Blocks:
        """The page, ready to be launched."""
        with gr.Blocks(title="Sourcier", fill_width=True, fill_height=True, analytics_enabled=False) as page:
            self._layout()
            self._wire(page)
        return page

    # --- layout ---------------------------------------------------------------------------------------------

    def _layout(self) -> None:
        self._tab = gr.State(Tab())
        self._known = gr.State(((), ()))  # the collections and generators that the tab's choices offer
        self._remembered = gr.Textbox(visible=False)
        self._timer = gr.Timer(BUSY_S)
        with gr.Row(elem_id="header"):
            self._brand = html(elem_id="brand")
            self._status = html(elem_id="status")
            self._switches = html(elem_id="preferences")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("", id="ask", elem_id="ask-tab") as self._ask_tab:
                self._ask.layout(self._tab)
            with gr.Tab("", id="documents", elem_id="documents-tab") as self._documents_tab:
                self._documents.layout()
            with gr.Tab("", id="lab", elem_id="lab-tab") as self._lab_tab:
                self._lab.layout()
            with gr.Tab("", id="train", elem_id="train-tab") as self._train_tab, gr.Column(elem_id="training"):
                self._train.layout()
                self._compare.layout()
            with (
                gr.Tab("", id="evaluate", elem_id="evaluate-tab") as self._evaluate_tab,
                gr.Column(elem_id="evaluation"),
            ):
                self._evaluate.layout()
                self._feedback.layout()
            with gr.Tab("", id="settings", elem_id="settings-tab") as self._settings_tab:
                self._settings.layout()

    @property
    def _words_outputs(self) -> list:
        tabs = [self._ask_tab, self._documents_tab, self._lab_tab, self._train_tab]
        tabs += [self._evaluate_tab, self._settings_tab]
        header = [self._brand, self._switches, *tabs]
        panels = [*self._lab.words_outputs, *self._train.words_outputs, *self._compare.words_outputs]
        panels += [*self._evaluate.words_outputs, *self._feedback.outputs, *self._settings.words_outputs]
        asking = [*self._ask.words_outputs, *self._ask.outputs]
        return [*header, *asking, *self._documents.words_outputs, *panels, *self._state_outputs]

    @property
    def _state_outputs(self) -> list:
        return [self._status, self._documents.collection, self._train.progress, self._timer]

    # --- wiring ---------------------------------------------------------------------------------------------

    def _wire(self, page: gr.Blocks) -> None:
        loaded = page.load(self._load, [self._tab, self._remembered], self._words_output_set(), js=REMEMBERED, **QUIET)
        self._ask.follow_after(loaded)
        switches = [self._switches.click, self._settings.look.click]
        switched = gr.on(switches, self._switch, [self._tab], self._words_output_set(), **QUIET)
        self._ask.wire()
        others = [self._ask_tab, self._lab_tab, self._train_tab, self._evaluate_tab, self._settings_tab]
        documents = self._documents.wire(self._tab, self._documents_tab, others, [loaded, switched])
        self._lab.wire(self._tab, self._lab_tab, switched)
        self._compare.wire(self._tab, self._train_tab)
        self._evaluate.wire(self._tab, self._evaluate_tab)
        self._feedback.wire(self._tab, self._evaluate_tab)
        fetched = self._settings.wire(self._tab, self._settings_tab, switched)
        compare = self._compare
        results = {"chat": self._ask.chat.model, "left": compare.left, "right": compare.right}
        selected = (self._train_tab.select, self._documents_tab.select)
        for event in (*documents, *self._train.wire(self._tab, results), *fetched, *selected):
            look = getattr(event, "then", event)
            look(self._tick, [self._tab, self._known], self._tick_outputs, **QUIET)
        # What changes in a tab before it is opened for the first time, Gradio forgets where it changed twice.
        for opened in (self._lab_tab.select, self._train_tab.select):
            mounted = opened(lambda: None, None, None, **QUIET)  # by the time that this answers
            mounted.then(self._offered, [self._tab], self._offered_outputs, **QUIET)
        self._ask.follow_after(switched)
        self._timer.tick(self._tick, [self._tab, self._known], self._tick_outputs, **QUIET)

    def _words_output_set(self) -> list:
        return list(dict.fromkeys(self._words_outputs))

    @property
    def _tick_outputs(self) -> list:
        chat = self._ask.chat
        return [self._known, *self._state_outputs, chat.collection, chat.model, *self._offered_outputs]

    @property
    def _offered_outputs(self) -> list:
        trained = [self._train.base, self._train.data, self._train.missing]
        compared = [self._compare.left, self._compare.right, self._compare.collection, self._compare.missing]
        return [self._lab.model, *trained, *compared]

    # --- handlers -------------------------------------------------------------------------------------------

    def _load(self, tab: Tab, remembered: str, request: gr.Request) -> Changes:
        kept = _read_json(remembered)
        chosen = kept.get("language")
        if isinstance(chosen, str) and chosen in TEXTS:
            language = chosen
        else:
            language = preferred_language(request.headers.get("accept-language", ""))
        conversation = number({"id": str(kept.get("conversation") or "")})
        if conversation is not None and not self._app.knows(conversation):
            conversation = None
        tab = replace(tab, lang=language, conversation=conversation)
        return self._everything(tab)

    def _switch(self, tab: Tab, event: gr.EventData) -> Changes:
        _, data = action(event)
        language = data.get("name", "")
        return self._everything(replace(tab, lang=language if language in TEXTS else tab.lang))

    def _tick(self, tab: Tab, known: tuple) -> Changes:
        """What is loading and being indexed. Writes nothing into the tab's state, which may be changing meanwhile."""
        names = tuple(self._app.collections()), tuple(self._app.assistant.models())
        if names == tuple(known):
            return self._state(tab)
        chat = self._ask.chat
        choices: Changes = {
            chat.collection: chat.collection_choices(tab),
            chat.model: gr.update(choices=model_names(names[1], tab.lang), visible=len(names[1]) > 1),
            self._documents.collection: self._documents.collection_choices(tab),
        }
        return {self._known: names} | choices | self._offered(tab) | self._state(tab)

    def _offered(self, tab: Tab) -> Changes:
        """The choices of the lab, of training and of comparing."""
        models = gr.update(choices=model_names(self._app.assistant.models(), tab.lang))
        return {self._lab.model: models} | self._train.choices(tab) | self._compare.choices(tab)

    # --- what is shown --------------------------------------------------------------------------------------

    def _everything(self, tab: Tab) -> Changes:
        header = {
            self._brand: render.brand(ICON.read_text("utf-8"), tab.lang),
            self._switches: render.preferences(tab.lang),
            self._ask_tab: gr.update(label=t("tab.ask", tab.lang)),
            self._documents_tab: gr.update(label=t("tab.documents", tab.lang)),
            self._lab_tab: gr.update(label=t("tab.lab", tab.lang)),
            self._train_tab: gr.update(label=t("tab.train", tab.lang)),
            self._evaluate_tab: gr.update(label=t("tab.evaluate", tab.lang)),
            self._settings_tab: gr.update(label=t("tab.settings", tab.lang)),
        }
        words: Changes = self._ask.words(tab)
        for panel in (
            self._documents.words,
            self._lab.words,
            self._train.words,
            self._compare.words,
            self._evaluate.words,
            self._feedback.shown,
            self._settings.words,
        ):
            words |= _attempted(panel, tab)
        shown = self._ask.shown(tab)
        chosen = self._ask.chosen(tab)
        for component, update in (words | chosen).items():
            known = shown.get(component)
            shown[component] = {**update, **known} if isinstance(known, dict) else update
        for component, update in chosen.items():
            shown[component] = {**words.get(component, {}), **update}
        return header | shown | self._state(tab)

    def _state(self, tab: Tab) -> Changes:
        app = self._app
        statuses = app.statuses()
        working = [status.name for status in statuses if status.state in WORKING]
        busy = bool(app.loading or working or app.sessions.running())
        status = render.status(app.loading, working, app.startup.error, tab.lang, app.problem)
        pace = gr.Timer(BUSY_S if busy else IDLE_S)
        return {self._status: status, self._timer: pace} | self._train.shown(tab)


def _attempted(panel: Callable[[Tab], Changes], tab: Tab) -> Changes:
    """What a panel shows; nothing where it cannot, so that the others still do."""
    try:
        return panel(tab)
    except Exception:
        log.exception("a panel cannot be shown")
        return {}


def _read_json(text: str | None) -> dict[str, Any]:
    try:
        value = parsed(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
