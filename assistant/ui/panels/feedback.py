"""Feedback on answers: given in the conversation, listed in the lower half of the Evaluate tab."""

import base64
from collections.abc import Iterable
from dataclasses import replace

import gradio as gr

from assistant.services.application import Application
from assistant.services.turns import TurnView
from assistant.storage.feedback import FeedbackError, FeedbackStore
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import t
from assistant.ui.panels.components import QUIET, SAVE_FILE, Changes, action, html, number
from assistant.ui.tab import Tab

ACTIONS = ("feedback", "better")
EXPORTS = {"feedback-export": "feedback.jsonl", "feedback-examples": "fine-tuning.jsonl"}


def give_feedback(app: Application, tab: Tab, name: str, data: dict[str, str]) -> str:
    """Keeps the verdict or the better answer that was given to a turn. Gives a complaint, "" when there is none."""
    turn = number(data)
    view = next((view for view in app.jobs.views(tab.conversation) if view.id == turn), None)
    if view is None or view.answer is None:
        return t("feedback.gone", tab.lang)
    verdict, better = ("better", data.get("text", "")) if name == "better" else (data.get("verdict", ""), "")
    if name == "better" and not better.strip():
        return t("feedback.empty", tab.lang)
    try:
        app.feedback.judge(view.id, view.question, view.answer, verdict, better)
    except FeedbackError as error:
        return sentence(error, tab.lang)
    return ""


def with_feedback(views: Iterable[TurnView], feedback: FeedbackStore) -> list[TurnView]:
    """The turns with what the user thought of them."""
    known = feedback.verdicts()
    return [
        replace(view, feedback=known[view.id])
        if view.id in known and known[view.id].question == view.question
        else view
        for view in views
    ]


class FeedbackPanel:
    """Every judgement can be seen, taken back, and exported."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self._file = gr.JSON(visible=False)
        with gr.Column(elem_id="feedback", elem_classes="half"):
            self.heading = html()
            self.message = html()
            self.list = html(elem_id="feedback-list")

    @property
    def outputs(self) -> list[gr.HTML]:
        """Everything that `shown` fills."""
        return [self.heading, self.message, self.list]

    def wire(self, tab: gr.State, opened: gr.Tab) -> None:
        """Taking back changes the list; an export goes straight into the browser's downloads."""
        self.list.click(self.clicked, [tab], self.outputs, **QUIET)
        self.heading.click(self.export, None, self._file, **QUIET).then(None, [self._file], None, js=SAVE_FILE, **QUIET)
        opened.select(self.shown, [tab], self.outputs, **QUIET)

    # --- what is shown --------------------------------------------------------------------------------------

    def shown(self, tab: Tab) -> Changes:
        """The list in the tab's language."""
        judgements = self._app.feedback.all()
        return {
            self.heading: render.feedback_heading(bool(judgements), tab.lang),
            self.message: "",
            self.list: render.feedback_list(judgements, self._app.feedback.counts(), tab.lang),
        }

    # --- what happens ---------------------------------------------------------------------------------------

    def clicked(self, tab: Tab, event: gr.EventData) -> Changes:
        """Takes a judgement back."""
        name, data = action(event)
        try:
            if name == "feedback-remove":
                self._app.feedback.remove(data.get("key", ""))
        except FeedbackError as error:
            return self.shown(tab) | {self.message: render.message(sentence(error, tab.lang), False)}
        return self.shown(tab)

    def export(self, event: gr.EventData) -> dict[str, str] | None:
        """The file that was asked for."""
        asked, _ = action(event)
        if asked not in EXPORTS:
            return None
        text = self._app.feedback.exported() if asked == "feedback-export" else self._app.feedback.examples()
        return {
            "name": EXPORTS[asked],
            "type": "application/jsonl",
            "data": base64.b64encode(text.encode()).decode("ascii"),
        }
