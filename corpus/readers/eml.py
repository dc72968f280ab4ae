"""E-mail messages: who wrote what to whom and when, the text, and the attachments that can be read.

A header is cut after `LONGEST_HEADER` characters before the library's parser sees it, whose time and memory grow faster
than the header: one of a megabyte would take minutes and gigabytes.
"""

import codecs
import io
import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from email.policy import EmailPolicy
from pathlib import Path
from typing import Any

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
LONGEST_HEADER = 10_000  # characters
CUT = " …"  # ends a header that was cut
MESSAGE = "message/rfc822"
CALENDAR = "text/calendar"
EVENT = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION")
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?[bqBQ]\?")
WORD = re.compile(r"\w+")
COVERED = 0.8  # share of a page's words from which the plain text says the same
STUB = 30  # words under which a plain text beside a fuller page only says that there is one
# Names of encodings in messages, as Python calls them; some stand for a smaller set than what is sent.
CHARSETS = {
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "us-ascii": "ascii",
    "iso-8859-8-i": "iso8859_8",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
}
# Escape sequences of the encodings in seven bits, which look like ASCII to who does not know them.
SEVEN_BITS = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_ext"), (b"\x1b(J", "iso2022_jp_ext"))


class _BoundedHeaders(EmailPolicy):
    """The library's newest rules for messages, on headers of a bounded length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name and value of a header, which may be folded over any number of lines."""
        name, _, value = sourcelines[0].partition(":")
        size = len(value)
        kept = [value]
        for line in sourcelines[1:]:
            if size > LONGEST_HEADER:
                break
            kept.append(line)
            size += len(line)
        value = "".join(kept)
        cut = value[:LONGEST_HEADER] + CUT if len(value) > LONGEST_HEADER else value
        return name, cut.lstrip(" \t").rstrip("\r\n")


def read(path: Path, allowance: Allowance) -> Iterator[Document | Dropped]:
    """The message, then the documents attached to it. Raises ReadingError when it is no message."""
    from email import message_from_bytes

    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    try:
        message = message_from_bytes(path.read_bytes(), policy=_BoundedHeaders())
        headers = {name: _header(message, name) for name in NEEDED}
        if not any(headers.values()):
            raise ReadingError("eml.not_one", name=path.name)
        leaves = list(_leaves(message))
        attached = [(name, leaf) for leaf in leaves if (name := _file_name(leaf))]
        sections = _sections(headers, leaves, [name for name, _ in attached])
    except Exception as error:  # the library's header parser lets errors of broken ones through
        if isinstance(error, MemoryError | ReadingError):
            raise
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
    if sections:
        language = detect(" ".join(section.text for section in sections))
        yield Document(headers["Subject"] or title_of(path), sections, path=str(path), language=language)
    for name in SHOWN:
        if any(key.lower() == name.lower() and value.endswith(CUT) for key, value in message.raw_items()):
            yield Dropped(name, Reason("dropped.header_cut", {"most": LONGEST_HEADER}))
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


def _header(message: Any, name: str) -> str:
    """The header on one line, empty when missing; a date as ISO 8601 where it is one."""
    sent = str(next((value for key, value in message.raw_items() if key.lower() == name.lower()), ""))
    raw = one_line(_unescaped(sent))
    try:
        value = message[name]
        when = getattr(value, "datetime", None)
        if when:
            return when.isoformat(" ", "minutes")
        shown = one_line(str(value or ""))
        odd = any(charset.lower() in CHARSETS or not _is_known(charset) for charset in ENCODED_WORD.findall(raw))
        return _decoded_words(raw) if odd or "\x1b" in sent or "\ufffd" in shown or "=?" in shown else shown
    except Exception:  # some broken headers crash the parser; their raw text is still worth showing
        return _decoded_words(raw)


def _is_known(charset: str) -> bool:
    with suppress(LookupError):
        codecs.lookup(charset)
        return True
    return False


def _unescaped(sent: str) -> str:
    """A raw header; bytes that no charset was declared for, which the library carries as lone surrogates, decoded."""
    data = sent.encode("utf-8", "surrogateescape")
    with suppress(ReadingError):
        return _in_seven_bits(data) or decode(data, "the header")
    return data.decode("utf-8", "replace")


def _decoded_words(raw: str) -> str:
    """A header with encoded words in encodings that the library does not know by their names in messages."""
    from email.header import decode_header

    with suppress(Exception):  # the words stay as they are
        parts = decode_header(raw)
        words = (_in_charset(part, charset) if isinstance(part, bytes) else part for part, charset in parts)
        return one_line("".join(words))
    return raw


def _in_charset(data: bytes, charset: str | None) -> str:
    """The bytes in their declared encoding, else in the one that they look like."""
    name = (charset or "ascii").strip().lower()
    if name in ("ascii", "us-ascii", "utf-8", "iso-8859-1") and (text := _in_seven_bits(data)):
        return text
    for encoding in (CHARSETS.get(name, name), name):
        with suppress(LookupError, UnicodeError, ValueError):
            return data.decode(encoding)
    try:
        return decode(data, "the message")
    except ReadingError:
        return data.decode("utf-8", "replace")


def _in_seven_bits(data: bytes) -> str:
    """The text of an encoding that switches by escape sequences; "" where there are none."""
    for mark, encoding in SEVEN_BITS:
        if mark in data:
            with suppress(UnicodeError):
                return data.decode(encoding)
    return ""


def _leaves(part: Any, depth: int = 0) -> Iterator[Any]:
    """The parts that hold something, in order; an attached message is one part."""
    if part.is_multipart() and part.get_content_type() != MESSAGE and depth < DEEPEST:
        for inner in part.iter_parts():
            yield from _leaves(inner, depth + 1)
    else:
        yield part


def _sections(headers: dict[str, str], leaves: list, attached: list[str]) -> tuple[Section, ...]:
    """The headers and the text: plain, unless the page beside it says more."""
    about = "\n".join(f"{name}: {headers[name]}" for name in SHOWN if headers[name])
    if attached:
        about = "\n".join(filter(None, (about, f"Attachments: {', '.join(attached)}")))
    subject = headers["Subject"]
    bodies = {kind: [leaf for leaf in leaves if _is_body(leaf, kind)] for kind in ("text/plain", "text/html", CALENDAR)}
    plain = tidy("\n\n".join(_text(leaf) for leaf in bodies["text/plain"]))
    pages = [section for leaf in bodies["text/html"] for section in _page(leaf).outline.sections(subject)]
    text, pages = _fuller(plain, pages)
    events = "\n\n".join(filter(None, (_event(_text(leaf)) for leaf in bodies[CALENDAR])))
    text = "\n\n".join(filter(None, (text, events)))
    if not text and pages and not pages[0].heading:
        return (Section(f"{about}\n\n{pages[0].text}".strip()), *pages[1:])
    first = Section(f"{about}\n\n{text}".strip() or subject)
    return tuple(section for section in (first, *pages) if section.text)


def _fuller(plain: str, pages: list[Section]) -> tuple[str, list[Section]]:
    """The plain text, the page, or both where each says what the other does not."""
    if not plain or not pages:
        return plain, pages
    said = set(WORD.findall(plain.casefold()))
    shown = set(WORD.findall(" ".join(f"{page.heading} {page.text}" for page in pages).casefold()))
    if len(said & shown) >= COVERED * len(shown):
        return plain, []
    is_stub = len(said) < STUB or len(said & shown) >= COVERED * len(said)
    return "" if is_stub else plain, pages


def _event(text: str) -> str:
    """An invitation's lines that a reader wants, "SUMMARY: Review", from the calendar's own notation."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith((" ", "\t")) and lines:
            lines[-1] += line[1:]
        else:
            lines.append(line)
    shown = []
    inside = False
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.partition(";")[0].upper()
        inside = (inside or line.strip() == "BEGIN:VEVENT") and line.strip() != "END:VEVENT"
        if inside and colon and name in EVENT and value.strip():
            text = one_line(value.replace("\\n", " ").replace("\\,", ",").replace("\\;", ";"))
            shown.append(f"{name.removeprefix('DT').capitalize()}: {_moment(text) if name.startswith('DT') else text}")
    return "\n".join(shown)


def _moment(value: str) -> str:
    """20260309T143000Z as "2026-03-09 14:30 UTC"."""
    digits = value.rstrip("Z").replace("T", "")
    if not digits.isdecimal() or len(digits) not in (8, 14):
        return value
    date = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    zone = " UTC" if value.endswith("Z") else ""
    return date if len(digits) == 8 else f"{date} {digits[8:10]}:{digits[10:12]}{zone}"


def _is_body(leaf: Any, kind: str) -> bool:
    return leaf.get_content_type() == kind and not _file_name(leaf)


def _page(leaf: Any) -> html.Page:
    charset = leaf.get_content_charset()
    data = _bytes(leaf)
    with suppress(ReadingError):
        if not _in_seven_bits(data) and (charset or "").lower() not in CHARSETS:
            return html.parsed(data, "the message", charset)
    return html.parsed(_text(leaf).encode("utf-8", "replace"), "the message", "utf-8")


def _text(leaf: Any) -> str:
    return _in_charset(_bytes(leaf), leaf.get_content_charset())


def _bytes(leaf: Any) -> bytes:
    """The part's content, decoded from what carried it; of an attached message, the message."""
    if leaf.get_content_type() == MESSAGE:
        inner = leaf.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and inner else b""
    data = leaf.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _file_name(leaf: Any) -> str:
    """The attachment's name, empty for a part of the message's own text."""
    kind = leaf.get_content_type()
    name = one_line(leaf.get_filename() or "")
    if name:
        return _decoded_words(name) if "=?" in name else name
    if kind == MESSAGE:
        return "attached message.eml"
    if kind in ("text/plain", "text/html", CALENDAR) and leaf.get_content_disposition() != "attachment":
        return ""
    if kind.startswith("text/") and leaf.get_content_disposition() != "attachment":
        return f"part{mimetypes.guess_extension(kind) or '.txt'}"
    return f"attachment{mimetypes.guess_extension(kind) or ''}" if not leaf.is_multipart() else ""
