"""A program that asks without pause, as an app with a user: notes how long each search took, and each error.

python -m scripts._stress.asker HOME NOTES.jsonl [HASHING|EMBEDDER] [QUESTIONS.txt] [PAUSE_S]
"""

import json
import random
import sys
import time
from pathlib import Path

from corpus.home import Home
from index.retrieval.search import Search
from index.storage.store import Store
from index.vectors.embedder import load_embedder
from index.vectors.faiss_cache import VectorCache
from scripts._stress.common import WORDS

PAUSE_S = 0.05


def main(home: str, notes: str, embedder: str = "hashing", questions: str = "", pause: str = "") -> None:
    """Ends when killed."""
    folder, rng = Home.find(home), random.Random(1)
    store, chosen = Store(folder.index), load_embedder(embedder)
    search = Search(store, chosen, VectorCache(store, folder.vectors, chosen.name))
    asked = [line for line in Path(questions).read_text("utf-8").splitlines() if line] if questions else []
    with open(notes, "a") as out:
        while True:
            question = rng.choice(asked) if asked else " ".join(rng.choices(WORDS, k=4))
            began, error = time.perf_counter(), ""
            try:
                search.search(question)
            except Exception as failure:  # whatever it is, the user would have seen it
                error = f"{type(failure).__name__}: {failure}"
            seconds = time.perf_counter() - began
            out.write(json.dumps({"at": time.monotonic(), "seconds": seconds, "error": error}) + "\n")
            out.flush()
            time.sleep(float(pause or PAUSE_S))


if __name__ == "__main__":
    main(*sys.argv[1:])
