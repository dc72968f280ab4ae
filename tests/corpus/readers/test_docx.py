import zipfile

import pytest

from corpus.document import Document, ReadingError
from corpus.errors import Reason
from corpus.readers import limits, read

docx = pytest.importorskip("docx")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="{OFFICE}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
STYLES = """<w:style w:type="paragraph" w:default="1" w:styleId="n"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="h"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="c"><w:name w:val="caption"/></w:style>
<w:style w:type="paragraph" w:styleId="l"><w:name w:val="List Number"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>
</w:pPr></w:style>"""
NUMBERING = """<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/>
<w:lvlText w:val="%2)"/></w:lvl></w:abstractNum><w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0">
<w:start w:val="3"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="§ %1"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>"""
PARTS = {"styles": STYLES, "numbering": NUMBERING}


def word(path, body, relations=(), **parts):
    """A Word file made of raw XML: its body, and the inner XML of parts by kind ("footnotes", "header")."""
    kinds = {**PARTS, **parts}
    roots = {"header": "hdr", "footer": "ftr"}
    links = [
        f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
        for kind in (*kinds, *relations)
        if kind not in dict(relations)
    ]
    links += [
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if kind == "hyperlink" else "/>")
        for name, (kind, target, *_) in dict(relations).items()
    ]
    package = "http://schemas.openxmlformats.org/package/2006"
    types = f"""<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("[Content_Types].xml", types)
        main = f'<Relationship Id="m" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        made.writestr("_rels/.rels", f'<Relationships xmlns="{package}/relationships">{main}</Relationships>')
        rels = f'<Relationships xmlns="{package}/relationships">{"".join(links)}</Relationships>'
        made.writestr("word/_rels/document.xml.rels", rels)
        made.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        for kind, inner in kinds.items():
            root = f"w:{roots.get(kind, kind)}"
            made.writestr(f"word/{kind}.xml", f"<{root} {NAMES}>{inner}</{root}>")
        for _, target, *data in dict(relations).values():
            if data:
                made.writestr(f"word/{target}", data[0])
    return path


def p(*runs, style="", inside=""):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{''.join(run if run.startswith('<') else r(run) for run in runs)}{inside}</w:p>"


def item(text, number, level=0):
    mark = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f"<w:p>{mark}{r(text)}</w:p>"


def r(text, look=""):
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def row(*cells, properties=""):
    made = "".join(cell if cell.startswith("<w:tc") else f"<w:tc>{p(cell)}</w:tc>" for cell in cells)
    return f"<w:tr>{properties}{made}</w:tr>"


def tc(text, span=1, merge=""):
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merged}</w:tcPr>{p(text)}</w:tc>'


def box(text):
    drawn = f"<wps:txbx><w:txbxContent>{p(text)}</w:txbxContent></wps:txbx>"
    return f"<w:drawing><wp:inline><a:graphic>{drawn}</a:graphic></wp:inline></w:drawing>"


def vml(text):
    return f"<w:pict><v:shape><v:textbox><w:txbxContent>{p(text)}</w:txbxContent></v:textbox></v:shape></w:pict>"


def note(kind, text, number=1):
    return f'<w:{kind} w:id="{number}" w:author="Eva Lund">{p(text)}</w:{kind}>'


INSERTED = '<w:ins w:id="1" w:author="x">{}</w:ins>'
DELETED = '<w:del w:id="2" w:author="x"><w:r><w:delText>1,150</w:delText></w:r></w:del>'
HALF = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
PLACEHOLDER = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
NEW, OLD = box("On Tuesday."), vml("On Tuesday.")
BOTH = f"<mc:AlternateContent><mc:Choice>{NEW}</mc:Choice><mc:Fallback>{OLD}</mc:Fallback></mc:AlternateContent>"
GROUPED = vml("In.").replace("<w:pict>", "<w:pict><v:group>").replace("</w:pict>", "</v:group></w:pict>")
SQUARE = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
RUBY = f"<w:ruby><w:rt>{r('kan')}</w:rt><w:rubyBase>{r('漢')}</w:rubyBase></w:ruby>"
PICTURE = '<w:r><w:drawing><wp:docPr id="1" descr="A red barn"/><a:pic/></w:drawing></w:r>'
RAISED, LOWERED = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'


def field(code, shown):
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return mark.format("begin") + code + mark.format("separate") + r(shown) + mark.format("end")


# What stands in a body -> the text that is read.
READ = {
    "text box, drawn twice": (p("A.", f"<w:r>{BOTH}</w:r>"), "A.\n\nOn Tuesday."),
    "text box of VML alone": (p("A.", f"<w:r>{vml('Old.')}</w:r>"), "A.\n\nOld."),
    "text box in a box of VML": (p(f"<w:r>{GROUPED}</w:r>"), "In."),
    "control around blocks": (HALF.format(p("Plot 46.")), "Plot 46."),
    "control in a line": (p("Fee: ", HALF.format(r("83 crowns")), " in March"), "Fee: 83 crowns in March"),
    "control in a control": (HALF.format(HALF.format(p("Deep."))), "Deep."),
    "control that nobody filled in": (p("Name: ", PLACEHOLDER.format(r("Click here"))), "Name:"),
    "inserted": (p("Rent ", DELETED, INSERTED.format(r("1,325")), " euros"), "Rent 1,325 euros"),
    "moved": (p("A ", f"<w:moveFrom>{r('old')}</w:moveFrom>", f"<w:moveTo>{r('new')}</w:moveTo>"), "A new"),
    "smart tag": (p("In ", f"<w:smartTag>{r('Rome')}</w:smartTag>"), "In Rome"),
    "superscript": (p("10", r("7", RAISED), " on 12 cm", r("2", RAISED)), "10^7 on 12 cm²"),
    "subscript": (p("H", r("2", LOWERED), "O"), "H2O"),
    "field": (p("See ", field("REF x", "table 3"), "."), "See table 3."),
    "simple field": (p('<w:fldSimple w:instr="AUTHOR">' + r("Bo") + "</w:fldSimple>"), "Bo"),
    "formula": (p(f"<m:oMath>{SQUARE}</m:oMath>"), "x^2"),
    "symbol": (p('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', " paid"), "☒ paid"),
    "reading above": (p(f"<w:r>{RUBY}</w:r>"), "漢(kan)"),
    "numbers of a list": (p("a", style="l") + p("b", style="l"), "1. a\n2. b"),
    "a level below": (
        p("a", style="l") + item("b", 1, level=1) + p("c", style="l"),
        "1. a\na) b\n2. c",
    ),
    "numbered paragraph": (item("Rent.", 2), "§ III Rent."),
    "link": (p('<w:hyperlink r:id="web">' + r("Form") + "</w:hyperlink>"), "Form (https://example.org/a)"),
    "picture with a description": (p(PICTURE), "Picture: A red barn"),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_all_that_a_reader_of_the_paper_sees_is_read(tmp_path, case):
    body, expected = READ[case]
    links = {"web": ("hyperlink", "https://example.org/a")}
    (document,) = read(word(tmp_path / "x.docx", body, links))
    assert document.text == expected


def test_notes_and_comments_stand_behind_their_paragraph_and_are_said_as_such(tmp_path):
    marks = [
        f'<w:r><w:{kind} w:id="1"/></w:r>' for kind in ("footnoteReference", "endnoteReference", "commentReference")
    ]
    on = '<w:commentRangeStart w:id="1"/>' + r("The oven") + '<w:commentRangeEnd w:id="1"/>'
    body = p(on, " stays.", *marks) + p("Next.", marks[0])
    notes = {"footnotes": note("footnote", "Since May."), "endnotes": note("endnote", "See B.")}
    comments = note("comment", "Ask Jo.")
    (document,) = read(word(tmp_path / "x.docx", body, **notes, comments=comments))
    assert document.text == (
        "The oven stays.\n\nFootnote 1: Since May.\n\nEndnote 1: See B.\n\n"
        "Comment by Eva Lund on “The oven”: Ask Jo.\n\nNext."
    )


def test_headers_and_footers_are_read_once_and_page_numbers_not(tmp_path):
    around = {
        "header": p("Offer Q-7719, valid until June"),
        "footer": p("Page ", field("PAGE", "1"), " of ", field("NUMPAGES", "2")),
    }
    (document,) = read(word(tmp_path / "x.docx", p("Text."), **around))
    assert [section.text for section in document.sections] == ["Text.", "Page header: Offer Q-7719, valid until June"]


HEADER = row("Boat", "Level", "Deposit")
# A table -> its lines.
TABLES = {
    "header": (HEADER + row("Wigeon", "middle", "174"), ["Boat: Wigeon | Level: middle | Deposit: 174"]),
    "merged down": (
        HEADER + row(tc("Gull", merge="restart"), "a", "1") + row(tc("", merge="continue"), "b", "2"),
        ["Boat: Gull | Level: a | Deposit: 1", "Boat: Gull | Level: b | Deposit: 2"],
    ),
    "two header rows": (
        row(tc("Boat", merge="restart"), tc("2025", span=2))
        + row(tc("", merge="continue"), "North", "South")
        + row("A", "1", "2"),
        ["Boat: A | 2025, North: 1 | 2025, South: 2"],
    ),
    "rows in a control": (HEADER + HALF.format(row("A", "b", "3")), ["Boat: A | Level: b | Deposit: 3"]),
    "a deleted row": (
        HEADER + row("A", "b", "3") + row("X", "y", "9", properties='<w:trPr><w:del w:id="3"/></w:trPr>'),
        ["Boat: A | Level: b | Deposit: 3"],
    ),
    "a form": (
        row("Tenant", "Anna Berg") + row("Rent", "1,325 a month") + row("From", "May"),
        ["Tenant: Anna Berg", "Rent: 1,325 a month", "From: May"],
    ),
    "marked as a header": (
        row("Day", "Soup", properties="<w:trPr><w:tblHeader/></w:trPr>") + row("Monday", "leek"),
        ["Day: Monday | Soup: leek"],
    ),
    "a bold header": (
        row(*(f"<w:tc>{p(r(name, '<w:b/>'))}</w:tc>" for name in ("Day", "Soup"))) + row("Monday", "leek"),
        ["Day: Monday | Soup: leek"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_a_tables_rows_name_their_columns(tmp_path, case):
    rows, expected = TABLES[case]
    (document,) = read(word(tmp_path / "x.docx", p("Boats in use", style="c") + f"<w:tbl>{rows}</w:tbl>" + p("End.")))
    assert document.text == "\n".join(["Boats in use", *expected]) + "\n\nEnd."


def test_a_cell_in_a_control_is_read(tmp_path):
    held = HALF.format(f"<w:tc>{p('b')}</w:tc>")
    rows = HEADER + f"<w:tr><w:tc>{p('A')}</w:tc>{held}<w:tc>{p('3')}</w:tc></w:tr>"
    (document,) = read(word(tmp_path / "x.docx", f"<w:tbl>{rows}</w:tbl>"))
    assert document.text == "Boat: A | Level: b | Deposit: 3"


def test_a_long_table_is_a_section_that_its_caption_heads(tmp_path):
    rows = HEADER + "".join(row(f"Boat {n}", "middle", str(n)) for n in range(20))
    body = p("Club", style="h") + p("Before.") + p("Table 3: Boats") + f"<w:tbl>{rows}</w:tbl>" + p("Behind.")
    (document,) = read(word(tmp_path / "x.docx", body))
    assert [section.heading for section in document.sections] == ["Club", "Table 3: Boats", "Club"]
    assert document.sections[1].text.startswith("Table 3: Boats\nBoat: Boat 0 | Level")


def test_charts_and_diagrams_are_read(tmp_path):
    from drawing_fakes import CATEGORIES, DIAGRAM

    body = p('<w:r><w:drawing><a:chart r:id="c"/></w:drawing></w:r>') + p(
        '<w:r><w:drawing><dgm:relIds r:dm="d"/></w:drawing></w:r>'
    )
    related = {"c": ("chart", "chart.xml", CATEGORIES), "d": ("diagramData", "data.xml", DIAGRAM)}
    (document,) = read(word(tmp_path / "x.docx", body, related))
    assert document.text == (
        "Chart: Umbrellas (Pieces)\nMonth: March | Folding: 571 | Golf: 166\n\n- Chair\n- Chair › Clerk\n- Porter"
    )


def test_what_cannot_be_read_is_named(tmp_path, sort):
    hidden = p("Shown.", r("secret", "<w:vanish/>"))
    picture = p('<w:r><w:drawing><wp:docPr id="1"/><a:pic/></w:drawing></w:r>')
    body = hidden + picture + p("<w:r><w:object><OLEObject/></w:object></w:r>") + '<w:altChunk r:id="x"/>'
    body += p('<w:r><w:drawing><a:chart r:id="gone"/></w:drawing></w:r>')
    (document,), dropped = sort(read(word(tmp_path / "x.docx", body)))
    assert document.text == "Shown."
    assert {item.reason.code: item.reason.values["count"] for item in dropped} == {
        "dropped.hidden_text": 1, "dropped.pictures": 1, "dropped.embedded": 2, "dropped.drawing": 1,
    }  # fmt: skip


def test_a_file_that_gives_too_much_text_is_cut(tmp_path, sort, monkeypatch):
    monkeypatch.setattr(limits, "FLOOR", 100)
    monkeypatch.setattr(limits, "FACTOR", 0)
    (document,), dropped = sort(read(word(tmp_path / "x.docx", "".join(p(f"Line {n}.") for n in range(50)))))
    assert document.text.startswith("Line 0.") and len(document.text) < 130
    assert [item.reason for item in dropped] == [Reason("dropped.beyond_limit", {"count": 1})]


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
        ("Kinds", "- green\n1. black\n\nName: Sencha | Price: 5"),
        ("Kinds › Green", "Mild."),
    ]


@pytest.mark.parametrize(
    ("name", "title", "text", "expected"),
    [
        ("Travel_policy.docx", "Normal template v3", "By train.", "Normal template v3 (Travel policy)"),
        ("x.docx", "All on tea", "All on tea, in short.", "All on tea"),
        ("tea.docx", "All on tea", "Text.", "All on tea"),
        ("tea.docx", "", "Text.", "tea"),
    ],
)
def test_a_title_that_the_text_does_not_confirm_stands_beside_the_files_name(tmp_path, name, title, text, expected):
    made = docx.Document()
    made.core_properties.title = title
    made.add_paragraph(text)
    made.save(tmp_path / name)
    (document,) = read(tmp_path / name)
    assert document.title == expected


def test_an_empty_document_is_refused(tmp_path):
    docx.Document().save(tmp_path / "x.docx")
    with pytest.raises(ReadingError, match=r"file\.no_text"):
        list(read(tmp_path / "x.docx"))


def test_merged_cells_and_a_table_in_a_cell_are_read_once(tmp_path):
    made = docx.Document()
    table = made.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).text = "last."
    table.cell(1, 0).text = "b"
    table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "within"
    made.save(tmp_path / "x.docx")
    (document,) = read(tmp_path / "x.docx")
    assert document.text == "wide | last.\nb | within"


def test_a_cell_that_claims_to_span_millions_of_columns_is_read_once(tmp_path):
    made = docx.Document()
    table = made.add_table(rows=1, cols=1)
    table.cell(0, 0).text, table.cell(0, 0)._tc.grid_span = "wide", 2_000_000_000
    made.save(tmp_path / "x.docx")
    (document,) = read(tmp_path / "x.docx")
    assert document.text == "wide"


def test_documents_are_given_before_what_was_left_out(tmp_path):
    items = list(read(word(tmp_path / "x.docx", p("Shown.", r("secret", "<w:vanish/>")))))
    assert isinstance(items[0], Document) and len(items) == 2
