"""Answers being written. Each jobs in its own thread, so that closing a tab or opening another conversation does not
lose it; tabs only watch. No Gradio here.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.pipeline import Assistant
from assistant.schema import Answer, Answered, Turn
from assistant.services.turns import TurnView, progress, stored_view, unfinished
from assistant.storage.history import History
from corpus.errors import SourcierError

log = logging.getLogger(__name__)

UPDATE_S = 0.15  # about seven updates a second: smooth, and cheap for the browser
POLL_S = 0.3
NOTE_S = 1.0  # what was written is kept this often: a crash loses a second of it
FEW = 5  # files just added, which a question waits for: whoever adds a library does not want to
PATIENCE_S = 20.0
UNREAD = "unread"
ENDED_KEPT = 50  # they still know how many documents were searched, and why they failed


class AnswerJob:
    """One answer being written. `view` is what there is of it so far."""

    def __init__(self, view: TurnView):
        self._view = view
        self._changed = threading.Condition()
        self._stop = threading.Event()

    @property
    def view(self) -> TurnView:
        """A consistent snapshot."""
        return self._view

    @property
    def stopping(self) -> threading.Event:
        """Set once the user has asked to stop."""
        return self._stop

    def stop(self) -> None:
        """Asks the assistant to stop; what was written stays."""
        self._stop.set()

    def update(self, **changes) -> None:
        """Replaces fields of the view and wakes the watchers."""
        with self._changed:
            self._view = replace(self._view, **changes)
            self._changed.notify_all()

    def watch(self) -> Iterator[TurnView]:
        """Views as they change, at most one each `UPDATE_S`, until the last one. Repeats one when nothing changed for
        `POLL_S`, so that the watcher can look around."""
        shown = self.view
        yield shown
        while shown.running:
            with self._changed:
                if self._view is shown:
                    self._changed.wait(POLL_S)
                shown = self._view
            yield shown
            if shown.running:
                time.sleep(UPDATE_S)


class AnswerJobs:
    """All answers being written in this process, by the id of their turn."""

    def __init__(
        self,
        assistant: Assistant,
        history: History,
        waiting: Callable[[], bool],
        suggest: Callable[[Answer], Sequence[str]] = lambda answer: (),
        unread: Callable[[Sequence[str]], int] = lambda collections: 0,
        paused: Callable[[], bool] = lambda: False,
    ):
        """`waiting` says whether the models are still loading; `suggest` gives questions that lead on; `unread` counts
        the files of collections that wait to be read, which nobody reads while `paused`."""
        self._assistant = assistant
        self._history = history
        self._waiting = waiting
        self._suggest = suggest
        self._unread = unread
        self._paused = paused
        self._jobs: dict[int, AnswerJob] = {}
        self._lock = threading.Lock()

    def get(self, turn_id: int) -> AnswerJob | None:
        """The job that writes this turn or has lately written it."""
        with self._lock:
            return self._jobs.get(turn_id)

    def views(self, conversation_id: int | None) -> list[TurnView]:
        """The turns of a conversation, oldest first: from the history, or as far as they are being written."""
        if conversation_id is None:
            return []
        stored = self._history.turns(conversation_id)
        jobs = [self.get(turn.id) for turn in stored]
        return [
            replace(job.view, versions=turn.versions) if job else stored_view(turn)
            for turn, job in zip(stored, jobs, strict=True)
        ]

    def start(
        self,
        conversation_id: int,
        question: str,
        history: Sequence[Turn],
        instead_of: int | None = None,
        **options,
    ) -> AnswerJob:
        """Begins a turn, in the place of `instead_of` where one is given, and returns at once.

        `options` go to `Assistant.ask`: collections, mode, model.
        """
        turn_id = self._history.begin_turn(conversation_id, question, instead_of)
        job = AnswerJob(TurnView(turn_id, question))
        with self._lock:
            self._jobs[turn_id] = job
            ended = [key for key, other in self._jobs.items() if not other.view.running]
            for key in ended[:-ENDED_KEPT]:
                del self._jobs[key]
        thread = threading.Thread(
            target=self._work, args=(job, history, options), name=f"answer-{turn_id}", daemon=True
        )
        thread.start()
        return job

    def close(self) -> None:
        """Asks all jobs to stop."""
        with self._lock:
            for job in self._jobs.values():
                job.stop()

    def _work(self, job: AnswerJob, history: Sequence[Turn], options: dict) -> None:
        try:
            self._wait_for_models(job)
            self._wait_for_files(job, options.get("collections", ()))
            self._ask(job, history, options)
        except SourcierError as error:
            self._end(job, state="failed", error=error.reason.dumps())
        except Exception:
            # Whatever the models raise: the tab must not wait for ever, and the log says what it was.
            log.exception("the answer to turn %s failed", job.view.id)
            self._end(job, state="failed")

    def _wait_for_models(self, job: AnswerJob) -> None:
        while self._waiting() and not job.stopping.wait(POLL_S):
            pass

    def _wait_for_files(self, job: AnswerJob, collections: Sequence[str]) -> None:
        until = time.monotonic() + PATIENCE_S
        while 0 < self._unread(collections) <= FEW and not self._paused() and time.monotonic() < until:
            if job.stopping.wait(POLL_S):
                return

    def _ask(self, job: AnswerJob, history: Sequence[Turn], options: dict) -> None:
        if job.stopping.is_set():
            self._end(job, state="stopped")
            return
        job.update(state="searching")
        answer, noted = None, -math.inf
        unread = self._unread(options.get("collections", ()))
        for event in self._assistant.ask(job.view.question, history=history, stop=job.stopping, **options):
            if isinstance(event, Answered):
                notices = (*event.answer.notices, UNREAD) if unread else event.answer.notices
                answer = replace(event.answer, notices=notices)
            elif changes := progress(event):
                job.update(**changes)
            if time.monotonic() - noted > NOTE_S:
                noted = time.monotonic()
                self._note(job.view)
        stopped = job.stopping.is_set()
        follow_ups = () if stopped or answer is None else self._follow_ups(answer)
        self._end(job, state="stopped" if stopped else "done", answer=answer, follow_ups=follow_ups)

    def _follow_ups(self, answer: Answer) -> tuple[str, ...]:
        try:
            return tuple(self._suggest(answer))
        except Exception:
            log.exception("no follow-up could be suggested")  # the answer is there without them
            return ()

    def _note(self, view: TurnView) -> None:
        self._history.note(view.id, unfinished(view), _unchecked(view))

    def _end(self, job: AnswerJob, **changes) -> None:
        """Saves the turn before anyone is told that it has ended."""
        view = replace(job.view, **changes)
        try:
            complete = view.answer is not None
            self._history.finish_turn(
                view.id,
                view.answer if complete else unfinished(view),
                view.state,
                draft="" if complete else _unchecked(view),
                error=view.error,
                follow_ups=view.follow_ups,
            )
        except Exception:
            log.exception("turn %s could not be saved", view.id)
        job.update(**changes)


def _unchecked(view: TurnView) -> str:
    """The part of a draft that is in no settled sentence."""
    return view.rest if view.settled else view.draft
