"""PDF: one section a page with its number, lines joined into paragraphs, words that a line end broke made whole."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from corpus.cleaning import one_line, tidy
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import ocr
from corpus.readers.text import title_of

# PDFium writes U+FFFE or U+0002 where a hyphen only breaks a word at the line's end.
SOFT_HYPHEN = re.compile("[\ufffe\u0002]\n?")
BROKEN_NAME = re.compile(r"(?<=[^\W\d_]-)\n(?=[A-ZÀ-ÖØ-Þ])")  # "North-East" keeps its hyphen
BROKEN_WORD = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zà-öø-ÿ])")
ITEM = re.compile(r"\s*(?:[•◦▪‣·*–-]|\d{1,3}[.)]|[a-z]\))\s+")
BULLET = re.compile(r"^[^\S\n]*[•◦▪‣·](?=\s)", re.MULTILINE)
ENDS = (".", "!", "?", ":", ";", "”", '"', ")")
PAGES_AT_ONCE = 5  # recognised ones; a reader that gives nothing for two minutes is taken for hanging
TOOL_TITLE = re.compile(r"^(?:microsoft (?:word|powerpoint|excel)|untitled|sans titre|document\d*$|.*\.\w{2,4}$)", re.I)


def read(path: Path) -> Iterator[Document | Dropped]:
    """A Dropped for each page without text, and the document; pages without text are recognised where Tesseract is.

    A scan is given in several documents of a few pages each, as recognition takes seconds a page. Raises
    ReadingError when the file is protected by a password, damaged, or has no text at all.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _refused(path, error) from error
    try:
        tesseract = ocr.installed()
        parts = _Parts(path, _title(pdf, path), len(pdf))
        for number in range(1, len(pdf) + 1):
            text = _page(pdf, number)
            reason = Reason("pdf.no_text_on_page") if text is not None else Reason("pdf.damaged_page")
            recognised = False
            if text == "" and tesseract is not None:
                text, reason = _recognised(pdf, number, tesseract, reason)
                recognised = True
            if text:
                parts.sections.append(Section(text, page=number))
            else:
                yield Dropped(f"page {number}", reason)
            yield from parts.after(number, recognised)
    finally:
        pdf.close()
    if parts.empty and tesseract:
        raise ReadingError("pdf.nothing_recognised", name=path.name)
    if parts.empty:
        raise ReadingError("pdf.needs_ocr", name=path.name)


class _Parts:
    """Sections into documents: one of the whole file, unless many of its pages had to be recognised."""

    def __init__(self, path: Path, title: str, pages: int) -> None:
        self.sections: list[Section] = []
        self.empty = True
        self._path, self._title, self._pages = str(path), title, pages
        self._first, self._recognised = 1, 0

    def after(self, number: int, recognised: bool) -> Iterator[Document]:
        """The document so far, when page `number` was the last one or enough time was spent on recognition."""
        self._recognised += recognised
        last = number == self._pages
        if not last and self._recognised < PAGES_AT_ONCE:
            return
        if self.sections:
            whole = last and self._first == 1
            pages = f"pages {self._first}–{number}" if number > self._first else f"page {number}"
            place = self._path if whole else f"{self._path}, {pages}"
            language = detect(" ".join(section.text for section in self.sections[:5]))
            yield Document(self._title, tuple(self.sections), path=place, language=language)
            self.empty = False
        self.sections, self._first, self._recognised = [], number + 1, 0


def _recognised(pdf, number: int, tesseract: ocr.Tesseract, reason: Reason) -> tuple[str, Reason]:
    """(the page's text, the reason why there is none)."""
    try:
        page = pdf[number - 1]
        try:
            text = tesseract.read(page)
        finally:
            page.close()
    except ocr.NotRecognised as error:
        return "", error.reason
    return joined(text.replace("\f", "\n")), reason


def _refused(path: Path, error: Exception) -> ReadingError:
    if "password" in str(error).lower() or "security" in str(error).lower():
        return ReadingError("file.protected", name=path.name)
    return ReadingError("file.damaged_or_other", name=path.name, kind=Reason("kind.pdf"))


def _page(pdf, number: int) -> str | None:
    from pypdfium2 import PdfiumError

    try:
        page = pdf[number - 1]
        text_page = page.get_textpage()
        text = text_page.get_text_bounded()
        text_page.close()
        page.close()
    except PdfiumError:
        return None
    return joined(text)


def joined(text: str) -> str:
    """Lines of a page as paragraphs: a line that fills the page's width and ends no sentence goes on in the next."""
    text = SOFT_HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = BULLET.sub("-", BROKEN_NAME.sub("", BROKEN_WORD.sub("", text)))
    lines = [line.strip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return ""
    width = lengths[int(len(lengths) * 0.8)]  # of a full line; headings and last lines are shorter
    pieces = [lines[0]]
    for before, line in pairwise(lines):
        pieces.append(_joint(before, line, width) + line)
    return tidy("".join(pieces))


def _joint(before: str, line: str, width: int) -> str:
    if not before or not line:
        return "\n"
    if ITEM.match(line):
        return "\n"
    full = len(before) >= 0.7 * width
    if line[0].islower() or (full and not before.endswith(ENDS)):
        return " "
    return " " if full and len(before) >= 0.9 * width else "\n\n"


def _title(pdf, path: Path) -> str:
    """The title in the file's properties, unless a program put its own name or a file name there."""
    title = one_line(pdf.get_metadata_dict().get("Title", ""))
    letters = sum(sign.isalpha() for sign in title)
    sane = letters >= 4 and letters >= len(title) / 2 and len(title) <= 250 and not TOOL_TITLE.match(title)
    return title if sane else title_of(path)
