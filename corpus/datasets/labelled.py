"""Labelled texts: the same text with several labels becomes one document that carries them all."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from corpus.datasets.dataset import LABEL_SEPARATOR, Item
from corpus.document import Document, Dropped
from corpus.errors import Reason


def merged(items: Callable[[], Iterator[Item]], key: str, same: Callable[[str], str] = str) -> Iterator[Item]:
    """Distinct texts with all their labels in `metadata[key]`, in alphabetical order; repeats are Dropped.

    Two texts are the same when `same` maps them to equal strings. The source is read twice; only 16 bytes a text are
    kept in memory.
    """
    labels: dict[bytes, set[str]] = {}
    for item in items():
        if isinstance(item, Document):
            labels.setdefault(_digest(item, same), set()).add(item.metadata.get(key, ""))
    first: dict[bytes, tuple[str, str]] = {}  # place and label
    for item in items():
        if isinstance(item, Dropped):
            yield item
            continue
        digest, label = _digest(item, same), item.metadata.get(key, "")
        if digest in first:
            place, its_label = first[digest]
            values = {"first": place}
            same_label = label == its_label
            yield Dropped(
                item.path, Reason("dropped.duplicate", values) if same_label else Reason("dropped.other_label", values)
            )
        else:
            first[digest] = item.path, label
            yield _with_labels(item, key, labels[digest] - {""})


def _with_labels(item: Document, key: str, labels: set[str]) -> Document:
    found = LABEL_SEPARATOR.join(sorted(labels))
    return item if item.metadata.get(key, "") == found else replace(item, metadata={**item.metadata, key: found})


def _digest(document: Document, same: Callable[[str], str]) -> bytes:
    return hashlib.blake2b(same(document.text).encode("utf-8", "replace"), digest_size=16).digest()
