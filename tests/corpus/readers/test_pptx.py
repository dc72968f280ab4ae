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
        (2, "Prices", "Name: Sencha | Price: 5\n\nIn a group."),
        (4, "Thanks", "Thanks"),
    ]


def test_the_title_in_the_properties_is_taken(tmp_path):
    (document,) = read(presentation(tmp_path / "x.pptx", "All on tea"))
    assert document.title == "All on tea (x)"


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
    chart._chartSpace.xpath(".//c:ptCount")[0].set("val", "2000000000")  # a number that only claims so much
    made.save(tmp_path / "x.pptx")
    (document,) = read(tmp_path / "x.pptx")
    assert document.text == "Chart: Tons sold\n2019 | Green: 1.5 | Black: 3\n2020 | Green: 2"


def changed(path, part, change, **added):
    """The package with one of its parts as `change` gives it, and with others added: name with "__" -> data."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    parts.update({name.replace("__", "/") + ".xml": data for name, data in added.items()})
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


GRAPHIC = (
    '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="D"/></p:nvGraphicFramePr><a:graphic><a:graphicData>'
    "{}</a:graphicData></a:graphic></p:graphicFrame>"
)
DRAWN = GRAPHIC.format('<dgm:relIds xmlns:dgm="urn:d" r:dm="rIdD"/>') + (
    '<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice Requires="x">'
    + GRAPHIC.format('<cx:chart xmlns:cx="urn:cx" r:id="rIdX"/>')
    + "</mc:Choice><mc:Fallback><p:pic/></mc:Fallback></mc:AlternateContent>"
    "<p:grpSp><p:grpSp><p:sp><p:txBody><a:p><a:r><a:t>10</a:t></a:r>"
    "<a:r><a:rPr baseline='30000'/><a:t>6</a:t></a:r></a:p>"
    "</p:txBody></p:sp></p:grpSp></p:grpSp>"
    '<p:pic><p:nvPicPr><p:cNvPr id="3" name="x" descr="Map of Oslo"/></p:nvPicPr></p:pic>'
    '<p:pic><p:nvPicPr><p:cNvPr id="4" name="x"/></p:nvPicPr></p:pic>' + GRAPHIC.format("<p:oleObj/>")
)


def test_diagrams_newer_charts_groups_comments_and_pictures_are_read(tmp_path, sort):
    from drawing_fakes import CATEGORIES, DIAGRAM

    made = pptx.Presentation()
    made.slides.add_slide(made.slide_layouts[TITLE_ONLY]).shapes.title.text = "Loans"
    made.save(tmp_path / "x.pptx")
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="{number}" Type="{office}/{kind}" Target="../{target}.xml"/>'
        for number, kind, target in (
            ("rIdD", "diagramData", "data1"), ("rIdX", "chartEx", "chart1"), ("rIdC", "comments", "comment1"),
        )
    )  # fmt: skip
    comment = b'<p:cmLst xmlns:p="urn:p"><p:cm authorId="0"><p:text>Who signs?</p:text></p:cm></p:cmLst>'
    parts = {"ppt__data1": DIAGRAM, "ppt__chart1": CATEGORIES, "ppt__comment1": comment}
    relations = "ppt/slides/_rels/slide1.xml.rels"
    path = changed(
        tmp_path / "x.pptx", relations, lambda xml: xml.replace("</Relationships>", f"{links}</Relationships>")
    )

    def drawn(xml):
        named = "" if "xmlns:r=" in xml else f'xmlns:r="{office}" '
        return xml.replace("</p:spTree>", f"{DRAWN}</p:spTree>").replace("<p:sld ", f'<p:sld show="0" {named}', 1)

    changed(path, "ppt/slides/slide1.xml", drawn, **parts)
    (document,), dropped = sort(read(path))
    assert document.sections[0].heading == "Loans" and document.sections[0].page == 1
    assert document.text.split("\n\n") == [
        "(hidden slide)",
        "- Chair\n- Chair › Clerk\n- Porter",
        "Chart: Umbrellas (Pieces)\nMonth: March | Folding: 571 | Golf: 166",
        "10^6",
        "Picture: Map of Oslo",
        "Comment: Who signs?",
    ]
    assert {item.reason.code: item.reason.values["count"] for item in dropped} == {
        "dropped.pictures": 1,
        "dropped.embedded": 1,
    }


def test_merged_cells_are_said_in_each_row_and_footers_once(tmp_path):
    made = pptx.Presentation()
    for number in range(2):
        slide = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
        slide.shapes.title.text = f"Slide {number}"
        footer = slide.shapes.add_textbox(0, 0, 9, 9)
        footer.text_frame.text = "Confidential"
        marks = footer._element.nvSpPr.nvPr
        marks.append(marks.makeelement(marks.tag.replace("}nvPr", "}ph"), {"type": "ftr"}))
    table = slide.shapes.add_table(3, 3, 0, 0, 900, 900).table
    for at, text in enumerate(["Team", "Name", "Shift", "Red", "Eva", "early", "", "Jo", "late"]):
        table.cell(at // 3, at % 3).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    made.save(tmp_path / "x.pptx")
    (document,) = read(tmp_path / "x.pptx")
    assert [section.text for section in document.sections] == [
        "Confidential",
        "Team: Red | Name: Eva | Shift: early\nTeam: Red | Name: Jo | Shift: late",
    ]


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
