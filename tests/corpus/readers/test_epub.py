import zipfile

import pytest

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import read

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
BOOK = """<?xml version="1.0"?>{doctype}
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>On {title}</dc:title><dc:language>fr-FR</dc:language></metadata>
<manifest><item id="b" href="text/second%20one.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="first.xhtml#start" media-type="application/xhtml+xml"/>
<item id="gone" href="gone.xhtml" media-type="application/xhtml+xml"/>
<item id="out" href="../../../../etc/passwd" media-type="text/html"/>
<item id="css" href="x.css" media-type="text/css"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="a"/><itemref idref="css"/>{more}</spine></package>"""
FIRST = "<html><head><title>Opening</title></head><body><p>The kettle.</p></body></html>"
SECOND = (
    "<?xml version='1.0' encoding='utf-8'?><html><body><h1>Thé</h1><p>Chaud.</p><h2>Vert</h2><p>Doux.</p></body></html>"
)


def book(path, more="", doctype="", title="tea", **others):
    members = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": BOOK.format(more=more, doctype=doctype, title=title),
        "OEBPS/first.xhtml": FIRST,
        "OEBPS/text/second one.xhtml": SECOND,
        "OEBPS/x.css": "p {}",
        **others,
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


def test_chapters_are_read_in_the_order_of_the_spine(tmp_path):
    (document,) = read(book(tmp_path / "x.epub"))
    assert (document.title, document.language) == ("On tea", "fr")
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Opening", "The kettle."),
        ("Thé", "Chaud."),
        ("Thé › Vert", "Doux."),
    ]


def test_a_missing_chapter_and_one_outside_the_book_are_named(tmp_path, sort):
    documents, dropped = sort(read(book(tmp_path / "x.epub", '<itemref idref="gone"/><itemref idref="out"/>')))
    assert len(documents) == 1
    assert dropped == [
        Dropped("chapter OEBPS/gone.xhtml", Reason("archive.member_damaged", {"name": "OEBPS/gone.xhtml"})),
        Dropped("chapter ../../../etc/passwd", Reason("archive.member_damaged", {"name": "../../../etc/passwd"})),
    ]


def test_a_book_with_encrypted_chapters_says_so(tmp_path):
    secret = bytes(range(256)) * 4
    path = book(
        tmp_path / "x.epub",
        **{
            "OEBPS/first.xhtml": secret,
            "OEBPS/text/second one.xhtml": secret,
            "META-INF/encryption.xml": "<encryption/>",
        },
    )
    with pytest.raises(ReadingError, match=r"epub\.protected"):
        list(read(path))


def test_entities_from_outside_are_not_resolved(tmp_path):
    (tmp_path / "secret.txt").write_text("SECRET")
    doctype = f'<!DOCTYPE package [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    (document,) = read(book(tmp_path / "x.epub", doctype=doctype, title="&x;"))
    assert "SECRET" not in document.title + document.text


def test_a_book_without_a_description_is_refused(tmp_path):
    with pytest.raises(ReadingError, match=r"file\.damaged_or_other"):
        list(read(book(tmp_path / "x.epub", **{"META-INF/container.xml": "<container/>"})))
