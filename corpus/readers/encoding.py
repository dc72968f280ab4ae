"""The encoding of a text file: from its byte order mark, else UTF-8 if all of it is valid, else a guess."""

import codecs
import io
from pathlib import Path
from typing import BinaryIO

from corpus.document import ReadingError

BLOCK = 1 << 20
SAMPLE = 64_000  # bytes given to charset-normalizer
LARGEST = 200_000_000  # bytes of a file that is read whole
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Beginnings of files that people rename: PDF, ZIP (docx), gzip, PNG, JPEG, GIF, old Office, ELF, Windows program.
SIGNATURES = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xd0\xcf\x11\xe0",
    b"\x7fELF",
)
LIKELY = (
    "cp1252",
    "latin_1",
    "mac_roman",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
)
TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1b\x85")


def read_text(path: Path) -> str:
    """The whole file as text; bytes that fit no character become U+FFFD. Raises ReadingError for other content."""
    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    return path.read_bytes().decode(encoding_of(path), "replace")


def decode(data: bytes, name: str) -> str:
    """Bytes that lie in no file of their own, as text; `name` is said in the ReadingError for other content."""
    return data.decode(encoding_of_bytes(data, name), "replace")


def encoding_of_bytes(data: bytes, name: str) -> str:
    """The name of the encoding of these bytes. Raises ReadingError, which says `name`, when they are not text."""
    return _detected(io.BytesIO(data), name)


def encoding_of(path: Path) -> str:
    """The name of the encoding, for `open`. Raises ReadingError when the content is not text."""
    with path.open("rb") as file:
        return _detected(file, path.name)


def _detected(file: BinaryIO, name: str) -> str:
    head = file.read(SAMPLE)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    if _is_binary(head):
        raise ReadingError("file.not_text", name=name)
    file.seek(0)
    broken = _first_invalid_block(file)
    return "utf-8" if broken is None else _guessed(broken)


def _is_binary(head: bytes) -> bool:
    if head.startswith(SIGNATURES) or b"\0" in head:
        return True
    controls = sum(byte < 32 and byte not in TEXT_CONTROLS for byte in head)
    return controls > len(head) // 50


def _first_invalid_block(file: BinaryIO) -> bytes | None:
    """Bytes around the first that is not UTF-8, or None; the file is read in blocks, never held."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block := file.read(BLOCK):
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            start = max(0, error.start - SAMPLE // 2)
            return block[start : start + SAMPLE]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return error.object
    return None


def _guessed(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(sample, cp_isolation=list(LIKELY))
    best = matches.best()
    if best is None or best.encoding == "latin_1":
        return "cp1252"
    # Short Western texts fit many tables equally well: the commonest wins a tie.
    western = [match for match in matches if match.encoding == "cp1252"]
    return "cp1252" if western and western[0].chaos <= best.chaos else best.encoding
