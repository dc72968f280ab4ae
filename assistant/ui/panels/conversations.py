"""The left panel: the conversations kept in the history."""

import base64
from dataclasses import replace

import gradio as gr

from assistant.export import EXTENSIONS, ImportFileError, exported, imported
from assistant.services.application import Application
from assistant.storage.history import Conversation
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, notice, t
from assistant.ui.panels.components import Changes, html, number
from assistant.ui.tab import Tab

LONGEST_TITLE = 120
LARGEST_IMPORT = 200_000_000  # characters


class ConversationsPanel:
    """New, open, search, rename, pin, delete and undo, export and import."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Column(elem_id="conversations", min_width=0):
            with gr.Row(elem_id="conversation-tools"):
                self.new = gr.Button("", elem_id="new-conversation", variant="secondary")
                self.archive = html(elem_id="archive")
            self.search = gr.Textbox(elem_id="conversation-search", container=False, max_lines=1, show_label=False)
            self.list = html(more="ask.js", elem_id="conversation-list")

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language."""
        search = t("conversations.search", tab.lang)
        return {
            self.new: gr.update(value=t("conversations.new", tab.lang)),
            self.search: gr.update(placeholder=search, label=search),
            self.archive: render.archive_menu(tab.lang),
        }

    def shown(self, tab: Tab) -> Changes:
        """The list: pinned ones, then the newest."""
        found = self._app.history.search(tab.query)
        return {self.list: render.conversation_list(found, tab, deleted_title=tab.deleted_title)}

    # --- what happens ---------------------------------------------------------------------------------------

    def act(self, name: str, data: dict[str, str], tab: Tab) -> Tab:
        """Carries out what was clicked in the list. Unknown actions change nothing."""
        identity = number(data)
        quiet = replace(tab, renaming=None, deleted=None)
        history = self._app.history
        if name == "cancel":
            return quiet
        if name == "restore" and identity is not None and identity == tab.deleted:
            return replace(quiet, conversation=identity) if history.restore(identity) else quiet
        if name == "go":  # what the page's address names
            known = identity is not None and self._app.knows(identity)
            return replace(quiet, conversation=identity if known else None, editing=None)
        if identity is None or not self._app.knows(identity):
            return tab
        if name == "open":
            return replace(quiet, conversation=identity, editing=None)
        if name == "rename":
            return replace(quiet, renaming=identity)
        if name == "renamed":
            title = " ".join(data.get("text", "").split())[:LONGEST_TITLE]
            if title:
                history.rename(identity, title)
            return quiet
        if name == "pin":
            history.pin(identity, not history.conversation(identity).pinned)
            return quiet
        if name == "delete":
            return self._delete(identity, quiet)
        return tab

    def opened(self, tab: Tab) -> Conversation | None:
        """The record of the tab's conversation, None in a new one."""
        if tab.conversation is None or not self._app.knows(tab.conversation):
            return None
        return self._app.history.conversation(tab.conversation)

    def export(self, data: dict[str, str], tab: Tab) -> dict[str, str] | None:
        """The file of one conversation, of all where none is named: its name, its type, its bytes in base64.

        None when there is nothing to export or the format is unknown.
        """
        identity, kind = number(data), data.get("format", "")
        wanted = [c for c in self._app.history.conversations() if identity in (None, c.id)]
        if not wanted or kind not in EXTENSIONS or ("id" in data and identity is None):
            return None
        talks = [(c, self._app.history.turns(c.id)) for c in wanted]
        file = exported(talks, kind, tab.lang, lambda key: notice(key, tab.lang))
        return {"name": file.name, "type": file.type, "data": base64.b64encode(file.content).decode("ascii")}

    def import_file(self, data: dict[str, str], tab: Tab) -> str:
        """Adds the conversations of an exported JSON file to the history; gives a message about it."""
        text = data.get("text", "")
        try:
            if len(text) > LARGEST_IMPORT:
                raise ImportFileError("import.large")
            found = imported(text)
        except ImportFileError as error:
            return sentence(error, tab.lang)
        added = sum(self._app.history.import_conversation(one, turns) is not None for one, turns in found)
        known = len(found) - added
        lines = [counted("imported", added, tab.lang)] if added else []
        lines += [counted("import.known", known, tab.lang)] if known else []
        return " ".join(lines) or t("import.nothing", tab.lang)

    def _delete(self, identity: int, tab: Tab) -> Tab:
        for view in self._app.jobs.views(identity):
            job = self._app.jobs.get(view.id)
            if job is not None:
                job.stop()
        title = self._app.history.conversation(identity).title
        self._app.history.delete(identity)
        tab = replace(tab, deleted=identity, deleted_title=title or t("conversations.untitled", tab.lang))
        return replace(tab, conversation=None) if tab.conversation == identity else tab
