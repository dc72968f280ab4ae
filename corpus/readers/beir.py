"""BEIR's `corpus.jsonl`: `_id`, `title` and `text` a line, the format of retrieval benchmarks."""

import json
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line, shortened, tidy
from corpus.document import Document, Dropped, Section
from corpus.language import guess


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
        return Dropped(label, "not an object with _id and text" if line.strip() else "empty line")
    if not text and not title:
        return Dropped(label, "no text")
    return Document(
        title or shortened(text),
        (Section(text or title),),
        path=place,
        external_id=identifier,
        language=guess(f"{title} {text}"),
    )
