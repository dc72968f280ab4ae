"""PDF: one section a page with its number; its text, tables, filled-in fields and the notes written on it."""

import ctypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.cleaning import one_line
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import ocr
from corpus.readers.pdf_layout import SOFT_HYPHENS, Line, PageText, arranged, joined, lines_of, texts
from corpus.readers.text import title_of

PAGES_AT_ONCE = 5  # recognised ones; a reader that gives nothing for two minutes is taken for hanging
TOOL_TITLE = re.compile(r"(?:microsoft (?:word|powerpoint|excel)|untitled|sans titre|document\d*$|.*\.\w{2,4}$)", re.I)
MOST_ANNOTATIONS = 5_000  # of a page
LONGEST_VALUE = 200_000  # bytes of a field or note
PASSWORD_FIELD = 1 << 13  # the flag of a field that shows no text
TICKED, UNTICKED = "[x]", "[ ]"
LEAST_KEPT = 0.99  # of a page's letters, by their places
NEAR, FAR = 25.0, 250.0  # points between a field and its label


@dataclass(frozen=True)
class _Field:
    """A filled-in field and its box in points; `is_box`: it is only ticked or not."""

    name: str
    value: str
    is_box: bool
    left: float
    bottom: float
    right: float
    top: float


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
        has_fields = _opened_fields(pdf)
        parts = _Parts(path, _title(pdf, path), len(pdf))
        for number in range(1, len(pdf) + 1):
            page = _page(pdf, number, has_fields)
            reason = Reason("pdf.no_text_on_page") if page is not None else Reason("pdf.damaged_page")
            recognised = False
            if page is not None and not page.blocks and tesseract is not None:
                text, reason = _recognised(pdf, number, tesseract, reason)
                page.blocks += [Line(text, is_whole=True)] if text else []
                recognised = True
            if page is not None and (page.blocks or page.notes):
                parts.pages.append((number, page))
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
    """Pages into documents: one of the whole file, unless many of its pages had to be recognised."""

    def __init__(self, path: Path, title: str, pages: int) -> None:
        self.pages: list[tuple[int, PageText]] = []
        self.empty = True
        self._path, self._title, self._count = str(path), title, pages
        self._first, self._recognised = 1, 0

    def after(self, number: int, recognised: bool) -> Iterator[Document]:
        """The document so far, when page `number` was the last one or enough time was spent on recognition."""
        self._recognised += recognised
        last = number == self._count
        if not last and self._recognised < PAGES_AT_ONCE:
            return
        found = zip(self.pages, texts([page for _, page in self.pages]), strict=True)
        sections = tuple(Section(text, page=page) for (page, _), text in found if text)
        if sections:
            whole = last and self._first == 1
            pages = f"pages {self._first}–{number}" if number > self._first else f"page {number}"
            place = self._path if whole else f"{self._path}, {pages}"
            language = detect(" ".join(section.text for section in sections[:5]))
            yield Document(self._title, sections, path=place, language=language)
            self.empty = False
        self.pages, self._first, self._recognised = [], number + 1, 0


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


def _page(pdf, number: int, has_fields: bool) -> PageText | None:
    """The page's text with its layout, what is filled in and written on it; None when it is damaged."""
    from pypdfium2 import PdfiumError

    try:
        page = pdf[number - 1]
        text_page = page.get_textpage()
        plain = text_page.get_text_bounded()
        lines = lines_of(_pieces(text_page))
        if _letters("".join(line.text for line in lines)) < LEAST_KEPT * _letters(plain):  # signs without a place
            text = joined(plain)
            lines = [Line(text, is_whole=True)] if text else []
        fields, notes = _annotations(pdf, page) if has_fields or _has_annotations(page) else ([], [])
        text_page.close()
        page.close()
    except PdfiumError:
        return None
    notes += _filled_in(lines, fields)
    return PageText(arranged(lines), notes)


def _pieces(text_page) -> Iterator[Line]:
    """The words in the file's order, with the space behind them; what is raised is a piece of its own."""
    from pypdfium2 import raw

    sides = [ctypes.c_double() for _ in range(4)]
    references = [ctypes.byref(side) for side in sides]
    word: Line | None = None
    for at in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, at)
        sign = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if sign.isspace():
            if word is not None:
                word.text += " "
                yield word
            word = None
            continue
        if not raw.FPDFText_GetCharBox(text_page, at, *references):
            continue
        left, right, bottom, top = (side.value for side in sides)
        if word is not None and not _is_next(word, sign, left, bottom, top):
            yield word
            word = None
        if word is None:
            word = Line(sign, left, bottom, right, top)
        else:
            word.text += sign
            word.right = max(word.right, right)
            word.bottom, word.top = min(word.bottom, bottom), max(word.top, top)
    if word is not None:
        yield word


def _is_next(word: Line, sign: str, left: float, bottom: float, top: float) -> bool:
    """Whether the sign belongs to the word: beside it, at its height."""
    if word.text[-1] in SOFT_HYPHENS or left < word.left or left - word.right > word.height:
        return False
    if sign.isdecimal() and bottom - word.bottom > 0.25 * word.height and top - bottom < 0.9 * word.height:
        return False
    return min(word.top, top) - max(word.bottom, bottom) > -0.5 * word.height


def _letters(text: str) -> int:
    return sum(sign.isalnum() for sign in text)


def _opened_fields(pdf) -> bool:
    """Whether the file is a form, whose values can be asked for from now on."""
    try:
        return bool(pdf.get_formtype()) and pdf.init_forms() is None
    except Exception:  # a form that is broken is a file without one
        return False


def _has_annotations(page) -> bool:
    from pypdfium2 import raw

    return raw.FPDFPage_GetAnnotCount(page) > 0


def _annotations(pdf, page) -> tuple[list[_Field], list[str]]:
    """(fields that hold something, notes) of a page."""
    from pypdfium2 import raw

    fields: list[_Field] = []
    notes: list[str] = []
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if raw.FPDFAnnot_GetFlags(annotation) & raw.FPDF_ANNOT_FLAG_HIDDEN:
                continue
            if kind == raw.FPDF_ANNOT_WIDGET and pdf.formenv:
                field = _field(pdf.formenv, annotation)
                fields += [field] if field else []
            elif kind not in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK):
                said = one_line(_string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents"))
                author = one_line(_string(raw.FPDFAnnot_GetStringValue, annotation, b"T"))
                if said:
                    notes.append(f"Note ({author}): {said}" if author and author != said else f"Note: {said}")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return fields, list(dict.fromkeys(notes))


def _field(form, annotation) -> _Field | None:
    """A field of a form with what is filled in, None when nothing is."""
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, box)
    name = one_line(_string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)) or one_line(
        _string(raw.FPDFAnnot_GetFormFieldName, form, annotation)
    )
    is_box = kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
    if is_box:
        value = TICKED if raw.FPDFAnnot_IsChecked(form, annotation) else UNTICKED
    elif kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & PASSWORD_FIELD:
            return None
        value = one_line(_string(raw.FPDFAnnot_GetFormFieldValue, form, annotation))
    else:
        return None
    return _Field(name, value, is_box, box.left, box.bottom, box.right, box.top) if value else None


def _string(function: Callable[..., int], *where) -> str:
    """What a function of PDFium writes as UTF-16, at most LONGEST_VALUE bytes of it."""
    size = min(function(*where, None, 0), LONGEST_VALUE)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*where, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def _filled_in(lines: list[Line], fields: list[_Field]) -> list[str]:
    """Puts the values behind their labels; those without a label on the page come back as "name: value"."""
    unlabelled: list[str] = []
    for field in fields:
        label = _label(lines, field)
        if label is None:
            unlabelled += [f"{field.name}: {field.value}"] if field.name else [field.value]
        elif field.is_box:
            label.text = f"{field.value} {label.text.rstrip(' :')}"
            label.is_fact = True
        else:
            between = ", " if label.is_fact else ": "
            label.text = f"{label.text.rstrip(' :')}{between}{field.value}"
            label.is_fact = True
    return unlabelled


def _label(lines: list[Line], field: _Field) -> Line | None:
    """The nearest text at the field's height (before it, or behind a box to be ticked), else right above it."""
    middle = (field.bottom + field.top) / 2
    beside = [line for line in lines if abs(line.middle - middle) <= max(line.height, field.top - field.bottom) / 2]
    left = [(field.left - line.right, at) for at, line in enumerate(beside) if line.right <= field.left + 4]
    right = [(line.left - field.right, at) for at, line in enumerate(beside) if line.left >= field.right - 4]
    if field.is_box and right and min(right)[0] < NEAR:
        return beside[min(right)[1]]
    if left and min(left)[0] < FAR:
        return beside[min(left)[1]]
    above = [
        (line.bottom - field.top, at)
        for at, line in enumerate(lines)
        if -3 <= line.bottom - field.top < NEAR and line.left < field.right and line.right > field.left
    ]
    return lines[min(above)[1]] if above else None


def _title(pdf, path: Path) -> str:
    """The title in the file's properties, unless a program put its own name or a file name there."""
    title = one_line(pdf.get_metadata_dict().get("Title", ""))
    letters = sum(sign.isalpha() for sign in title)
    sane = letters >= 4 and letters >= len(title) / 2 and len(title) <= 250 and not TOOL_TITLE.match(title)
    return title if sane else title_of(path)
