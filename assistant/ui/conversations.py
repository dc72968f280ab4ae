"""The left panel: the conversations kept in the history."""

from dataclasses import replace

import gradio as gr

from assistant.ui import panel, render
from assistant.ui.services import Services
from assistant.ui.texts import t
from assistant.ui.view import Tab

LONGEST_TITLE = 120


class Conversations:
    """New, open, search, rename, delete."""

    def __init__(self, services: Services):
        self._services = services

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Column(elem_id="conversations", min_width=0):
            self.new = gr.Button("", elem_id="new-conversation", variant="secondary")
            self.search = gr.Textbox(elem_id="conversation-search", container=False, max_lines=1, show_label=False)
            self.list = panel.html(elem_id="conversation-list")

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> dict:
        """The labels in the tab's language."""
        search = t("conversations.search", tab.lang)
        return {
            self.new: gr.update(value=t("conversations.new", tab.lang)),
            self.search: gr.update(placeholder=search, label=search),
        }

    def shown(self, tab: Tab) -> dict:
        """The list, newest first."""
        return {self.list: render.conversation_list(self._services.history.conversations(tab.query), tab)}

    # --- what happens ---------------------------------------------------------------------------------------

    def act(self, name: str, data: dict[str, str], tab: Tab) -> Tab:
        """Carries out what was clicked in the list. Unknown actions change nothing."""
        identity = panel.number(data)
        quiet = replace(tab, renaming=None, deleting=None)
        if name == "cancel":
            return quiet
        if identity is None or not self._services.knows(identity):
            return tab
        if name == "open":
            return replace(quiet, conversation=identity)
        if name == "rename":
            return replace(quiet, renaming=identity)
        if name == "delete":
            return replace(quiet, deleting=identity)
        if name == "renamed":
            title = " ".join(data.get("text", "").split())[:LONGEST_TITLE]
            if title:
                self._services.history.rename(identity, title)
            return quiet
        if name == "deleted":
            return self._delete(identity, quiet)
        return tab

    def opened(self, tab: Tab):
        """The record of the tab's conversation, None in a new one."""
        return next((c for c in self._services.history.conversations() if c.id == tab.conversation), None)

    def _delete(self, identity: int, tab: Tab) -> Tab:
        for view in self._services.runs.views(identity):
            run = self._services.runs.get(view.id)
            if run is not None:
                run.stop()
        self._services.history.delete(identity)
        return replace(tab, conversation=None) if tab.conversation == identity else tab
