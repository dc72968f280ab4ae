"""BEIR's `corpus.jsonl`: `_id`, `title` and `text` a line, the format of retrieval benchmarks."""

import json
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line, shortened, tidy
from corpus.document import Document, Dropped, Section
from corpus.errors import Reason
from corpus.language import detect


def read(path: Path) -> Iterator[Document | Dropped]:
    """A document for each line, streamed, with `_id` as its external id; bad lines are Dropped."""
    place = f"{path.parent.name}/{path.name}"
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            yield _item(line, f"{place}, row {number}", f"row {number}")


def _item(line: str, place: str, label: str) -> Document | Dropped:
    try:
        entry = json.loads(line)
        identifier, title, text = str(entry["_id"]), one_line(entry.get("title") or ""), tidy(entry.get("text") or "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Dropped(label, Reason("dropped.not_beir") if line.strip() else Reason("dropped.empty_line"))
    if not text and not title:
        return Dropped(label, Reason("dropped.no_text"))
    return Document(
        title or shortened(text),
        (Section(text or title),),
        path=place,
        external_id=identifier,
        language=detect(f"{title} {text}"),
    )
