"""A user's program that changes an index: carries out the changes of a file, and notes each that is done.

python -m scripts._stress.client HOME CHANGES.json DONE.txt
"""

import json
import sys
from pathlib import Path

from index.ingestion.queue import enqueue
from index.storage.store import Store


def main(home: str, changes: str, done: str) -> None:
    """A line with its number for each change that is carried out and committed."""
    store = Store(Path(home) / "index.sqlite3")
    with open(done, "a") as notes:
        for number, (kind, *paths) in enumerate(json.loads(Path(changes).read_text())):
            sources = {row.path: row.id for row in store.sources()}
            if kind == "read":
                enqueue(store, paths, "stress")
            elif kind == "remove" and paths[0] in sources:
                store.remove_sources([sources[paths[0]]])
            elif kind == "rename" and paths[0] in sources:
                store.rename_source(sources[paths[0]], paths[1])
            notes.write(f"{number}\n")
            notes.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
