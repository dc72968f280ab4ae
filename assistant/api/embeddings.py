"""Texts to vectors in OpenAI's shape, by the embedder that the documents are searched with."""

import base64

import numpy as np
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from assistant.api.models import OWN_NAME, Embedding, EmbeddingRequest, Embeddings
from assistant.services.application import Application
from corpus.errors import SourcierError
from index.vectors.embedder import Embedder, EmbedderError


class EmbeddingError(SourcierError):
    """Something that cannot be embedded as asked."""


class UnknownEmbedder(EmbeddingError):
    """An embedder that is not the one in use."""


def add_to(api: FastAPI, app: Application) -> None:
    """Adds `/embeddings`."""

    @api.post("/embeddings", tags=["OpenAI"], summary="The vectors of texts")
    async def embed(request: EmbeddingRequest) -> Embeddings:
        return await run_in_threadpool(lambda: embedded(request, app.assistant.resources.search.embedder))


def embedded(request: EmbeddingRequest, embedder: Embedder | None) -> Embeddings:
    """The unit vectors of the request's texts. Raises EmbedderError without an embedder, EmbeddingError."""
    if embedder is None:
        raise EmbedderError("api.no_embedder")
    if request.model not in (OWN_NAME, embedder.name):
        raise UnknownEmbedder("api.unknown_embedder", name=request.model, known=f"{OWN_NAME}, {embedder.name}")
    given = [request.input] if isinstance(request.input, str) else request.input
    texts = [text for text in given if isinstance(text, str)]
    if len(texts) < len(given):
        raise EmbeddingError("api.tokens_for_texts")
    vectors = np.asarray(embedder.encode(texts, request.input_type), "<f4")
    if request.dimensions not in (None, vectors.shape[1]):
        raise EmbeddingError("api.dimensions", own=vectors.shape[1])
    data = [Embedding(index=at, embedding=_written(row, request.encoding_format)) for at, row in enumerate(vectors)]
    tokens = sum(embedder.count_tokens(texts))
    return Embeddings(data=data, model=embedder.name, usage={"prompt_tokens": tokens, "total_tokens": tokens})


def _written(vector: np.ndarray, form: str) -> list[float] | str:
    return base64.b64encode(vector.tobytes()).decode() if form == "base64" else vector.tolist()
