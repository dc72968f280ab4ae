"""The Ask tab: the conversations, the chat and the sources side by side, and how they work together."""

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from assistant.ui.i18n.texts import t
from assistant.ui.panels import html as panel
from assistant.ui.panels.chat import Chat
from assistant.ui.panels.conversations import Conversations
from assistant.ui.panels.judging import ACTIONS, judged
from assistant.ui.panels.sources import Sources
from assistant.ui.services import Services
from assistant.ui.view import Gaze, Tab

# A new answer shows its own sources, whatever passage was looked at before.
# The file goes straight into the browser's downloads; no copy of it lies on a disk of the server.
SAVE_FILE = """(file) => {
    if (!file) return;
    const bytes = Uint8Array.from(atob(file.data), (character) => character.charCodeAt(0));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: file.type }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}"""
FORGET_PASSAGE = "(...values) => { if (location.hash) location.hash = ''; return values; }"


class Desk:
    """Three panels over one conversation. Every handler gives back a dict of what changed."""

    def __init__(self, services: Services):
        self._services = services
        self.chat = Chat(services)
        self._sources = Sources(services)
        self._conversations = Conversations(services)

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self, tab: gr.State) -> None:
        """Makes the components inside the current Blocks; `tab` is the state of the browser's tab."""
        self._tab = tab
        self._gaze = gr.State(Gaze())
        self._file = gr.JSON(visible=False)  # an export on its way to the browser's downloads
        with gr.Row(elem_id="desk"):
            self._conversations.layout()
            with gr.Column(elem_id="chat", min_width=0):
                self.chat.layout()
            self._sources.layout()

    @property
    def outputs(self) -> list:
        """What `shown` fills."""
        sources = self._sources
        return [self._tab, *self.chat.outputs, sources.cards, sources.viewer, self._conversations.list]

    @property
    def words_outputs(self) -> list:
        """What `words` fills."""
        panel_ = self._conversations
        return [*self.chat.outputs, panel_.new, panel_.search, panel_.archive]

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> dict:
        """The labels in the tab's language."""
        return self.chat.words(tab) | self._conversations.words(tab)

    def shown(self, tab: Tab) -> dict:
        """The tab's conversation, its sources and the list of all."""
        return {self._tab: tab} | self.chat.shown(tab) | self._sources.shown(tab) | self._conversations.shown(tab)

    def chosen(self, tab: Tab) -> dict:
        """The collection, the mode and the generator that were chosen for the open conversation."""
        opened = self._conversations.opened(tab)
        if opened is None:
            return {}
        collection = opened.collection if opened.collection in ("", *self._services.collections()) else ""
        choices = {self.chat.collection: collection, self.chat.mode: opened.mode}
        if opened.model in self._services.assistant.models():
            choices[self.chat.model] = opened.model
        return {component: gr.update(value=value) for component, value in choices.items()}

    # --- wiring ---------------------------------------------------------------------------------------------

    def wire(self, quiet: dict) -> None:
        """Connects the events of the three panels."""
        # One after the other: of two that run at once, the later one would undo what the earlier one noted in the tab.
        turns = {**quiet, "concurrency_id": "desk", "concurrency_limit": 1}
        self._wire_asking(quiet, turns)
        self._wire_conversations(quiet, turns)
        sources = self._sources
        for part in (sources.cards, sources.viewer):
            part.click(self._in_sources, [self._tab], [sources.viewer], **quiet)

    def follow_after(self, event, quiet: dict) -> None:
        """Streams the newest turn once `event` is dealt with."""
        chat = self.chat
        outputs = [chat.past, chat.live, chat.leads, chat.question, self._sources.cards, self._conversations.list]
        event.then(
            self._follow, [self._tab, self._gaze], outputs, trigger_mode="multiple", concurrency_limit=None, **quiet
        )

    def _wire_asking(self, quiet: dict, turns: dict) -> None:
        chat = self.chat
        choices = [chat.collection, chat.mode, chat.model]
        asked = chat.question.submit(
            self._ask, [self._tab, chat.question, *choices], self.outputs, js=FORGET_PASSAGE, **turns
        )
        for part in (chat.past, chat.live, chat.leads):
            for event in (part.click, part.submit):
                acted = event(self._in_turns, [self._tab, *choices], self.outputs, **turns)
                self.follow_after(acted, quiet)
        for choice in choices:
            choice.input(chat.choose, [self._tab, *choices], None, **quiet)
        chat.question.stop(chat.stop, [self._tab], None, queue=False, **quiet)
        chat.threshold.input(chat.set_threshold, [chat.threshold], None, **quiet)
        self.follow_after(asked, quiet)

    def _wire_conversations(self, quiet: dict, turns: dict) -> None:
        panel_ = self._conversations
        opened = panel_.list.click(self._in_list, [self._tab], self.outputs, **turns)
        panel_.list.submit(self._in_list, [self._tab], self.outputs, **turns)
        for part in (panel_.list, panel_.archive):
            # After the list has acted: a file is made only where one was asked for.
            part.click(self._export, [self._tab], [self._file], **quiet).then(
                None, [self._file], None, js=SAVE_FILE, **quiet
            )
        panel_.archive.submit(self._import, [self._tab], self.outputs, **turns)
        panel_.new.click(self._new, [self._tab], self.outputs, js=FORGET_PASSAGE, **turns)
        panel_.search.change(self._search, [self._tab, panel_.search], [self._tab, panel_.list], **turns)
        self.follow_after(opened, quiet)

    # --- handlers -------------------------------------------------------------------------------------------

    def _ask(self, tab: Tab, question: str, collection: str, mode: str, model: str | None) -> dict:
        shown = self._begun(*self.chat.begin(tab, question, collection, mode, model))
        if self.chat.question in shown:
            shown[self.chat.question] = {**shown[self.chat.question], "value": ""}
        return shown

    def _in_turns(self, tab: Tab, collection: str, mode: str, model: str | None, event: gr.EventData) -> dict:
        name, data = panel.action(event)
        choices = (collection, mode, model)
        if name == "example":
            return self._begun(*self.chat.begin(tab, data.get("text", ""), *choices))
        if name in ("again", "edited"):
            return self._begun(*self.chat.again(tab, data, choices))
        if name in ACTIONS:
            return self._begun(tab, judged(self._services, tab, name, data))
        return self.shown(self.chat.look(name, data, tab))

    def _begun(self, tab: Tab, complaint: str) -> dict:
        if not complaint:
            return self.shown(tab) | self._sources.closed
        gr.Info(complaint, title="")
        return {self._tab: tab}

    def _follow(self, tab: Tab, gaze: Gaze) -> Iterator[dict]:
        """Streams the newest turn of the tab into the page, until it ends or the tab looks at something else."""
        mine = gaze.turn()
        running = self.chat.running(tab)
        yield self.chat.shown(tab) | self._sources.shown(tab)
        last = None
        for view in self.chat.follow(tab):
            if gaze.newest != mine:
                return
            changes = self.chat.streamed(view, tab)
            if last is None or view.sources != last.sources or not view.running:
                changes |= self._sources.shown(tab)
            last = view
            yield changes
        if running and gaze.newest == mine:  # also when it ended before it could be watched
            yield self.chat.shown(tab) | self._sources.shown(tab)

    def _in_list(self, tab: Tab, event: gr.EventData) -> dict:
        before = tab.conversation
        tab = self._conversations.act(*panel.action(event), tab)
        if tab.conversation == before:
            return {self._tab: tab} | self._conversations.shown(tab)
        return self.shown(tab) | self.chosen(tab) | self._sources.closed

    def _in_sources(self, tab: Tab, event: gr.EventData) -> dict:
        return self._sources.opened(*panel.action(event), tab) or gr.skip()

    def _export(self, tab: Tab, event: gr.EventData) -> dict | None:
        name, data = panel.action(event)
        if name != "export":
            return None
        file = self._conversations.export(data, tab)
        if file is None:
            gr.Info(t("export.nothing", tab.lang), title="")
        return file

    def _import(self, tab: Tab, event: gr.EventData) -> dict:
        _, data = panel.action(event)
        gr.Info(self._conversations.take_in(data, tab), title="")
        return self.shown(tab)

    def _new(self, tab: Tab) -> dict:
        return (
            self.shown(replace(tab, conversation=None, renaming=None, deleted=None, editing=None))
            | self._sources.closed
        )

    def _search(self, tab: Tab, query: str) -> dict:
        tab = replace(tab, query=(query or "").strip()[:200])
        return {self._tab: tab} | self._conversations.shown(tab)
