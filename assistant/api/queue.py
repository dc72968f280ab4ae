"""The API's questions: answered in threads of their own, several at once, and given up when the asker leaves."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from assistant.pipeline import Assistant
from assistant.schema import Answer, Answered, Event, Mode, Turn
from corpus.errors import SourcierError

AT_ONCE = 8  # the generator takes turns anyway, a few tokens each
MOST = 32  # being answered or waiting; more are told to come back
BEAT_S = 10.0  # a silent stream shows that it is alive before a proxy or a client gives up
READY_POLL_S = 0.2


class TooManyQuestions(SourcierError):
    """Too many questions are waiting already."""


@dataclass(frozen=True)
class Question:
    """A question with its options, as `Assistant.ask` takes them."""

    text: str
    history: Sequence[Turn] = ()
    collections: Sequence[str] = ()
    mode: Mode = "grounded"
    model: str | None = None


class AnswerQueue:
    """Answers questions with `assistant` once `ready` is set."""

    def __init__(self, assistant: Assistant, ready: threading.Event):
        self._assistant = assistant
        self._ready = ready
        # A fixed set of threads: each keeps a connection to the index for as long as it lives.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="api")
        self._lock = threading.Lock()
        self._waiting = 0

    def close(self) -> None:
        """Takes no more questions."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def events(self, question: Question) -> AsyncGenerator[Event | None, None]:
        """The events of `Assistant.ask`, and None whenever nothing has happened for BEAT_S.

        Raises TooManyQuestions, and what `ask` raises. Closing the iterator stops the answer.
        """
        self._enter()
        loop, stop = asyncio.get_running_loop(), threading.Event()
        queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue()  # None is the end

        def put(item: Event | Exception | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, item)

        future = self._threads.submit(self._ask, put, stop, question)
        future.add_done_callback(lambda _: self._leave())
        try:
            while True:
                try:
                    item = await asyncio.wait_for(queue.get(), BEAT_S)
                except asyncio.TimeoutError:
                    yield None
                    continue
                if item is None:
                    return
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            stop.set()
            future.cancel()

    async def answer(self, question: Question, gone: Callable[[], Awaitable[bool]]) -> Answer | None:
        """The answer in one piece; None when `gone` says that nobody waits for it any more."""
        stream = self.events(question)
        try:
            async for event in stream:
                if isinstance(event, Answered):
                    return event.answer
                if await gone():
                    return None
        finally:
            await stream.aclose()
        return None

    def _ask(self, put: Callable[[Event | Exception | None], None], stop: threading.Event, question: Question) -> None:
        try:
            while not self._ready.wait(READY_POLL_S):
                if stop.is_set():
                    return
            events = self._assistant.ask(
                question.text,
                history=question.history,
                collections=question.collections,
                mode=question.mode,
                model=question.model,
                stop=stop,
            )
            for event in events:
                put(event)
                if stop.is_set():
                    return
            put(None)
        except Exception as error:  # handed to the request, which answers with it
            put(error)

    def _enter(self) -> None:
        with self._lock:
            if self._waiting >= MOST:
                raise TooManyQuestions("api.too_many_questions")
            self._waiting += 1

    def _leave(self) -> None:
        with self._lock:
            self._waiting -= 1
