"""Cleans text for searching, quoting and display. Words are never changed, only the characters around them."""

import html
import re

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060\ufeff\xad]")
SURROGATE = re.compile("[\ud800-\udfff]")
SPACES = re.compile(r"[^\S\n]{2,}|[^\S \n]")
BLANK_LINES = re.compile(r"\n{3,}")
UTF8_AS_LATIN1 = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH_CONTROL = re.compile("[\x80-\x9f]")


def tidy(text: str) -> str:
    """One kind of line break and space, no control characters, no trailing space, at most one blank line."""
    text = SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = SPACES.sub(" ", CONTROL.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n\n")))
    text = "\n".join(line.strip() for line in text.split("\n"))
    return BLANK_LINES.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """The text on one line, single-spaced."""
    return " ".join(tidy(text).split())


def shortened(text: str, length: int = 80) -> str:
    """The first words of a text, with an ellipsis where more follow; `length` bounds the characters."""
    head = one_line(text[: 8 * length])  # the rest of a long text is not looked at
    text = head if len(head) > length else one_line(text)
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:.-–—") + "…"


def repaired(text: str) -> str:
    """UTF-8 that was read as latin-1, read as UTF-8 after all; other text comes back as it was.

    Only whole, valid sequences are replaced. Control characters that stay were Windows-1252 signs once.
    """
    if text.isascii():
        return text
    return HIGH_CONTROL.sub(lambda match: _windows(match[0]), rejoined_utf8(text))


def rejoined_utf8(text: str) -> str:
    """Valid UTF-8 sequences that were read as latin-1, as the characters that they are; the rest as it was."""
    return UTF8_AS_LATIN1.sub(lambda match: _decoded(match[0]), text)


def unescaped(text: str) -> str:
    """HTML entities as the characters they stand for."""
    return html.unescape(text)


SQUARES = str.maketrans("123", "¹²³")
FOOTNOTE = re.compile(r"\[?\d{1,3}\]?|[*†‡]")


def raised(before: str, text: str, is_link: bool = False) -> str:
    """A superscript in plain text, so that no number changes: "10" and "6" give "^6", "m" and "2" give "²".

    `before` is the text that it stands behind. A link, or a number behind a whole word or a sentence, is the number of
    a note: "[3]". Letters ("1er", "2nd") stay as they are.
    """
    shown = text.strip()
    if not shown or shown.isalpha():
        return text
    end = before.rstrip()[-1:]
    if is_link and FOOTNOTE.fullmatch(shown):
        return f"[{shown.strip('[]')}]"
    power = f"^{shown}" if shown.lstrip("+-−").isalnum() else f"^({shown})"
    if end.isdigit() or (end and end in ")]}"):
        return power
    word = before[-12:].rsplit(None, 1)[-1:] or [""]
    if end.isalpha() and len(word[0].lstrip("(0123456789./·⋅*")) <= 3:  # a unit or a variable
        return shown.translate(SQUARES) if shown in ("1", "2", "3") else power
    if FOOTNOTE.fullmatch(shown):
        return f"[{shown.strip('[]')}]"
    return power if end.isalnum() else shown


def lowered(before: str, text: str) -> str:
    """A subscript in plain text: "H2O" as it is read, but "10_2" behind a figure."""
    return f"_{text.strip()}" if before[-1:].isdigit() and text.strip()[:1].isdigit() else text


# "( 5 % )" → "(5%)": Penn Treebank tokens, as the corpora of the field write them, back into prose.
DETOKENISED = (
    (re.compile(r" {2,}"), " "),
    (re.compile(r"`` ?| ?''(?=[\s.,;:!?)]|$)"), '"'),
    (re.compile(r"` (\S[^`']*?) '(?=\W)"), r"'\1'"),
    (re.compile(r"(?<=[\w\")\]%]) ('(?:s|t|re|ve|d|ll|m)\b)", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<=\w) (n't\b)"), r"\1"),
    (re.compile(r"(?<=s) '(?= )"), "'"),
    (re.compile(r"(?<=\w) / (?=\w)"), "/"),
    (re.compile(r"(?<=\d) \.(?=\d)"), "."),
    (re.compile(r"([(\[{$£€]) "), r"\1"),
    (re.compile(r" ([)\]},;:!?%]|\.(?!\w))"), r"\1"),
)


def detokenised(text: str) -> str:
    """Tokens separated by spaces, as readable prose. The words stay as they are, lower-cased or not."""
    for pattern, replacement in DETOKENISED:
        text = pattern.sub(replacement, text)
    return text.strip()


def _decoded(sequence: str) -> str:
    try:
        return sequence.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return sequence


def _windows(sign: str) -> str:
    try:
        return sign.encode("latin-1").decode("cp1252")
    except UnicodeDecodeError:
        return ""
