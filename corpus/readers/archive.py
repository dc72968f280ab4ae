"""Zip archives: each file in them read as if it lay in a folder."""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import package
from corpus.readers.nested import Allowance, read_inside

KIND = Reason("kind.zip")
ENCRYPTED = 0x1
UTF8 = 0x800  # the flag of a name that is UTF-8


def read(path: Path, allowance: Allowance) -> Iterator[Document | Dropped]:
    """The documents of all files inside, in order of their names, and a Dropped for each that cannot be read.

    Raises ReadingError when the archive is damaged, too large once unpacked, or holds nothing that can be read.
    """
    with allowance.level(path.name):
        archive = package.opened(path, KIND, allowance.members, max(1, allowance.size))
        allowance.members -= len(archive.infolist())
        first: Dropped | None = None
        some = False
        with archive:
            files = [(_name(info), info) for info in archive.infolist() if not info.is_dir()]
            for name, info in sorted(files, key=lambda each: each[0].casefold()):
                if _is_hidden(name):
                    continue
                for item in _member(archive, info, name, path, allowance):
                    some = some or isinstance(item, Document)
                    first = first or (item if isinstance(item, Dropped) else None)
                    yield item
    if first and not some:
        raise ReadingError("archive.nothing_readable", name=path.name, first=first.place, reason=first.reason)


def _member(
    archive: ZipFile, info: ZipInfo, name: str, path: Path, allowance: Allowance
) -> Iterator[Document | Dropped]:
    if info.flag_bits & ENCRYPTED:
        yield Dropped(name, Reason("dropped.protected"))
    elif stat.S_ISLNK(info.external_attr >> 16):
        yield Dropped(name, Reason("dropped.link"))
    else:
        try:
            file = archive.open(info)
        except Exception as error:  # a wrong offset, an unknown method, a name that differs
            yield Dropped(name, Reason("dropped.unknown_packing", {"error": type(error).__name__}))
            return
        with file:
            yield from read_inside(name, file, str(path), allowance)


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(part.startswith(".") and part != ".." for part in parts)


def _name(info: ZipInfo) -> str:
    """The name to show, on one line; many programs write UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return "".join(sign if sign.isprintable() else "_" for sign in name.replace("\\", "/"))
