import zipfile

import pytest

from corpus.readers.grid import Merged
from corpus.readers.sheet_parts import relations, sheet_members, sheet_parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = f"""<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><cols><col min="2" max="3" hidden="1"/></cols><sheetData>
<row r="1"><c r="A1"><f>B1*2</f><v></v></c><c r="B1" t="str"><f>""</f><v></v></c><c r="C1"><f>1</f><v>1</v></c></row>
<row hidden="1"><c r="A2"><f t="shared" si="0" ref="A2:A3">B2+1</f></c></row>
<row><c r="A3"><f t="shared" si="0"/></c></row></sheetData>
<mergeCells><mergeCell ref="B2:C4"/><mergeCell ref="nonsense"/><mergeCell ref="A1:A2"/></mergeCells>
<hyperlinks><hyperlink ref="A1" r:id="web"/></hyperlinks>
<headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Until May&amp;RPage &amp;P of &amp;N</oddHeader></headerFooter>
</worksheet>"""
COMMENTS = f"""<comments xmlns="{MAIN}"><authors><author>Bob</author><author>tc=1</author></authors><commentList>
<comment ref="A1" authorId="0"><text><r><t>Bob:</t></r><r><t> Ask Anna</t></r></text></comment>
<comment ref="B1" authorId="1"><text><t>[Threaded comment] Your version of Excel</t></text></comment>
</commentList></comments>"""
THREADS = (
    '<ThreadedComments><threadedComment ref="B1" personId="p"><text>Really?</text></threadedComment></ThreadedComments>'
)
PERSONS = '<personList><person displayName="Eva Lund" id="p"/></personList>'


def links(**targets):
    outside = 'TargetMode="External"'
    kinds = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}" {outside if "://" in target else ""}/>'
        for name, (kind, target) in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{kinds}</Relationships>'
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    parts = {
        "_rels/.rels": links(m=("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns:r="{OFFICE}"><sheets><sheet name="One" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": links(
            s=("worksheet", "worksheets/sheet1.xml"), p=("person", "persons/person.xml")
        ),
        "xl/worksheets/sheet1.xml": SHEET,
        "xl/worksheets/_rels/sheet1.xml.rels": links(
            web=("hyperlink", "https://example.org"),
            c=("comments", "../comments1.xml"),
            t=("threadedComment", "../threads.xml"),
            d=("drawing", "../gone.xml"),
            o=("oleObject", "../embeddings/a.bin"),
        ),
        "xl/comments1.xml": COMMENTS,
        "xl/threads.xml": THREADS,
        "xl/persons/person.xml": PERSONS,
    }
    path = tmp_path_factory.mktemp("sheet") / "x.xlsx"
    with zipfile.ZipFile(path, "w") as made:
        for name, data in parts.items():
            made.writestr(name, data)
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_what_streaming_leaves_out_of_a_sheet_is_found(archive):
    pytest.importorskip("openpyxl")
    assert sheet_members(archive) == {"One": "xl/worksheets/sheet1.xml"}
    found = sheet_parts(archive, "xl/worksheets/sheet1.xml")
    assert found.merged == [Merged(0, 0, 1, 0), Merged(1, 1, 3, 2)]
    assert (found.hidden_rows, found.hidden_columns) == ({2}, [(2, 3)])
    assert found.formulas == {
        (1, 1): "=B1*2 (not calculated)", (2, 1): "=B2+1 (not calculated)", (3, 1): "=B3+1 (not calculated)",
    }  # fmt: skip
    assert found.comments == {(1, 1): ["Comment by Bob\0Ask Anna"], (1, 2): ["Comment by Eva Lund\0Really?"]}
    assert found.links == {(1, 1): "https://example.org"}
    assert found.around == ["Page header: Until May"]
    assert (found.damaged, found.embedded) == (1, 1)


def test_a_part_without_relations_has_none(archive):
    assert relations(archive, "xl/nothing.xml") == {}
