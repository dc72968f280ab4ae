"""Broken files of every format: each is read or refused in one sentence, never anything else, with fixed seeds."""

import io
import random
import re
import zipfile
from email.message import EmailMessage

import pytest
from opendocument_file import HIDDEN, PAGE_STYLES, SHEETS, SLIDES, opendocument
from opendocument_file import TEXT as TEXT_BODY
from outlook_file import message

from assistant.ui.i18n.errors import sentence
from corpus.document import Document, Dropped, ReadingError
from corpus.readers import SUFFIXES, ocr, read

TEXT = "Title\n=====\n\n# Tea & *leaves*\n\n.. note:: Hot\n\n+--+\n|a |\n+--+\n\n==  ==\na   b\n==  ==\n"
CODE = "# Says.\nclass Pot(A):\n    def pour(self, n=1):\n        return {n}\n\nfunction f(a) {\n}\n"
PAGE = "<html lang=fr><head><title>a</title></head><body><h1>T</h1><table><tr><td>x</table><ul><li>y</ul><pre>z</pre>"
BYTES = b"\0\xff\x80<>&;\"'/=:{}[]()%$ \n\r\t-0129aZ"


def packed(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def word():
    docx = pytest.importorskip("docx")
    made = docx.Document()
    made.add_heading("Tea", 1)
    made.add_paragraph("green", style="List Bullet")
    made.add_table(rows=1, cols=2).cell(0, 0).text = "x"
    return made


def slides():
    pptx = pytest.importorskip("pptx")
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "Tea"
    slide.shapes.add_table(1, 2, 0, 0, 9, 9).table.cell(0, 0).text = "x"
    slide.notes_slide.notes_text_frame.text = "Notes."
    return made


def sheets():
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    for row in (["Name", "Price", "When"], ["Sencha", 5.5, None], ["Bancha", True, "x"]):
        made.active.append(row)
    made.active["C2"].number_format = "yyyy-mm-dd"
    made.active["C2"] = 43000
    return made


def saved(made):
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def pdf():
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    file = io.BytesIO()
    made = canvas.Canvas(file)
    made.drawString(72, 700, "Some text of a page.")
    made.showPage()
    made.save()
    return file.getvalue()


def book():
    opf = (
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/><itemref idref="a"/></package>'
    )
    container = '<container><rootfile full-path="b.opf"/></container>'
    return packed({"META-INF/container.xml": container, "b.opf": opf, "a.xhtml": PAGE})


def mail():
    made = EmailMessage()
    made["Subject"], made["From"], made["Date"] = "Thé", "A <a@b.org>", "Fri, 01 May 2020 09:30:00 +0200"
    made.set_content("Text é.")
    made.add_alternative(PAGE, subtype="html")
    made.add_attachment("a,b\n1,2\n", filename="x.csv")
    return made.as_bytes()


MAKERS = {
    ".txt": TEXT.encode,
    ".rst": TEXT.encode,
    ".md": TEXT.encode,
    ".html": PAGE.encode,
    ".csv": b"name,text\na,b\n\"c\nd\",e\n".strip,
    ".jsonl": b'{"title": "a", "text": ["b"], "id": 1}\n{"q": {"x": null}}\n'.strip,
    ".py": CODE.encode,
    ".js": CODE.encode,
    ".sql": b"create table a (b int);\n-- c\nselect 1;\n".strip,
    ".pdf": pdf,
    ".docx": lambda: saved(word()),
    ".pptx": lambda: saved(slides()),
    ".xlsx": lambda: saved(sheets()),
    ".epub": book,
    ".eml": mail,
    ".xml": b"<a><b c='1'>x</b><b>y <i>z</i></b></a>\n".strip,
    ".json": b'{"a": {"b": [1, "x", {"c": null}]}, "d": [{"e": 1, "f": 2}]}\n'.strip,
    ".ipynb": b'{"cells": [{"cell_type": "markdown", "source": ["# a"]}, {"cell_type": "code", "source": "b"}]}'.strip,
    ".rtf": rb"{\rtf1\ansi a\b b\'e9\u8364?\trowd\cell c\cell\row\par}".strip,
    ".mbox": b"From a\nSubject: b\n\nc\n\nFrom d\nSubject: e\n\nf\n".strip,
    ".msg": lambda: message(attachments=[("a.txt", b"b")]),
    ".odt": lambda: opendocument("text", TEXT_BODY, page_styles=PAGE_STYLES),
    ".ods": lambda: opendocument("spreadsheet", SHEETS, styles=HIDDEN),
    ".odp": lambda: opendocument("presentation", SLIDES),
    ".zip": lambda: packed({"a.txt": TEXT, "b/c.csv": "a,b\n1,2\n", "d.zip": packed({"e.md": TEXT}), "f.eml": mail()}),
}  # fmt: skip
PACKAGES = (".docx", ".pptx", ".xlsx", ".epub", ".odt", ".ods", ".odp")


def mutated(data, dice):
    """A few bytes changed, taken out or put in, or the end cut off."""
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(data) + 1)
        kind = dice.randrange(5)
        if kind == 0:
            data[at : at + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            data[at : at + 1] = bytes([dice.choice(BYTES)])
        elif kind == 2:
            del data[at : at + dice.randrange(1, 20)]
        elif kind == 3:
            data[at:at] = data[max(0, at - dice.randrange(1, 40)) : at] * dice.choice((1, 1, 3))
        elif dice.random() < 0.1:
            del data[at:]
    return bytes(data)


def mutated_inside(data, dice):
    """A package whose archive is sound and one or two of whose parts are not, the largest ones last of all."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    likely = [
        name
        for name in parts
        if any(word in name for word in ("slide1", "sheet1", "document", "notes", "xhtml", "content"))
    ]
    for _ in range(dice.randint(1, 2)):
        name = dice.choice(likely if dice.random() < 0.6 else sorted(parts))
        parts[name] = mutated(parts[name], dice) if parts[name] and dice.random() < 0.97 else b""
    return packed(parts)


def assert_read_or_refused(path):
    try:
        for item in read(path):
            assert isinstance(item, Document | Dropped)
            if isinstance(item, Document):
                assert item.title and item.text
            else:
                assert_one_sentence(item.reason)
    except ReadingError as error:
        assert path.name in sentence(error, "en")
        assert_one_sentence(error)


def assert_one_sentence(what):
    for lang in ("en", "fr"):
        said = sentence(what, lang)
        assert said and not re.search(r"[\n{}]|Traceback", said) and len(said) < 500, said


@pytest.fixture(autouse=True)
def _no_recognition(monkeypatch):
    monkeypatch.setattr(ocr, "installed", lambda: None)


@pytest.mark.parametrize("suffix", MAKERS)
def test_a_broken_file_is_read_or_refused_in_one_sentence(tmp_path, suffix):
    dice, whole, path = random.Random(f"bytes{suffix}"), MAKERS[suffix](), tmp_path / f"broken{suffix}"
    path.write_bytes(whole)
    assert any(isinstance(item, Document) for item in read(path))
    for _ in range(120 if suffix in PACKAGES else 300):
        path.write_bytes(mutated(whole, dice))
        assert_read_or_refused(path)


@pytest.mark.parametrize("suffix", PACKAGES)
def test_a_package_with_broken_parts_is_read_or_refused_in_one_sentence(tmp_path, suffix):
    dice, whole, path = random.Random(f"parts{suffix}"), MAKERS[suffix](), tmp_path / f"broken{suffix}"
    for _ in range(60 if suffix == ".pptx" else 150):
        path.write_bytes(mutated_inside(whole, dice))
        assert_read_or_refused(path)


def test_noise_is_read_or_refused_in_one_sentence(tmp_path):
    heads = (b"", b"PK\x03\x04", b"%PDF-1.7\n", b"\xff\xfe", b"<?xml version='1.0'?>", b"Subject: a\n\n", b"{", b"#")
    for suffix in SUFFIXES:
        dice, path = random.Random(f"noise{suffix}"), tmp_path / f"noise{suffix}"
        for head in heads:
            path.write_bytes(head + bytes(dice.choice(BYTES) for _ in range(dice.randrange(1, 400))))
            assert_read_or_refused(path)
            path.write_bytes(head + dice.randbytes(300))
            assert_read_or_refused(path)
