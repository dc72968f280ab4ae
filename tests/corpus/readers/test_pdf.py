import shutil
import subprocess
import sys

import pytest

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import ocr, read
from corpus.readers import pdf as pdf_reader
from corpus.readers.pdf_layout import joined

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


def drawn(path, *pages, form=None):
    """A PDF with words at their places: each page a list of (x, y, text) or (x, y, text, size)."""
    made = canvas.Canvas(str(path))
    for page in pages:
        for x, y, text, *size in page:
            made.setFont("Helvetica", *(size or [11]))
            made.drawString(x, y, text)
        if form:
            form(made)
        made.showPage()
    made.save()
    (document,) = read(path)
    return document


def test_what_is_filled_in_and_written_on_a_page_is_read(tmp_path):
    def form(made):
        made.acroForm.textfield(name="vol", value="640", x=160, y=690, width=80, height=20)
        made.acroForm.textfield(name="empty", x=160, y=650, width=80, height=20)
        made.acroForm.checkbox(name="roof", checked=True, x=60, y=600, size=14)
        made.acroForm.choice(name="colour", value="green", options=["red", "green"], x=300, y=300, width=80, height=20)
        made.textAnnotation("Comes on 8 September.", Rect=(400, 600, 420, 620))
        made.textAnnotation("Comes on 8 September.", Rect=(400, 500, 420, 520))

    words = [(60, 750, "A form"), (60, 695, "Volume in litres:"), (60, 655, "Street:"), (80, 602, "With a roof")]
    assert drawn(tmp_path / "x.pdf", words, form=form).text.split("\n\n") == [
        "A form",
        "- Volume in litres: 640",
        "Street:",
        "- [x] With a roof\n- Note: Comes on 8 September.\n- colour: green",
    ]


TABLE = [("Vessel", "Length", "Berth"), ("Marit", "24 m", "N4"), ("Svala", "31 m", "S2")]


def grid(rows, top, columns=(60, 200, 320)):
    return [
        (x, top - 18 * at, cell) for at, row in enumerate(rows) for x, cell in zip(columns, row, strict=True) if cell
    ]


def test_a_table_is_rows_that_name_their_columns_and_goes_on_overleaf(tmp_path):
    cells = [*grid(TABLE, 600), (200, 552, "and a half")]
    document = drawn(
        tmp_path / "x.pdf",
        [(60, 700, "The berths."), *cells],
        [*grid([TABLE[0], ("Tind", "18 m", "N9")], 750), (60, 600, "End.")],
    )
    assert [section.text for section in document.sections] == [
        "The berths.\n\nVessel: Marit | Length: 24 m | Berth: N4\nVessel: Svala | Length: 31 m and a half | Berth: S2",
        "Vessel: Tind | Length: 18 m | Berth: N9\n\nEnd.",
    ]


def test_columns_that_were_drawn_line_by_line_are_read_one_after_the_other(tmp_path):
    left = [
        "the pilot goes on board at",
        "the outer buoy and takes the",
        "ship through the long sound",
        "to its berth in the port.",
        "",
    ]
    right = [
        "Waste oil is taken at the",
        "quay on every first Monday,",
        "but never in the month of",
        "July, when the crew is all",
        "on leave.",
    ]
    lines = [(60, 780, "Rules of the harbour for all the ships that come here from far away over the sea")]
    for at, (one, other) in enumerate(zip(left, right, strict=True)):
        lines += [(x, 700 - 14 * at, text) for x, text in ((60, one), (320, other)) if text]
    assert drawn(tmp_path / "x.pdf", lines).text.split("\n\n")[1:] == [" ".join(left).strip(), " ".join(right)]


def test_a_sentence_over_a_page_break_is_whole_and_headers_are_said_once(tmp_path):
    full = "the harbour master gives a berth to each vessel, and for those that"
    pages = [
        [(60, 800, "Rules of Nordvik"), (60, 760, "In winter " + full), (60, 40, "Page 1 of 2")],
        [
            (60, 800, "Rules of Nordvik"),
            (60, 760, "stay he asks for a permit. It costs nothing."),
            (60, 40, "Page 2 of 2"),
        ],
    ]
    document = drawn(tmp_path / "x.pdf", *pages)
    assert [(section.page, section.text) for section in document.sections] == [
        (1, f"Rules of Nordvik\n\nIn winter {full} stay he asks for a permit."),
        (2, "It costs nothing."),
    ]


def test_a_raised_number_stays_a_power(tmp_path):
    words = [(60, 700, "The sample holds 3.2 x 10"), (189, 704, "6", 7), (196, 700, "bacteria.")]
    assert "10^6 bacteria." in drawn(tmp_path / "x.pdf", words).text


def test_a_table_of_contents_keeps_its_lines(tmp_path):
    lines = [(60, 700 - 14 * at, f"{name} {'. ' * 40} {at}") for at, name in enumerate(("Opening", "Middle", "End"), 1)]
    assert drawn(tmp_path / "x.pdf", lines).text == "Opening … 1\nMiddle … 2\nEnd … 3"
