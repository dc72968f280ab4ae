import io
import time
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


@pytest.mark.parametrize(
    ("plain", "page", "expected"),
    [
        ("This message is in HTML.", "<p>Your bay is 88.</p>", "Your bay is 88."),
        ("Your bay is 88.", "<p>Your bay is <b>88</b>.</p>", "Your bay is 88."),
        ("Your bay is 88. See below", "<p>Your bay is 88. See below</p><p>It starts on the fourth of May.</p>",
         "Your bay is 88. See below\n\nIt starts on the fourth of May."),
        (" ".join(f"word{n}" for n in range(40)), "<p>Another letter, of other words.</p>",
         " ".join(f"word{n}" for n in range(40))),
    ],
)  # fmt: skip
def test_the_page_is_read_where_the_plain_text_says_less(tmp_path, plain, page, expected):
    (document,) = read(saved(tmp_path / "x.eml", message(plain, html=page)))
    assert document.sections[0].text.removeprefix(ABOUT).strip() == expected
    assert len(document.sections) == 1 + (len(plain) > 200)


def test_an_invitation_is_read(tmp_path):
    made = message(text=None)
    lines = "SUMMARY:Review of", "  tea", "DTSTART;TZID=X:20260309T143000", "LOCATION:Room 5\\, blue"
    event = "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT"])
    made.set_content(event, subtype="calendar")
    (document,) = read(saved(tmp_path / "x.eml", made))
    assert document.text.endswith("Summary: Review of tea\nStart: 2026-03-09 14:30\nLocation: Room 5, blue")


def test_a_header_of_megabytes_is_cut_and_takes_linear_time(tmp_path, sort):
    people = b"".join(b"\n p%d@example.org," % number for number in range(60_000))
    nested = b"\n ((((((((((" * 50_000
    start = time.process_time()
    (document,), dropped = sort(
        read(saved(tmp_path / "x.eml", b"From: a@b.c\nTo:" + people + b"\nX-A: " + nested + b"\n\nText."))
    )
    assert time.process_time() - start < 10
    assert "To: p0@example.org" in document.text and document.text.endswith("Text.") and len(document.text) < 11_000
    assert dropped == [Dropped("To", Reason("dropped.header_cut", {"most": 10_000}))]


def test_attachments_that_can_be_read_are_read(tmp_path, sort):
    made = message()
    made.add_attachment("Sencha costs 5.", filename="../prices.txt")
    made.add_attachment(b"\0", maintype="video", subtype="mp4", filename="clip.mp4")
    made.add_attachment(message("An older text.", subject="Before"))
    documents, dropped = sort(read(saved(tmp_path / "x.eml", made)))
    place = str(tmp_path / "x.eml")
    assert [(document.title, document.path) for document in documents] == [
        ("Thé vert", place),
        ("prices", f"{place} › ../prices.txt"),
        ("Before", f"{place} › attached message.eml"),
    ]
    assert "\nAttachments: ../prices.txt, clip.mp4, attached message.eml\n" in documents[0].text
    assert documents[1].text == "Sencha costs 5."
    assert dropped == [Dropped("clip.mp4", Reason("dropped.unknown_kind", {"kind": ".mp4"}))]


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
        (b"Content-Type: text/plain; charset=ISO-2022-JP", "三階".encode("iso2022_jp")),
        (b"Content-Type: text/plain", "三階".encode("iso2022_jp")),
        (b"Content-Type: text/html; charset=ISO-2022-JP", "<p>三階".encode("iso2022_jp")),
        (b"Content-Type: text/plain; charset=Shift_JIS", "①三階".encode("cp932")),
        (b"Content-Type: text/plain; charset=gb2312", "三楼鎔".encode("gb18030")),
        (b"Content-Type: text/plain; charset=iso-8859-1", "5 €".encode("cp1252")),
        (b"Content-Type: text/plain; charset=unicode-1-1-utf-7", "Thé €".encode("utf-7")),
    ],
)
def test_the_text_is_read_in_its_encoding(tmp_path, header, body):
    (document,) = read(saved(tmp_path / "x.eml", b"Subject: a\n" + header + b"\n\n" + body))
    assert document.text in ("Thé", "三階", "①三階", "三楼鎔", "5 €", "Thé €")


@pytest.mark.parametrize(
    "subject",
    [
        "=?ISO-2022-JP?B?GyRCMnE1RBsoQg==?=",
        "=?iso-2022-jp-ms?B?GyRCMnE1RBsoQg==?=",
        "会議".encode().decode("latin-1"),
        "会議".encode("iso2022_jp").decode("ascii"),
    ],
)
def test_the_subject_is_read_in_its_encoding(tmp_path, subject):
    (document,) = read(saved(tmp_path / "x.eml", b"From: a@b.c\nSubject: " + subject.encode("latin-1") + b"\n\nText."))
    assert document.title == "会議"


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
