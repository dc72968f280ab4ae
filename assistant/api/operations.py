"""What runs an app among others wants of it: /health, /ready, /metrics, and a line of JSON for each request.

Only an app whose index stands on a server has this; nothing here is imported otherwise. The three addresses are
answered before the password is asked for, and hold no word of anybody's: a reverse proxy keeps /metrics to itself.
"""

import json
import logging
import re
import sys
import time
import uuid
from collections.abc import Iterator
from contextvars import ContextVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.schema import Answer
from assistant.services.application import Application
from assistant.services.log_file import WithoutTexts
from corpus.errors import SourcierError
from index.storage.store import Store

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
SOUND_ID = re.compile(r"[\w.-]{1,64}")
request_id: ContextVar[str] = ContextVar("request_id", default="")
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
# What an address is counted under: its own would be as many as there are documents and files.
ROUTES = ("/v1/chat/completions", "/v1/ask", "/v1/search", "/v1/documents", "/v1/embeddings", "/v1", "/gradio_api")


class Metrics:
    """The figures of one process, and of the index that it shares."""

    def __init__(self, app: Application):
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "sourcier_requests", "Requests, by address and status", ["route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "sourcier_request_seconds",
            "Seconds to the end of a reply",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.questions = Counter(
            "sourcier_questions", "Questions that were answered or refused", ["outcome"], registry=self.registry
        )
        self.question_seconds = Histogram(
            "sourcier_question_seconds", "Seconds by step", ["step"], buckets=SECONDS, registry=self.registry
        )
        self.tokens = Counter("sourcier_generated_tokens", "Tokens that the generator wrote", registry=self.registry)
        self.registry.register(_Index(app.store))

    def answered(self, answer: Answer) -> None:
        """Counts one answer."""
        self.questions.labels("refused" if answer.refused else "answered").inc()
        steps = {"search": answer.timings.search_s, "read": answer.timings.read_s, "total": answer.timings.total_s}
        for step, seconds in steps.items():
            self.question_seconds.labels(step).observe(seconds)
        self.tokens.inc(answer.timings.new_tokens)


class _Index(Collector):
    """What waits in the index, asked when somebody looks."""

    def __init__(self, store: Store):
        self._store = store

    def describe(self) -> list[Metric]:
        return []  # nothing is asked of the database before it is looked at

    def collect(self) -> Iterator[Metric]:
        connection = self._store.database.connection
        waiting = connection.execute("SELECT COUNT(*) AS n FROM embedding_queue").fetchone()["n"]
        yield GaugeMetricFamily("sourcier_embedding_backlog", "Passages that wait for their vector", waiting)
        sources = GaugeMetricFamily("sourcier_sources", "Sources by state", labels=["state"])
        for row in connection.execute("SELECT state, COUNT(*) AS n FROM sources GROUP BY state").fetchall():
            sources.add_metric([row["state"]], row["n"])
        yield sources


class Operations:
    """ASGI middleware: it stands before all others."""

    def __init__(self, app: ASGIApp, application: Application):
        self._app, self._application = app, application
        self._metrics = Metrics(application)
        application.assistant.observers.append(self._metrics.answered)
        self._lines = _lines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is its own, counts and notes everything else."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        identity = given if SOUND_ID.fullmatch(given) else uuid.uuid4().hex
        request_id.set(identity)
        if (own := await self._own(scope["path"])) is not None:
            own.headers[HEADER] = identity
            await own(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            seconds, path = time.perf_counter() - started, route(scope["path"])
            self._metrics.requests.labels(path, str(status)).inc()
            self._metrics.request_seconds.labels(path).observe(seconds)
            told = {"method": scope["method"], "route": path, "status": status, "ms": round(1000 * seconds)}
            self._lines.info("request", extra={"told": told})

    async def _own(self, path: str) -> Response | None:
        if path == "/health":
            return JSONResponse({"status": "alive"})
        if path == "/ready":
            reason = await run_in_threadpool(self._not_ready)
            return JSONResponse({"status": reason or "ready"}, 503 if reason else 200)
        if path == "/metrics":
            try:
                figures = await run_in_threadpool(generate_latest, self._metrics.registry)
            except SourcierError:  # the database is away, which /ready says
                return Response(status_code=503)
            return Response(figures, media_type=CONTENT_TYPE_LATEST)
        return None

    def _not_ready(self) -> str:
        """Why this app should get no questions now, "" when it should."""
        if self._application.startup.error:
            return "failed"
        if not self._application.startup.done.is_set():
            return "loading"
        try:
            self._application.store.database.connection.execute("SELECT 1").fetchone()
        except SourcierError as error:
            log.warning("%s", error)
            return "database"
        return ""


def route(path: str) -> str:
    """What a path is counted under."""
    return next((known for known in ROUTES if path == known or path.startswith(f"{known}/")), "other")


class JsonLines(WithoutTexts):
    """One JSON object a line, with the request's id, and no word of a question or document."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_id.get(),
            **getattr(record, "told", {}),
        }
        if not hasattr(record, "told"):
            line["message"] = record.getMessage()
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _lines() -> logging.Logger:
    """The log of requests, on standard output, where a container's log is taken from; other logs get the same form."""
    made = logging.getLogger("sourcier.requests")
    made.setLevel(logging.INFO)
    made.propagate = False
    if not made.handlers:
        made.addHandler(logging.StreamHandler(sys.stdout))
    for handler in (*made.handlers, *logging.getLogger().handlers):
        if type(handler) is logging.StreamHandler:
            handler.setFormatter(JsonLines())
    return made
