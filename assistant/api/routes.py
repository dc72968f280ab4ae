"""The API as a FastAPI application, to be mounted at /v1."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException

from assistant.api import models as wire
from assistant.api.completion import Completion, asked, earlier, pieces
from assistant.api.docs_page import manual
from assistant.api.queue import Busy, Desk
from assistant.pipeline import AskError
from assistant.schema import Answered, Drafted, Searched
from assistant.serialization import contract, source
from assistant.services.diagnostics import version
from index.storage.store import StoreError
from index.vectors.embedder import EmbedderError

log = logging.getLogger(__name__)

ABOUT = """Answers from your own documents, on this computer. Nothing that is sent here leaves it.

`/v1/chat/completions` speaks OpenAI's format, so that programs made for it can ask your documents: set their base
address to this server's `/v1` and any key (the password, where one is set). Beside OpenAI's fields every answer
brings `sources`, the passages that its [n] point to, and `sourcier`, what the checks found. A stream gives the sources
first and then sentences that have been checked, never a draft; only the mode `free` streams unchecked text."""
FAILURES = {400: {"model": wire.Error}, 404: {"model": wire.Error}, 429: {"model": wire.Error}}
NO_BUFFERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class UnknownModel(Exception):
    """A generator that is not on this machine; the message is one sentence."""


def make(services) -> FastAPI:
    """The API over the app's services: `assistant`, `statuses()`, `startup` (error, done) and `loading`."""
    desk = Desk(services.assistant, services.startup.done)
    api = FastAPI(
        title="Sourcier",
        version=version(),
        description=ABOUT,
        docs_url=None,  # those pages load scripts from another host
        redoc_url=None,
        separate_input_output_schemas=False,
        responses=FAILURES,
    )
    api.state.desk = desk
    _refusals(api)
    _chat(api, services, desk)
    _own(api, services, desk)
    return api


# --- OpenAI's -------------------------------------------------------------------------------------------------


def _chat(api: FastAPI, services, desk: Desk) -> None:
    @api.get("/models", tags=["OpenAI"], summary="The generators on this machine")
    def models() -> wire.Models:
        names = [wire.OWN_NAME, *services.assistant.models()]
        return wire.Models(data=[wire.Model(id=name) for name in names])

    @api.get("/models/{name}", tags=["OpenAI"], summary="One generator")
    def model(name: str) -> wire.Model:
        _model(services, name)
        return wire.Model(id=name)

    @api.post(
        "/chat/completions",
        tags=["OpenAI"],
        summary="Answer the last user message from the documents",
        response_model=wire.ChatResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def complete(request: wire.ChatRequest, http: Request):
        try:
            question, history = asked(request.messages)
        except ValueError as error:
            raise AskError(str(error)) from error
        options = {"history": history, **_options(services, request)}
        completion = Completion(request.model or wire.OWN_NAME)
        if request.stream:
            events = desk.events(question, **options)
            first = await anext(events)  # what is wrong with the question is a status, not a stream
            usage = bool(request.stream_options and request.stream_options.include_usage)
            chunks = _chunks(completion, _from(first, events), request.mode == "free", usage)
            return StreamingResponse(_lines(chunks), media_type="text/event-stream", headers=NO_BUFFERS)
        answer = await desk.answer(question, http.is_disconnected, **options)
        return JSONResponse(completion.whole(answer) if answer else {})


async def _from(first, events: AsyncIterator) -> AsyncIterator:
    try:
        yield first
        async for event in events:
            yield event
    finally:
        await events.aclose()


async def _chunks(completion: Completion, events: AsyncIterator, free: bool, usage: bool) -> AsyncIterator[dict | None]:
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
        yield _failure(error)[1]
    finally:
        await events.aclose()


async def _lines(chunks: AsyncIterator[dict | None]) -> AsyncIterator[str]:
    """Server-sent events; a comment where there is nothing to say."""
    async for chunk in chunks:
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" if chunk is not None else ": working\n\n"
    yield "data: [DONE]\n\n"


# --- Sourcier's own -------------------------------------------------------------------------------------------


def _own(api: FastAPI, services, desk: Desk) -> None:
    @api.post("/ask", tags=["Sourcier"], summary="A checked answer with all that is known of it")
    async def ask(request: wire.AskRequest, http: Request) -> wire.AskResponse:
        history = tuple(earlier(turn.question, turn.refused) for turn in request.history)
        answer = await desk.answer(
            request.question, http.is_disconnected, history=history, **_options(services, request)
        )
        return JSONResponse(contract(answer) if answer else {})

    @api.post("/search", tags=["Sourcier"], summary="The passages that speak of something, without an answer")
    async def search(request: wire.SearchRequest) -> wire.SearchResponse:
        def found():
            return services.assistant.resources.search.search(request.query, request.top, request.collections)

        result = await run_in_threadpool(found)
        return wire.SearchResponse(
            query=result.question.text if result.question else request.query,
            documents=result.documents,
            complete=result.complete,
            results=[source(n, hit) for n, hit in enumerate(result.hits, 1)],
        )

    @api.get("/collections", tags=["Sourcier"], summary="What can be asked")
    def collections() -> list[wire.Collection]:
        return [
            wire.Collection(**{key: asdict(s)[key] for key in wire.Collection.model_fields})
            for s in services.statuses()
        ]

    @api.get("/health", tags=["Sourcier"], summary="Whether the models are loaded")
    def health() -> wire.Health:
        error, loading = services.startup.error, list(services.loading)
        status = "failed" if error else "loading" if loading else "ready"
        return wire.Health(status=status, loading=loading, error=error, version=version())

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(manual(api.openapi()))


def _options(services, request: wire.ChatRequest | wire.AskRequest) -> dict:
    model = _model(services, request.model)
    return {"collections": tuple(request.collections), "mode": request.mode, "model": model}


def _model(services, name: str) -> str | None:
    """The generator of that name, None for the one in the settings. Raises UnknownModel."""
    if name in ("", wire.OWN_NAME):
        return None
    known = services.assistant.models()
    if name not in known:
        raise UnknownModel(f"There is no generator '{name}' here (there is: {', '.join([wire.OWN_NAME, *known])}).")
    return name


# --- what goes wrong ------------------------------------------------------------------------------------------

# Each kind of failure: its status, OpenAI's type, OpenAI's code.
KINDS: tuple[tuple[type[Exception], int, str, str | None], ...] = (
    (UnknownModel, 404, "invalid_request_error", "model_not_found"),
    (AskError, 400, "invalid_request_error", None),
    (StoreError, 400, "invalid_request_error", None),
    (EmbedderError, 503, "server_error", None),
    (Busy, 429, "rate_limit_error", "too_many_questions"),
)


def _failure(error: Exception) -> tuple[int, dict]:
    """Status and body for an error; what is not foreseen goes to the log, not to the client."""
    for kind, status, name, code in KINDS:
        if isinstance(error, kind):
            return status, _body(str(error), name, code)
    log.error("a request of the API failed", exc_info=error)
    return 500, _body("This answer failed; the log in the data folder says why.", "server_error", None)


def _body(message: str, kind: str, code: str | None, param: str | None = None) -> dict:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _refusals(api: FastAPI) -> None:
    def answered(_: Request, error: Exception) -> JSONResponse:
        status, body = _failure(error)
        return JSONResponse(body, status, {"Retry-After": "5"} if status == 429 else None)

    for kind in (*(row[0] for row in KINDS), Exception):
        api.exception_handler(kind)(answered)

    @api.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        message = f"{place}: {first['msg']}." if place else f"{first['msg']}."
        return JSONResponse(_body(message, "invalid_request_error", None, place or None), 400)

    @api.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse(_body(str(error.detail), "invalid_request_error", None), error.status_code)
