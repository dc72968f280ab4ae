import zipfile

import pytest

from corpus.document import ReadingError
from corpus.readers import read

pptx = pytest.importorskip("pptx")
TITLE_AND_CONTENT, TITLE_ONLY = 1, 5


def presentation(path, title=""):
    made = pptx.Presentation()
    made.core_properties.title = title
    first = made.slides.add_slide(made.slide_layouts[TITLE_AND_CONTENT])
    first.shapes.title.text = "Tea"
    first.placeholders[1].text = "It is hot.\nIt is green."
    first.notes_slide.notes_text_frame.text = "Speak slowly."
    second = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    second.shapes.title.text = "Prices"
    table = second.shapes.add_table(2, 3, 0, 0, 900, 900).table
    for at, text in enumerate(["Name", "Price", "Shop", "Sencha", "5"]):
        table.cell(at // 3, at % 3).text = text
    table.cell(1, 1).merge(table.cell(1, 2))
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "In a group."
    made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    made.slides.add_slide(made.slide_layouts[TITLE_ONLY]).shapes.title.text = "Thanks"
    made.save(path)
    return path


def test_each_slide_is_a_section_with_its_number_and_notes(tmp_path):
    (document,) = read(presentation(tmp_path / "x.pptx"))
    assert document.title == "Tea" and document.path.endswith("x.pptx")
    assert [(section.page, section.heading, section.text) for section in document.sections] == [
        (1, "Tea", "It is hot.\nIt is green.\n\nNotes: Speak slowly."),
        (2, "Prices", "Name | Price | Shop\nSencha | 5\n\nIn a group."),
        (4, "Thanks", "Thanks"),
    ]


def test_the_title_in_the_properties_is_taken(tmp_path):
    (document,) = read(presentation(tmp_path / "x.pptx", "All on tea"))
    assert document.title == "All on tea"


def test_a_chart_is_read_as_rows(tmp_path):
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData()
    data.categories = ["2019", "2020"]
    data.add_series("Green", (1.5, 2))
    data.add_series("Black", (3, None))
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 900, 900, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Tons sold"
    made.save(tmp_path / "x.pptx")
    chart._chartSpace.xpath(".//c:ptCount")[0].set("val", "2000000000")
    made.save(tmp_path / "y.pptx")
    assert [document.text for document in read(tmp_path / "y.pptx")] == ["Tons sold"]
    (document,) = read(tmp_path / "x.pptx")
    assert document.text == "Tons sold\nGreen | Black\n2019 | 1.5 | 3\n2020 | 2 |"


def test_an_empty_presentation_is_refused(tmp_path):
    pptx.Presentation().save(tmp_path / "x.pptx")
    with pytest.raises(ReadingError, match=r"file\.no_text"):
        list(read(tmp_path / "x.pptx"))


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no zip", "file.damaged_or_other"), (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "office.protected_or_old")],
)
def test_what_is_no_package_is_refused(tmp_path, content, code):
    for name in ("x.pptx", "x.xlsx", "x.docx", "x.epub", "x.zip"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ReadingError, match=f"{code} .*{name}"):
            list(read(tmp_path / name))


def test_another_kind_of_package_is_refused(tmp_path):
    for name in ("x.pptx", "x.xlsx", "x.docx", "x.epub"):
        with zipfile.ZipFile(tmp_path / name, "w") as made:
            made.writestr("notes.txt", "text")
        with pytest.raises(ReadingError, match=name) as caught:
            list(read(tmp_path / name))
        assert caught.value.code in ("office.unreadable", "file.damaged_or_other")
