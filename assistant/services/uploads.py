"""Files dropped into the app: checked, then moved into the data folder under names that are safe on every system."""

import hashlib
import re
import shutil
import unicodedata
from pathlib import Path

from corpus.files import hashed

LONGEST_NAME = 80  # characters of a collection's name
SEPARATOR = "\N{DIVISION SLASH}"  # between the folders in the name of an uploaded file
DEEPEST = 16  # folders that are kept above a file
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")  # device names on Windows


def safe_name(name: str, fallback: str = "file") -> str:
    """`name` reduced to letters, digits, spaces, dots, dashes and underscores: no separators, nothing hidden."""
    base = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(c if c.isalnum() or c in " ._-" else "_" for c in base)
    kept = re.sub(r"\s+", " ", kept).strip(" ._")
    stem, dot, suffix = kept.rpartition(".")
    stem, suffix = (stem, dot + suffix[:10]) if stem else (kept, "")
    stem = stem[:100].rstrip(" .") or fallback
    return f"_{stem}{suffix}" if _RESERVED.match(stem) else stem + suffix


def folder_name(collection: str) -> str:
    """A folder for a collection; the digest keeps apart names that are the same once made safe."""
    digest = hashlib.sha256(" ".join(collection.split()).casefold().encode("utf-8", "replace")).hexdigest()[:6]
    return f"{safe_name(collection, 'collection')[:60]}-{digest}"


def receive(file: Path, folder: Path) -> Path:
    """Moves `file` into `folder` and gives its new path. The same bytes under the same name are there only once;
    other bytes under that name get a number.

    The name of a file from a dropped folder holds its folders (see `documents.js`); they are made again.
    """
    *above, own = file.name.split(SEPARATOR)
    folder = folder.joinpath(*(safe_name(part, "folder") for part in above[-DEEPEST:]))
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(safe_name(own))
    target, number = folder / name, 1
    while target.exists():
        if _sha256(target) == _sha256(file):
            file.unlink()
            return target
        number += 1
        target = folder / f"{name.stem} ({number}){name.suffix}"
    shutil.move(file, target)
    return target


def discard(path: str, documents: Path) -> None:
    """Deletes the copy of a removed source, when it lies in our own `documents` folder."""
    copy = Path(path)
    if copy.is_file() and copy.resolve().is_relative_to(documents.resolve()):
        copy.unlink()


def _sha256(path: Path) -> bytes:
    return hashed(path, hashlib.sha256()).digest()
