"""The middle panel: the conversation and the line to write in."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import gradio as gr

from assistant.pipeline import INCOMPLETE, LONGEST_QUESTION
from assistant.schema import MODES, Mode
from assistant.services.answer_jobs import UNREAD
from assistant.services.application import EVERYTHING, STARTER_COLLECTIONS, Application
from assistant.services.turns import TurnView, earlier_turns
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import model_names, t
from assistant.ui.panels.components import Changes, Update, choice, html, number
from assistant.ui.panels.feedback import with_feedback
from assistant.ui.render.chrome import loading_words
from assistant.ui.tab import Tab
from corpus.errors import Reason

OFFERED = 4  # overviews of own files
TURN_GONE = Reason("history.turn_gone")
EXAMPLES = ("example.1", "example.2", "example.3", "example.4")


class ChatPanel:
    """Settled turns and the newest one are two components, so that streaming sends the newest only."""

    def __init__(self, app: Application):
        self._app = app

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        # One scrolling column that stays at its end by itself while text grows: CSS `column-reverse`.
        with gr.Column(elem_id="scroller"), gr.Column(elem_id="turns"):
            self.past = html(elem_id="past")
            self.live = html(elem_id="live")
            self.leads = html(elem_id="leads")
        with gr.Column(elem_id="composer"):
            self.question = gr.Textbox(
                elem_id="question",
                autofocus=True,
                lines=1,
                max_lines=6,
                max_length=LONGEST_QUESTION,
                submit_btn=True,
                container=False,
            )
            with gr.Row(elem_id="options"):
                self.collection = choice([("", "")], value="", elem_id="collection")
                self.mode = choice(list(MODES), value="grounded", elem_id="mode")
                self.model = choice([], value=None, elem_id="model", visible=False)
                self.how = html(elem_id="how")

    @property
    def outputs(self) -> list:
        """Everything that `shown` fills."""
        return [self.past, self.live, self.leads, self.question, self.collection, self.mode, self.model, self.how]

    # --- what is shown --------------------------------------------------------------------------------------

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language."""
        modes = [(t(f"mode.{mode}", tab.lang), mode) for mode in MODES]
        return {
            self.question: gr.update(label=t("ask.label", tab.lang), placeholder=t("ask.placeholder", tab.lang)),
            self.collection: self.collection_choices(tab),
            self.mode: gr.update(label=t("ask.mode", tab.lang), choices=modes),
            self.model: self._model_choices(tab),
            self.how: render.how(tab.lang),
        }

    def collection_choices(self, tab: Tab) -> Update:
        """An update of the choice of collections: the user's own first, and without Wikipedia where there are any."""
        own, every = self._app.own_collections(), self._app.collections()
        mixed = bool(own) and len(own) < len(every)
        choices = [(t("ask.own" if mixed else "ask.all", tab.lang), "")]
        choices += [(name, name) for name in sorted(every, key=lambda name: name not in own)]
        choices += [(t("ask.everything", tab.lang), EVERYTHING)] if mixed else []
        return gr.update(label=t("ask.collection", tab.lang), choices=choices)

    def _model_choices(self, tab: Tab) -> Update:
        models = self._app.assistant.models()
        usual = self._app.assistant.settings.model
        value = usual if usual in models else None
        return gr.update(
            label=t("ask.model", tab.lang), choices=model_names(models, tab.lang), value=value, visible=len(models) > 1
        )

    def shown(self, tab: Tab) -> Changes:
        """The conversation of the tab, settled turns and the newest one."""
        views = self.views(tab)
        newest = views[-1] if views else None
        return {
            self.past: render.transcript(views[:-1], tab.lang, tab.editing),
            self.live: self.newest(newest, tab),
            self.leads: render.follow_ups(newest, tab.lang),
            self.question: self._buttons(views, tab),
        }

    def views(self, tab: Tab) -> list[TurnView]:
        """The turns of the tab's conversation as they are shown, oldest first."""
        views = with_feedback(self._app.jobs.views(tab.conversation), self._app.feedback)
        return [self._as_of_now(view) for view in views]

    def newest(self, view: TurnView | None, tab: Tab, collection: str = "") -> str:
        """The newest turn as HTML, or what an empty conversation shows, with questions on the chosen collection."""
        if view is None:
            questions = self._questions(tab, collection)
            if (step := self._tour_step(tab)) is not None:
                return render.tour(step, questions, str(self._app.home.path), tab.lang)
            return render.examples(questions, tab.lang)
        return render.turn(view, tab.lang, self._waiting_for(tab), editing=view.id == tab.editing)

    def _tour_step(self, tab: Tab) -> int | None:
        """The step of the introduction: the one asked for, the first where nothing was ever asked."""
        if tab.tour is not None:
            return tab.tour if tab.tour >= 0 else None
        return None if self._app.history.conversations() else 0

    def _questions(self, tab: Tab, collection: str) -> list[str]:
        """What can be asked of the collections that are searched, and is answered there; nothing where that is not
        known."""
        files = self._app.newest_files(collection, OFFERED)
        if files:
            return [t("overview.ask", tab.lang, name=name) for name in files]
        searched = self._app.searched(collection) or self._app.collections()
        return [t(key, tab.lang) for key in EXAMPLES] if set(STARTER_COLLECTIONS) & set(searched) else []

    def offered(self, tab: Tab, collection: str) -> Changes:
        """The questions of an empty conversation, once another collection is chosen."""
        if self._app.jobs.views(tab.conversation):
            return {}
        return {self.live: self.newest(None, tab, collection or "")}

    def _as_of_now(self, view: TurnView) -> TurnView:
        """The view without what an answer said of the index and is no longer so."""
        answer = view.answer
        if answer is None or not {INCOMPLETE, UNREAD} & set(answer.notices):
            return view
        gone = set() if self._app.unread(answer.collections) else {UNREAD}
        gone |= {INCOMPLETE} if self._app.complete(answer.collections) else set()
        lasting = tuple(key for key in answer.notices if key not in gone)
        return replace(view, answer=replace(answer, notices=lasting))

    def _waiting_for(self, tab: Tab) -> str:
        if loading := self._app.loading:
            return t("step.loading", tab.lang, loading=loading_words(loading, tab.lang))
        return t("step.reading", tab.lang) if self._app.unread() else ""

    def _buttons(self, views: Sequence[TurnView], tab: Tab) -> Update:
        if views and views[-1].running:
            return gr.update(submit_btn=False, stop_btn=t("ask.stop", tab.lang))
        return gr.update(submit_btn=t("ask.send", tab.lang), stop_btn=False)

    # --- what happens ---------------------------------------------------------------------------------------

    def begin(
        self, tab: Tab, question: str, collection: str, mode: str, model: str | None, instead_of: int | None = None
    ) -> tuple[Tab, str]:
        """Starts an answer, in a new conversation where none is open. Gives the tab and a complaint, "" when none.

        With `instead_of`, the question takes the place of that turn of the conversation.
        """
        app = self._app
        question = (question or "").strip()
        if not question:
            return tab, t("error.question", tab.lang)
        if len(question) > LONGEST_QUESTION:
            return tab, t("error.long", tab.lang, limit=LONGEST_QUESTION)
        views = app.jobs.views(tab.conversation)
        if self.running(tab):
            return tab, t("error.running", tab.lang)
        if instead_of is not None:
            at = next((n for n, view in enumerate(views) if view.id == instead_of), None)
            if at is None:
                return tab, sentence(TURN_GONE, tab.lang)
            views = views[:at]
        chosen = known_mode(mode)
        if tab.conversation is None or not app.knows(tab.conversation):  # deleted in another tab
            conversation = app.history.create(collection=collection, mode=chosen, model=model or "").id
            tab = replace(tab, conversation=conversation, renaming=None)
        else:
            conversation = tab.conversation
            app.history.choose(conversation, collection=collection, mode=chosen, model=model or "")
        app.jobs.start(
            conversation,
            question,
            earlier_turns(views),
            instead_of,
            collections=app.searched(collection),
            mode=chosen,
            model=model or None,
        )
        return replace(tab, editing=None, tour=None), ""

    def again(self, tab: Tab, data: dict[str, str], choices: tuple[str, str, str | None]) -> tuple[Tab, str]:
        """Asks a question of the conversation once more, in other words where `data` has a text. As `begin`."""
        asked = number(data)
        view = next((view for view in self._app.jobs.views(tab.conversation) if view.id == asked), None)
        if view is None:
            return tab, sentence(TURN_GONE, tab.lang)
        return self.begin(tab, data.get("text", view.question), *choices, instead_of=view.id)

    def look(self, name: str, data: dict[str, str], tab: Tab) -> Tab:
        """Carries out what was clicked beside a question and asks nothing. Unknown actions change nothing."""
        turn = number(data)
        views = self._app.jobs.views(tab.conversation)
        if name == "cancel":
            return replace(tab, editing=None)
        if name in ("tour", "tour-end"):
            return replace(tab, tour=turn if name == "tour" else -1)
        if self.running(tab):
            return tab
        if name == "edit" and any(view.id == turn for view in views):
            return replace(tab, editing=turn)
        if name == "version" and tab.conversation is not None and turn is not None:
            if not any(turn in view.versions for view in views):
                return tab
            self._app.history.show_version(tab.conversation, turn)
            return replace(tab, editing=None)
        return tab

    def choose(self, tab: Tab, collection: str, mode: str, model: str | None) -> None:
        """Keeps the choices with the open conversation as soon as they are made."""
        if tab.conversation is not None and mode in MODES:
            self._app.history.choose(
                tab.conversation, collection=collection or "", mode=known_mode(mode), model=model or ""
            )

    def follow(self, tab: Tab) -> Iterator[TurnView]:
        """The newest turn as it grows; nothing when it is complete."""
        views = self._app.jobs.views(tab.conversation)
        job = self._app.jobs.get(views[-1].id) if views else None
        if job is not None and job.view.running:
            yield from job.watch()

    def running(self, tab: Tab) -> bool:
        """Whether an answer is being written in the tab's conversation."""
        return any(view.running for view in self._app.jobs.views(tab.conversation))

    def stop(self, tab: Tab) -> None:
        """Asks the answer being written to stop."""
        views = self._app.jobs.views(tab.conversation)
        job = self._app.jobs.get(views[-1].id) if views else None
        if job is not None:
            job.stop()

    def streamed(self, view: TurnView, tab: Tab) -> Changes:
        """The update for one step of the newest turn."""
        return {self.live: self.newest(view, tab)}


def known_mode(mode: str) -> Mode:
    """The mode of that name; what the browser sends may be none, which means "grounded"."""
    return next((known for known in MODES if known == mode), "grounded")
