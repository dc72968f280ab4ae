"""Files that are zip archives inside (Office, EPUB, plain ones), opened only when what they unpack to is bearable."""

import re
import unicodedata
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from corpus.document import ReadingError

MEMBERS = 20_000
TOTAL = 1 << 30  # bytes of all members of an Office file or book together
HARMLESS = 50 << 20  # bytes that may be compressed however well
RATIO = 200  # unpacked to packed; texts reach 20, tables of a spreadsheet 50
BLOCK = 8192
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")  # device names on Windows
GIGABYTE, MEGABYTE = 1 << 30, 1 << 20


def opened(path: Path, what: str, members: int = MEMBERS, total: int = TOTAL) -> ZipFile:
    """The archive, its sizes checked before anything is unpacked. Raises ReadingError with one sentence.

    `what` says what the file should be ("a Word document").
    """
    with path.open("rb") as file:
        if file.read(len(OLD_OFFICE)) == OLD_OFFICE:
            raise ReadingError(f"{path.name} is protected by a password or of a format before 2007.")
    try:
        archive = ZipFile(path)
    except Exception as error:  # a broken directory raises whatever its numbers lead to
        if isinstance(error, MemoryError):
            raise
        raise ReadingError(f"{path.name} is damaged or not {what}.") from error
    try:
        _check(path, archive.infolist(), members, total)
    except ReadingError:
        archive.close()
        raise
    return archive


def check(path: Path, what: str) -> None:
    """Raises ReadingError for what `opened` refuses and for what Office never does: entities, other packing."""
    with opened(path, what) as archive:
        for info in archive.infolist():
            if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise ReadingError(f"{path.name} is damaged or not {what}.")
            if info.filename.lower().endswith((".xml", ".rels")) and _has_doctype(archive, info):
                raise ReadingError(f"{path.name} declares XML entities, which {what} never does, and is left alone.")


def _check(path: Path, infos: list[ZipInfo], members: int, total: int) -> None:
    size = sum(info.file_size for info in infos)  # zipfile gives no member more bytes than it declares
    if len(infos) > members:
        raise ReadingError(f"{path.name} holds {len(infos):,} files; {members:,} are the most that are opened.")
    if size > HARMLESS and size > RATIO * path.stat().st_size:
        raise ReadingError(
            f"{path.name} would unpack to {megabytes(size)}, {size // path.stat().st_size} times its size, as only "
            "zip bombs do, and is left alone."
        )
    if size > total:
        raise ReadingError(f"{path.name} would unpack to {megabytes(size)}; {megabytes(total)} is the most.")


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


def megabytes(size: int) -> str:
    """A size for a sentence: "300 MB", "2.5 GB"."""
    return f"{size / GIGABYTE:.1f} GB" if size >= GIGABYTE else f"{max(1, size // MEGABYTE)} MB"


def read_member(archive: ZipFile, name: str, limit: int = 200 << 20) -> bytes:
    """A member's bytes. Raises ReadingError when it is missing, protected, damaged or larger than `limit`."""
    try:
        with archive.open(name) as file:
            data = file.read(limit + 1)
    except Exception as error:  # zipfile, zlib, bz2 and lzma have each their own
        if isinstance(error, MemoryError):
            raise
        if "password" in str(error):
            raise ReadingError(f"{name} is protected by a password.") from error
        raise ReadingError(f"{name} is missing or damaged.") from error
    if len(data) > limit:
        raise ReadingError(f"{name} is larger than {megabytes(limit)}.")
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
