"""What lies in a folder: the readable files with size and time of change, and the folders that could not be opened."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpus.ignored import is_ignored

LINKS = 3  # links to folders, one in the other, that are followed
Seen = tuple[int, int]  # size in bytes, time of change in nanoseconds


@dataclass(frozen=True)
class Scan:
    """`files` by path, and folders that could not be opened (`closed`): what lies below those is unknown."""

    files: dict[str, Seen] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def may_hold(self, path: str) -> bool:
        """Whether a path that was not met may still be there."""
        return any(is_below(path, folder) for folder in self.closed)


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it."""
    return path == folder or path.startswith(inside(folder))


def inside(folder: str) -> str:
    """The folder's path with a separator at its end, as the paths of its files begin."""
    return folder if folder.endswith(os.sep) else folder + os.sep


def is_meant(path: str, root: str) -> bool:
    """Whether no part of a path below `root` is one that is passed over."""
    return not any(is_ignored(part) for part in Path(os.path.relpath(path, root)).parts if part not in (".", ".."))


def scan(path: str, apart: str = "") -> Scan:
    """The readable files at or below `path`, without the folder `apart`. Never raises for what is on the disk.

    A link to a folder is followed unless it leads back to a folder around it, or LINKS links were followed on the way:
    the number of paths through links can double with each level.
    """
    found = Scan()
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return found
    except (OSError, ValueError):
        found.closed.append(path)
        return found
    if stat.S_ISREG(status.st_mode):
        if _is_readable_kind(path):
            found.files[path] = (status.st_size, status.st_mtime_ns)
        return found
    todo = [(path, frozenset({(status.st_dev, status.st_ino)}), 0)] if stat.S_ISDIR(status.st_mode) else []
    while todo:
        folder, above, links = todo.pop()
        try:
            with os.scandir(folder) as entries:
                todo += _folders(entries, found, above, links, apart)
        except FileNotFoundError:
            continue
        except OSError:
            found.closed.append(folder)
    return found


def _folders(
    entries: Iterable[os.DirEntry[str]], found: Scan, above: frozenset, links: int, apart: str
) -> Iterator[tuple[str, frozenset, int]]:
    """Notes the files of one folder and gives the folders in it, each with those above it and the links to it."""
    for entry in entries:
        if is_ignored(entry.name) or entry.path == apart or not _is_text(entry.name):
            continue
        try:
            status = entry.stat()
        except FileNotFoundError:
            continue  # a link to nothing, or just removed
        except OSError:
            found.closed.append(entry.path)
            continue
        if stat.S_ISDIR(status.st_mode):
            # Windows gives no number with the entry of a folder: there only the links' own limit ends a circle.
            here = (status.st_dev, status.st_ino) if status.st_ino else (0, entry.path)
            followed = links + entry.is_symlink()
            if here not in above and followed <= LINKS:
                yield entry.path, above | {here}, followed
        elif stat.S_ISREG(status.st_mode) and _is_readable_kind(entry.path):
            found.files[entry.path] = (status.st_size, status.st_mtime_ns)


def _is_readable_kind(path: str) -> bool:
    from corpus import readers

    return readers.can_read(Path(path))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
