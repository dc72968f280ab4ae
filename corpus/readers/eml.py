"""E-mail messages: who wrote what to whom and when, the text, and the attachments that can be read."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from corpus.cleaning import one_line, tidy
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import html
from corpus.readers.encoding import LARGEST, decode
from corpus.readers.nested import Allowance, read_inside
from corpus.readers.text import title_of

KIND = Reason("kind.email")
SHOWN = ("From", "To", "Cc", "Date")
NEEDED = (*SHOWN, "Subject", "Message-ID", "Received")
DEEPEST = 30  # parts in parts
MESSAGE = "message/rfc822"


def read(path: Path, allowance: Allowance) -> Iterator[Document | Dropped]:
    """The message, then the documents attached to it. Raises ReadingError when it is no message."""
    from email import message_from_bytes, policy

    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    try:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        headers = {name: _header(message, name) for name in NEEDED}
        if not any(headers.values()):
            raise ReadingError("eml.not_one", name=path.name)
        leaves = list(_leaves(message))
        sections = _sections(headers, leaves)
    except Exception as error:  # the library's header parser lets errors of broken ones through
        if isinstance(error, MemoryError | ReadingError):
            raise
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(headers["Subject"] or title_of(path), sections, path=str(path), language=language)
    attached = [(name, leaf) for leaf in leaves if (name := _file_name(leaf))]
    if attached:
        yield from _attachments(path, attached, allowance)


def _attachments(path: Path, attached: list, allowance: Allowance) -> Iterator[Document | Dropped]:
    if not allowance.levels:
        yield from (Dropped(name, Reason("dropped.attached_too_deep")) for name, _ in attached)
        return
    allowance.members -= len(attached)
    if allowance.members < 0:
        yield Dropped(attached[0][0], Reason("dropped.attached_too_many"))
        return
    with allowance.level(path.name):
        for name, leaf in attached:
            try:
                data = _bytes(leaf)
            except Exception as error:  # what carries it is broken; the message and the others are not
                yield Dropped(name, Reason("dropped.damaged", {"error": type(error).__name__}))
                continue
            yield from read_inside(name, io.BytesIO(data), str(path), allowance)


def _header(message, name: str) -> str:
    """The header on one line, empty when missing; a date as ISO 8601 where it is one."""
    try:
        value = message[name]
        when = getattr(value, "datetime", None)
        return when.isoformat(" ", "minutes") if when else one_line(str(value or ""))
    except Exception:  # some broken headers crash the parser; their raw text is still worth showing
        raw = (value for key, value in message.raw_items() if key.lower() == name.lower())
        return one_line(str(next(raw, "")))


def _leaves(part, depth: int = 0) -> Iterator:
    """The parts that hold something, in order; an attached message is one part."""
    if part.is_multipart() and part.get_content_type() != MESSAGE and depth < DEEPEST:
        for inner in part.iter_parts():
            yield from _leaves(inner, depth + 1)
    else:
        yield part


def _sections(headers: dict[str, str], leaves: list) -> tuple[Section, ...]:
    """The headers and the text; HTML only where there is no plain text."""
    about = "\n".join(f"{name}: {headers[name]}" for name in SHOWN if headers[name])
    bodies = {kind: [leaf for leaf in leaves if _is_body(leaf, kind)] for kind in ("text/plain", "text/html")}
    text = tidy("\n\n".join(_text(leaf) for leaf in bodies["text/plain"]))
    if text:
        return (Section(f"{about}\n\n{text}".strip()),)
    subject = headers["Subject"]
    found = [section for leaf in bodies["text/html"] for section in _page(leaf).outline.sections(subject)]
    if found and not found[0].heading:
        return (Section(f"{about}\n\n{found[0].text}".strip()), *found[1:])
    return tuple(section for section in (Section(about or subject), *found) if section.text)


def _is_body(leaf, kind: str) -> bool:
    return leaf.get_content_type() == kind and not _file_name(leaf)


def _page(leaf) -> html.Page:
    with suppress(ReadingError):
        return html.parsed(_bytes(leaf), "the message", leaf.get_content_charset())
    return html.parsed(_text(leaf).encode("utf-8", "replace"), "the message", "utf-8")


def _text(leaf) -> str:
    """The part in its declared encoding, else in the one that its bytes look like."""
    data = _bytes(leaf)
    with suppress(LookupError, UnicodeError, ValueError):
        return data.decode(leaf.get_content_charset("ascii"))
    try:
        return decode(data, "the message")
    except ReadingError:
        return data.decode("utf-8", "replace")


def _bytes(leaf) -> bytes:
    """The part's content, decoded from what carried it; of an attached message, the message."""
    if leaf.get_content_type() == MESSAGE:
        inner = leaf.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and inner else b""
    data = leaf.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _file_name(leaf) -> str:
    """The attachment's name, empty for a part of the message's own text."""
    name = one_line(leaf.get_filename() or "")
    if name:
        return name
    return "attached message.eml" if leaf.get_content_type() == MESSAGE else ""
