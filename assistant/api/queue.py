"""Where the API's questions are answered: in threads of its own, some at once, and given up when the asker leaves."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

from assistant.schema import Answer, Answered, Event

AT_ONCE = 8  # the generator takes turns anyway, a few tokens each
MOST = 32  # at work or waiting; more are told to come back
BEAT_S = 10.0  # a silent stream says that it lives, before a proxy or a client gives up
READY_POLL_S = 0.2

_END = object()


class Busy(Exception):
    """Too many questions wait already; the message is one sentence."""


class Desk:
    """Answers questions with `assistant` once `ready` is set."""

    def __init__(self, assistant, ready: threading.Event):
        self._assistant = assistant
        self._ready = ready
        # A fixed set of threads: each keeps a connection to the index for as long as it lives.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="api")
        self._lock = threading.Lock()
        self._waiting = 0

    def close(self) -> None:
        """Takes no more questions."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def events(self, question: str, **options) -> AsyncIterator[Event | None]:
        """The events of `Assistant.ask`, and None whenever nothing has happened for BEAT_S.

        Raises Busy, and what `ask` raises. Closing the iterator stops the answer.
        """
        self._enter()
        loop, queue, stop = asyncio.get_running_loop(), asyncio.Queue(), threading.Event()

        def put(item: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, item)

        future = self._threads.submit(self._ask, put, stop, question, options)
        future.add_done_callback(lambda _: self._leave())
        try:
            while True:
                try:
                    item = await asyncio.wait_for(queue.get(), BEAT_S)
                except asyncio.TimeoutError:
                    yield None
                    continue
                if item is _END:
                    return
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            future.cancel()

    async def answer(self, question: str, gone: Callable[[], "asyncio.Future[bool]"], **options) -> Answer | None:
        """The answer in one piece; None when `gone` says that nobody waits for it any more."""
        stream = self.events(question, **options)
        try:
            async for event in stream:
                if isinstance(event, Answered):
                    return event.answer
                if await gone():
                    return None
        finally:
            await stream.aclose()
        return None

    def _ask(self, put: Callable[[object], None], stop: threading.Event, question: str, options: dict) -> None:
        try:
            while not self._ready.wait(READY_POLL_S):
                if stop.is_set():
                    return
            for event in self._assistant.ask(question, stop=stop, **options):
                put(event)
                if stop.is_set():
                    return
            put(_END)
        except Exception as error:  # handed to the request, which answers with it
            put(error)

    def _enter(self) -> None:
        with self._lock:
            if self._waiting >= MOST:
                raise Busy("Too many questions are waiting; ask again in a moment.")
            self._waiting += 1

    def _leave(self) -> None:
        with self._lock:
            self._waiting -= 1
