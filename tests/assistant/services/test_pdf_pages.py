import io

import pytest
from reportlab.pdfgen import canvas

from assistant.services.pdf_pages import PageError, draw, pdf_of
from corpus.document import Document, Passage, Section
from index.storage.store import Store


@pytest.fixture
def pdf(tmp_path):
    sheet = canvas.Canvas(str(tmp_path / "two.pdf"), pagesize=(400, 500))
    sheet.drawString(40, 400, "Nothing to see.")
    sheet.showPage()
    sheet.drawString(40, 400, "The lighthouse was built by the engi-")
    sheet.drawString(40, 380, "neer Ada Thornbury in 1913.")
    sheet.save()
    return tmp_path / "two.pdf"


def test_a_page_is_drawn_with_the_places_of_a_quote_over_a_broken_line(pdf):
    page = draw(pdf, 2, ["built by the engineer Ada Thornbury"])
    assert page.png.startswith(b"\x89PNG") and (page.number, page.pages, page.ratio) == (2, 2, 1.25)
    (left, top, width, height), second = page.boxes
    assert 0.3 < left < 0.5 and 0.17 < top < 0.2 and width > 0.2 and height < 0.05
    assert second[0] == pytest.approx(0.1, abs=0.01) and second[1] > top


def test_what_is_not_on_the_page_is_not_marked(pdf):
    assert draw(pdf, 2, ["the theory of relativity", "Ada"]).boxes == ()


def test_pages_beyond_the_last_are_the_last(pdf):
    assert draw(pdf, 99).number == 2


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.7\n" + b"\0" * 500])
def test_a_broken_file_is_one_sentence(tmp_path, content):
    (tmp_path / "broken.pdf").write_bytes(content)
    with pytest.raises(PageError, match=r"page\.not_drawn"):
        draw(tmp_path / "broken.pdf", 1)


def test_a_page_that_takes_too_long_is_stopped(pdf):
    with pytest.raises(PageError, match=r"page\.timeout"):
        draw(pdf, 1, limit_s=0.001)


def test_only_pdfs_that_the_index_was_given_are_opened(tmp_path, pdf):
    store = Store(tmp_path / "index.sqlite3")
    text = io.StringIO("The lighthouse.").getvalue()
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(pdf.read_bytes())
    document = Document("Lighthouse", (Section(text, page=2),), str(secret))  # a document may say any path
    source = store.add_source("Sea", str(pdf), "file")
    scan = store.begin_scan(source.id)
    store.put(source.id, scan, [(document, [Passage(text, page=2)])])
    store.end_scan(source.id, scan)
    assert pdf_of(store, document.id[:16], "Sea") == pdf
    assert pdf_of(store, document.id[:16], "Land") is None
    assert pdf_of(store, "", "Sea") is None
    assert pdf_of(store, "0" * 16, "Sea") is None
    pdf.unlink()
    assert pdf_of(store, document.id[:16], "Sea") is None
    store.close()


def _inherited(media_box: bytes, crop_box: bytes, turned: int) -> bytes:
    """A PDF whose boxes stand in the page tree, not on the page."""
    content = b"BT /F 12 Tf 140 700 Td (The lighthouse was built by Ada Thornbury.) Tj ET"
    boxes = b"/Rotate %d /MediaBox [%s]" % (turned, media_box) + (b" /CropBox [%s]" % crop_box if crop_box else b"")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 %s >>" % boxes,
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, thing) for n, thing in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R /Size 6 >>\n"


@pytest.mark.parametrize("turned", [0, 90, 180])
@pytest.mark.parametrize(
    ("media_box", "crop_box"),
    [(b"0 0 595 842", b""), (b"0 0 1000 1000", b"100 600 500 800"), (b"100 600 500 800", b"")],
)
def test_a_mark_lies_on_its_ink_wherever_the_page_has_its_size_from(tmp_path, media_box, crop_box, turned):
    from PIL import Image, ImageOps

    (tmp_path / "inherited.pdf").write_bytes(_inherited(media_box, crop_box, turned))
    page = draw(tmp_path / "inherited.pdf", 1, ["The lighthouse was built by Ada Thornbury."])
    picture = Image.open(io.BytesIO(page.png)).convert("L")
    ink = ImageOps.invert(picture).getbbox()  # of the only line on the page
    ((left, top, width, height),) = page.boxes
    marked = [
        left * picture.width,
        top * picture.height,
        (left + width) * picture.width,
        (top + height) * picture.height,
    ]
    assert marked == pytest.approx(ink, abs=0.015 * max(picture.size))
