"""The smaller formats, each on a file made on the spot: what is read, and what is refused."""

import json
import sys

import pytest
from opendocument_file import HIDDEN, PAGE_STYLES, SHEETS, SLIDES, TEXT, opendocument
from outlook_file import message

from corpus.document import Document, Dropped, ReadingError
from corpus.readers import image, ocr, old_office, read, walk


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def texts(path):
    """(title, [(heading, text), ...]) of each document."""
    found = [item for item in read(path) if isinstance(item, Document)]
    return [(each.title, [(section.heading, section.text) for section in each.sections]) for each in found]


def refused(path):
    with pytest.raises(ReadingError) as caught:
        list(read(path))
    assert path.name.rpartition(".")[0] in str(caught.value.values["name"])
    return caught.value.code


def test_an_opendocument_text_gives_what_it_shows(tmp_path):
    path = write(tmp_path, "x.odt", opendocument("text", TEXT, page_styles=PAGE_STYLES))
    ((title, sections),) = texts(path)
    assert title == "Barn" and [heading for heading, _ in sections] == ["Barn"]
    assert sections[0][1].split("\n\n") == [
        "It is red.[1]",
        "[1] Since 1900.",
        "Comment (Anna): Paint it?",
        "- hay\n- straw",
        "Name: Low | Cows: 7",
        "link words",
        "A door of oak.",
        "Offer 77",
    ]


def test_an_opendocument_sheet_names_its_columns_and_hidden_sheets(tmp_path):
    path = write(tmp_path, "x.ods", opendocument("spreadsheet", SHEETS, styles=HIDDEN, title="On tea"))
    ((title, sections),) = texts(path)
    assert title == "On tea (x)"
    assert sections == [("Prices", "Tea | Season | Season\nSencha | 5 | 6"), ("Old (hidden sheet)", "secret")]


def test_an_opendocument_presentation_is_slides_with_notes(tmp_path):
    path = write(tmp_path, "x.odp", opendocument("presentation", SLIDES))
    assert texts(path) == [("Plan", [("Plan", "Sow early.\n\nNotes: Say why.")])]


def test_rich_text_and_its_tables(tmp_path):
    row = r"\trowd\cellx1\cellx2 {}\cell {}\cell\row"
    source = rf"{{\rtf1\ansi Hello \b caf\'e9\b0 .\par Second \u8364? line.\par{row.format('Name', 'Price')}"
    path = write(tmp_path, "x.rtf", source + row.format("Tea", "5") + r"\pard End.\par}")
    assert texts(path) == [("x", [("", "Hello café.\nSecond € line.\nName: Tea | Price: 5\nEnd.")])]


def test_a_notebook_gives_text_code_and_what_was_printed(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Study\n", "Text **b**."]},
        {
            "cell_type": "code",
            "source": "if x:\n    print(x)",
            "outputs": [
                {"output_type": "stream", "text": ["\x1b[31m17\x1b[0m\n"]},
                {"output_type": "display_data", "data": {"text/plain": "<Figure size 1>", "image/png": "AA"}},
                {"output_type": "error", "ename": "OSError", "evalue": "gone"},
            ],
        },
    ]
    path = write(tmp_path, "x.ipynb", json.dumps({"cells": cells}))
    assert texts(path) == [
        ("Study", [("Study", "Text b.\n\n    if x:\n        print(x)\n\n    17\n\n    OSError: gone")])
    ]


def test_json_is_rows_and_named_values(tmp_path):
    value = {
        "name": "Mill",
        "server": {"port": 8080, "tls": {"on": True, "hosts": ["a", "b"]}},
        "machines": [{"id": "M1", "power": "5 kW"}, {"id": "M2", "size": {"cm": 3}}],
    }
    assert texts(write(tmp_path, "x.json", json.dumps(value))) == [
        (
            "x",
            [
                ("", "- name: Mill"),
                ("server", "port: 8080 | tls › on: true | tls › hosts: a, b"),
                ("machines", "id: M1 | power: 5 kW\nid: M2 | size › cm: 3"),
            ],
        )
    ]
    pairs = [{"question": "Hot?", "answer": "Yes."}, {"question": "Cold?", "answer": "No."}]
    assert [title for title, _ in texts(write(tmp_path, "y.json", json.dumps(pairs)))] == ["Hot?", "Cold?"]
    assert texts(write(tmp_path, "z.json", '{"a": 1}\n{"a": 2}\n')) == [("1", [("", "1")]), ("2", [("", "2")])]


def test_xml_is_rows_and_paragraphs(tmp_path):
    source = (
        "<?xml version='1.0'?><!DOCTYPE list><list><title>Books</title><book id='b1'><name>X</name>"
        "<price cur='EUR'>5</price></book><book id='b2'><name>Y</name></book><p>Some <b>bold</b> text.</p></list>"
    )
    assert texts(write(tmp_path, "x.xml", source)) == [
        (
            "Books",
            [
                ("", "title: Books | p: Some bold text."),
                ("book", "id: b1 | name: X | price: 5 | price › cur: EUR\nid: b2 | name: Y"),
            ],
        )
    ]


def test_a_mailbox_is_its_messages(tmp_path):
    source = b"From a@b Fri\nSubject: One\n\nText one.\n\nFrom c@d Sat\nSubject: Two\n\nText two.\n"
    path = write(tmp_path, "x.mbox", source)
    assert [(each.title, each.path.rpartition("x.mbox")[2]) for each in read(path) if isinstance(each, Document)] == [
        ("One", " › message 1.eml"),
        ("Two", " › message 2.eml"),
    ]


def test_a_message_of_outlook_is_read_with_its_attachments(tmp_path):
    path = write(tmp_path, "x.msg", message(attachments=[("notes.txt", b"Attached words.")]))
    mail, attached = (item for item in read(path) if isinstance(item, Document))
    assert mail.title == "Keys" and "From: Anna" in mail.text and "blue box" in mail.text and mail.path == str(path)
    assert (attached.text, attached.path) == ("Attached words.", f"{path} › notes.txt")
    page = write(tmp_path, "y.msg", message(body="", html="<p>In the <b>red</b> box.</p>"))
    assert "In the red box." in texts(page)[0][1][-1][1]


LAUGHS = "<!DOCTYPE a [<!ENTITY x 'lol'><!ENTITY y '&x;&x;&x;&x;'>]>"
OUTSIDE = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
DEEP = 10_000


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("laughs.xml", f"{LAUGHS}<a>&y;</a>", "office.entities"),
        ("outside.xml", f"{OUTSIDE}<a>&x;</a>", "office.entities"),
        ("deep.xml", "<a>" * DEEP + "</a>" * DEEP, "tree.too_deep"),
        ("half.xml", "<a><b>", "file.damaged_or_other"),
        ("deep.json", "[" * DEEP + "]" * DEEP, "tree.too_deep"),
        ("rather_deep.json", '{"a":' * 100 + "1" + "}" * 100, "tree.too_deep"),
        ("half.json", '{"a": ', "file.damaged_or_other"),
        ("other.ipynb", '{"a": 1}', "file.damaged_or_other"),
        ("deep.ipynb", "[" * DEEP + "]" * DEEP, "file.damaged_or_other"),
        ("other.rtf", "just text", "file.damaged_or_other"),
        ("other.mbox", "just text", "file.damaged_or_other"),
        ("other.msg", "just text", "file.damaged_or_other"),
        ("other.odt", "just text", "file.damaged_or_other"),
        ("empty.odt", opendocument("text", ""), "file.no_text"),
        ("outside.odt", opendocument("text", "<text:p>&x;</text:p>", before=OUTSIDE), "office.entities"),
    ],
)
def test_what_is_hostile_or_another_thing_is_refused_for_one_reason(tmp_path, name, content, code):
    assert refused(write(tmp_path, name, content)) == code


def picture(path, **options):
    pillow = pytest.importorskip("PIL.Image")
    made = pillow.new("L", (60, 20), 255)
    made.putpixel((3, 3), 0)
    made.save(path, **options)
    return path


class Recogniser:
    def recognise(self, picture):
        assert picture.startswith(b"P5\n60 20\n")
        return "Green tea\nis hot.\n\f"


def test_a_picture_is_recognised_where_tesseract_is(tmp_path, monkeypatch):
    path = picture(tmp_path / "scan.png")
    monkeypatch.setattr(ocr, "installed", lambda: Recogniser())
    assert texts(path) == [("scan", [("", "Green tea is hot.")])]
    monkeypatch.setattr(image, "PIXELS", 100)
    assert refused(path) == "image.too_large"
    assert refused(write(tmp_path, "other.jpg", "no picture")) == "file.damaged_or_other"
    monkeypatch.setattr(ocr, "installed", lambda: None)
    assert refused(path) == "image.needs_ocr"


def test_old_office_files_are_saved_anew_by_libreoffice(tmp_path, monkeypatch):
    docx = pytest.importorskip("docx")
    new = docx.Document()
    new.add_paragraph("Old words.")
    new.save(tmp_path / "new.docx")
    # Stands in for LibreOffice: puts a document where it was asked to.
    program = write(
        tmp_path,
        "soffice.py",
        "import shutil, sys\nfrom pathlib import Path\nargs = sys.argv\nsource = Path(args[-1])\n"
        f"if source.read_bytes() == b'old': shutil.copy({str(tmp_path / 'new.docx')!r}, source.with_suffix('.docx'))\n",
    )
    path = write(tmp_path, "minutes.doc", b"old")
    monkeypatch.setattr(old_office, "command", lambda: None)
    assert refused(path) == "office.needs_libreoffice"
    run = old_office.subprocess.run
    monkeypatch.setattr(
        old_office.subprocess, "run", lambda command, **how: run([sys.executable, str(program), *command[1:]], **how)
    )
    monkeypatch.setattr(old_office, "command", lambda: "soffice")
    (document,) = (item for item in read(path) if isinstance(item, Document))
    assert (document.title, document.text, document.path) == ("minutes", "Old words.", str(path))
    assert refused(write(tmp_path, "broken.doc", b"else")) == "office.not_converted"


def test_folders_pass_over_what_needs_a_program_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(ocr, "program", lambda: None)
    monkeypatch.setattr(old_office, "command", lambda: None)
    write(tmp_path, "a.doc", b"x"), write(tmp_path, "b.png", b"x"), write(tmp_path, "c.txt", b"x")
    found = list(walk(tmp_path))
    assert [item.reason.code for item in found if isinstance(item, Dropped)] == [
        "dropped.needs_libreoffice",
        "dropped.needs_ocr",
    ]
    assert found[-1] == tmp_path / "c.txt"


def test_rtf_notes_furniture_and_hidden_text_are_told_apart(tmp_path, sort):
    path = tmp_path / "x.rtf"
    path.write_text(
        r"{\rtf1\ansi{\stylesheet{\cs1\v Unseen;}}{\header Offer 77\par}{\footer{\field{\fldrslt 3}}\par}"
        r"A barn{\footnote Of {\b old} oak {\v not} trees.} is red.{\v Secret.}\par \v More.\v0  It stands.}",
        "ascii",
    )
    (document,), dropped = sort(read(path))
    assert document.text.split("\n\n")[1:] == ["Note: Of old oak trees.", "Offer 77"]
    assert "A barn is red." in document.text and "It stands." in document.text
    assert not {"Secret", "More", "not", "Unseen"} & set(document.text.replace(".", "").split())
    assert [item.reason.values for item in dropped] == [{"count": 3}]


def test_a_footer_that_counts_pages_is_left_out(tmp_path):
    footer = (
        "<style:footer><text:p>Page <text:page-number>1</text:page-number></text:p></style:footer>"
        "<style:header><text:p>Offer 77</text:p></style:header>"
    )
    path = tmp_path / "x.ods"
    styles = f"<style:master-page>{footer}</style:master-page>"
    path.write_bytes(opendocument("spreadsheet", SHEETS, page_styles=styles))
    (document,) = read(path)
    assert "Offer 77" in document.text and "Page" not in document.text
