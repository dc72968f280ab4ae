"""Speed on this machine: imports, cutting, embedding, search, generation. Figures in the README come from here."""

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from corpus.chunking import chunk_many
from corpus.document import Document, Passage, Section
from index.retrieval.search import Search
from index.storage.opening import open_store
from index.storage.store import Store
from index.vectors.embedder import load_embedder
from index.vectors.faiss_cache import VectorCache
from scripts._common import home_of, parser, run, say

if TYPE_CHECKING:
    from assistant.generation.generator import Generator

PARAGRAPH = (
    "The optic nerve carries what the eye sees to the brain. When the pressure inside the eye stays too high, its "
    "fibres die one after another, and the field of vision shrinks from its edge. Drops lower the pressure by making "
    "the eye produce less fluid or by letting more of it drain. "
)
ROUNDS = 5
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
    figures |= _searching(open_store(home), home)
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


def _generating(name: str, models) -> dict[str, float | str]:
    """The engine that the chat takes here, beside Keras on the same work, and what drafted tokens save it."""
    from assistant.generation.engine.choice import AUTOMATIC, KERAS
    from assistant.generation.generator import Generator
    from assistant.generation.presets import ModelError

    try:
        chat, keras = (Generator.load(name, models=models, engine=engine) for engine in (AUTOMATIC, KERAS))
    except ModelError as error:
        print(say(error), file=sys.stderr)
        return {}
    chat.warm_up()
    keras.warm_up()
    loading = _seconds(lambda: Generator.load(name, models=models, engine=AUTOMATIC).warm_up())  # made before, by now
    ours, theirs = _in_turns(partial(_written, chat), partial(_written, keras))
    guided, slow = _in_turns(partial(_copied, chat, True), partial(_copied, chat, False))
    return {
        "engine": chat.engine.name,
        "generator_load_s": loading,
        "prompt_tokens": chat.count_tokens(PARAGRAPH * 8),
        **ours,
        **{f"keras_{name}": value for name, value in theirs.items()},
        "answer_keras_over_engine": theirs["answer_s"] / ours["answer_s"],
        "copied_tokens_per_s": guided["new_tokens_per_s"],
        "copied_tokens_per_s_without_drafts": slow["new_tokens_per_s"],
        "drafts_speed_up": guided["new_tokens_per_s"] / slow["new_tokens_per_s"],
    }


def _written(generator: "Generator", **options) -> dict[str, float]:
    """Seconds until the first and the last of 100 tokens behind a prompt of some 500, and the rate between them."""
    from assistant.generation.sampling import Sampling

    started, tokens, first = time.perf_counter(), 0, 0.0
    options = {"sampling": Sampling(temperature=3.0, seed=0), **options}  # so wild that it does not end early
    for _ in generator.tokens(PARAGRAPH * 8, max_new_tokens=100, **options):
        first = first or time.perf_counter() - started
        tokens += 1
    whole = time.perf_counter() - started
    rate = (tokens - 1) / (whole - first) if tokens > 1 else 0.0
    return {"first_token_s": first, "new_tokens_per_s": rate, "answer_s": whole}


def _copied(generator: "Generator", drafts: bool) -> dict[str, float]:
    """The same for an answer that copies its passage, as a grounded one does, with and without drafted tokens."""
    from assistant.generation.sampling import GREEDY

    longest = generator.engine.longest_draft
    generator.engine.longest_draft = longest if drafts else 0
    try:
        return _written(generator, sampling=GREEDY, copying=generator.copying_from([PARAGRAPH * 2]))
    finally:
        generator.engine.longest_draft = longest


def _in_turns(*measures: Callable[[], dict[str, float]]) -> list[dict[str, float]]:
    """The medians of each measure, taken in turns so that what else the machine does hits all alike."""
    rounds = [[measure() for measure in measures] for _ in range(ROUNDS)]
    return [
        {name: statistics.median(figures[name] for figures in one) for name in one[0]}
        for one in zip(*rounds, strict=True)
    ]


def _spread(name: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {f"{name}_median_s": statistics.median(ordered), f"{name}_p95_s": ordered[int(0.95 * (len(ordered) - 1))]}


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    run(main)
