import io

import pytest
from drawing_fakes import CATEGORIES, DIAGRAM, C, axis, chart, points, series

from corpus.readers import drawing

NEW = f"""<cx:chartSpace xmlns:cx="urn:cx" {C}><cx:chartData><cx:data id="0"><cx:strDim type="cat"><cx:lvl>
<cx:pt idx="0">Rent</cx:pt><cx:pt idx="1">Wages</cx:pt></cx:lvl></cx:strDim>
<cx:numDim type="val"><cx:lvl formatCode="0">
<cx:pt idx="0">-5</cx:pt><cx:pt idx="1">12</cx:pt></cx:lvl></cx:numDim></cx:data></cx:chartData><cx:chart><cx:title>
<cx:tx><cx:txData><cx:v>Cash</cx:v></cx:txData></cx:tx></cx:title><cx:plotArea><cx:plotAreaRegion>
<cx:series layoutId="waterfall"><cx:tx><cx:txData><cx:v>May</cx:v></cx:txData></cx:tx><cx:dataId val="0"/></cx:series>
</cx:plotAreaRegion></cx:plotArea></cx:chart></cx:chartSpace>""".encode()
LEVELS = (
    "<c:multiLvlStrRef><c:multiLvlStrCache><c:lvl><c:pt idx='0'><c:v>Q1</c:v></c:pt><c:pt idx='1'><c:v>Q2</c:v></c:pt>"
    "</c:lvl><c:lvl><c:pt idx='0'><c:v>2025</c:v></c:pt></c:lvl></c:multiLvlStrCache></c:multiLvlStrRef>"
)
LABEL = "<c:dLbl><c:idx val='0'/><c:tx><c:rich><a:p><a:r><a:t>Oslo</a:t></a:r></a:p></c:rich></c:tx></c:dLbl>"
XY = {"xVal": points("num", [12.5, 48]), "yVal": points("num", [310, 905])}
SUM = series("Sum", val=points("num", [737]))
AXES = axis("valAx", "Rain (mm)") + axis("valAx", "Sales")
# A chart -> its title and lines.
CHARTS = {
    "categories": (CATEGORIES, "Umbrellas (Pieces)", ["Month: March | Folding: 571 | Golf: 166"]),
    "pie in percent": (
        chart("pieChart", series("Share", cat=points("str", ["North"]), val=points("num", [0.4], "0%"))),
        "",
        ["North | Share: 40%"],
    ),
    "dates below": (
        chart("lineChart", series("Level", cat=points("num", [46090], "yyyy-mm-dd"), val=points("num", [3.5]))),
        "",
        ["2026-03-09 | Level: 3.5"],
    ),
    "missing values and labels": (
        chart("radarChart", series("A", val=points("num", [1, "", 3])), series("", val=points("num", [4, 5]))),
        "",
        ["1 | A: 1 | Series 2: 4", "2 | Series 2: 5", "3 | A: 3"],
    ),
    "levels": (
        chart("barChart", series("A", cat=LEVELS, val=points("num", [1, 2]))),
        "",
        ["2025, Q1 | A: 1", "2025, Q2 | A: 2"],
    ),
    "two kinds in one": (
        CATEGORIES.replace(b"</c:barChart>", b"</c:barChart><c:lineChart>" + SUM.encode() + b"</c:lineChart>"),
        "Umbrellas (Pieces)",
        ["Month: March | Folding: 571 | Golf: 166 | Sum: 737"],
    ),
    "points": (chart("scatterChart", series("Stations", **XY), axes=AXES), "", [
        "Stations | Rain (mm): 12.5 | Sales: 310", "Stations | Rain (mm): 48 | Sales: 905",
    ]),
    "points with labels and sizes": (
        chart("bubbleChart", series("S", dLbls=LABEL, bubbleSize=points("num", [7, 8]), **XY)),
        "",
        ["S, Oslo | X: 12.5 | Y: 310 | Size: 7", "S | X: 48 | Y: 905 | Size: 8"],
    ),
    "waterfall": (NEW, "Cash", ["Rent | May: -5", "Wages | May: 12"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CHARTS)
def test_a_chart_of_any_kind_is_read_as_rows(case):
    data, title, lines = CHARTS[case]
    found = drawing.chart(data)
    assert (found.title, list(found.lines)) == (title, lines)


def test_points_that_were_not_saved_come_from_the_workbook_inside():
    openpyxl = pytest.importorskip("openpyxl")
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Sheet1"
    for line in (["March", 571], ["April", 8]):
        book.active.append(line)
    book.save(file)
    external = '<c:externalData r:id="rId1"/>'
    data = chart(
        "barChart",
        series("Golf", cat=points("str", []), val=points("num", [], reference="Sheet1!$B$1:$B$2")),
        behind=external,
    )
    lines = drawing.chart(data, lambda relation: file.getvalue() if relation == "rId1" else b"").lines
    assert lines == ("March | Golf: 571", "April | Golf: 8")
    assert drawing.chart(data, lambda relation: b"no workbook").lines == ()


def test_a_chart_of_too_many_points_is_no_table(monkeypatch):
    monkeypatch.setattr(drawing, "POINTS", 1)
    found = drawing.chart(CATEGORIES)
    assert (found.title, found.lines, found.points) == ("Umbrellas", (), 2)


def test_smart_art_is_read_in_its_order_with_what_stands_above():
    assert drawing.smart_art(DIAGRAM) == ["- Chair", "- Chair › Clerk", "- Porter"]
    assert drawing.smart_art(DIAGRAM.replace(b'destId="1"', b'destId="0"')) == [
        "- Porter",
        "- Chair",
        "- Chair › Clerk",
    ]


def test_a_link_says_where_it_leads_if_its_text_does_not():
    beside = drawing.target_beside
    assert beside("Form", "https://a.org/f") == " (https://a.org/f)"
    assert beside("Bo", "mailto:bo@a.org") == " (bo@a.org)"
    assert (beside("a.org/f", "https://a.org/f/"), beside("x", "file:///c"), beside("", "https://a.org")) == (
        "",
        "",
        "",
    )
