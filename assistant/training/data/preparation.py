"""Turns texts into ids once, and keeps them in a folder: vocabulary, running text, snippets, the split."""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.generation.tokenizer import Tokenizer
from assistant.training.data import vocabulary
from assistant.training.data.snippets import Rarity, Snippet, snippets
from assistant.training.data.texts import SHARES, Text
from assistant.training.errors import TrainingError

log = logging.getLogger(__name__)

MANIFEST, SPLIT = "data.json", "split.json"
VOCABULARY_TEXT = 20_000  # characters of each document that the vocabulary is learnt from


@dataclass(frozen=True)
class Prepared:
    """A folder made by `prepare`: ids of running text by source, snippets, and what was held out of both."""

    folder: Path
    tokenizer: Tokenizer
    manifest: dict
    train: dict[str, np.ndarray]
    held_out: dict[str, np.ndarray]
    held_out_bytes: dict[str, int]
    snippets: list[Snippet]
    held_out_snippets: list[Snippet]

    @classmethod
    def load(cls, folder: Path) -> "Prepared":
        """Reads the folder. Raises TrainingError when it is not complete, ModelError for a damaged tokenizer."""
        folder = Path(folder)
        if not (folder / MANIFEST).is_file():
            raise TrainingError("training.data_missing", folder=folder)
        tokenizer = Tokenizer.load(folder)
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            with np.load(folder / "text.npz", allow_pickle=False) as arrays:
                train = {name[6:]: arrays[name] for name in arrays.files if name.startswith("train/")}
                held_out = {name[5:]: arrays[name] for name in arrays.files if name.startswith("held/")}
            parts = [read_snippets(folder / f"{name}.npz") for name in ("snippets", "held_out_snippets")]
            return cls(folder, tokenizer, manifest, train, held_out, manifest["held_out_bytes"], *parts)
        except Exception as error:  # zipfile, zlib, NumPy and json each raise their own
            raise TrainingError("training.data_damaged", folder=folder) from error

    def rarity(self) -> Rarity:
        """How rare each token is in the running text."""
        counts = np.zeros(self.tokenizer.size, np.int64)
        for ids in self.train.values():
            counts += np.bincount(ids, minlength=counts.size)
        return Rarity(counts)


def prepare(folder: Path, texts: Iterable[Text], vocabulary_size: int = 8192) -> Prepared:
    """Learns the vocabulary from the texts to train on, writes ids and split into `folder`, and loads them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = list(texts)
    train, held = [t for t in texts if not t.held_out], [t for t in texts if t.held_out]
    log.info("%d documents to train on, %d held out", len(train), len(held))
    tokenizer = vocabulary.write(folder, *vocabulary.learn(_sample(train), vocabulary_size))
    arrays: dict[str, Any] = {f"train/{name}": ids for name, ids in running(train, tokenizer).items()}
    arrays |= {f"held/{name}": ids for name, ids in running(held, tokenizer).items()}
    np.savez(folder / "text.npz", **arrays)
    for name, part in (("snippets", train), ("held_out_snippets", held)):
        write_snippets(folder / f"{name}.npz", list(snippets(_quotable(part), tokenizer)))
    bytes_of: Counter[str] = Counter()
    for text in held:
        bytes_of[text.source] += len(text.text.encode())
    split = {name: sorted({t.group for t in part}) for name, part in (("held_out", held), ("train", train))}
    (folder / SPLIT).write_text(json.dumps(split, ensure_ascii=False, indent=0), encoding="utf-8")
    manifest = {
        "sha256": digest(texts),
        "documents": dict(Counter(t.source for t in train)),
        "tokens": {name[6:]: len(ids) for name, ids in arrays.items() if name.startswith("train/")},
        "held_out_bytes": dict(bytes_of),
        "shares": SHARES,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return Prepared.load(folder)


def digest(texts: Iterable[Text]) -> str:
    """SHA-256 over every text in order: the same digest means the same data."""
    sha = hashlib.sha256()
    for text in texts:
        for part in (text.source, text.group, text.title, text.text):
            sha.update(part.encode("utf-8", "replace") + b"\0")
    return sha.hexdigest()


def running(texts: Sequence[Text], tokenizer: Tokenizer) -> dict[str, np.ndarray]:
    """The ids of each source's documents in one array, an end token after each; questions stand before answers."""
    found: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(texts), 512):
        part = texts[start : start + 512]
        for text, ids in zip(part, tokenizer.encode_many([_whole(t) for t in part]), strict=True):
            found.setdefault(text.source, []).append(np.array([*ids, tokenizer.end], np.uint16))
    return {source: np.concatenate(arrays) for source, arrays in found.items()}


def write_snippets(path: Path, items: Sequence[Snippet]) -> None:
    """Writes snippets as flat arrays: no code is ever run to read them back."""
    parts = [[s.title, s.heading, *s.sentences] for s in items]
    flat = [p for part in parts for p in part]
    names = [[s.source, s.group, s.area, "q" if s.question else ""] for s in items]
    np.savez(
        path,
        ids=np.array([token for p in flat for token in p], np.uint16),
        sizes=np.array([len(p) for p in flat], np.int32),
        parts=np.array([len(part) for part in parts], np.int32),
        names=np.frombuffer(json.dumps(names).encode(), np.uint8),
    )


def read_snippets(path: Path) -> list[Snippet]:
    """What `write_snippets` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        ids, sizes, parts = arrays["ids"].tolist(), arrays["sizes"].tolist(), arrays["parts"].tolist()
        names = json.loads(arrays["names"].tobytes())
    found, at, place = [], 0, 0
    for count, (source, group, area, question) in zip(parts, names, strict=True):
        pieces = []
        for size in sizes[place : place + count]:
            pieces.append(tuple(ids[at : at + size]))
            at += size
        place += count
        found.append(Snippet(source, group, pieces[0], pieces[1], tuple(pieces[2:]), bool(question), area))
    return found


def _whole(text: Text) -> str:
    return f"{text.title}\n\n{text.text}" if text.source in ("medquad", "wikipedia") else text.text


def _quotable(texts: Sequence[Text]) -> list[Text]:
    """eLife's bodies give running text only: their sentences lean on figures that are not there."""
    return [text for text in texts if text.source != "elife_bodies"]


def _sample(texts: Sequence[Text]) -> Iterable[str]:
    """Text for the vocabulary: the start of each document, a third of eLife's bodies."""
    bodies = 0
    for text in texts:
        if text.source == "elife_bodies":
            bodies += 1
            if bodies % 3:
                continue
        yield text.text[:VOCABULARY_TEXT]
