import shutil
import subprocess
import sys

import pytest

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import ocr, read
from corpus.readers import pdf as pdf_reader
from corpus.readers.pdf import joined

canvas = pytest.importorskip("reportlab.pdfgen.canvas")


def pdf(path, pages, title=None, encrypt=None):
    made = canvas.Canvas(str(path), encrypt=encrypt)
    if title is not None:
        made.setTitle(title)
    for lines in pages:
        for at, line in enumerate(lines):
            made.drawString(72, 750 - 14 * at, line)
        made.showPage()
    made.save()
    return path


class Recogniser:
    """Stands in for Tesseract: the texts of the pages one after another; None is a page that takes too long."""

    def __init__(self, *texts):
        self.texts = iter(texts)

    def read(self, page):
        text = next(self.texts)
        if text is None:
            raise ocr.NotRecognised("ocr.too_slow", seconds=20)
        return text


@pytest.fixture
def recognise(monkeypatch):
    """Sets the texts that recognition gives; nothing set, no Tesseract is there."""
    monkeypatch.setattr(ocr, "installed", lambda: None)
    return lambda *texts: monkeypatch.setattr(ocr, "installed", lambda: Recogniser(*texts))


def test_each_page_is_a_section_with_its_number(tmp_path, sort, recognise):
    path = pdf(tmp_path / "x.pdf", [["First page."], [], ["Third page."]], title="On tea and coffee")
    (document,), dropped = sort(read(path))
    assert document.title == "On tea and coffee"
    assert [(section.page, section.text) for section in document.sections] == [(1, "First page."), (3, "Third page.")]
    assert dropped == [Dropped("page 2", Reason("pdf.no_text_on_page"))]


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - draft7.doc", "report.dvi", "1234 5678", ""])
def test_a_title_that_a_program_made_is_not_believed(tmp_path, title):
    (document,) = read(pdf(tmp_path / "my_report.pdf", [["Text."]], title=title))
    assert document.title == "my report"


def test_a_pdf_without_text_asks_for_ocr(tmp_path, recognise):
    with pytest.raises(ReadingError, match=r"pdf\.needs_ocr"):
        list(read(pdf(tmp_path / "x.pdf", [[], []])))


def test_pages_without_text_are_recognised(tmp_path, sort, recognise):
    recognise("It is hot\nand gre-\nen.\n\f", "", None)
    (document,), dropped = sort(read(pdf(tmp_path / "x.pdf", [["First page."], [], [], []])))
    assert [(section.page, section.text) for section in document.sections] == [
        (1, "First page."),
        (2, "It is hot and green."),
    ]
    assert document.path.endswith("x.pdf")
    assert dropped == [
        Dropped("page 3", Reason("pdf.no_text_on_page")),
        Dropped("page 4", Reason("ocr.too_slow", {"seconds": 20})),
    ]


def test_a_long_scan_is_given_in_parts(tmp_path, recognise, monkeypatch):
    monkeypatch.setattr(pdf_reader, "PAGES_AT_ONCE", 2)
    recognise(*(f"Page {number}." for number in range(1, 6)))
    documents = list(read(pdf(tmp_path / "x.pdf", [[]] * 5)))
    assert [(each.path.rpartition("x.pdf")[2], each.text) for each in documents] == [
        (", pages 1–2", "Page 1.\n\nPage 2."),
        (", pages 3–4", "Page 3.\n\nPage 4."),
        (", page 5", "Page 5."),
    ]
    assert {each.title for each in documents} == {"x"}


def test_a_pdf_in_which_nothing_is_recognised_says_so(tmp_path, recognise):
    recognise("", " \n\f")
    with pytest.raises(ReadingError, match=r"pdf\.nothing_recognised"):
        list(read(pdf(tmp_path / "x.pdf", [[], []])))


@pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed")
def test_a_scanned_page_is_read_by_tesseract(tmp_path):
    image = pytest.importorskip("PIL.Image")
    from PIL import ImageDraw, ImageFont

    picture = image.new("L", (1700, 500), 255)
    ImageDraw.Draw(picture).text(
        (80, 80), "Green tea is best\nat eighty degrees.", font=ImageFont.load_default(90), fill=0
    )
    made = canvas.Canvas(str(tmp_path / "x.pdf"))
    made.drawInlineImage(picture, 72, 500, 450, 132)
    made.showPage()
    made.showPage()  # a blank page is not even shown to Tesseract
    made.save()
    dropped, document = read(tmp_path / "x.pdf")
    assert (document.text, document.sections[0].page) == ("Green tea is best at eighty degrees.", 1)
    assert dropped == Dropped("page 2", Reason("pdf.no_text_on_page"))


def test_tesseract_that_fails_or_hangs_leaves_a_reason(monkeypatch):
    monkeypatch.setattr(ocr, "_picture", lambda page: b"P5")
    with pytest.raises(ocr.NotRecognised, match=r"ocr\.not_started"):
        ocr.Tesseract("no-such-program", "eng").read(None)
    with pytest.raises(ocr.NotRecognised, match=r"ocr\.failed"):
        ocr.Tesseract(sys.executable, "eng").read(None)  # which finds no program called "stdin"

    def hang(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(ocr.NotRecognised, match=r"ocr\.too_slow"):
        ocr.Tesseract("tesseract", "eng").read(None)


def test_a_protected_pdf_is_named_so(tmp_path):
    from reportlab.lib.pdfencrypt import StandardEncryption

    path = pdf(tmp_path / "x.pdf", [["Secret."]], encrypt=StandardEncryption("user", "owner"))
    with pytest.raises(ReadingError, match=r"file\.protected"):
        list(read(path))


def test_a_cut_pdf_is_refused_or_read_but_never_crashes(tmp_path, recognise):
    whole = pdf(tmp_path / "x.pdf", [["Some text."]] * 3).read_bytes()
    for length in range(10, len(whole), 97):
        (tmp_path / "cut.pdf").write_bytes(whole[:length])
        try:
            list(read(tmp_path / "cut.pdf"))
        except ReadingError as error:
            assert "cut.pdf" in str(error)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("the exam-\r\nple is good", "the example is good"),
        ("the exam\ufffe\r\nple is good", "the example is good"),
        ("the exam\x02\r\nple is good", "the example is good"),
        ("in the North-\r\nEast it rains", "in the North-East it rains"),
        ("A line that goes on and on\nand ends here.\nNext paragraph, also long enough\nto go on.",
         "A line that goes on and on and ends here.\n\nNext paragraph, also long enough to go on."),
        ("• one thing here\n• another thing", "- one thing here\n- another thing"),
    ],
)  # fmt: skip
def test_lines_are_joined_into_paragraphs(lines, expected):
    assert joined(lines) == expected
