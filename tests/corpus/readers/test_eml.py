import io
import zipfile
from email.message import EmailMessage

import pytest

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import read


def message(text="The leaves arrive on Monday.", html=None, subject="Thé vert"):
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "Anne <anne@example.org>", "Bob <bob@example.org>"
    made["Date"] = "Fri, 01 May 2020 09:30:00 +0200"
    if text:
        made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html") if text else made.set_content(html, subtype="html")
    return made


def saved(path, made):
    path.write_bytes(made if isinstance(made, bytes) else made.as_bytes())
    return path


ABOUT = "From: Anne <anne@example.org>\nTo: Bob <bob@example.org>\nDate: 2020-05-01 09:30+02:00"


def test_a_message_says_who_wrote_what_and_when(tmp_path):
    (document,) = read(saved(tmp_path / "x.eml", message(html="<p>The leaves</p>")))
    assert document.title == "Thé vert"
    assert document.text == f"{ABOUT}\n\nThe leaves arrive on Monday."


def test_html_is_read_where_there_is_no_plain_text(tmp_path):
    page = "<h1>Tea</h1><p>Hot &amp; good</p><script>x</script>"
    (document,) = read(saved(tmp_path / "x.eml", message(text=None, html=page)))
    assert [(section.heading, section.text) for section in document.sections] == [("", ABOUT), ("Tea", "Hot & good")]
    (document,) = read(saved(tmp_path / "x.eml", message(text=None, html="<p>Hot</p>")))
    assert document.text == f"{ABOUT}\n\nHot"


def test_attachments_that_can_be_read_are_read(tmp_path, sort):
    made = message()
    made.add_attachment("Sencha costs 5.", filename="../prices.txt")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="photo.png")
    made.add_attachment(message("An older text.", subject="Before"))
    documents, dropped = sort(read(saved(tmp_path / "x.eml", made)))
    place = str(tmp_path / "x.eml")
    assert [(document.title, document.path) for document in documents] == [
        ("Thé vert", place),
        ("prices", f"{place} › ../prices.txt"),
        ("Before", f"{place} › attached message.eml"),
    ]
    assert documents[1].text == "Sencha costs 5."
    assert dropped == [Dropped("photo.png", Reason("dropped.unknown_kind", {"kind": ".png"}))]


def test_an_archive_attached_to_a_message_is_opened(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "Inside.")
    made = message()
    made.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="x.zip")
    assert [document.text for document in read(saved(tmp_path / "x.eml", made))][1:] == ["Inside."]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (b"Content-Type: text/plain; charset=iso-8859-1", "Thé".encode("latin-1")),
        (b"Content-Type: text/plain; charset=no-such", "Thé".encode()),
        (b"Content-Type: text/plain", "Thé".encode()),
        (b"Content-Type: text/html; charset=iso-8859-1", "<meta charset=utf-8><p>Thé".encode("latin-1")),
        (b"Content-Type: text/html; charset=no-such", "<p>Thé".encode()),
    ],
)
def test_the_text_is_read_in_its_encoding(tmp_path, header, body):
    (document,) = read(saved(tmp_path / "x.eml", b"Subject: a\n" + header + b"\n\n" + body))
    assert document.text == "Thé"


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ReadingError, match=r"eml\.not_one"):
        list(read(saved(tmp_path / "x.eml", b"Just some text.\n\nNothing more.")))


def test_parts_in_parts_without_end_are_survived(tmp_path):
    deep = b"From: a\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
    )
    try:
        list(read(saved(tmp_path / "x.eml", deep)))
    except ReadingError as error:
        assert "x.eml" in str(error)
