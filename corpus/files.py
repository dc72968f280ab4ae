"""Files that are written as a whole or not at all, and JSON from files that anything may have happened to."""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hashlib import _Hash as Digest  # the type that typeshed gives what hashlib makes

BLOCK = 1 << 20  # bytes read at once
PRIVATE = 0o600  # read and written by the user alone


@contextlib.contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A new name beside `path`, to be written to: it takes the place of `path` when the block ends without an error.

    Whoever reads sees the old file or the new one, and of several writers the last one stays. `private` makes the file
    one that only this user can read. Raises OSError; nothing is left over then.
    """
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        if private:
            os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE))
        yield temporary
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def hashed(path: Path, digest: "Digest", told: Callable[[int], None] = lambda length: None) -> "Digest":
    """Feeds a file to a digest of hashlib and gives it back; `told` learns after each block how long it is so far.

    Raises OSError.
    """
    length = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            length += len(block)
            told(length)
    return digest


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError for what is none, and for what is nested too deeply to be ours."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
