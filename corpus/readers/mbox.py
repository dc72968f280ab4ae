"""Mailboxes (mbox): each message read as if it were a file of its own."""

import io
import mailbox
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers.nested import Allowance, read_inside

KIND = Reason("kind.mailbox")
BEGIN = b"From "


def read(path: Path, allowance: Allowance) -> Iterator[Document | Dropped]:
    """The documents of all messages in their order, and a Dropped for each that cannot be read.

    Raises ReadingError when the file is no mailbox or holds more messages than may lie in one file.
    """
    with path.open("rb") as file:
        if not file.read(4096).lstrip(b"\r\n").startswith(BEGIN):
            raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND)
    with allowance.level(path.name):
        box = mailbox.mbox(path, create=False)
        try:
            keys = box.keys()
            allowance.members -= len(keys)
            if allowance.members < 0:
                raise ReadingError(
                    "archive.too_many_files", name=path.name, files=len(keys), most=allowance.members + len(keys)
                )
            for number, key in enumerate(keys, start=1):
                name = f"message {number}.eml"
                yield from read_inside(name, io.BytesIO(box.get_bytes(key)), str(path), allowance)
        finally:
            box.close()
