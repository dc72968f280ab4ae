"""French spacing: the signs that French sets apart from their word stay on its line."""

import re

BEFORE = re.compile(r"(?<=\S) (?=[;:?!»%€](?:[\s.,;)\]»*_]|\Z))")
AFTER = re.compile(r"(?<=«) (?=\S)")
CODE = re.compile(r"(^```.*?^```[^\n]*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
HEADER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
NO_BREAK = "\u00a0"


def spaced(text: str) -> str:
    """Markdown whose spaces at such a sign, and after an opening quote, do not break; header and code as they are."""
    header = HEADER.match(text)
    start = header.end() if header else 0
    parts = CODE.split(text[start:])
    parts[::2] = [AFTER.sub(NO_BREAK, BEFORE.sub(NO_BREAK, part)) for part in parts[::2]]
    return text[:start] + "".join(parts)
