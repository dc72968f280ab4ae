import pytest

from corpus.document import Dropped, ReadingError
from corpus.readers import read
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


def test_each_page_is_a_section_with_its_number(tmp_path, sort):
    path = pdf(tmp_path / "x.pdf", [["First page."], [], ["Third page."]], title="On tea and coffee")
    (document,), dropped = sort(read(path))
    assert document.title == "On tea and coffee"
    assert [(section.page, section.text) for section in document.sections] == [(1, "First page."), (3, "Third page.")]
    assert dropped == [Dropped("page 2", "no text on this page (an image?)")]


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - draft7.doc", "report.dvi", "1234 5678", ""])
def test_a_title_that_a_program_made_is_not_believed(tmp_path, title):
    (document,) = read(pdf(tmp_path / "my_report.pdf", [["Text."]], title=title))
    assert document.title == "my report"


def test_a_pdf_without_text_asks_for_ocr(tmp_path):
    with pytest.raises(ReadingError, match="text recognition"):
        list(read(pdf(tmp_path / "x.pdf", [[], []])))


def test_a_protected_pdf_is_named_so(tmp_path):
    from reportlab.lib.pdfencrypt import StandardEncryption

    path = pdf(tmp_path / "x.pdf", [["Secret."]], encrypt=StandardEncryption("user", "owner"))
    with pytest.raises(ReadingError, match="protected by a password"):
        list(read(path))


def test_a_cut_pdf_is_refused_or_read_but_never_crashes(tmp_path):
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
