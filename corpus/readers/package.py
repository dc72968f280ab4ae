"""Zip archives and the formats built on them (Office, EPUB), opened only if their unpacked size is acceptable."""

import re
import unicodedata
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from corpus.document import ReadingError
from corpus.errors import Reason

MEMBERS = 20_000
TOTAL = 1 << 30  # bytes of all members of an Office file or book together
HARMLESS = 50 << 20  # bytes that may be compressed however well
RATIO = 200  # unpacked to packed; texts reach 20, tables of a spreadsheet 50
BLOCK = 8192
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")  # device names on Windows
GIGABYTE, MEGABYTE = 1 << 30, 1 << 20


def opened(path: Path, kind: Reason, members: int = MEMBERS, total: int = TOTAL) -> ZipFile:
    """The archive, its sizes checked before anything is unpacked. Raises ReadingError.

    `kind` says what the file should be, for the error: `Reason("kind.word")`.
    """
    with path.open("rb") as file:
        if file.read(len(OLD_OFFICE)) == OLD_OFFICE:
            raise ReadingError("office.protected_or_old", name=path.name)
    try:
        archive = ZipFile(path)
    except Exception as error:  # a broken directory raises whatever its numbers lead to
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("file.damaged_or_other", name=path.name, kind=kind) from error
    try:
        _check(path, archive.infolist(), members, total)
    except ReadingError:
        archive.close()
        raise
    return archive


def check(path: Path, kind: Reason) -> None:
    """Raises ReadingError for what `opened` refuses and for what Office never does: entities, other packing."""
    with opened(path, kind) as archive:
        for info in archive.infolist():
            if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise ReadingError("file.damaged_or_other", name=path.name, kind=kind)
            if info.filename.lower().endswith((".xml", ".rels")) and _has_doctype(archive, info):
                raise ReadingError("office.entities", name=path.name, kind=kind)


def _check(path: Path, infos: list[ZipInfo], members: int, total: int) -> None:
    size = sum(info.file_size for info in infos)  # zipfile gives no member more bytes than it declares
    if len(infos) > members:
        raise ReadingError("archive.too_many_files", name=path.name, files=len(infos), most=members)
    if size > HARMLESS and size > RATIO * path.stat().st_size:
        times = size // path.stat().st_size
        raise ReadingError("archive.bomb", name=path.name, size=megabytes(size), times=times)
    if size > total:
        raise ReadingError("archive.too_large", name=path.name, size=megabytes(size), most=megabytes(total))


def _has_doctype(archive: ZipFile, info: ZipInfo) -> bool:
    """Whether a document type, the only place for entities, is declared in front of the first element."""
    from xml.parsers import expat

    def found(*_) -> None:
        raise _Doctype

    def begun(*_) -> None:
        raise StopIteration

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = found, begun
    try:
        with archive.open(info) as file:
            while block := file.read(BLOCK):
                parser.Parse(block)
    except _Doctype:
        return True
    except StopIteration:
        return False
    except Exception as error:  # whoever reads the part will say what is wrong with it
        if isinstance(error, MemoryError):
            raise
    return False


class _Doctype(Exception):
    pass


def megabytes(size: int) -> Reason:
    """A number of bytes for a gap of a sentence: "300 MB", "2.5 GB"."""
    if size >= GIGABYTE:
        return Reason("size.gigabytes", {"size": f"{size / GIGABYTE:.1f}"})
    return Reason("size.megabytes", {"size": max(1, size // MEGABYTE)})


def read_member(archive: ZipFile, name: str, limit: int = 200 << 20) -> bytes:
    """A member's bytes. Raises ReadingError when it is missing, protected, damaged or larger than `limit`."""
    try:
        with archive.open(name) as file:
            data = file.read(limit + 1)
    except Exception as error:  # zipfile, zlib, bz2 and lzma have each their own
        if isinstance(error, MemoryError):
            raise
        if "password" in str(error):
            raise ReadingError("file.protected", name=name) from error
        raise ReadingError("archive.member_damaged", name=name) from error
    if len(data) > limit:
        raise ReadingError("archive.member_too_large", name=name, most=megabytes(limit))
    return data


def safe_name(name: str) -> str:
    """The last part of a member's name, fit to be a file in a folder of ours on every system, its suffix kept."""
    base = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(sign if sign.isalnum() or sign in " ._-()" else "_" for sign in base).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    if dot:
        kept = f"{stem[:60].rstrip(' .')}.{suffix[:10]}"
    elif kept and base.startswith("."):
        kept = f"file.{kept[:10]}"
    kept = kept[:80] or "file"
    return f"_{kept}" if RESERVED.match(kept) else kept
