import datetime
import re
import zipfile

import pytest

from corpus.document import ReadingError
from corpus.errors import Reason
from corpus.readers import limits, read, xlsx

openpyxl = pytest.importorskip("openpyxl")


def workbook(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def texts(document):
    return [(section.heading, section.text) for section in document.sections]


def test_each_sheet_is_a_section_and_each_row_names_its_columns(tmp_path):
    path = workbook(
        tmp_path / "green_tea.xlsx",
        Prices=[["Name", "Price", "Since"], ["Sencha", 5.5, datetime.date(2020, 5, 1)], ["Bancha", 4, None]],
        Empty=[],
        Plain=[[1, 2], [3, 4]],
    )
    (document,) = read(path)
    assert document.title == "green tea"
    assert texts(document) == [
        ("Prices", "Name: Sencha | Price: 5.5 | Since: 2020-05-01\nName: Bancha | Price: 4"),
        ("Plain", "1 | 2\n3 | 4"),
    ]


def test_a_caption_above_the_table_is_no_header(tmp_path):
    path = workbook(
        tmp_path / "x.xlsx", A=[["Sales of tea"], [], [None, "Year", "Tons"], [None, 2020, 7], ["Sum of it"]]
    )
    (document,) = read(path)
    assert texts(document) == [("A › Sales of tea", "Sales of tea\nYear: 2020 | Tons: 7\nSum of it")]


def test_values_are_written_as_they_are_seen(tmp_path):
    made = openpyxl.Workbook()
    made.active.append([True, 0.125, 1e20, "a\nb", datetime.datetime(2020, 5, 1, 9, 30), datetime.time(9, 30)])
    made.active["B1"].number_format = "0.0%"
    made.save(tmp_path / "x.xlsx")
    (document,) = read(tmp_path / "x.xlsx")
    assert document.text == "TRUE | 12.5% | 1e+20 | a b | 2020-05-01 09:30 | 09:30:00"


def test_a_formula_gives_its_saved_value_else_itself_and_is_never_computed(tmp_path):
    path = workbook(tmp_path / "x.xlsx", A=[["Item", "Total"], ["kept", '=WEBSERVICE("http://example.org")'], ["b", 7]])
    (document,) = read(path)
    assert document.text == 'Item: kept | Total: =WEBSERVICE("http://example.org") (not calculated)\nItem: b | Total: 7'
    changed(path, lambda _, data: re.sub("<v ?/>|<v></v>", "<v>42</v>", data))
    assert next(read(path)).text == "Item: kept | Total: 42\nItem: b | Total: 7"
    shared = '<f t="shared" si="0" ref="B2:B3">A2*2</f><v></v>'
    changed(
        path, lambda _, data: re.sub("<f>.*?</f><v>42</v>", shared, data).replace("<v>7</v>", '<f t="shared" si="0"/>')
    )
    assert next(read(path)).text.endswith("Item: b | Total: =A3*2 (not calculated)")


def test_columns_are_named_from_all_rows_of_a_header_and_merged_cells_are_filled(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    for row in (["Yield of orchards"], ["Orchard", "2024", None, "2025"], [None, "Apples", "Pears", "Apples", "Pears"],
                ["Nord", 1, 2, 3, 4], [None, 5, 6, 7, 8]):  # fmt: skip
        sheet.append(row)
    for cells in ("A1:E1", "B2:C2", "D2:E2", "A2:A3", "A4:A5"):
        sheet.merge_cells(cells)
    made.save(tmp_path / "x.xlsx")
    (document,) = read(tmp_path / "x.xlsx")
    assert document.text == (
        "Yield of orchards\n"
        "Orchard: Nord | 2024, Apples: 1 | 2024, Pears: 2 | 2025, Apples: 3 | 2025, Pears: 4\n"
        "Orchard: Nord | 2024, Apples: 5 | 2024, Pears: 6 | 2025, Apples: 7 | 2025, Pears: 8"
    )


def test_what_is_hidden_is_marked_and_comments_and_links_are_said(tmp_path):
    from openpyxl.comments import Comment

    made = openpyxl.Workbook()
    sheet = made.active
    for row in (["Tool", "Price", "Stock"], ["Saw", 5, 3], ["Axe", 7, 4], ["Drill", 9, 4]):
        sheet.append(row)
    sheet["B2"].comment, sheet["F9"].comment = Comment("Ask Anna", "Bob"), Comment("Stray", "Bob")
    sheet["A4"].hyperlink = "https://example.org/drill"
    sheet.row_dimensions[3].hidden = sheet.column_dimensions["C"].hidden = True
    sheet.oddHeader.left.text, sheet.oddFooter.center.text = "Until May", "Page &P of &N"
    secret = made.create_sheet("Costs")
    secret.sheet_state = "veryHidden"
    secret.append(["Rent", "5 a day"])
    made.save(tmp_path / "x.xlsx")
    (document,) = read(tmp_path / "x.xlsx")
    assert texts(document) == [
        (
            "Sheet",
            "Tool: Saw | Price: 5 | Stock (hidden column): 3 | Comment by Bob on Price: Ask Anna\n"
            "Tool: Axe | Price: 7 | Stock (hidden column): 4 (hidden row)\n"
            "Tool: Drill (https://example.org/drill) | Price: 9 | Stock (hidden column): 4",
        ),
        ("Sheet", "Comment by Bob on F9: Stray"),
        ("Costs (hidden sheet)", "Rent | 5 a day"),
        ("", "Page header: Until May"),
    ]


def test_several_tables_of_a_sheet_have_each_their_names(tmp_path):
    rows = [
        ["Tool", "Price"], ["Saw", 5], ["Axe", 7], [], ["Opening hours"], ["Day", "From", "To"], ["Monday", 9, 17],
        [], ["Friday", 10, 18],
    ]  # fmt: skip
    (document,) = read(workbook(tmp_path / "x.xlsx", A=rows))
    assert texts(document) == [
        ("A", "Tool: Saw | Price: 5\nTool: Axe | Price: 7"),
        ("A › Opening hours", "Opening hours\nDay: Monday | From: 9 | To: 17\nDay: Friday | From: 10 | To: 18"),
    ]


def test_a_form_a_list_and_years_are_told_apart(tmp_path):
    path = workbook(
        tmp_path / "x.xlsx",
        Form=[["Tenant", "Anna Berg"], ["Rent", 1325], ["From", datetime.date(2026, 5, 1)], ["Flat", "left"]],
        List=[["Worker", "Room"], ["Eva", "Red"], ["Jo", "Blue"], ["Bo", "Red"]],
        Years=[["Region", 2024, 2025], ["North", 1, 2]],
    )
    (document,) = read(path)
    assert [text for _, text in texts(document)] == [
        "Tenant: Anna Berg\nRent: 1325\nFrom: 2026-05-01\nFlat: left",
        "Worker: Eva | Room: Red\nWorker: Jo | Room: Blue\nWorker: Bo | Room: Red",
        "Region: North | 2024: 1 | 2025: 2",
    ]


def test_charts_and_pictures_on_a_sheet_are_named(tmp_path, sort):
    from openpyxl.chart import BarChart, Reference

    made = openpyxl.Workbook()
    made.active.append(["Year", "Tons"])
    made.active.append([2020, 7])
    chart = BarChart()
    chart.title = "Tons a year"
    chart.add_data(Reference(made.active, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    made.active.add_chart(chart)
    made.save(tmp_path / "x.xlsx")
    text = '<x:txBody><a:p xmlns:a="urn:a"><a:r><a:t>Sold out</a:t></a:r></a:p></x:txBody>'
    box = f'<x:sp xmlns:x="urn:x">{text}</x:sp><x:pic xmlns:x="urn:x"/>'
    changed(
        tmp_path / "x.xlsx",
        lambda name, data: (
            data.replace("<graphicFrame", f"{box}<graphicFrame").replace("<xdr:graphicFrame", f"{box}<xdr:graphicFrame")
            if "drawing1.xml" in name
            else data
        ),
    )
    (document,), dropped = sort(read(tmp_path / "x.xlsx"))
    assert texts(document)[1:] == [("Sheet", "Sold out\n\nChart: Tons a year")]
    assert [item.reason for item in dropped] == [Reason("dropped.pictures", {"count": 1})]


def test_a_small_file_that_gives_endless_text_is_cut(tmp_path, sort, monkeypatch):
    monkeypatch.setattr(limits, "FLOOR", 10_000)
    monkeypatch.setattr(limits, "FACTOR", 0)
    path = workbook(tmp_path / "x.xlsx", A=[["Name", "Size"], *([f"n{number}", "x" * 300] for number in range(999))])
    documents, dropped = sort(read(path))
    assert len(documents) >= 1 and sum(len(document.text) for document in documents) < 10_000
    assert [item.reason for item in dropped] == [Reason("dropped.beyond_limit", {"count": 1})]


def test_a_long_sheet_comes_in_sections_with_their_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "BLOCK", 3)
    monkeypatch.setattr(xlsx, "PART", 40)
    path = workbook(tmp_path / "x.xlsx", A=[["Name", "Size"], *([f"n{number}", number] for number in range(1, 8))])
    documents = list(read(path))
    assert [texts(document) for document in documents] == [
        [("A, rows 1–3", "Name: n1 | Size: 1\nName: n2 | Size: 2")],
        [("A, rows 4–6", "Name: n3 | Size: 3\nName: n4 | Size: 4\nName: n5 | Size: 5")],
        [("A, rows 7–8", "Name: n6 | Size: 6\nName: n7 | Size: 7")],
    ] or [len(document.sections) for document in documents] == [2, 1]
    assert documents[0].path.endswith("x.xlsx, part 1")


def test_a_sheet_that_lies_about_its_size_is_read_quickly(tmp_path):
    path = workbook(tmp_path / "x.xlsx", A=[["a", "b"], ["c", "d"]])
    changed(
        path, lambda _, data: data.replace('ref="A1:B2"', 'ref="A1:XFD1048576"').replace(' r="2"', ' r="99999999999"')
    )
    (document,) = read(path)
    assert document.text == "a | b"


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(ReadingError, match=r"file\.no_text"):
        list(read(workbook(tmp_path / "x.xlsx", A=[])))


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_of_a_hostile_workbook_are_not_expanded(tmp_path, part):
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
    path = workbook(tmp_path / "x.xlsx", A=[["inside"]])
    changed(path, lambda name, data: doctype + data.replace("inside", "&a9;") if name == part else data)
    with pytest.raises(ReadingError, match=r"office\.entities"):
        list(read(path))


def changed(path, change):
    """The package with its parts as `change(name, text)` gives them."""
    with zipfile.ZipFile(path) as old:
        parts = {name: change(name, old.read(name).decode()) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
