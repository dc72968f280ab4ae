"""The page: header, the tabs, and how the panels work together."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr

from assistant.ui import panel, render
from assistant.ui.chat import Chat
from assistant.ui.compare import Compare
from assistant.ui.conversations import Conversations
from assistant.ui.documents import WORKING, Documents
from assistant.ui.lab import Lab
from assistant.ui.services import Services
from assistant.ui.sources import Sources
from assistant.ui.texts import TEXTS, preferred_language, t
from assistant.ui.train import Train
from assistant.ui.view import Gaze, Tab

ICON = Path(__file__).parent / "icon.svg"
BUSY_S, IDLE_S = 1.5, 15.0  # how often the state of loading and indexing is looked at

# What the browser remembers: the language for all tabs, the open conversation for this one.
REMEMBERED = """() => [null, JSON.stringify({
    language: localStorage.getItem('sourcier.language'),
    conversation: sessionStorage.getItem('sourcier.conversation'),
})]"""
# A new answer shows its own sources, whatever passage was looked at before.
FORGET_PASSAGE = "(...values) => { if (location.hash) location.hash = ''; return values; }"


class Window:
    """The Blocks of the app. Layout and wiring are separate; every handler gives back a dict of what changed."""

    def __init__(self, services: Services):
        self._services = services
        self._chat = Chat(services)
        self._sources = Sources(services)
        self._conversations = Conversations(services)
        self._documents = Documents(services)
        self._lab = Lab(services)
        self._train = Train(services)
        self._compare = Compare(services)

    def build(self) -> gr.Blocks:
        """The page, ready to be launched."""
        with gr.Blocks(title="Sourcier", fill_width=True, fill_height=True, analytics_enabled=False) as page:
            self._layout()
            self._wire(page)
        return page

    # --- layout ---------------------------------------------------------------------------------------------

    def _layout(self) -> None:
        self._tab = gr.State(Tab())
        self._gaze = gr.State(Gaze())
        self._known = gr.State(((), ()))  # the collections and generators that the tab's choices offer
        self._remembered = gr.Textbox(visible=False)
        self._timer = gr.Timer(BUSY_S)
        with gr.Row(elem_id="header"):
            self._brand = panel.html(elem_id="brand")
            self._status = panel.html(elem_id="status")
            self._preferences = panel.html(elem_id="preferences")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("", id="ask", elem_id="ask-tab") as self._ask_tab, gr.Row(elem_id="desk"):
                self._conversations.layout()
                with gr.Column(elem_id="chat", min_width=0):
                    self._chat.layout()
                self._sources.layout()
            with gr.Tab("", id="documents", elem_id="documents-tab") as self._documents_tab:
                self._documents.layout()
            with gr.Tab("", id="lab", elem_id="lab-tab") as self._lab_tab:
                self._lab.layout()
            with gr.Tab("", id="train", elem_id="train-tab") as self._train_tab, gr.Column(elem_id="training"):
                self._train.layout()
                self._compare.layout()

    @property
    def _words_outputs(self) -> list:
        chat, documents, conversations = self._chat, self._documents, self._conversations
        header = [self._brand, self._preferences, self._ask_tab, self._documents_tab, self._lab_tab, self._train_tab]
        asking = [chat.model, chat.threshold, conversations.new, conversations.search]
        adding = [documents.heading, documents.files, documents.collection, documents.add]
        panels = [*self._lab.words_outputs, *self._train.words_outputs, *self._compare.words_outputs]
        return [*header, *asking, *adding, *panels, *self._shown_outputs, *self._state_outputs]

    @property
    def _shown_outputs(self) -> list:
        return [self._tab, *self._chat.outputs, self._sources.cards, self._conversations.list]  # of `_conversation`

    @property
    def _state_outputs(self) -> list:
        documents = self._documents
        shown = [documents.collections, documents.sources, documents.collection, self._train.progress]
        return [self._status, *shown, self._timer]

    # --- wiring ---------------------------------------------------------------------------------------------

    def _wire(self, page: gr.Blocks) -> None:
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        loaded = page.load(self._load, [self._tab, self._remembered], self._words_output_set(), js=REMEMBERED, **quiet)
        self._follow_after(loaded, quiet)
        switched = self._preferences.click(self._switch, [self._tab], self._words_output_set(), **quiet)
        self._wire_asking(quiet)
        self._wire_conversations(quiet)
        self._wire_documents(quiet)
        self._lab.wire(self._tab, self._lab_tab, switched, quiet)
        self._compare.wire(self._tab, self._train_tab, quiet)
        for event in (*self._train.wire(self._tab, quiet), self._train_tab.select):
            look = getattr(event, "then", event)
            look(self._tick, [self._tab, self._known], self._tick_outputs, **quiet)
        self._follow_after(switched, quiet)
        self._timer.tick(self._tick, [self._tab, self._known], self._tick_outputs, **quiet)

    def _words_output_set(self) -> list:
        return list(dict.fromkeys(self._words_outputs))

    @property
    def _tick_outputs(self) -> list:
        choices = [self._chat.collection, self._chat.model, self._lab.model, self._train.base, self._train.data]
        compared = [self._compare.left, self._compare.right, self._compare.collection]
        return [self._known, *self._state_outputs, *choices, *compared]

    def _wire_asking(self, quiet: dict) -> None:
        chat = self._chat
        choices = [chat.collection, chat.mode, chat.model]
        asked = chat.question.submit(
            self._ask, [self._tab, chat.question, *choices], self._shown_outputs, js=FORGET_PASSAGE, **quiet
        )
        tried = chat.live.click(self._try_example, [self._tab, *choices], self._shown_outputs, **quiet)
        chat.question.stop(chat.stop, [self._tab], None, queue=False, **quiet)
        chat.threshold.input(chat.set_threshold, [chat.threshold], None, **quiet)
        self._follow_after(asked, quiet)
        self._follow_after(tried, quiet)

    def _wire_conversations(self, quiet: dict) -> None:
        panel_ = self._conversations
        opened = panel_.list.click(self._in_list, [self._tab], self._shown_outputs, **quiet)
        panel_.list.submit(self._in_list, [self._tab], self._shown_outputs, **quiet)
        panel_.new.click(self._new, [self._tab], self._shown_outputs, js=FORGET_PASSAGE, **quiet)
        panel_.search.change(self._search, [self._tab, panel_.search], [self._tab, panel_.list], **quiet)
        self._follow_after(opened, quiet)

    def _wire_documents(self, quiet: dict) -> None:
        documents = self._documents
        seen, changed = [self._tab, self._known], [self._tab, *self._tick_outputs]
        documents.add.click(
            self._add,
            [*seen, documents.files, documents.collection],
            [*changed, documents.message, documents.files],
            show_progress="minimal",
            api_visibility="private",
        )
        for table in (documents.collections, documents.sources):
            table.click(self._in_tables, seen, changed, **quiet)
        self._documents_tab.select(self._tick, seen, self._tick_outputs, **quiet)

    def _follow_after(self, event, quiet: dict) -> None:
        chat = self._chat
        outputs = [chat.past, chat.live, chat.question, self._sources.cards]
        event.then(
            self._follow, [self._tab, self._gaze], outputs, trigger_mode="multiple", concurrency_limit=None, **quiet
        )

    # --- handlers -------------------------------------------------------------------------------------------

    def _load(self, tab: Tab, remembered: str, request: gr.Request) -> dict:
        kept = _read_json(remembered)
        language = kept.get("language")
        if language not in TEXTS:
            language = preferred_language(request.headers.get("accept-language", ""))
        conversation = panel.number({"id": str(kept.get("conversation") or "")})
        if conversation is not None and not self._services.knows(conversation):
            conversation = None
        tab = replace(tab, lang=language, conversation=conversation)
        return self._everything(tab)

    def _switch(self, tab: Tab, event: gr.EventData) -> dict:
        _, data = panel.action(event)
        language = data.get("name", "")
        return self._everything(replace(tab, lang=language if language in TEXTS else tab.lang))

    def _ask(self, tab: Tab, question: str, collection: str, mode: str, model: str | None) -> dict:
        tab, complaint = self._chat.begin(tab, question, collection, mode, model)
        if complaint:
            gr.Info(complaint, title="")
            return {self._tab: tab}
        shown = self._conversation(tab)
        shown[self._chat.question] = {**shown[self._chat.question], "value": ""}
        return shown

    def _try_example(self, tab: Tab, collection: str, mode: str, model: str | None, event: gr.EventData) -> dict:
        name, data = panel.action(event)
        if name != "example":
            return {self._tab: tab}
        return self._ask(tab, data.get("text", ""), collection, mode, model)

    def _follow(self, tab: Tab, gaze: Gaze) -> Iterator[dict]:
        """Streams the newest turn of the tab into the page, until it ends or the tab looks at something else."""
        mine = gaze.turn()
        yield self._chat.shown(tab) | self._sources.shown(tab)
        last = None
        for view in self._chat.follow(tab):
            if gaze.newest != mine:
                return
            changes = self._chat.streamed(view, tab)
            if last is None or view.sources != last.sources or not view.running:
                changes |= self._sources.shown(tab)
            last = view
            yield changes
        if last is not None and gaze.newest == mine:
            yield self._chat.shown(tab) | self._sources.shown(tab)

    def _in_list(self, tab: Tab, event: gr.EventData) -> dict:
        before = tab.conversation
        tab = self._conversations.act(*panel.action(event), tab)
        if tab.conversation == before:
            return {self._tab: tab} | self._conversations.shown(tab)
        return self._conversation(tab) | self._choices_of(tab)

    def _new(self, tab: Tab) -> dict:
        return self._conversation(replace(tab, conversation=None, renaming=None, deleting=None))

    def _search(self, tab: Tab, query: str) -> dict:
        tab = replace(tab, query=(query or "").strip()[:200])
        return {self._tab: tab} | self._conversations.shown(tab)

    def _tick(self, tab: Tab, known: tuple) -> dict:
        """What is loading and being indexed. Writes nothing into the tab's state, which may be changing meanwhile."""
        names = tuple(self._services.collections()), tuple(self._services.assistant.models())
        if names == tuple(known):
            return self._state(tab)
        choices = {
            self._chat.collection: self._chat.collection_choices(tab),
            self._chat.model: gr.update(choices=list(names[1]), visible=len(names[1]) > 1),
            self._documents.collection: self._documents.collection_choices(tab),
            self._lab.model: gr.update(choices=list(names[1])),
        }
        choices |= self._train.choices(tab) | self._compare.choices(tab)
        return {self._known: names} | choices | self._state(tab)

    def _add(self, tab: Tab, known: tuple, files: list[str] | None, collection: str | None) -> dict:
        taken = self._documents.take(tab, files, collection)
        changes = {self._tab: taken.tab, self._documents.message: render.message(taken.text, taken.worked)}
        return changes | self._tick(taken.tab, known) | ({self._documents.files: None} if taken.done else {})

    def _in_tables(self, tab: Tab, known: tuple, event: gr.EventData) -> dict:
        tab = self._documents.act(*panel.action(event), tab)
        return {self._tab: tab} | self._tick(tab, known)

    # --- what is shown --------------------------------------------------------------------------------------

    def _everything(self, tab: Tab) -> dict:
        header = {
            self._brand: render.brand(ICON.read_text("utf-8"), tab.lang),
            self._preferences: render.preferences(tab.lang),
            self._ask_tab: gr.update(label=t("tab.ask", tab.lang)),
            self._documents_tab: gr.update(label=t("tab.documents", tab.lang)),
            self._lab_tab: gr.update(label=t("tab.lab", tab.lang)),
            self._train_tab: gr.update(label=t("tab.train", tab.lang)),
        }
        words = self._chat.words(tab) | self._conversations.words(tab) | self._documents.words(tab)
        words |= self._lab.words(tab) | self._train.words(tab) | self._compare.words(tab)
        shown = self._conversation(tab)
        for component, update in (words | self._choices_of(tab)).items():
            known = shown.get(component)
            shown[component] = {**update, **known} if isinstance(known, dict) else update
        for component, update in self._choices_of(tab).items():
            shown[component] = {**words.get(component, {}), **update}
        return header | shown | self._state(tab)

    def _conversation(self, tab: Tab) -> dict:
        return {self._tab: tab} | self._chat.shown(tab) | self._sources.shown(tab) | self._conversations.shown(tab)

    def _choices_of(self, tab: Tab) -> dict:
        """The collection and the mode that were chosen for the open conversation."""
        opened = self._conversations.opened(tab)
        if opened is None:
            return {}
        collection = opened.collection if opened.collection in ("", *self._services.collections()) else ""
        choices = {self._chat.collection: collection, self._chat.mode: opened.mode}
        if opened.model in self._services.assistant.models():
            choices[self._chat.model] = opened.model
        return {component: gr.update(value=value) for component, value in choices.items()}

    def _state(self, tab: Tab) -> dict:
        services = self._services
        statuses = services.statuses()
        working = [status.name for status in statuses if status.state in WORKING]
        busy = bool(services.loading or working or services.sessions.running())
        status = render.status(services.loading, working, services.startup.error, tab.lang)
        pace = gr.Timer(BUSY_S if busy else IDLE_S)
        shown = self._documents.shown(tab, statuses) | self._train.shown(tab)
        return {self._status: status, self._timer: pace} | shown


def _read_json(text: str | None) -> dict:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
