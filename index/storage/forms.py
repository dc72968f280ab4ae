"""Other ways to write the same word, so that a question meets a text that writes it otherwise.

Full-width letters and ligatures (NFKC), German umlauts in two letters, Chinese, Japanese and Korean in pairs of signs,
and dates: "12 March 2025", « 12 mars 2025 », "12.03.2025" and "2025-03-12" are one word, `20250312`. They stand beside
the stems in FTS5's third column, and both sides of a comparison of words are put into them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

# Not Babel's names: some ninety words do not pay for its 30 MB. English, French, German, Spanish, Italian, Dutch,
# Portuguese, in this order, without accents.
_MONTHS = """
january janvier januar enero gennaio januari janeiro jan
february fevrier februar febrero febbraio februari fevereiro feb
march mars marz maerz marzo maart marco mar
april avril abril aprile apr
may mai mayo maggio mei maio
june juin juni junio giugno junho jun
july juillet juli julio luglio julho jul
august aout agosto augustus aug
september septembre septiembre settembre setembro sept sep
october octobre oktober octubre ottobre outubro oct okt
november novembre noviembre novembro nov
december decembre dezember diciembre dicembre dezembro dec dez
"""
MONTHS = {name: number for number, line in enumerate(_MONTHS.strip().splitlines(), 1) for name in line.split()}
_NAME = r"(?P<name>[^\W\d_]{3,10})"
_YEAR = r"[ ]{1,2}(?:de )?(?P<year>\d{4})"
# Bounded in every part: no text makes them slow.
DATES = tuple(
    re.compile(rf"(?<![\w.-]){pattern}(?!\w|[-.]\w)")
    for pattern in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        r"(?P<day>\d{1,2})\.[ ]?(?P<month>\d{1,2})\.[ ]?(?P<year>\d{4})",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?[ ]{{1,2}}(?:of |de |di )?{_NAME}\.?,?{_YEAR}",
        rf"{_NAME}\.?[ ]{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?{_YEAR}",
    )
)
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af々]+")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
UMLAUT = re.compile(r"[äöüß]")
DIGRAPH = re.compile(r"[aou]e|ss")
WORD = re.compile(r"\w+")


def forms(text: str) -> list[str]:
    """The words of a text that are written otherwise in their common form; [] for most texts."""
    found = [word for _, _, word in dates(text)]
    if text.isascii():
        return found
    for token in text.split():
        common = unicodedata.normalize("NFKC", token).lower()
        if common != token.lower():
            found += WORD.findall(common)
        found += [word.translate(UMLAUTS) for word in WORD.findall(common) if UMLAUT.search(word)]
        for run in CJK.findall(common):
            found += _pairs(run)
    return found


def common(text: str) -> str:
    """A text in lower case with its dates as one word each, its Chinese, Japanese and Korean in pairs, NFKC."""
    text = unicodedata.normalize("NFKC", text)
    parts, at = [], 0
    for start, end, word in dates(text):
        if start >= at:
            parts += [text[at:start], word]
            at = end
    text = "".join([*parts, text[at:]]).lower()
    return text if text.isascii() else CJK.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", text)


def asked_forms(text: str, words: Iterable[str]) -> list[str]:
    """What to look for among the `forms` of passages: of the words of a question those that may stand there."""
    plain = set(WORD.findall(text.lower()))
    return [transliterated(word) for word in words if word not in plain or UMLAUT.search(word) or DIGRAPH.search(word)]


def transliterated(word: str) -> str:
    """A word with its German umlauts and sharp s in two letters, as keyboards without them write it."""
    return word.translate(UMLAUTS)


def _pairs(run: str) -> list[str]:
    """Signs two by two, as Lucene's analyser of these scripts has them: "洗衣机" is found by "洗衣" and "衣机"."""
    return [first + second for first, second in pairwise(run)] or [run]


def dates(text: str) -> list[tuple[int, int, str]]:
    """The dates of a text in order: characters [start, end) and the day as yyyymmdd."""
    return sorted(place for pattern in DATES for place in _matches(pattern, text))


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(text):
        parts = match.groupdict()
        name = unicodedata.normalize("NFKD", parts.get("name") or "").lower()
        name = "".join(sign for sign in name if not unicodedata.combining(sign))
        month = MONTHS.get(name, 0) if name else int(parts["month"])
        try:
            found = date(int(parts["year"]), month, int(parts["day"]))
        except ValueError:
            continue
        yield match.start(), match.end(), f"{found:%Y%m%d}"
