"""The lower half of the Evaluate tab: what the user thought of answers."""

import base64

import gradio as gr

from assistant.storage.feedback import OpinionsError
from assistant.ui import render
from assistant.ui.panels import html as panel
from assistant.ui.panels.ask import SAVE_FILE
from assistant.ui.services import Services
from assistant.ui.view import Tab

EXPORTS = {"opinion-export": ("exported", "feedback.jsonl"), "opinion-examples": ("examples", "fine-tuning.jsonl")}


class Opinions:
    """Every judgement can be seen, taken back, and taken along."""

    def __init__(self, services: Services):
        self._services = services

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self._file = gr.JSON(visible=False)
        with gr.Column(elem_id="opinions", elem_classes="half"):
            self.heading = panel.html()
            self.message = panel.html()
            self.list = panel.html(elem_id="opinion-list")

    @property
    def outputs(self) -> list:
        """Everything that `shown` fills."""
        return [self.heading, self.message, self.list]

    def wire(self, tab: gr.State, opened: gr.Tab, quiet: dict) -> None:
        """Taking back changes the list; an export goes straight into the browser's downloads."""
        self.list.click(self.clicked, [tab], self.outputs, **quiet)
        self.heading.click(self.given, None, self._file, **quiet).then(None, [self._file], None, js=SAVE_FILE, **quiet)
        opened.select(self.shown, [tab], self.outputs, **quiet)

    # --- what is shown --------------------------------------------------------------------------------------

    def shown(self, tab: Tab) -> dict:
        """The list in the tab's language."""
        opinions = self._services.opinions
        judgements = opinions.all()
        return {
            self.heading: render.opinions_heading(bool(judgements), tab.lang),
            self.message: "",
            self.list: render.opinions_list(judgements, opinions.counts(), tab.lang),
        }

    # --- what happens ---------------------------------------------------------------------------------------

    def clicked(self, tab: Tab, event: gr.EventData) -> dict:
        """Takes an opinion back."""
        name, data = panel.action(event)
        try:
            if name == "opinion-remove":
                self._services.opinions.remove(data.get("key", ""))
        except OpinionsError as error:
            return self.shown(tab) | {self.message: render.message(str(error), False)}
        return self.shown(tab)

    def given(self, event: gr.EventData) -> dict | None:
        """The file that was asked for."""
        kind, name = EXPORTS.get(panel.action(event)[0], ("", ""))
        if not kind:
            return None
        text = getattr(self._services.opinions, kind)()
        return {"name": name, "type": "application/jsonl", "data": base64.b64encode(text.encode()).decode()}
