"""Files inside files (of archives, attached to messages): read one by one through the same readers, within limits."""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import package

log = logging.getLogger(__name__)

LEVELS = 2  # a zip in a zip is opened, one in that is not
BLOCK = 1 << 20
SEPARATOR = " › "


@dataclass
class Allowance:
    """What the files inside one file, and inside those, may still take together, and how they are read.

    `can_read` and `read` are those of `corpus.readers`: passed in, because that package imports this module.
    """

    can_read: Callable[[Path], bool]
    read: Callable[[Path, "Allowance"], Iterator[Document | Dropped]]
    members: int = 20_000
    size: int = 4 << 30  # bytes
    levels: int = LEVELS

    @contextmanager
    def level(self, name: str) -> Iterator[None]:
        """While the files inside `name` are read. Raises ReadingError when that is too deep."""
        if not self.levels:
            raise ReadingError("archive.too_deep", name=name, levels=LEVELS)
        self.levels -= 1
        try:
            yield
        finally:
            self.levels += 1


def read_inside(name: str, file: IO[bytes], place: str, allowance: Allowance) -> Iterator[Document | Dropped]:
    """What the file called `name` inside `place` holds; a Dropped when it cannot be read.

    The bytes go to a folder of their own for as long as they are read: the name is never used as a path.
    """
    safe = Path(package.safe_name(name))
    if not allowance.can_read(safe):
        yield Dropped(name, Reason("dropped.unknown_kind", {"kind": safe.suffix or name}))
        return
    try:
        with tempfile.TemporaryDirectory(prefix="sourcier-") as folder:
            copy = Path(folder) / safe
            _unpack(file, copy, name, allowance)
            for item in allowance.read(copy, allowance):
                yield _placed(item, str(copy), name, f"{place}{SEPARATOR}{name}")
    except ReadingError as error:
        yield Dropped(name, error.reason)
    except MemoryError:
        yield Dropped(name, Reason("dropped.memory"))
    except Exception as error:  # one bad file must not take those after it along
        log.warning("%s in %s", name, place, exc_info=True)
        yield Dropped(name, Reason("dropped.damaged_or_other", {"error": type(error).__name__}))


def _unpack(file: IO[bytes], copy: Path, name: str, allowance: Allowance) -> None:
    try:
        with copy.open("wb") as out:
            while block := file.read(BLOCK):
                allowance.size -= len(block)
                if allowance.size < 0:
                    raise ReadingError("archive.beyond_limit", name=name)
                out.write(block)
    except (ReadingError, MemoryError):
        raise
    except OSError as error:
        raise ReadingError("archive.not_unpacked", name=name, error=error.strerror or str(error)) from error
    except Exception as error:  # zipfile, zlib, bz2 and lzma have each their own
        raise ReadingError("file.damaged", name=name) from error


def moved(item: Document | Dropped, copy: Path, path: Path) -> Document | Dropped:
    """The item of a copy of ours as one of the file itself; a row's number and the like stay behind its path."""
    return replace(item, path=str(path) + item.path.removeprefix(str(copy))) if isinstance(item, Document) else item


def _placed(item: Document | Dropped, copy: str, name: str, place: str) -> Document | Dropped:
    """The item with the place that its reader could not know: a row's number and the like stay behind it."""
    if isinstance(item, Dropped):
        return Dropped(f"{name}{SEPARATOR}{item.place}", item.reason)
    return replace(item, path=place + item.path.removeprefix(copy))
