"""The right panel: the passages behind the answers, and the page of a PDF that a passage stands on."""

import logging

import gradio as gr

from assistant.services.pdf_pages import Page, PageError, draw, pdf_of
from assistant.ui import render
from assistant.ui.panels import html as panel
from assistant.ui.render.passages import evidence, has_pages
from assistant.ui.services import Services
from assistant.ui.view import Tab
from index.retrieval.hit import Hit

log = logging.getLogger(__name__)


class Sources:
    """Holds the cards of every answer in the conversation; the address in the browser chooses which are seen."""

    def __init__(self, services: Services):
        self._services = services

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        with gr.Column(elem_id="sources", min_width=0):
            self.viewer = panel.html(elem_id="viewer")
            self.cards = panel.html(elem_id="cards")

    def shown(self, tab: Tab) -> dict:
        """The passages of the tab's conversation."""
        return {self.cards: render.sources_panel(self._services.runs.views(tab.conversation), tab.lang)}

    @property
    def closed(self) -> dict:
        """The panel without a page."""
        return {self.viewer: ""}

    def opened(self, name: str, data: dict[str, str], tab: Tab) -> dict:
        """What a click in the panel shows: the page of a passage with its words marked, another page, or none."""
        if name == "close-page":
            return self.closed
        hit, quotes = self._hit(tab, panel.number(data, "turn"), panel.number(data, "n"))
        if name != "page" or hit is None:
            return {}
        number = panel.number(data, "page") or hit.page
        try:
            page = self._page(hit, number, quotes)
        except PageError as error:
            gr.Info(render.said(str(error), tab.lang), title="")
            return {}
        turn, n = int(data["turn"]), int(data["n"])
        return {self.viewer: render.page_viewer(page, hit, turn, n, tab.lang)}

    def _page(self, hit: Hit, number: int, quotes: list[str]) -> Page:
        path = pdf_of(self._services.store, hit.document_id, hit.collection)
        if path is None:
            raise PageError("The file of this passage is no longer where it was read.")
        return draw(path, number, quotes)

    def _hit(self, tab: Tab, turn: int | None, n: int | None) -> tuple[Hit | None, list[str]]:
        """The passage `n` of a turn of the tab's conversation, and the words in it that support the answer; of a
        passage without any, all of it."""
        view = next((view for view in self._services.runs.views(tab.conversation) if view.id == turn), None)
        if view is None or n is None or not 1 <= n <= len(view.sources) or not has_pages(view.sources[n - 1]):
            return None, []
        hit = view.sources[n - 1]
        return hit, [hit.text[start:end] for start, end, _ in evidence(view.answer).get(n, ())] or [hit.text]
