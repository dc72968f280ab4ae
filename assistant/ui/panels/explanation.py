"""The panel that says why a document or a sentence is not in an answer of the open conversation."""

from collections.abc import Iterator

import gradio as gr

from assistant.services.application import Application
from assistant.services.explanation import LONGEST, explain
from assistant.services.turns import earlier_turns
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.explanation import told
from assistant.ui.i18n.texts import t
from assistant.ui.panels.components import QUIET, Changes, action, html, number
from assistant.ui.tab import Tab
from corpus.errors import SourcierError


class ExplanationPanel:
    """Opened by the button under an answer; it stays until it is closed or another question is asked."""

    def __init__(self, app: Application):
        self._app = app

    def layout(self) -> None:
        """Makes the component inside the current Blocks."""
        self.panel = html(elem_id="why")

    def wire(self, tab: gr.State) -> None:
        """Connects what is asked in the panel."""
        self.panel.submit(self.explained, [tab], [self.panel], **QUIET)
        self.panel.click(self.clicked, None, [self.panel], **QUIET)

    @property
    def closed(self) -> Changes:
        """No panel."""
        return {self.panel: ""}

    def opened(self, tab: Tab, data: dict[str, str]) -> Changes:
        """The panel for the answer whose button was pressed; nothing where that is gone."""
        turn = number(data)
        view = next((view for view in self._app.jobs.views(tab.conversation) if view.id == turn), None)
        if view is None or view.answer is None:
            gr.Info(t("why.gone", tab.lang), title="")
            return {}
        return {self.panel: render.explanation_panel(view.id, view.question, tab.lang)}

    def clicked(self, event: gr.EventData) -> Changes:
        """Closes the panel."""
        name, _ = action(event)
        return self.closed if name in ("close-why", "cancel") else gr.skip()

    def explained(self, tab: Tab, event: gr.EventData) -> Iterator[Changes]:
        """What was found, after a word that it takes a moment."""
        name, data = action(event)
        target, turn = data.get("text", "").strip()[:LONGEST], number(data)
        views = self._app.jobs.views(tab.conversation)
        at = next((n for n, view in enumerate(views) if view.id == turn), None)
        answer = views[at].answer if at is not None else None
        if name != "why" or at is None or answer is None:
            yield {self.panel: render.explanation_complaint(t("why.gone", tab.lang))}
            return
        view = views[at]

        def shown(result: str) -> Changes:
            return {self.panel: render.explanation_panel(view.id, view.question, tab.lang, target, result)}

        yield shown(render.explanation_waiting(tab.lang))
        try:
            found = explain(self._app.assistant, answer, target, earlier_turns(views[:at]))
        except SourcierError as error:
            yield shown(render.explanation_complaint(sentence(error, tab.lang)))
            return
        yield shown(render.explanation_result(told(found, tab.lang)))
