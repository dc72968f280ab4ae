"""An assistant that lacks one of its parts, so that the part's worth can be measured on the same questions."""

from copy import copy
from dataclasses import replace

from assistant.pipeline import Assistant
from index.retrieval.search import Search
from index.vectors.faiss_cache import VectorCache

# meaning: the embedder; the words alone are searched for. stems: only the words as they are written. reader: passages
# are ordered, quoted and judged by search alone. order: the reader judges and points, search orders. sentence: the
# answer starts with the sentence that shares most words with the question.
PARTS = ("meaning", "stems", "reader", "order", "sentence")


def without(assistant: Assistant, part: str) -> Assistant:
    """The same assistant less one of `PARTS`; both share what is loaded. Raises ValueError for another name."""
    if part not in PARTS:
        raise ValueError(f"no part is called {part!r}")
    other = copy(assistant)
    other.resources = resources = copy(assistant.resources)
    whole = assistant.resources
    search, reader, order = whole.search, whole.reader, whole.order
    if part == "meaning":
        search = Search(whole.store, None, None)
    elif part == "stems":
        embedder = search.embedder
        cache = VectorCache(whole.store, assistant.home.vectors, embedder.name) if embedder is not None else None
        search = Search(whole.store, embedder, cache, stems=False)
    elif part == "reader":
        reader = None
    elif part == "order":
        order = replace(order, reader=0.0)
    else:
        order = replace(order, sentence=0.0)
    resources.use(search, reader, order)
    return other
