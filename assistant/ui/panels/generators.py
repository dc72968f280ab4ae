"""The generators in the Settings tab: downloading, stopping, checking, deleting, and bringing one from a stick."""

from pathlib import Path

import gradio as gr
from gradio.events import Dependency

from assistant.generation.presets import HUB_PRESETS
from assistant.services.application import Application
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import t
from assistant.ui.panels.components import QUIET, Changes, Options, action, choice, html
from assistant.ui.tab import Tab
from corpus.errors import SourcierError

BUSY_S = 1.0  # how often a download is looked at


class GeneratorsPanel:
    """OpenAI's presets as KerasNLP publishes them. The page only watches: each download is a process of its own."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self._deleting = gr.State("")  # the preset whose deletion is to be confirmed
        self._timer = gr.Timer(BUSY_S, active=False)
        with gr.Column(elem_id="generators"):
            self._heading = html()
            self._list = html(elem_id="generators-list")
            self._message = html(elem_id="generators-message")
            with gr.Accordion("", open=False, elem_id="generators-bring") as self._fold:
                self._help = html()
                self._file = gr.File(file_types=[".zip"], elem_id="generators-file", height=110)
                self._folder = gr.Textbox(elem_id="generators-folder", max_lines=1)
                self._name = choice([("", "")], value="", elem_id="generators-name")
                self._bring = gr.Button("", elem_id="generators-start", variant="secondary")
                self._brought = html(elem_id="generators-brought")

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        bringing = [self._fold, self._help, self._file, self._folder, self._name, self._bring]
        return [self._heading, *bringing, *self.outputs]

    @property
    def outputs(self) -> list:
        """Everything that `shown` fills."""
        return [self._list, self._brought, self._timer]

    # --- wiring ---------------------------------------------------------------------------------------------

    def wire(self, tab: gr.State, opened: gr.Tab) -> list[Dependency]:
        """Connects the events. Gives those after which the lists of generators on all tabs must be refreshed."""
        one: Options = {**QUIET, "concurrency_id": "generators", "concurrency_limit": 1}
        seen = [tab, self._deleting]
        opened.select(self.shown, seen, self.outputs, **one)
        ticked = self._timer.tick(self.shown, seen, self.outputs, **one)
        acted = self._list.click(self._clicked, seen, [self._deleting, self._message, *self.outputs], **one)
        brought = self._bring.click(
            self._asked,
            [*seen, self._file, self._folder, self._name],
            [self._message, self._file, self._folder, *self.outputs],
            **one,
        )
        return [ticked, acted, brought]

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language."""
        lang = tab.lang
        names = [(t("generators.bring_own", lang), ""), *((name, name) for name in HUB_PRESETS)]
        return {
            self._heading: render.half_heading(t("generators.title", lang), t("generators.help", lang)),
            self._fold: gr.update(label=t("generators.bring", lang)),
            self._help: render.help_text(t("generators.bring_help", lang)),
            self._file: gr.update(label=t("generators.bring_file", lang)),
            self._folder: gr.update(label=t("generators.bring_folder", lang)),
            self._name: gr.update(label=t("generators.bring_as", lang), choices=names),
            self._bring: gr.update(value=t("generators.bring_start", lang)),
        } | self.shown(tab)

    def shown(self, tab: Tab, deleting: str = "") -> Changes:
        """How every preset stands. While something is going on the page asks again."""
        service = self._app.generators
        return {
            self._list: render.generators(service.offers(), deleting, tab.lang),
            self._brought: render.bringing(service.bringing, service.brought, tab.lang),
            self._timer: gr.Timer(BUSY_S, active=service.busy),
        }

    # --- what happens ---------------------------------------------------------------------------------------

    def _clicked(self, tab: Tab, deleting: str, event: gr.EventData) -> Changes:
        return self.act(*action(event), tab)

    def act(self, name: str, data: dict[str, str], tab: Tab) -> Changes:
        """Carries out a click among the presets. Unknown actions change nothing."""
        service, preset = self._app.generators, data.get("generator", "")
        message, deleting = "", ""
        try:
            if name == "generator-fetch":
                service.fetch(preset)
            elif name == "generator-check":
                service.check(preset)
            elif name == "generator-stop":
                service.stop(preset)
            elif name == "generator-delete":
                deleting = service.offer(preset).name
            elif name == "generator-deleted":
                service.delete(preset)
                message = render.message(t("generators.deleted", tab.lang, name=preset), True)
        except (SourcierError, OSError) as error:
            message = render.message(sentence(error, tab.lang), False)
        return {self._deleting: deleting, self._message: message} | self.shown(tab, deleting)

    def _asked(self, tab: Tab, deleting: str, file: str | None, folder: str | None, name: str | None) -> Changes:
        return self.brought(tab, file, folder, name)

    def brought(self, tab: Tab, file: str | None, folder: str | None, name: str | None) -> Changes:
        """Starts the copying of a preset out of an uploaded archive or a folder of this computer."""
        service, folder = self._app.generators, (folder or "").strip()
        message = ""
        emptied: Changes = {}
        try:
            if service.bringing is not None and service.bringing.state == "fetching":
                message = render.message(t("generators.bring_going", tab.lang), False)
            elif file:
                service.bring(Path(file), name or "", label=Path(file).name, ours=True)
                emptied = {self._file: None}
            elif folder:
                service.bring(Path(folder).expanduser(), name or "")
                emptied = {self._folder: ""}
            else:
                message = render.message(t("generators.bring_none", tab.lang), False)
        except (SourcierError, OSError) as error:
            message = render.message(sentence(error, tab.lang), False)
        return {self._message: message} | emptied | self.shown(tab)
