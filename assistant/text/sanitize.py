"""Text from documents made safe to show: without invisible characters that deceive a reader or steer a terminal."""

import re

# Control characters (terminal escapes too), and the marks that turn the reading direction around for what follows.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def visible(text: object) -> str:
    """`text` without control and direction characters; tabs and line ends stay."""
    return _UNSAFE.sub("", str(text))


def one_line(text: object) -> str:
    """The same on one line, runs of white space being one space."""
    return " ".join(visible(text).split())
