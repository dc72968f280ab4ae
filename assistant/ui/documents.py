"""The Documents tab: dropping files in, and what became of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from assistant.ui import panel, render
from assistant.ui.intake import LONGEST_NAME, discard, folder_name, take_in
from assistant.ui.services import Services
from assistant.ui.texts import counted, t
from assistant.ui.view import Tab

WORKING = ("waiting", "reading", "embedding")


class Taken(NamedTuple):
    """What came of a drop: the tab, the words for it, whether all went well, whether the files were used up."""

    tab: Tab
    text: str
    worked: bool = False
    done: bool = False


class Documents:
    """Adding, watching and removing documents."""

    def __init__(self, services: Services):
        self._services = services

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Row(elem_id="documents"):
            with gr.Column(elem_id="add", scale=2, min_width=280):
                self.heading = panel.html()
                self.files = gr.File(elem_id="files", file_count="multiple", file_types=self._formats, height=180)
                self.collection = gr.Dropdown([], elem_id="add-collection", allow_custom_value=True)
                self.add = gr.Button("", elem_id="add-button", variant="primary")
                self.message = panel.html(elem_id="add-message")
            with gr.Column(elem_id="state", scale=4, min_width=320):
                self.collections = panel.html(elem_id="collection-table")
                self.sources = panel.html(elem_id="source-table")

    @property
    def _formats(self) -> list[str]:
        from corpus import readers

        return sorted(readers.SUFFIXES)

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> dict:
        """The labels in the tab's language."""
        return {
            self.heading: render.add_heading(self._formats, tab.lang),
            self.files: gr.update(label=t("add.files", tab.lang)),
            self.collection: {**self.collection_choices(tab), "value": t("add.default", tab.lang)},
            self.add: gr.update(value=t("add.button", tab.lang)),
        }

    def collection_choices(self, tab: Tab) -> dict:
        """An update of the choice of collections."""
        usual = t("add.default", tab.lang)
        names = dict.fromkeys((usual, *self._services.collections()))
        label, info = t("add.collection", tab.lang), t("add.collection_help", tab.lang)
        return gr.update(label=label, info=info, choices=list(names))

    def shown(self, tab: Tab, statuses: Sequence) -> dict:
        """Both tables."""
        rows = self._services.store.sources(tab.collection) if tab.collection else []
        return {
            self.collections: render.collections_table(statuses, tab.collection, tab.lang),
            self.sources: render.sources_table(rows, tab.collection, tab.removing, tab.lang),
        }

    # --- what happens ---------------------------------------------------------------------------------------

    def take(self, tab: Tab, files: Sequence[str] | None, collection: str | None) -> "Taken":
        """Copies dropped files into the data folder and queues them."""
        name = " ".join((collection or "").split())
        found = [Path(file) for file in files or () if Path(file).is_file()]
        if not found:
            return Taken(tab, t("add.none", tab.lang))
        if not name:
            return Taken(tab, t("add.no_collection", tab.lang))
        if len(name) > LONGEST_NAME:
            return Taken(tab, t("add.long_name", tab.lang, limit=LONGEST_NAME))
        folder = self._services.home.documents / folder_name(name)
        try:
            copies = [take_in(file, folder) for file in found]
        except OSError as error:
            return Taken(tab, t("add.copy_failed", tab.lang, reason=error.strerror or error))
        queued, failed = self._services.add(copies, name)
        for item in failed:
            discard(item.place, self._services.home.documents)
        lines = [counted("added", queued, tab.lang)] if queued else []
        lines += [t("add.format", tab.lang, name=Path(item.place).name) for item in failed]
        shown = replace(tab, collection=name, removing=None) if queued else tab
        return Taken(shown, " ".join(lines), worked=not failed, done=True)

    def act(self, name: str, data: dict[str, str], tab: Tab) -> Tab:
        """Carries out what was clicked in the tables. Unknown actions change nothing."""
        if name == "cancel":
            return replace(tab, removing=None)
        if name == "select" and data.get("name") in self._services.collections():
            return replace(tab, collection=data["name"], removing=None)
        source = panel.number(data)
        rows = self._services.store.sources(tab.collection) if tab.collection else []
        row = next((row for row in rows if row.id == source), None)
        if name == "remove" and row is not None:
            return replace(tab, removing=source)
        if name == "removed" and row is not None:
            self._services.store.remove_sources([row.id])
            discard(row.path, self._services.home.documents)
            return replace(tab, removing=None)
        return tab
