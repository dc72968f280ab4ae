"""The page of a public demonstration: questions to the collections that its publisher chose, and nothing else.

Nobody adds, trains, fetches or changes anything here. A conversation lives in the session of its browser tab and ends
with it: no question and no answer is written to a disk.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import gradio as gr

from assistant.schema import Answered, Mode
from assistant.services.application import STARTER_COLLECTIONS, Application
from assistant.services.rate_limit import RateLimit
from assistant.services.turns import TurnView, earlier_turns, progress
from assistant.ui import ASSETS, render
from assistant.ui.i18n.texts import TEXTS, preferred_language, t
from assistant.ui.panels.components import QUIET, Changes, action, choice, html
from corpus.errors import SourcierError

LONGEST_QUESTION = 500  # characters
REMEMBERED = 4  # turns that a follow-up may refer to
KEPT = 20  # turns that a tab shows
IDLE_S = 1800  # a session that asks nothing for longer is forgotten
MODES: tuple[Mode, ...] = ("grounded", "quotes")  # an unchecked draft would speak for its publisher
QUESTIONS = ("example.1", "example.2", "example.3", "example.4")
BUSY = "demonstration"  # one answer at a time: a small machine has no more


@dataclass(frozen=True)
class Visit:
    """What one browser tab holds."""

    lang: str = "en"
    turns: tuple[TurnView, ...] = ()


class Demonstration:
    """The Blocks of the demonstration. `collections` are those that may be asked; others are never searched."""

    def __init__(self, app: Application, collections: Sequence[str], limit: RateLimit | None = None):
        self._app = app
        self._allowed = tuple(collections)
        self._limit = limit or RateLimit(each=6, together=30, seconds=60)

    def build(self) -> gr.Blocks:
        """The page, ready to be launched."""
        with gr.Blocks(title="Sourcier", fill_width=True, fill_height=True, analytics_enabled=False) as page:
            self._layout()
            self._wire(page)
        return page

    def collections(self) -> list[str]:
        """Those of the chosen collections that are there."""
        return [name for name in self._app.collections() if name in self._allowed]

    # --- layout and wiring --------------------------------------------------------------------------------------

    def _layout(self) -> None:
        self._visit = gr.State(Visit(), time_to_live=IDLE_S)
        with gr.Row(elem_id="header", elem_classes="of-demonstration"):
            self._brand = html(elem_id="brand")
            self._notice = html(elem_id="status")
            self._switches = html(elem_id="preferences")
        with gr.Row(elem_id="ask-columns", elem_classes="demonstration"):
            with gr.Column(elem_id="chat", min_width=0):
                with gr.Column(elem_id="scroller"), gr.Column(elem_id="turns"):
                    self._past = html(elem_id="past")
                    self._live = html(elem_id="live")
                with gr.Column(elem_id="composer"):
                    self._question = gr.Textbox(
                        elem_id="question",
                        lines=1,
                        max_lines=4,
                        max_length=LONGEST_QUESTION,
                        container=False,
                        submit_btn=True,
                    )
                    with gr.Row(elem_id="options", elem_classes="open"):  # two lists have room: none is folded away
                        self._collection = choice([("", "")], value="", elem_id="collection")
                        self._mode = choice(list(MODES), value=MODES[0], elem_id="mode")
            with gr.Column(elem_id="sources", min_width=0):
                self._cards = html(elem_id="cards")

    def _wire(self, page: gr.Blocks) -> None:
        words = [self._visit, self._brand, self._notice, self._switches, self._question, self._collection, self._mode]
        turns = [self._past, self._live, self._cards]
        page.load(self._load, [self._visit], [*words, *turns], **QUIET)
        self._switches.click(self._switch, [self._visit], [*words, *turns], **QUIET)
        asked = {"concurrency_id": BUSY, "concurrency_limit": 1, **QUIET}
        choices = [self._visit, self._collection, self._mode]
        outputs = [self._visit, self._question, *turns]
        self._question.submit(self._ask, [*choices, self._question], outputs, **asked)
        self._live.click(self._clicked, choices, outputs, **asked)

    # --- handlers -----------------------------------------------------------------------------------------------

    def _load(self, visit: Visit, request: gr.Request) -> Changes:
        language = preferred_language(request.headers.get("accept-language", ""))
        return self._everything(replace(visit, lang=language))

    def _switch(self, visit: Visit, event: gr.EventData) -> Changes:
        _, data = action(event)
        language = data.get("name", "")
        return self._everything(replace(visit, lang=language) if language in TEXTS else visit)

    def _clicked(
        self, visit: Visit, collection: str, mode: str, event: gr.EventData, request: gr.Request
    ) -> Iterator[Changes]:
        """A question that the page offers."""
        name, data = action(event)
        if name == "example":
            yield from self._ask(visit, collection, mode, data.get("text", ""), request)

    def _ask(self, visit: Visit, collection: str, mode: str, question: str, request: gr.Request) -> Iterator[Changes]:
        question = (question or "").strip()
        if complaint := self._complaint(visit, question, request):
            gr.Info(complaint, title="")
            yield {self._visit: visit}
            return
        known = self.collections()
        chosen = (collection,) if collection in known else tuple(known)
        earlier = earlier_turns(visit.turns)[-REMEMBERED:]
        view = TurnView((visit.turns[-1].id if visit.turns else 0) + 1, question, "searching")
        yield {self._question: ""} | self._shown(visit, view)
        known_mode = next((each for each in MODES if each == mode), MODES[0])
        try:
            for event in self._app.assistant.ask(question, history=earlier, collections=chosen, mode=known_mode):
                view = replace(view, **progress(event))
                if isinstance(event, Answered):
                    view = replace(view, state="done", answer=event.answer, confidence=event.answer.confidence)
                yield self._shown(visit, view)
        except SourcierError as error:
            view = replace(view, state="failed", error=error.reason.dumps())
        visit = replace(visit, turns=(*visit.turns, view)[-KEPT:])
        yield {self._visit: visit} | self._shown(visit)

    def _complaint(self, visit: Visit, question: str, request: gr.Request) -> str:
        """Why the question is not answered now, "" where it is."""
        if not question:
            return t("error.question", visit.lang)
        if len(question) > LONGEST_QUESTION:
            return t("error.long", visit.lang, limit=LONGEST_QUESTION)
        if not self._app.startup.done.is_set():
            return t("demonstration.loading", visit.lang)
        if not self.collections():
            return t("demonstration.nothing", visit.lang)
        seconds = self._limit.wait(visitor(request))
        return t("demonstration.wait", visit.lang, seconds=math.ceil(seconds)) if seconds else ""

    # --- what is shown ------------------------------------------------------------------------------------------

    def _everything(self, visit: Visit) -> Changes:
        lang = visit.lang
        choices = [(t("ask.all", lang), ""), *((name, name) for name in self.collections())]
        return {
            self._visit: visit,
            self._brand: render.brand((ASSETS / "icon.svg").read_text("utf-8"), lang),
            self._notice: render.notice(t("demonstration.notice", lang)),
            self._switches: render.preferences(lang),
            self._question: gr.update(
                label=t("ask.label", lang), placeholder=t("ask.placeholder", lang), submit_btn=t("ask.send", lang)
            ),
            self._collection: gr.update(label=t("ask.collection", lang), choices=choices),
            self._mode: gr.update(
                label=t("ask.mode", lang), choices=[(t(f"mode.{mode}", lang), mode) for mode in MODES], value=MODES[0]
            ),
        } | self._shown(visit)

    def _shown(self, visit: Visit, running: TurnView | None = None) -> Changes:
        views = (*visit.turns, running) if running else visit.turns
        if not views:
            return {
                self._past: "",
                self._live: render.examples(self._questions(visit.lang), visit.lang),
                self._cards: render.sources_panel((), visit.lang),
            }
        return {
            self._past: render.transcript(views[:-1], visit.lang),
            self._live: render.turn(views[-1], visit.lang),
            self._cards: render.sources_panel(views, visit.lang),
        }

    def _questions(self, lang: str) -> list[str]:
        """Questions that the shipped collections answer; none where those are not shown."""
        return [t(key, lang) for key in QUESTIONS] if set(STARTER_COLLECTIONS) & set(self.collections()) else []


def visitor(request: gr.Request) -> str:
    """Who asks, for the rate limit: the address that the proxy in front saw, else the connection's own."""
    # The last entry is the one that the nearest proxy wrote; those before it may be anybody's invention.
    forwarded = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
    return forwarded or (request.client.host if request.client else "")
