"""The right panel: the passages behind the answers, and the page or text that a passage stands in."""

from collections.abc import Callable

import gradio as gr

from assistant.services.application import Application
from assistant.services.document_text import is_text, text_with_marks
from assistant.services.pdf_pages import Page, PageError, draw, pdf_of
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.panels.components import Changes, html, number
from assistant.ui.render.passages import evidence, has_pages
from assistant.ui.tab import Tab
from index.retrieval.hit import Hit


class SourcesPanel:
    """Holds the cards of every answer in the conversation; the address in the browser chooses which are seen."""

    def __init__(self, app: Application):
        self._app = app

    def layout(self, above: Callable[[], None]) -> None:
        """Makes the components inside the current Blocks; `above` makes what stands over them in the column."""
        with gr.Column(elem_id="sources", min_width=0):
            above()
            self.viewer = html(elem_id="viewer")
            self.cards = html(elem_id="cards")

    def shown(self, tab: Tab) -> Changes:
        """The passages of the tab's conversation."""
        return {self.cards: render.sources_panel(self._app.jobs.views(tab.conversation), tab.lang, tab.conversation)}

    @property
    def closed(self) -> Changes:
        """The panel without a page."""
        return {self.viewer: ""}

    def opened(self, name: str, data: dict[str, str], tab: Tab) -> Changes:
        """What a click in the panel shows: the page of a passage with its words marked, another page, or none."""
        if name == "close-page":
            return self.closed
        turn, n = number(data, "turn"), number(data, "n")
        if name != "page" or turn is None or n is None:
            return {}
        hit, quotes = self._hit(tab, turn, n)
        if hit is None:
            return {}
        try:
            if hit.page is None:
                parts = text_with_marks(self._app.store, hit, quotes)
                return {self.viewer: render.text_viewer(parts, hit, turn, n, tab.lang)}
            page = self._page(hit, number(data, "page") or hit.page, quotes)
        except PageError as error:
            gr.Info(render.esc(sentence(error, tab.lang)), title="")  # Gradio's messages are markup
            return {}
        return {self.viewer: render.page_viewer(page, hit, turn, n, tab.lang)}

    def _page(self, hit: Hit, number: int, quotes: list[str]) -> Page:
        path = pdf_of(self._app.store, hit.document_id, hit.collection)
        if path is None:
            raise PageError("page.file_gone")
        return draw(path, number, quotes)

    def _hit(self, tab: Tab, turn: int, n: int) -> tuple[Hit | None, list[str]]:
        """The passage `n` of a turn of the tab's conversation, and the words in it that support the answer; of a
        passage without any, all of it."""
        view = next((view for view in self._app.jobs.views(tab.conversation) if view.id == turn), None)
        if (
            view is None
            or not 1 <= n <= len(view.sources)
            or not (has_pages(view.sources[n - 1]) or is_text(view.sources[n - 1]))
        ):
            return None, []
        hit = view.sources[n - 1]
        return hit, [hit.text[start:end] for start, end, _ in evidence(view.answer).get(n, ())] or [hit.text]
