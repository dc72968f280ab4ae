"""The API as a FastAPI application, to be mounted at /v1."""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from assistant.api import documents, embeddings
from assistant.api.completion import Completion, asked, client_task, earlier, pieces
from assistant.api.docs_page import docs_page
from assistant.api.documents import UnknownDocument
from assistant.api.embeddings import UnknownEmbedder
from assistant.api.models import (
    OWN_NAME,
    AskRequest,
    AskResponse,
    ChatRequest,
    ChatResponse,
    Collection,
    Error,
    Health,
    Model,
    Models,
    SearchRequest,
    SearchResponse,
    Source,
)
from assistant.api.queue import AnswerQueue, Question, TooManyQuestions
from assistant.generation.presets import ModelError
from assistant.schema import Answered, Drafted, Event, Searched, Turn
from assistant.serialization import contract, source
from assistant.services.application import Application
from assistant.services.diagnostics import version
from corpus.errors import Reason, SourcierError
from index.retrieval.search import SearchResult
from index.vectors.embedder import EmbedderError

log = logging.getLogger(__name__)

ABOUT = """Answers from your own documents, on this computer. Nothing that is sent here leaves it.

`/v1/chat/completions` speaks OpenAI's format, so that programs made for it can ask your documents: set their base
address to this server's `/v1` and any key (the password, where one is set). Beside OpenAI's fields every answer
brings `sources`, the passages that its [n] point to, and `sourcier`, what the checks found. A stream gives the sources
first and then sentences that have been checked, never a draft; only the mode `free` streams unchecked text.

`/v1/documents` lists, adds and removes documents; `/v1/embeddings` gives the vectors that the search works with."""
FAILURES: dict[int | str, dict[str, Any]] = {400: {"model": Error}, 404: {"model": Error}, 429: {"model": Error}}
NO_BUFFERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class UnknownModel(SourcierError):
    """A generator that is not on this machine."""


def make(app: Application, say: Callable[[SourcierError | Reason | str], str]) -> FastAPI:
    """The API over a running app. `say` puts errors and stored reasons into words for the API's users."""
    queue = AnswerQueue(app.assistant, app.startup.done)
    api = FastAPI(
        title="Sourcier",
        version=version(),
        description=ABOUT,
        docs_url=None,  # those pages load scripts from another host
        redoc_url=None,
        separate_input_output_schemas=False,
        responses=FAILURES,
    )
    api.state.queue = queue
    failures = Failures(say)
    failures.handle(api)
    _chat(api, app, queue, failures)
    embeddings.add_to(api, app)
    _own(api, app, queue, say)
    documents.add_to(api, app, say)
    return api


# --- OpenAI's -------------------------------------------------------------------------------------------------


def _chat(api: FastAPI, app: Application, queue: AnswerQueue, failures: "Failures") -> None:
    @api.get("/models", tags=["OpenAI"], summary="The generators on this machine")
    def models() -> Models:
        names = [OWN_NAME, *app.assistant.models()]
        return Models(data=[Model(id=name) for name in names])

    @api.get("/models/{name}", tags=["OpenAI"], summary="One generator")
    def model(name: str) -> Model:
        _model(app, name)
        return Model(id=name)

    @api.post(
        "/chat/completions",
        tags=["OpenAI"],
        summary="Answer the last user message from the documents",
        response_model=ChatResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def complete(request: ChatRequest, http: Request) -> Response:
        completion = Completion(request.model or OWN_NAME)
        usage = bool(request.stream_options and request.stream_options.include_usage)
        if task := client_task(request.messages):
            _model(app, request.model)
            if request.stream:
                replies = _each(completion.replied_chunks(task, usage))
                return StreamingResponse(_lines(replies), media_type="text/event-stream", headers=NO_BUFFERS)
            return JSONResponse(completion.replied(task))
        text, history = asked(request.messages)
        question = _question(app, text, history, request)
        if request.stream:
            events = queue.events(question)
            first = await anext(events)  # what is wrong with the question is a status, not a stream
            chunks = _chunks(completion, _from(first, events), request.mode == "free", usage, failures)
            return StreamingResponse(_lines(chunks), media_type="text/event-stream", headers=NO_BUFFERS)
        answer = await queue.answer(question, http.is_disconnected)
        return JSONResponse(completion.whole(answer) if answer else {})


async def _from(first: Event | None, events: AsyncGenerator[Event | None, None]) -> AsyncGenerator[Event | None, None]:
    try:
        yield first
        async for event in events:
            yield event
    finally:
        await events.aclose()


async def _chunks(
    completion: Completion, events: AsyncGenerator[Event | None, None], free: bool, usage: bool, failures: "Failures"
) -> AsyncIterator[dict | None]:
    said = 0
    yield completion.chunk(role="assistant", content="")
    try:
        async for event in events:
            if event is None:
                yield None
            elif isinstance(event, Searched):
                yield completion.searched(event)
            elif free and isinstance(event, Drafted) and len(event.settled) > said:
                for piece in pieces(event.settled)[said:]:
                    yield completion.chunk(content=piece)
                said = len(event.settled)
            elif isinstance(event, Answered):
                for chunk in completion.answered(event.answer, said):
                    yield chunk
                if usage:
                    yield completion.used(event.answer)
    except Exception as error:  # the status is sent already: the stream itself says what happened
        yield failures.told(error)[1]
    finally:
        await events.aclose()


async def _each(chunks: Iterable[dict]) -> AsyncIterator[dict]:
    for chunk in chunks:
        yield chunk


async def _lines(chunks: AsyncIterator[dict | None]) -> AsyncIterator[str]:
    """Server-sent events; a comment where there is nothing to say."""
    async for chunk in chunks:
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" if chunk is not None else ": working\n\n"
    yield "data: [DONE]\n\n"


# --- Sourcier's own -------------------------------------------------------------------------------------------


def _own(
    api: FastAPI, app: Application, queue: AnswerQueue, say: Callable[[SourcierError | Reason | str], str]
) -> None:
    @api.post(
        "/ask", tags=["Sourcier"], summary="A checked answer with all that is known of it", response_model=AskResponse
    )
    async def ask(request: AskRequest, http: Request) -> Response:
        history = tuple(earlier(turn.question, turn.refused) for turn in request.history)
        question = _question(app, request.question, history, request)
        answer = await queue.answer(question, http.is_disconnected)
        return JSONResponse(contract(answer) if answer else {})

    @api.post("/search", tags=["Sourcier"], summary="The passages that speak of something, without an answer")
    async def search(request: SearchRequest) -> SearchResponse:
        def found() -> SearchResult:
            return app.assistant.resources.search.search(request.query, request.top, request.collections)

        result = await run_in_threadpool(found)
        return SearchResponse(
            query=result.question.text if result.question else request.query,
            documents=result.documents,
            complete=result.complete,
            results=[Source(**source(n, hit)) for n, hit in enumerate(result.hits, 1)],
        )

    @api.get("/collections", tags=["Sourcier"], summary="What can be asked")
    def collections() -> list[Collection]:
        return [Collection(**{key: asdict(s)[key] for key in Collection.model_fields}) for s in app.statuses()]

    @api.get("/health", tags=["Sourcier"], summary="Whether the models are loaded")
    def health() -> Health:
        error, loading = say(app.startup.error), list(app.loading)
        status: Literal["ready", "loading", "failed"] = "failed" if error else "loading" if loading else "ready"
        return Health(status=status, loading=loading, error=error, version=version())

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(api.openapi()))


def _question(app: Application, text: str, history: Sequence[Turn], request: ChatRequest | AskRequest) -> Question:
    return Question(text, history, tuple(request.collections), request.mode, _model(app, request.model))


def _model(app: Application, name: str) -> str | None:
    """The generator of that name, None for the one in the settings. Raises UnknownModel."""
    if name in ("", OWN_NAME):
        return None
    known = app.assistant.models()
    if name not in known:
        raise UnknownModel("api.unknown_model", name=name, known=", ".join([OWN_NAME, *known]))
    return name


# --- what goes wrong ------------------------------------------------------------------------------------------

# Each kind of failure: its status, OpenAI's type, OpenAI's code. The first that fits counts.
KINDS: Sequence[tuple[type[SourcierError], int, str, str | None]] = (
    (UnknownModel, 404, "invalid_request_error", "model_not_found"),
    (UnknownEmbedder, 404, "invalid_request_error", "model_not_found"),
    (UnknownDocument, 404, "invalid_request_error", "document_not_found"),
    (TooManyQuestions, 429, "rate_limit_error", "too_many_questions"),
    (EmbedderError, 503, "server_error", None),
    (ModelError, 503, "server_error", None),
    (SourcierError, 400, "invalid_request_error", None),
)
UNEXPECTED = Reason("api.unexpected")


class Failures:
    """What a client is told when something goes wrong."""

    def __init__(self, say: Callable[[SourcierError | Reason | str], str]):
        self._say = say

    def told(self, error: Exception) -> tuple[int, dict]:
        """Status and body for an error; what is not foreseen goes to the log, not to the client."""
        if isinstance(error, SourcierError):
            for kind, status, name, code in KINDS:
                if isinstance(error, kind):
                    return status, _body(self._say(error), name, code)
        log.error("a request of the API failed", exc_info=error)
        return 500, _body(self._say(UNEXPECTED), "server_error", None)

    def handle(self, api: FastAPI) -> None:
        """Registers the handlers of all errors with `api`."""
        api.exception_handler(SourcierError)(self._answered)
        api.exception_handler(Exception)(self._answered)
        api.exception_handler(RequestValidationError)(_invalid)
        api.exception_handler(HTTPException)(_refused)

    def _answered(self, _: Request, error: Exception) -> JSONResponse:
        status, body = self.told(error)
        return JSONResponse(body, status, {"Retry-After": "5"} if status == 429 else None)


def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    message = f"{place}: {first['msg']}." if place else f"{first['msg']}."
    return JSONResponse(_body(message, "invalid_request_error", None, place or None), 400)


def _refused(_: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse(_body(str(error.detail), "invalid_request_error", None), error.status_code)


def _body(message: str, kind: str, code: str | None, param: str | None = None) -> dict:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
