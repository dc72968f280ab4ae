"""The Ask tab: the conversations, the chat and the sources side by side, and how they work together."""

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr
from gradio.events import Dependency

from assistant.services.application import EVERYTHING, Application
from assistant.ui.i18n.texts import t
from assistant.ui.panels.chat import ChatPanel
from assistant.ui.panels.components import QUIET, SAVE_FILE, Changes, Options, action, settled
from assistant.ui.panels.conversations import ConversationsPanel
from assistant.ui.panels.explanation import ExplanationPanel
from assistant.ui.panels.feedback import ACTIONS, give_feedback
from assistant.ui.panels.sources import SourcesPanel
from assistant.ui.tab import Streams, Tab

# A new answer shows its own sources, whatever passage was looked at before.
FORGET_PASSAGE = "(...values) => { window.sourcierAddress.forget(); return values; }"
# The question is on the page before the server has it, and the field is free for the next one.
ASKING = "(...values) => { window.sourcierAddress.forget(); window.sourcierEcho?.(values[1]); return values; }"


class AskPanel:
    """Three panels over one conversation. Every handler gives back a dict of what changed."""

    def __init__(self, app: Application):
        self._app = app
        self.chat = ChatPanel(app)
        self._sources = SourcesPanel(app)
        self._conversations = ConversationsPanel(app)
        self._explanation = ExplanationPanel(app)

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self, tab: gr.State) -> None:
        """Makes the components inside the current Blocks; `tab` is the state of the browser's tab."""
        self._tab = tab
        self._streams = gr.State(Streams())
        self._file = gr.JSON(visible=False)  # an export on its way to the browser's downloads
        with gr.Row(elem_id="ask-columns"):
            self._conversations.layout()
            with gr.Column(elem_id="chat", min_width=0):
                self.chat.layout()
            self._sources.layout(self._explanation.layout)

    @property
    def outputs(self) -> list:
        """What `shown` fills."""
        sources = self._sources
        beside = [sources.cards, sources.viewer, self._explanation.panel]
        return [self._tab, *self.chat.outputs, *beside, self._conversations.list]

    @property
    def words_outputs(self) -> list:
        """What `words` fills."""
        left = self._conversations
        return [*self.chat.outputs, left.new, left.search, left.archive, self._explanation.panel]

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language."""
        return self.chat.words(tab) | self._conversations.words(tab) | self._explanation.closed

    def shown(self, tab: Tab) -> Changes:
        """The tab's conversation, its sources and the list of all."""
        return {self._tab: tab} | self.chat.shown(tab) | self._sources.shown(tab) | self._conversations.shown(tab)

    def chosen(self, tab: Tab) -> Changes:
        """The collection, the mode and the generator that were chosen for the open conversation."""
        opened = self._conversations.opened(tab)
        if opened is None:
            return {}
        collection = opened.collection if opened.collection in ("", EVERYTHING, *self._app.collections()) else ""
        choices = {self.chat.collection: collection, self.chat.mode: opened.mode}
        if opened.model in self._app.assistant.models():
            choices[self.chat.model] = opened.model
        return {component: gr.update(value=value) for component, value in choices.items()}

    # --- wiring ---------------------------------------------------------------------------------------------

    def wire(self) -> None:
        """Connects the events of the three panels."""
        # One after the other: of two that run at once, the later one would undo what the earlier one noted in the tab.
        turns: Options = {**QUIET, "concurrency_id": "ask", "concurrency_limit": 1}
        self._wire_asking(turns)
        self._wire_conversations(turns)
        sources = self._sources
        for part in (sources.cards, sources.viewer):
            seen = part.click(self._in_sources, [self._tab], [sources.viewer], **QUIET)
            seen.then(None, js=settled("source"), **QUIET)
        self._explanation.wire(self._tab)

    def follow_after(self, event: Dependency) -> None:
        """Streams the newest turn once `event` is dealt with."""
        chat = self.chat
        outputs = [chat.past, chat.live, chat.leads, chat.question, self._sources.cards, self._conversations.list]
        event.then(
            self._follow, [self._tab, self._streams], outputs, trigger_mode="multiple", concurrency_limit=None, **QUIET
        )

    def _wire_asking(self, turns: Options) -> None:
        chat = self.chat
        choices = [chat.collection, chat.mode, chat.model]
        asked = chat.question.submit(self._ask, [self._tab, chat.question, *choices], self.outputs, js=ASKING, **turns)
        for part in (chat.past, chat.live, chat.leads):
            for event in (part.click, part.submit):
                acted = event(self._in_turns, [self._tab, *choices], self.outputs, **turns)
                self.follow_after(acted)
        for choice in choices:
            choice.input(chat.choose, [self._tab, *choices], None, **QUIET)
        offered = [self._tab, chat.collection]
        chat.collection.input(lambda *values: chat.offered(*values) or gr.skip(), offered, [chat.live], **QUIET)
        chat.question.stop(chat.stop, [self._tab], None, queue=False, **QUIET)
        self.follow_after(asked)

    def _wire_conversations(self, turns: Options) -> None:
        left = self._conversations
        opened = left.list.click(self._in_list, [self._tab], self.outputs, **turns)
        opened.then(None, js=settled("conversation"), **QUIET)
        left.list.submit(self._in_list, [self._tab], self.outputs, **turns)
        for part in (left.list, left.archive):
            # After the list has acted: a file is made only where one was asked for.
            part.click(self._export, [self._tab], [self._file], **QUIET).then(
                None, [self._file], None, js=SAVE_FILE, **QUIET
            )
        left.archive.submit(self._import, [self._tab], self.outputs, **turns)
        left.new.click(self._new, [self._tab], self.outputs, js=FORGET_PASSAGE, **turns)
        left.search.change(self._search, [self._tab, left.search], [self._tab, left.list], **turns)
        self.follow_after(opened)

    # --- handlers -------------------------------------------------------------------------------------------

    def _ask(self, tab: Tab, question: str, collection: str, mode: str, model: str | None) -> Changes:
        tab, complaint = self.chat.begin(tab, question, collection, mode, model)
        shown = self._begun(tab, complaint)
        return shown | {self.chat.question: gr.update(value=question)} if complaint else shown  # nothing typed is lost

    def _in_turns(self, tab: Tab, collection: str, mode: str, model: str | None, event: gr.EventData) -> Changes:
        name, data = action(event)
        choices = (collection, mode, model)
        if name == "example":
            return self._begun(*self.chat.begin(tab, data.get("text", ""), *choices))
        if name in ("again", "edited"):
            return self._begun(*self.chat.again(tab, data, choices))
        if name == "why":
            return {self._tab: tab} | self._sources.closed | self._explanation.opened(tab, data)
        if name in ACTIONS:
            return self._begun(tab, give_feedback(self._app, tab, name, data))
        return self.shown(self.chat.look(name, data, tab))

    def _begun(self, tab: Tab, complaint: str) -> Changes:
        if not complaint:
            return self.shown(tab) | self._closed
        gr.Info(complaint, title="")
        return {self._tab: tab}

    @property
    def _closed(self) -> Changes:
        """The panels that belong to one answer, without what they showed."""
        return self._sources.closed | self._explanation.closed

    def _follow(self, tab: Tab, streams: Streams) -> Iterator[Changes]:
        """Streams the newest turn of the tab into the page, until it ends or the tab looks at something else."""
        mine = streams.begin()
        running = self.chat.running(tab)
        yield self.chat.shown(tab) | self._sources.shown(tab)
        last = None
        for view in self.chat.follow(tab):
            if streams.newest != mine:
                return
            changes = self.chat.streamed(view, tab)
            if last is None or view.sources != last.sources or not view.running:
                changes |= self._sources.shown(tab)
            last = view
            yield changes
        if running and streams.newest == mine:  # also when it ended before it could be watched
            yield self.chat.shown(tab) | self._sources.shown(tab)

    def _in_list(self, tab: Tab, event: gr.EventData) -> Changes:
        before = tab.conversation
        name, data = action(event)
        tab = self._conversations.act(name, data, tab)
        if name == "go" and data.get("id") and tab.conversation is None:
            gr.Info(t("conversations.gone", tab.lang), title="")
        if tab.conversation == before:
            return {self._tab: tab} | self._conversations.shown(tab)
        return self.shown(tab) | self.chosen(tab) | self._closed

    def _in_sources(self, tab: Tab, event: gr.EventData) -> Changes:
        return self._sources.opened(*action(event), tab) or gr.skip()

    def _export(self, tab: Tab, event: gr.EventData) -> dict | None:
        name, data = action(event)
        if name != "export":
            return None
        file = self._conversations.export(data, tab)
        if file is None:
            gr.Info(t("export.nothing", tab.lang), title="")
        return file

    def _import(self, tab: Tab, event: gr.EventData) -> Changes:
        _, data = action(event)
        gr.Info(self._conversations.import_file(data, tab), title="")
        return self.shown(tab)

    def _new(self, tab: Tab) -> Changes:
        return self.shown(replace(tab, conversation=None, renaming=None, deleted=None, editing=None)) | self._closed

    def _search(self, tab: Tab, query: str) -> Changes:
        tab = replace(tab, query=(query or "").strip()[:200])
        return {self._tab: tab} | self._conversations.shown(tab)
