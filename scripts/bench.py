"""Speed on this machine: imports, cutting, embedding, search, generation. Figures in the README come from here."""

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from corpus.chunking import chunk_many
from corpus.document import Document, Passage, Section
from index.retrieval.search import Search
from index.storage.store import Store
from index.vectors.embedder import load_embedder
from index.vectors.faiss_cache import VectorCache
from scripts._common import home_of, parser, run, say

PARAGRAPH = (
    "The optic nerve carries what the eye sees to the brain. When the pressure inside the eye stays too high, its "
    "fibres die one after another, and the field of vision shrinks from its edge. Drops lower the pressure by making "
    "the eye produce less fluid or by letting more of it drain. "
)
QUESTIONS = (
    "What are the treatments for glaucoma?",
    "How is asthma diagnosed in children?",
    "Is cystic fibrosis inherited?",
    "Who painted the ceiling of the chapel?",
    "Quelle est la capitale de la Mongolie ?",
)


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; parts that this machine lacks are left out."""
    made = parser("bench", "Measures speed: imports, cutting, embedding, search over the index of --home, generation.")
    made.add_argument("--json", action="store_true")
    made.add_argument("--model", default="starter")
    options = made.parse_args(argv)
    home = home_of(options)
    figures = {"python": platform.python_version(), "import_s": _import_seconds(), **_cutting()}
    figures |= _searching(Store(home.index), home)
    figures |= _generating(options.model, home.models)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value:.3f}" if isinstance(value, float) else f"{name:28} {value}")
    return 0


def _import_seconds() -> float:
    """`import assistant, index, corpus` in a fresh interpreter, less that interpreter's own start."""
    with_rooms, bare = (
        statistics.median(_seconds(partial(subprocess.run, [sys.executable, "-c", code], check=True)) for _ in range(5))
        for code in ("import assistant, index, corpus", "pass")
    )
    return with_rooms - bare


def _cutting() -> dict[str, float]:
    embedder = load_embedder()
    documents = [Document(f"Title {n}", (Section(PARAGRAPH * 8),)) for n in range(200)]
    passages: list[Sequence[Passage]] = []
    seconds = _seconds(lambda: passages.extend(chunk_many(documents, embedder.count_tokens, limit=embedder.limit)))
    count = sum(map(len, passages))
    texts = [passage.indexed_text for group in passages for passage in group][:128]
    embedder.encode(texts[:32])
    embedding = _seconds(lambda: embedder.encode(texts))
    return {"cut_passages_per_s": count / seconds, "embed_passages_per_s": len(texts) / embedding}


def _searching(store: Store, home) -> dict[str, float]:
    embedder = load_embedder()
    search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
    documents = search.search(QUESTIONS[0]).documents
    seconds = [_seconds(partial(search.search, question)) for question in QUESTIONS * 4]
    return {"indexed_documents": documents, **_spread("search", seconds)}


def _generating(name: str, models) -> dict[str, float]:
    from assistant.generation.generator import Generator
    from assistant.generation.presets import ModelError
    from assistant.generation.sampling import Sampling

    try:
        loading = time.perf_counter()
        generator = Generator.load(name, models=models)
    except ModelError as error:
        print(say(error), file=sys.stderr)
        return {}
    generator.warm_up()
    loaded = time.perf_counter() - loading
    prompt = PARAGRAPH * 8
    started, tokens = time.perf_counter(), 0
    first = 0.0
    wild = Sampling(temperature=3.0, seed=0)  # so that it does not end early
    for _ in generator.tokens(prompt, max_new_tokens=100, sampling=wild):
        first = first or time.perf_counter() - started
        tokens += 1
    whole = time.perf_counter() - started
    return {
        "generator_load_s": loaded,
        "prompt_tokens": generator.count_tokens(prompt),
        "first_token_s": first,
        "new_tokens_per_s": (tokens - 1) / (whole - first) if tokens > 1 else 0.0,
    }


def _spread(name: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {f"{name}_median_s": statistics.median(ordered), f"{name}_p95_s": ordered[int(0.95 * (len(ordered) - 1))]}


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    run(main)
