import datetime
import zipfile

import pytest

from corpus.document import ReadingError
from corpus.readers import read, xlsx

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
    assert texts(document) == [("A", "Sales of tea\nYear: 2020 | Tons: 7\nSum of it")]


def test_values_are_written_as_they_are_seen(tmp_path):
    made = openpyxl.Workbook()
    made.active.append([True, 0.125, 1e20, "a\nb", datetime.datetime(2020, 5, 1, 9, 30), datetime.time(9, 30)])
    made.active["B1"].number_format = "0.0%"
    made.save(tmp_path / "x.xlsx")
    (document,) = read(tmp_path / "x.xlsx")
    assert document.text == "TRUE | 12.5% | 1e+20 | a b | 2020-05-01 09:30 | 09:30:00"


def test_a_formula_gives_its_saved_value_and_is_never_computed(tmp_path):
    path = workbook(tmp_path / "x.xlsx", A=[["kept", '=WEBSERVICE("http://example.org")']])
    (document,) = read(path)
    assert document.text == "kept"


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
