import pytest

from assistant.services import document_text
from assistant.services.document_text import is_text, text_with_marks
from assistant.services.pdf_pages import PageError
from corpus.document import Document, Passage, Section
from index.retrieval.hit import Hit
from index.storage.store import Store

SECTIONS = (
    Section("Holidays are planned in May.", "Before"),
    Section("Every employee has 28 days\nof paid holiday a year. It rains.", "Holidays"),
    Section("The end.", "After"),
)


@pytest.fixture
def hit(tmp_path):
    document = Document("Handbook", SECTIONS, "/notes/handbook.md")
    store = Store(tmp_path / "index.sqlite3")
    source = store.add_source("Notes", document.path, "file")
    scan = store.begin_scan(source.id)
    store.put(source.id, scan, [(document, [Passage(SECTIONS[1].text, "Holidays")])])
    store.end_scan(source.id, scan)
    text = "Every employee has 28 days of paid holiday a year. It rains."
    yield store, Hit(1, document.id[:16], "Handbook", text, path=document.path, collection="Notes")
    store.close()


def test_the_cited_words_are_marked_in_the_section_of_the_passage_whatever_its_line_breaks(hit):
    store, passage = hit
    parts = text_with_marks(store, passage, ["28 days of paid holiday"])
    assert [part.heading for part in parts] == ["Before", "Holidays", "After"]
    ((start, end),) = parts[1].marks
    assert parts[1].text[start:end] == "28 days\nof paid holiday"
    assert not parts[0].marks and not parts[2].marks


def test_of_a_long_document_what_stands_around_the_passage_is_shown(hit, monkeypatch):
    monkeypatch.setattr(document_text, "LONGEST", 70)
    store, passage = hit
    assert [part.heading for part in text_with_marks(store, passage, [])] == ["Holidays", "After"]


def test_a_document_that_is_gone_is_said_to_be(hit):
    store, _ = hit
    with pytest.raises(PageError):
        text_with_marks(store, Hit(1, "0" * 16, "x", "x", path="x.md"), [])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.docx", True),
        ("b.HTML", True),
        ("b.md", True),
        ("b.pdf", False),
        ("b.csv, row 2", False),
        ("https://x/b.html", False),
    ],
)
def test_text_files_are_known_by_their_names(path, expected):
    assert is_text(Hit(1, "d", "t", "x", path=path)) is expected
