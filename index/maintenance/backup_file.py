"""Reads a backup that may come from anybody: checks each field, bounds sizes, leaves out what contradicts itself."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from corpus.document import Document, Passage, ReadingError, Section
from corpus.readers import package
from index.maintenance.backup import DOCUMENTS, FORMAT, KEY_BYTES, MANIFEST, SOURCES, VECTORS, VERSION
from index.storage.integrity import UNIT

MEMBERS = 500_000
LINE = 64 << 20  # bytes of one document
SHORT = 10_000  # characters of a title, a path, an identifier, a value of the metadata
PASSAGE = 20_000  # characters
CHUNKING = re.compile(r"\d{1,4}(/\d{1,6}){3}")


@dataclass
class Source:
    """Where documents came from, as text only, and the number of the enclosed file, if there is one."""

    path: str
    kind: str
    original: int | None
    copy: Path | None = None
    fingerprint: str = ""


@dataclass
class Contents:
    """What the first reading of the whole file found."""

    manifest: dict
    sources: list[Source]
    keys: set[bytes] = field(default_factory=set)
    documents: int = 0


def validated(archive: ZipFile, name: str) -> Contents:
    """Reads the whole file once and checks it. Raises ReadingError."""
    seen = Contents(_manifest(archive, name), [_source(line, name) for line in _lines(archive, SOURCES, name)])
    for _, passages, _ in documents(archive, name, len(seen.sources)):
        seen.documents += 1
        seen.keys.update(passage.key for passage in passages)
    if not seen.documents:
        raise ReadingError("backup.empty", name=name)
    return seen


def _manifest(archive: ZipFile, name: str) -> dict:
    try:
        manifest = json.loads(package.read_member(archive, MANIFEST, 1 << 20))
    except (ValueError, RecursionError) as error:
        raise ReadingError("backup.damaged", name=name) from error
    except ReadingError as error:
        raise ReadingError("backup.damaged_because", name=name, reason=error.reason) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ReadingError("backup.not_one", name=name)
    if manifest.get("version") != VERSION:
        raise ReadingError("backup.newer", name=name)
    return manifest


def _lines(archive: ZipFile, member: str, name: str) -> Iterator[dict]:
    try:
        with archive.open(member) as file:
            while line := file.readline(LINE + 1):
                if len(line) > LINE:
                    raise ReadingError("backup.document_too_large", name=name, size=package.megabytes(LINE))
                entry = json.loads(line)
                if not isinstance(entry, dict):
                    raise ValueError("no object")
                yield entry
    except ReadingError:
        raise
    except Exception as error:  # json, zipfile, zlib and deep nesting each raise their own
        if isinstance(error, MemoryError | GeneratorExit):
            raise
        raise ReadingError("backup.damaged_part", name=name, part=member, kind=type(error).__name__) from error


def _source(entry: dict, name: str) -> Source:
    original = entry.get("original")
    if original is not None and (type(original) is not int or not 0 <= original < MEMBERS):
        raise ReadingError("backup.source_without_file", name=name)
    return Source(_short(entry, "path", name), _short(entry, "kind", name), original)


def documents(archive: ZipFile, name: str, sources: int) -> Iterator[tuple[Document, list[Passage], dict]]:
    """Documents, their passages (none when they must be cut again), {"links": numbers of sources, "chunking": ...}."""
    for entry in _lines(archive, DOCUMENTS, name):
        try:
            yield _document(entry, name, sources)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ReadingError("backup.document_lacks", name=name, field=str(error)) from error


def _document(entry: dict, name: str, sources: int) -> tuple[Document, list[Passage], dict]:
    sections = tuple(
        Section(_text(one, "text"), _text(one, "heading"), _page(one.get("page"))) for one in entry["sections"]
    )
    metadata = {str(key)[:SHORT]: str(value)[:SHORT] for key, value in list(entry["metadata"].items())[:1000]}
    document = Document(
        title=_short(entry, "title", name),
        sections=sections,
        metadata=metadata,
        path=_short(entry, "path", name),
        external_id=_short(entry, "external_id", name),
        language=_short(entry, "language", name),
    )
    links = [number for number in entry["sources"] if type(number) is int and 0 <= number < sources]
    if not links:
        raise ReadingError("backup.document_without_source", name=name)
    passages = [
        Passage(_text(one, "text"), _text(one, "heading"), ordinal, _page(one.get("page")))
        for ordinal, one in enumerate(entry["passages"])
    ]
    chunking = str(entry.get("chunking", ""))
    if not all(_stands_in(passage, sections) for passage in passages) or not CHUNKING.fullmatch(chunking):
        passages, chunking = [], ""  # to be cut again from the text
    return document, passages, {"links": sorted(set(links)), "chunking": chunking if passages else ""}


def _stands_in(passage: Passage, sections: Sequence[Section]) -> bool:
    return 0 < len(passage.text) <= PASSAGE and any(
        passage.text in section.text for section in sections if section.page == passage.page
    )


def _short(entry: dict, key: str, name: str) -> str:
    value = _text(entry, key)
    if len(value) > SHORT:
        raise ReadingError("backup.field_too_long", name=name, field=key, length=len(value))
    return value


def _text(entry: dict, key: str) -> str:
    value = entry[key]
    if not isinstance(value, str):
        raise TypeError(key)
    return value.encode("utf-8", "replace").decode()  # lone surrogates cannot be stored


def _page(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 31):
        return value
    raise ValueError("page")


def vectors(archive: ZipFile, name: str, seen: Contents) -> Iterator[tuple[bytes, np.ndarray]]:
    """Keys and float16 vectors (d,) of unit length, of texts in the backup; the others are left to the embedder."""
    dimension = seen.manifest.get("dimension")
    if type(dimension) is not int or not 0 < dimension <= 1 << 14:
        return
    size = KEY_BYTES + 2 * dimension
    try:
        with archive.open(VECTORS) as file:
            while len(block := file.read(1000 * size)) >= size:
                records = np.frombuffer(block[: len(block) // size * size], np.uint8).reshape(-1, size)
                matrix = np.ascontiguousarray(records[:, KEY_BYTES:]).view("<f2")
                with np.errstate(over="ignore", invalid="ignore"):
                    lengths = np.linalg.norm(matrix.astype(np.float32), axis=1)
                for record, vector, length in zip(records, matrix, lengths, strict=True):
                    key = record[:KEY_BYTES].tobytes()
                    if key in seen.keys and (length == 0 or abs(length - 1) < UNIT):
                        yield key, vector
    except Exception as error:  # zipfile and zlib each raise their own
        if isinstance(error, MemoryError | GeneratorExit):
            raise
        raise ReadingError("backup.damaged_part", name=name, part=VECTORS, kind=type(error).__name__) from error
