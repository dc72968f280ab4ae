"""The lower half of the Train & compare tab: one question, two generators without their names, a vote."""

import base64
import csv
import io
import logging
import math
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone

import gradio as gr

from assistant.pipeline import LONGEST_QUESTION
from assistant.schema import MODES, Mode
from assistant.services.answer_jobs import UPDATE_S
from assistant.services.application import Application
from assistant.services.comparison import Comparison, Side, compare
from assistant.services.generators import missing
from assistant.storage.votes import CHOICES, Cast, VotesError
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import model_names, t
from assistant.ui.panels.components import QUIET, SAVE_FILE, Changes, action, choice, html
from assistant.ui.tab import Streams, Tab

log = logging.getLogger(__name__)

WRITTEN: tuple[Mode, ...] = tuple(
    mode for mode in MODES if mode != "quotes"
)  # quotations are the same whatever the generator


class ComparePanel:
    """Asks two generators the same question and keeps what the user thinks of their answers.

    Which of them stands on which side is drawn anew for each question, and said only after the vote.
    """

    def __init__(self, app: Application, rng: random.Random | None = None):
        self._app = app
        self._rng = rng or random.Random()

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self.streams = gr.State(Streams())
        self._file = gr.JSON(visible=False)
        self.found = gr.State(None)  # the Comparison that is shown, None once it was voted on
        with gr.Row(elem_id="compare", elem_classes="half"):
            with gr.Column(elem_id="compare-controls", elem_classes="controls", scale=2, min_width=300):
                self.heading = html()
                self.question = gr.Textbox(
                    elem_id="compare-question", lines=2, max_lines=4, max_length=LONGEST_QUESTION
                )
                self.left = choice([], value=None, elem_id="compare-left")
                self.right = choice([], value=None, elem_id="compare-right")
                self.missing = html()
                self.collection = choice([("", "")], value="", elem_id="compare-collection")
                self.mode = choice(list(WRITTEN), value="free", elem_id="compare-mode")
                self.ask = gr.Button("", elem_id="compare-ask", variant="primary")
                self.message = html(elem_id="compare-message")
            with gr.Column(elem_id="compare-results", scale=4, min_width=320):
                self.answers = html(elem_id="compare-answers")
                self.tally = html(elem_id="compare-tally")

    def wire(self, tab: gr.State, opened: gr.Tab) -> None:
        """One question at a time in a tab; voting is a click among the answers."""
        choices = [self.left, self.right, self.collection, self.mode]
        asked = [tab, self.streams, self.question, *choices]
        outputs = [self.answers, self.message, self.found, self.ask]
        for event in (self.ask.click, self.question.submit):
            event(self.asked, asked, outputs, **QUIET)
        self.answers.click(
            self.clicked, [tab, self.found], [self.found, self.answers, self.message, self.tally], **QUIET
        )
        self.tally.click(self.export, None, self._file, **QUIET).then(None, [self._file], None, js=SAVE_FILE, **QUIET)
        opened.select(self.tallied, [tab], [self.tally, self.message], **QUIET)

    # --- what is shown --------------------------------------------------------------------------------------

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        labelled = [self.question, self.left, self.right, self.collection, self.mode]
        return [self.heading, *labelled, self.missing, self.ask, self.tally, self.message]

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language."""
        models = self._app.assistant.models()
        first = next(iter(models), None)
        trained = next((name for name in self._app.sessions.names() if name in models), None)
        words = self.choices(tab)
        other = trained or next((name for name in models if name != first), None)
        words[self.left] |= {"label": t("compare.left", tab.lang), "value": first}
        words[self.right] |= {"label": t("compare.right", tab.lang), "value": other}
        modes = [(t(f"mode.{mode}", tab.lang), mode) for mode in WRITTEN]
        label, placeholder = t("ask.label", tab.lang), t("ask.placeholder", tab.lang)
        return (
            words
            | {
                self.heading: render.half_heading(t("compare.title", tab.lang), t("compare.help", tab.lang)),
                self.question: gr.update(label=label, placeholder=placeholder),
                self.mode: gr.update(label=t("ask.mode", tab.lang), choices=modes),
                self.ask: gr.update(value=t("compare.ask", tab.lang)),
            }
            | self.tallied(tab)
        )

    def choices(self, tab: Tab) -> Changes:
        """Which generators and collections there are now."""
        models = self._app.assistant.models()
        collections = [(t("ask.all", tab.lang), ""), *((name, name) for name in self._app.collections())]
        return {
            self.left: gr.update(choices=model_names(models, tab.lang)),
            self.right: gr.update(choices=model_names(models, tab.lang)),
            self.missing: render.missing_generator(missing(models), tab.lang),
            self.collection: gr.update(label=t("ask.collection", tab.lang), choices=collections),
        }

    def tallied(self, tab: Tab) -> Changes:
        """All votes so far."""
        try:
            return {self.tally: render.tally(self._app.votes.tally(), tab.lang), self.message: ""}
        except VotesError as error:
            return {self.tally: "", self.message: render.message(sentence(error, tab.lang), False)}

    # --- what happens ---------------------------------------------------------------------------------------

    def asked(
        self,
        tab: Tab,
        streams: Streams,
        question: str | None,
        left: str | None,
        right: str | None,
        collection: str | None,
        mode: str | None,
    ) -> Iterator[Changes]:
        """Streams both answers, or says in one sentence why there are none."""
        question = (question or "").strip()
        complaint = self._complaint(question, left, right)
        if complaint or left is None or right is None:
            yield {self.message: render.message(t(complaint, tab.lang, limit=LONGEST_QUESTION), False)}
            return
        mine, stop, shown = streams.begin(), threading.Event(), -math.inf
        collections = (collection,) if collection else ()
        chosen: Mode = next((known for known in WRITTEN if known == mode), "free")
        drawn = (left, right) if self._rng.random() < 0.5 else (right, left)
        found = Comparison(question, Side(drawn[0]), Side(drawn[1]))
        yield {self.message: "", self.found: None, self.ask: gr.update(interactive=False)} | self._answers(found, tab)
        try:
            compared = compare(self._app.assistant, question, drawn, collections=collections, mode=chosen, stop=stop)
            for found in compared:
                if streams.newest != mine:
                    stop.set()
                    return
                if time.monotonic() - shown > UPDATE_S:
                    shown = time.monotonic()
                    yield self._answers(found, tab)
        except Exception:
            # Whatever the models raise: the page must not wait for ever, and the log says what it was.
            log.exception("the comparison failed")
            yield {self.message: render.message(t("error.unknown", tab.lang), False)}
        finally:
            stop.set()
        kept = found if found.complete else None
        yield {self.found: kept, self.ask: gr.update(interactive=True)} | self._answers(_settled(found), tab)

    def clicked(self, tab: Tab, found: Comparison | None, event: gr.EventData) -> Changes:
        """A vote."""
        name, data = action(event)
        return self.vote(tab, found, data.get("choice", "")) if name == "vote" else {self.found: found}

    def vote(self, tab: Tab, found: Comparison | None, choice: str) -> Changes:
        """Keeps the vote on what is shown, once."""
        if found is None or found.left.answer is None or found.right.answer is None or choice not in CHOICES:
            return {self.found: found}
        models = found.left.model, found.right.model
        answers = found.left.answer.text, found.right.answer.text
        passages = [(hit.heading, hit.text) for hit in found.left.answer.sources]  # the same on both sides
        try:
            self._app.votes.add(found.question, models, answers, choice, passages)
        except VotesError as error:
            return {self.found: found, self.message: render.message(sentence(error, tab.lang), False)}
        return {self.found: None, self.answers: render.comparison(found, choice, tab.lang)} | self.tallied(tab)

    def export(self, event: gr.EventData) -> dict[str, str] | None:
        """All votes as a table for a spreadsheet."""
        name, _ = action(event)
        if name != "votes-export":
            return None
        try:
            data = table_of(self._app.votes.cast())
        except VotesError:
            log.exception("the votes cannot be exported")
            return None
        return {"name": "votes.csv", "type": "text/csv", "data": base64.b64encode(data.encode("utf-8-sig")).decode()}

    def _complaint(self, question: str, left: str | None, right: str | None) -> str:
        models = self._app.assistant.models()
        if not question:
            return "error.question"
        if len(question) > LONGEST_QUESTION:
            return "error.long"
        if left not in models or right not in models:
            return "compare.missing"
        return "compare.equal" if left == right else ""

    def _answers(self, found: Comparison, tab: Tab) -> Changes:
        return {self.answers: render.comparison(found, "", tab.lang)}


def _settled(found: Comparison) -> Comparison:
    return replace(found, left=replace(found.left, working=False), right=replace(found.right, working=False))


def table_of(votes: list[Cast]) -> str:
    """The votes as CSV, a line each under the names of the columns."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(["voted", "question", "model_a", "model_b", "answer_a", "answer_b", "vote"])
    named = {"left": "a", "right": "b"}
    for vote in votes:
        when = datetime.fromtimestamp(vote.voted, timezone.utc).isoformat(timespec="seconds")
        texts = vote.question, vote.left_model, vote.right_model, vote.left_answer, vote.right_answer
        lines.writerow([when, *map(_cell, texts), named.get(vote.choice, vote.choice)])
    return written.getvalue()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
