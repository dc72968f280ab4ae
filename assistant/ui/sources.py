"""The right panel: the passages behind the answers."""

import gradio as gr

from assistant.ui import panel, render
from assistant.ui.services import Services
from assistant.ui.view import Tab


class Sources:
    """Holds the cards of every answer in the conversation; the address in the browser chooses which are seen."""

    def __init__(self, services: Services):
        self._services = services

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Column(elem_id="sources", min_width=0):
            self.cards = panel.html(elem_id="cards")

    def shown(self, tab: Tab) -> dict:
        """The passages of the tab's conversation."""
        return {self.cards: render.sources_panel(self._services.runs.views(tab.conversation), tab.lang)}
