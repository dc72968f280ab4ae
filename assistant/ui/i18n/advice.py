"""What a person can do about a file that could not be read, found by the words of the reason."""

import re

# The first that fits counts: "damaged, protected by a password, or not a Word document" is about passwords.
_ADVICE = (
    ("password", "password|protected"),
    ("scan_empty", "OCR.*found none"),
    ("scan", "OCR|Tesseract"),
    ("fetch", "not here yet"),
    ("gone", "no longer there|is not there"),
    ("permission", "permission|cannot be opened"),
    ("archive", "unpack|zip bomb|other archives|are the most that are opened"),
    ("large", "larger than|more memory|gave nothing for|out of memory"),
    ("kind", "whatever its name says|of the kind|cannot be read; those|packed for machines|XML entities"),
    ("empty", "is empty|no text|holds no"),
    ("damaged", "damaged|not a |not an |cannot be read|could not be indexed|lacks"),
)
_PATTERNS = tuple((key, re.compile(pattern, re.IGNORECASE)) for key, pattern in _ADVICE)


def advice(reason: str) -> str:
    """The last part of the key of a text `advice.…`, "" when nothing can be said."""
    return next((key for key, pattern in _PATTERNS if pattern.search(reason)), "")
