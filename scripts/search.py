"""Runs a file of queries against the index and writes a TREC run file."""

import json
import sys
import time
from pathlib import Path

from corpus.document import ReadingError
from corpus.errors import Reason, SourcierError
from corpus.files import replacing
from index.retrieval.search import Search
from index.storage.opening import open_store
from index.vectors.embedder import load_embedder
from index.vectors.faiss_cache import VectorCache
from scripts._common import home_of, parser, reason, run, say


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 1 when the queries cannot be read or some lines were not queries."""
    made = parser(
        "search", "Searches for every query of a BEIR queries.jsonl and writes `qid Q0 docid rank score tag`."
    )
    made.add_argument("--queries", required=True, metavar="FILE.jsonl", help="lines with _id and text")
    made.add_argument("--run", required=True, metavar="OUT.trec")
    made.add_argument("--top", type=int, default=10)
    made.add_argument("--collection", action="append", default=[], help="may be given several times; default: all")
    options = made.parse_args(argv)
    home = home_of(options)
    queries, bad = read_queries(Path(options.queries))
    store = open_store(home)
    embedder = load_embedder()
    search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
    started = time.perf_counter()
    lines = []
    for identity, text in queries:
        for rank, hit in enumerate(search.search_documents(text, options.top, options.collection), 1):
            # docid and qid are one column each, so white space in them would break the file
            lines.append(f"{_column(identity)} Q0 {_column(hit.document_id)} {rank} {hit.score:.6f} sourcier")
    _write(Path(options.run), lines)
    seconds = time.perf_counter() - started
    print(f"{len(queries)} queries in {seconds:.1f} s, {len(lines)} lines in {options.run}", file=sys.stderr)
    for sentence in bad:
        print(sentence, file=sys.stderr)
    return 1 if bad else 0


def read_queries(path: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """(id, text) of each line, and one sentence for each line that is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError("queries.unreadable", path=path, reason=reason(error)) from error
    queries, bad = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            queries.append((str(row["_id"]), str(row["text"])))
        except (ValueError, KeyError, TypeError):
            bad.append(f"{path}, line {number}: {say(Reason('queries.no_object'))}")
    return queries, bad


def _column(value: str) -> str:
    return "_".join(value.split()) or "_"


def _write(path: Path, lines: list[str]) -> None:
    try:
        with replacing(path) as temporary:
            temporary.write_text("".join(line + "\n" for line in lines), "utf-8")
    except OSError as error:
        raise SourcierError("output.unwritable", path=path, reason=reason(error)) from error


if __name__ == "__main__":
    run(main)
