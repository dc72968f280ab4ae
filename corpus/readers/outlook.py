"""Messages of Outlook (msg): turned into an ordinary message by python-oxmsg, then read like any other."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cleaning import one_line
from corpus.document import Document, Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import eml
from corpus.readers.encoding import LARGEST
from corpus.readers.nested import Allowance, moved

if TYPE_CHECKING:
    from oxmsg import Message

KIND = Reason("kind.outlook")


def read(path: Path, allowance: Allowance) -> Iterator[Document | Dropped]:
    """The message, then the documents attached to it. Raises ReadingError when it is no message of Outlook."""
    from oxmsg import Message

    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    try:
        data = _as_mail(Message.load(path.read_bytes())).as_bytes()
    except Exception as error:  # the library lets errors of broken streams through as they come
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    with tempfile.TemporaryDirectory(prefix="sourcier-") as folder:
        copy = Path(folder) / f"{path.stem}.eml"
        copy.write_bytes(data)
        try:
            for item in eml.read(copy, allowance):
                yield moved(item, copy, path)
        except ReadingError as error:  # it names the copy, which nobody knows
            raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error


def _as_mail(message: "Message") -> EmailMessage:
    mail = EmailMessage()
    headers = {name.title(): value for name, value in message.message_headers.items()}
    people = ", ".join(
        one_line(f"{person.name} <{person.email_address}>" if person.email_address else person.name)
        for person in message.recipients
    )
    sent = message.sent_date
    shown = {
        "Subject": message.subject or headers.get("Subject", ""),
        "From": headers.get("From", "") or message.sender or "",
        "To": headers.get("To", "") or people,
        "Cc": headers.get("Cc", ""),
        "Date": format_datetime(sent) if sent else headers.get("Date", ""),
    }
    for name, value in shown.items():
        with suppress(Exception):  # a header that is broken is left out
            if one_line(value):
                mail[name] = one_line(value)
    if not any(mail.keys()):
        mail["Subject"] = " "
    mail.set_content(message.body or "")
    if message.html_body:
        mail.add_alternative(message.html_body, subtype="html")
    for attachment in message.attachments:
        data = attachment.file_bytes
        if data and attachment.attached_by_value:
            name = one_line(attachment.file_name or "attachment")
            mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail
