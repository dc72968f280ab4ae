import inspect
import os
import sys
from pathlib import Path

import pytest

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import SUFFIXES, can_read, is_beir, read, walk


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def only(path):
    (document,) = read(path)
    return document


def test_every_format_has_a_module_that_reads():
    from importlib import import_module

    from corpus.readers import _FORMATS

    for name in {*_FORMATS.values(), "beir"}:
        assert callable(import_module(f"corpus.readers.{name}").read)


def test_suffixes_are_matched_in_any_case(tmp_path):
    assert can_read(tmp_path / "REPORT.PDF") and not can_read(tmp_path / "photo.heic")
    assert {".txt", ".md", ".html", ".pdf", ".docx", ".csv", ".jsonl"} <= set(SUFFIXES)


def test_an_empty_file_of_any_kind_is_refused(tmp_path):
    for suffix in SUFFIXES:
        with pytest.raises(ReadingError, match=f"file.empty .*empty{suffix}"):
            list(read(write(tmp_path, f"empty{suffix}", b"")))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("blank.txt", b" \n\n ", "file.no_text"),
        ("blank.md", b"\n", "file.no_text"),
        ("blank.html", b"<html><body><script>1</script></body></html>", "file.no_text"),
        ("picture.heic", b"x", "file.unknown_kind"),
        ("fake.txt", b"%PDF-1.4 \n", "file.not_text"),
        ("fake.csv", b"PK\x03\x04 and more", "file.not_text"),
        ("fake.jsonl", b"a\0b\0c\0", "file.not_text"),
        ("fake.html", bytes(range(32)) * 10, "file.not_text"),
        ("fake.docx", b"no zip", "file.damaged_or_other"),
        ("fake.pdf", b"no pdf", "file.damaged_or_other"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_name(tmp_path, name, content, code):
    with pytest.raises(ReadingError, match=name) as caught:
        list(read(write(tmp_path, name, content)))
    assert caught.value.code == code


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ReadingError, match=r"file\.missing"):
        list(read(tmp_path / "gone.txt"))


def test_a_folder_that_is_no_beir_set_is_refused(tmp_path):
    with pytest.raises(ReadingError, match=r"folder\.not_beir"):
        list(read(tmp_path))


def test_text_is_titled_after_its_file(tmp_path):
    document = only(
        write(tmp_path, "green_tea.txt", "The leaves are\r\nin the pot.\r\n\r\n\r\n\r\nThis is it for the day.")
    )
    assert (document.title, document.language) == ("green tea", "en")
    assert document.text == "The leaves are\nin the pot.\n\nThis is it for the day."
    assert document.path.endswith("green_tea.txt")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Été à Genève — 5 €"),
        ("utf-8-sig", "Été à Genève"),
        ("utf-16", "Été à Genève"),
        ("utf-16-be", "\ufeffÉté à Genève"),
        ("cp1252", "L'été à Genève a été très chaud, dit-on : 35 degrés à l'ombre."),
        ("latin-1", "Le café est fermé."),
        ("cp1251", "Это обычный русский текст, который должен быть прочитан без ошибок и потерь."),
    ],
)
def test_text_is_read_in_its_encoding(tmp_path, encoding, text):
    assert only(write(tmp_path, "a.txt", text.encode(encoding))).text == text.lstrip("\ufeff")


def test_one_late_foreign_byte_does_not_hide_behind_ascii(tmp_path):
    text = "plain words here.\n" * 80_000 + "caf\xe9 cr\xe8me"
    assert only(write(tmp_path, "a.txt", text.encode("latin-1"))).text.endswith("café crème")


def test_markdown_headings_become_sections(tmp_path):
    text = (
        "<!-- no -->\n# Tea\n\nA **good** drink, see [here](http://x.org/a_(b)).\n\n"
        "## Kinds\n### Green ##\n* mild\n+ *fresh*\n\nBlack\n-----\n`strong`\n\n## Left empty\n"
    )
    document = only(write(tmp_path, "x.md", text))
    assert document.title == "Tea"
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Tea", "A good drink, see here."),
        ("Kinds › Green", "- mild\n- fresh"),
        ("Black", "strong"),
        ("Left empty", "Left empty"),
    ]


def test_markdown_code_is_kept_and_its_hashes_are_no_headings(tmp_path):
    document = only(write(tmp_path, "x.md", "# T\n\n```sh\n# not a heading\na_b * c\n```\n\nEnd.\n"))
    assert document.text == "    # not a heading\n    a_b * c\n\nEnd."


def test_markdown_tables_lists_html_and_entities_give_their_text(tmp_path):
    text = (
        "<p align=center><b>Pot</b> &amp; cup</p>\n\n| Name | Price |\n|------|:-----:|\n| *Assam* | 5 |\n\n"
        "3. Boil\n   - water\n   - milk\n4. Pour<br>slowly\n\n> Not ![too](x.png) hot &mdash; [ref][r]\n\n[r]: http://x.org\n"
    )
    assert only(write(tmp_path, "x.md", text)).text == (
        "Pot & cup\n\nName: Assam | Price: 5\n\n3. Boil\n- water\n- milk\n4. Pour\nslowly\n\nNot too hot — ref"
    )


@pytest.mark.parametrize("name", ["x.md", "x.rst"])
def test_what_a_parser_would_take_too_long_for_is_read_as_plain_text(tmp_path, name):
    for text in ("*" * 30_000 + "a", "> " * 20_000 + "quoted", "[" * 20_000 + "](" * 9_000):
        assert only(write(tmp_path, name, text)).text == text


def test_markdown_front_matter_names_the_document(tmp_path):
    front = '---\ntitle: "My notes"\nauthor: Anna\ndate: 2026-04-19\ntags: [a, b]\nby: {name: Bo}\nempty:\n---\n'
    document = only(write(tmp_path, "x.md", f"{front}# First\nText.\n"))
    assert document.title == "My notes"
    assert [(section.heading, section.text) for section in document.sections] == [
        ("", "- author: Anna\n- date: 2026-04-19\n- tags: a, b\n- by: name Bo"),
        ("First", "Text."),
    ]


@pytest.mark.parametrize("front", ["a: &x [1]\nb: *x", "a: [", "just words", "- a\n- b"])
def test_markdown_front_matter_that_is_no_list_of_fields_stays_as_it_is(tmp_path, front):
    assert front.split("\n")[0] in only(write(tmp_path, "x.md", f"---\n{front}\n---\nText.\n")).text


def test_markdown_marks_of_other_dialects_give_way_to_their_words(tmp_path):
    text = (
        "# Care {#care}\n\nAt ~~7~~ 9 degrees.[^1] See [[Notes#Bees|the bees]] and [[Wax]].\n\n[^1]: Once.\n\n"
        "10<sup>6</sup> in H<sub>2</sub>O, 5 m<sup>2</sup>\n"
    )
    document = only(write(tmp_path, "x.md", text))
    assert (document.title, document.text) == (
        "Care",
        "At 9 degrees.[1] See the bees and Wax.\n\n[1]: Once.\n\n10^6 in H2O, 5 m²",
    )


def test_markdown_snake_case_and_products_stay(tmp_path):
    assert only(write(tmp_path, "x.md", "a 2 * 3 * 4 and snake_case_name\n")).text == "a 2 * 3 * 4 and snake_case_name"


PAGE = """<!DOCTYPE html><html lang="fr-CA"><head><title>Le  thé</title><style>p{}</style></head><body>
<nav><a>Menu</a></nav><h1>Le thé</h1><p>Une boisson<br>chaude &amp; <b>bonne</b>.</p>
<h2>Sortes</h2><ul><li><p>vert</p></li><li>noir</li></ul><script>alert(1)</script>
<table><tr><th>Nom</th><th>Prix</th></tr><tr><td>Sencha</td><td>5 €</td></tr></table>
<pre>a  b
c</pre></body></html>"""


def test_html_gives_what_is_seen(tmp_path):
    document = only(write(tmp_path, "x.html", PAGE))
    assert (document.title, document.language) == ("Le thé", "fr")
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Le thé", "Une boisson\nchaude & bonne."),
        ("Sortes", "- vert\n- noir\n\nNom: Sencha | Prix: 5 €\n\n    a  b\n    c"),
    ]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("10<sup>6</sup>, 10<sup>-6</sup>, (a+b)<sup>2</sup>, 5 m<sup>2</sup>", "10^6, 10^-6, (a+b)^2, 5 m²"),
        ("1<sup>er</sup> mai, H<sub>2</sub>O, 10<sub>2</sub>", "1er mai, H2O, 10_2"),
        ("It fails.<sup>3</sup> So<sup><a href=#n>4</a></sup>", "It fails.[3] So[4]"),
        ("<p hidden>A</p><p style='color:red; DISPLAY : none'>B</p><p>C</p>", "C"),
        ("<p style='visibility:hidden'>A<b>B</b></p><template>D</template><dialog>E</dialog>C", "C"),
        ("<style>.x, #y{display:none} @media print{.z{display:none}}</style><i class='a x'>A</i><i id=y>B</i>"
         "<b class=z>C</b>", "C"),
        ("<i aria-hidden=true>A</i>Text.", "Text."),
        ("<div aria-hidden=true>Most of the page.</div>x", "Most of the page.\n\nx"),
        ("was <s>7</s> <del>8</del> 9", "was 9"),
        ("<dl><dt>In:</dt><dd>three</dd><dt>Out</dt><dd><p>ten</p></dd><dd>or noon</dd></dl>",
         "- In: three\n- Out: ten\n- Out: or noon"),
        ("<figure><img alt='The sauna stands here.'><figcaption>Ours</figcaption></figure>",
         "The sauna stands here.\n\nOurs"),
        ("a <img alt=tick> b<img alt=''>", "a tick b"),
        ("<table><caption>Prices</caption><tr><th rowspan=2>Room<th colspan=2>Season</tr><tr><th>Summer<th>Winter</tr>"
         "<tr><td>Double<td>1,240<td>870</tr></table>",
         "Prices\nRoom: Double | Season, Summer: 1,240 | Season, Winter: 870"),
        ("<table><tr><th>Opens<td>nine</tr><tr><th>Closes<td>six</tr></table>", "Opens: nine\nCloses: six"),
        ("<table><tr><th>Land<th>Pop</tr><tr><td colspan=2>Europe</tr><tr><td>Italy<td>59</tr></table>",
         "Europe\nEurope | Land: Italy | Pop: 59"),
        ("<table><tr><td>Fee<td>9 €</tr><tr><td>Tax<td>1 €</tr></table>", "Fee | 9 €\nTax | 1 €"),
        ("<table><tr><td>A<td>B<table><tr><th>x<th>y</tr><tr><td>1<td>2</tr></table></tr></table>",
         "A\n\nB\n\nx: 1 | y: 2"),
        ("<table><tr><td rowspan=999999999 colspan=999999999>A</table>", "A"),
        ("<p>Run:</p><pre>if x:\n    y()\n\nz()</pre>", "Run:\n\n    if x:\n        y()\n\n    z()"),
    ],
)  # fmt: skip
def test_html_says_what_the_page_shows_and_means(tmp_path, page, expected):
    assert only(write(tmp_path, "x.html", f"<body>{page}</body>")).text == expected


def test_html_in_its_declared_encoding(tmp_path):
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>Thé</p></body></html>'
    assert only(write(tmp_path, "x.html", page.encode("latin-1"))).text == "Thé"


def test_html_without_a_declared_encoding(tmp_path):
    assert only(write(tmp_path, "x.html", "<p>Thé — 5 €</p>")).text == "Thé — 5 €"


def test_html_in_an_encoding_that_the_parser_does_not_know(tmp_path, monkeypatch):
    monkeypatch.setattr("corpus.readers.html.encoding_of_bytes", lambda data, name: "mac_roman")
    assert only(write(tmp_path, "x.html", "<p>Thé</p>".encode("mac_roman"))).text == "Thé"


def test_html_nested_very_deeply_is_survived(tmp_path):
    page = "<div>" * 3000 + "deep" + "</div>" * 3000
    assert "deep" in only(write(tmp_path, "x.html", page)).text


def test_jsonl_takes_title_and_text_by_their_names(tmp_path, sort):
    lines = [
        '{"question": "Hot?", "answer": "Yes.", "id": 7, "tags": ["a", "b"]}',
        "nonsense",
        "",
        "[1]",
        '{"headline": "Cold", "body": "Ice.", "lang": "en", "empty": null}',
        '{"text": "  "}',
        '{"colour": "red", "size": {"cm": 3}}',
    ]
    documents, dropped = sort(read(write(tmp_path, "x.jsonl", "\n".join(lines))))
    assert [(document.title, document.text, document.external_id) for document in documents] == [
        ("Hot?", "Yes.\n\ntags: a\nb", "7"),
        ("Cold", "Ice.\n\nlang: en", ""),
        ('colour: red size: {"cm": 3}', 'colour: red\nsize: {"cm": 3}', ""),
    ]
    assert documents[1].path.endswith("x.jsonl, row 5") and documents[1].language == "en"
    assert dropped == [
        Dropped("row 2", Reason("dropped.invalid_json")),
        Dropped("row 3", Reason("dropped.empty_line")),
        Dropped("row 4", Reason("dropped.no_object")),
        Dropped("row 6", Reason("dropped.no_text")),
    ]


def test_jsonl_survives_bottomless_nesting_and_lone_surrogates(tmp_path, sort):
    lines = ["[" * 100_000, '{"text": "a\\ud800b"}']
    documents, dropped = sort(read(write(tmp_path, "x.jsonl", "\n".join(lines))))
    assert documents[0].text == "a\ufffdb" and dropped == [Dropped("row 1", Reason("dropped.invalid_json"))]


def test_beir_folder_keeps_the_ids(tmp_path, sort):
    folder = tmp_path / "set"
    write(folder, "corpus.jsonl", '{"_id": "d1", "title": "", "text": "Green tea is mild."}\n{"text": "no id"}\n')
    assert is_beir(folder) and not is_beir(tmp_path)
    documents, dropped = sort(read(folder))
    assert [(document.external_id, document.title, document.path) for document in documents] == [
        ("d1", "Green tea is mild.", "set/corpus.jsonl, row 1")
    ]
    assert dropped == [Dropped("row 2", Reason("dropped.not_beir"))]


def test_walk_gives_readable_files_in_order_and_names_the_others(tmp_path):
    for name in ("b.txt", "A.md", "sub/c.pdf", ".hidden/d.txt", "p.heic", "beir/corpus.jsonl", "beir/queries.jsonl"):
        write(tmp_path, name, "x")
    items = [item if isinstance(item, Dropped) else item.relative_to(tmp_path).as_posix() for item in walk(tmp_path)]
    assert items == [
        "A.md",
        "b.txt",
        "beir/corpus.jsonl",
        Dropped(str(tmp_path / "p.heic"), Reason("dropped.unknown_kind", {"kind": ".heic"})),
        "sub/c.pdf",
    ]


@pytest.mark.skipif(os.name == "nt", reason="links need a permission there")
def test_walk_does_not_follow_links_in_circles(tmp_path):
    write(tmp_path, "sub/a.txt", "x")
    (tmp_path / "sub" / "back").symlink_to(tmp_path)
    (tmp_path / "sub" / "gone.txt").symlink_to(tmp_path / "nothing")
    items = list(walk(tmp_path))
    assert [item for item in items if not isinstance(item, Dropped)] == [tmp_path / "sub" / "a.txt"]
    assert {item.reason.code for item in items if isinstance(item, Dropped)} == {
        "dropped.met_before",
        "dropped.link_to_nothing",
    }


def test_walk_goes_deeper_than_calls_may_and_meets_a_folder_once(tmp_path):
    folder = tmp_path
    for _ in range(150):
        folder = folder / "d"
        folder.mkdir()
    (folder / "deep.txt").write_text("a")
    for level in range(20):  # two ways into each: a million paths
        made = tmp_path / f"x{level}"
        made.mkdir()
        for name in ("a", "b"):
            (made / name).symlink_to(tmp_path / f"x{level + 1}", target_is_directory=True)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 120)  # fewer calls than there are folders
    try:
        found = [path for path in walk(tmp_path) if isinstance(path, Path)]
    finally:
        sys.setrecursionlimit(limit)
    assert found == [folder / "deep.txt"]
