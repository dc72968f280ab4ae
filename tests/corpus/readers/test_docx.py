import pytest

from corpus.document import ReadingError
from corpus.readers import read

docx = pytest.importorskip("docx")


def test_headings_lists_and_tables_are_read_in_their_order(tmp_path):
    made = docx.Document()
    made.add_paragraph("Tea", style="Title")
    made.add_paragraph("A drink for the day.")
    made.add_heading("Kinds", 1)
    made.add_paragraph("green", style="List Bullet")
    made.add_paragraph("black", style="List Number")
    table = made.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells), ["Name", "Price", "Sencha", "5"], strict=True
    ):
        cell.text = text
    made.add_heading("Green", 2)
    made.add_paragraph("Mild.")
    made.save(tmp_path / "x.docx")
    (document,) = read(tmp_path / "x.docx")
    assert document.title == "Tea"
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Tea", "A drink for the day."),
        ("Kinds", "- green\n- black\n\nName | Price\nSencha | 5"),
        ("Kinds › Green", "Mild."),
    ]


def test_merged_cells_are_read_once(tmp_path):
    made = docx.Document()
    table = made.add_table(rows=1, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).text = "last"
    made.save(tmp_path / "x.docx")
    (document,) = read(tmp_path / "x.docx")
    assert document.text == "wide | last"


def test_the_title_in_the_properties_is_taken(tmp_path):
    made = docx.Document()
    made.core_properties.title = "All on tea"
    made.add_heading("Start", 1)
    made.add_paragraph("Text.")
    made.save(tmp_path / "x.docx")
    (document,) = read(tmp_path / "x.docx")
    assert (document.title, document.sections[0].heading) == ("All on tea", "Start")


def test_an_empty_document_is_refused(tmp_path):
    docx.Document().save(tmp_path / "x.docx")
    with pytest.raises(ReadingError, match=r"file\.no_text"):
        list(read(tmp_path / "x.docx"))


def test_a_cell_merged_over_rows_is_read_once_and_a_table_in_it_too(tmp_path):
    made = docx.Document()
    table = made.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "tall"
    table.cell(0, 1).text, table.cell(1, 1).text = "a", "b"
    table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "within"
    made.save(tmp_path / "x.docx")
    (document,) = read(tmp_path / "x.docx")
    assert document.text == "tall | a\nb within"


def test_a_cell_that_claims_to_span_millions_of_columns_is_read_once(tmp_path):
    made = docx.Document()
    table = made.add_table(rows=1, cols=1)
    table.cell(0, 0).text, table.cell(0, 0)._tc.grid_span = "wide", 2_000_000_000
    made.save(tmp_path / "x.docx")
    (document,) = read(tmp_path / "x.docx")
    assert document.text == "wide"
