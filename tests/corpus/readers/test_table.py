import pytest

from corpus.document import Dropped
from corpus.errors import Reason
from corpus.readers import read


def table(folder, content, name="x.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return read(path)


def test_each_row_is_a_document_named_by_its_title_column(tmp_path):
    documents = list(table(tmp_path, 'question,answer,source\n"What, now?","Wait.\nThen go.",me\n'))
    (document,) = documents
    assert (document.title, document.text) == ("What, now?", "Wait.\nThen go.\n\nsource: me")
    assert document.path.endswith("x.csv, row 1")


def test_the_first_column_names_the_row_where_none_is_called_a_title(tmp_path):
    (document,) = table(tmp_path, "plant,colour,height\nfern,green,30\n")
    assert (document.title, document.text) == ("fern", "plant: fern | colour: green | height: 30")


def test_a_table_without_header_loses_no_row(tmp_path):
    documents = list(table(tmp_path, 'neutral,"It rains today, they said."\npositive,"The sun is out again."\n'))
    assert [document.title for document in documents] == ["neutral", "positive"]
    assert [document.text for document in documents] == ["It rains today, they said.", "The sun is out again."]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path, sign):
    rows = [["name", "text"], ["a", "one; two, three"], ["b", "four"]]
    content = "\n".join(sign.join(f'"{cell}"' for cell in row) for row in rows)
    assert [document.title for document in table(tmp_path, content)] == ["a", "b"]


def test_tsv_is_separated_by_tabs(tmp_path):
    (document,) = table(tmp_path, "title\ttext\nA, b\tC, d\n", "x.tsv")
    assert (document.title, document.text) == ("A, b", "C, d")


def test_latin_1_is_found(tmp_path):
    (document,) = table(tmp_path, "titre;texte\nÉté;Il fait très chaud à l'ombre.\n", encoding="latin-1")
    assert (document.title, document.text) == ("Été", "Il fait très chaud à l'ombre.")


def test_empty_rows_are_dropped_and_ragged_ones_kept(tmp_path, sort):
    documents, dropped = sort(table(tmp_path, "title,text\n,\n\nA\nB,b,more\n"))
    assert [(document.title, document.text) for document in documents] == [
        ("A", "A"),
        ("B", "title: B | text: b | more"),
    ]
    assert dropped == [Dropped("row 1", Reason("dropped.no_text")), Dropped("row 2", Reason("dropped.no_text"))]


@pytest.mark.parametrize(
    ("content", "notes", "first"),
    [
        ("sep=;\nGerät;Preis\nSäge;1.249,90\n", [], "Gerät: Säge | Preis: 1.249,90"),
        ('"sep=|"\nName|Note\nx|a, b, c\n', [], "Name: x | Note: a, b, c"),
        ("Gerät;Preis\nSäge;1,5\nBohrer;2,5\n", [], "Gerät: Säge | Preis: 1,5"),
        (
            "Account;\nIBAN;XX00\n\nDate;Payee;Amount\n2026-01-05;Works;-84,50\n2026-01-06;Shop;-1,00\n",
            ["Account\nIBAN: XX00"],
            "Date: 2026-01-05 | Payee: Works | Amount: -84,50",
        ),
        ("IBAN;XX\nPeriod;May\n\nDate;Sum\n2026-01-01;5\n", ["IBAN: XX\nPeriod: May"], "Date: 2026-01-01 | Sum: 5"),
        (
            "Konto;DE12;;\n;;;\nDatum;Text;Betrag;Art\n01.02.2026;Miete;-8,00;DA\n02.02.2026;Gas;-4,00;\n",
            ["Konto: DE12"],
            "Datum: 01.02.2026 | Text: Miete | Betrag: -8,00 | Art: DA",
        ),
        ("# by a tool\nname,kind\n# not sold\na,2\n", ["by a tool", "not sold"], "name: a | kind: 2"),
        ("# id;name;qty\n7;bolt;3\n", [], "id: 7 | name: bolt | qty: 3"),
        ("Region;2024;2025\nNorth;1,5;2\n", [], "Region: North | 2024: 1,5 | 2025: 2"),
        (",A,B\nx,1,2\ny,3,4\n", [], "x | A: 1 | B: 2"),
    ],
)
def test_what_stands_around_the_table_is_read_and_the_header_found_below_it(tmp_path, content, notes, first):
    documents = list(table(tmp_path, content))
    rows = [document.text for document in documents if document.title != "x" or " | " in document.text]
    assert [document.text for document in documents if document.text not in rows] == notes
    assert rows[0] == first


def test_figures_without_a_header_are_split_at_the_separator_not_at_decimal_commas(tmp_path):
    documents = list(table(tmp_path, "1,5;2,5;3,5\n4,5;5,5;6,1\n"))
    assert [document.text for document in documents] == ["column 2: 2,5\ncolumn 3: 3,5", "column 2: 5,5\ncolumn 3: 6,1"]


def test_columns_of_one_name_are_both_kept(tmp_path):
    (document,) = table(tmp_path, "title,note,note\nA,one,two\n")
    assert "one" in document.text and "two" in document.text


def test_a_very_long_field_is_read(tmp_path):
    (document,) = table(tmp_path, f"title,text\nA,{'word ' * 100_000}\n")
    assert len(document.text) > 400_000


def test_rows_are_streamed(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("title,text\n" + "A,some text\n" * 200_000)
    first = next(iter(read(path)))
    assert first.title == "A"
