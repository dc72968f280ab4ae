"""Files that no reader expects, made from a seed: broken, lying, endless, or oddly named."""

import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from scripts._stress.common import sentence

NAMES = (
    "it's.txt", 'quo"ted.txt', "new\nline.txt", "tab\there.txt", "snow ☃ and 🦆.txt", "; rm -rf .txt", "$(whoami).txt",
    "%2e%2e%2fup.txt", "a..up.txt", "<b>bold<b>.txt", "-rf.txt", "con.txt", " leading.txt", "é́combining.txt",
    "‮right-to-left.txt", "a" * 240 + ".txt", "SELECT * FROM documents;.txt", "back\\slash.txt", "*.txt", "?.txt",
)  # fmt: skip
CODES = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "latin-1",
    "cp1252",
    "cp437",
    "koi8-r",
    "shift_jis",
    "gb18030",
    "utf-7",
)


def write(folder: Path, count: int, seed: int) -> list[Path]:
    """`count` files of all kinds in turn; the same ones for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        suffix, content = KINDS[kind](random.Random(f"{seed}/{number}"))
        path = folder / f"{number:03d} {kind}{suffix}"
        path.write_bytes(content)
        paths.append(path)
    return paths


def write_names(folder: Path) -> list[Path]:
    """Good files under every odd name that the system takes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name in NAMES:
        path = folder / name
        try:
            path.write_text(f"A good text in a file of an odd name, number {len(paths)}.")
        except OSError:
            continue  # not on this system
        paths.append(path)
    return paths


# --- damage -------------------------------------------------------------------------------------------------


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Bytes flipped, cut out, doubled or overwritten, a few times."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at, length = rng.randrange(max(1, len(out))), rng.choice((1, 1, 4, 40, 400))
        way = rng.choice(("flip", "cut", "double", "zero", "noise", "end", "number"))
        if way == "flip" and out:
            out[at] ^= 1 << rng.randrange(8)
        elif way == "cut":
            del out[at : at + length]
        elif way == "double":
            out[at:at] = out[at : at + length]
        elif way == "zero":
            out[at : at + length] = bytes(length)
        elif way == "noise":
            out[at : at + length] = rng.randbytes(length)
        elif way == "end":
            del out[at:]
        else:  # a number that a parser may believe
            out[at : at + 10] = rng.choice((b"4294967295", b"-1        ", b"99999999999", b"\xff" * 10))
    return bytes(out)


def _pdf(rng: random.Random) -> bytes:
    """A PDF of a few pages, its streams compressed."""
    pages = rng.randint(1, 4)
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for page in range(pages):
        text = f"BT /F1 12 Tf 40 700 Td ({sentence(rng, 30)}) Tj ET".encode()
        stream = zlib.compress(text)
        look = "/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"
        bodies.append(f"<</Type/Page{look}/Contents {5 + 2 * page} 0 R>>".encode())
        bodies.append(f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode() + stream + b"\nendstream")
    out, offsets = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer<</Size {len(bodies) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def fuzzed_pdf(rng):
    return ".pdf", mutated(rng, _pdf(rng))


def lying_pdf(rng):
    """Page trees in circles, pages by the million, filters on filters."""
    data = _pdf(rng)
    return ".pdf", rng.choice(
        (
            data.replace(b"/Kids[4 0 R", b"/Kids[2 0 R"),
            data.replace(b"/Count ", b"/Count 9999999"),
            data.replace(b"/Filter/FlateDecode", b"/Filter[" + b"/FlateDecode" * 500 + b"]"),
            data.replace(
                b"trailer<<",
                b"trailer<</Encrypt<</Filter/Standard/V 2/R 3/O("
                + b"a" * 32
                + b")/U("
                + b"b" * 32
                + b")/P -4>>/ID[(x)(x)]",
            ),
            data.replace(b"[0 0 612 792]", b"[0 0 1e30 -1e30]"),
            b"%PDF-1.7\n" + b"[" * 200_000,
            b"%PDF-1.4\n" + b"<<" * 100_000 + b">>" * 100_000,
        )
    )


def _office(rng: random.Random, suffix: str) -> bytes:
    out = io.BytesIO()
    if suffix == ".docx":
        import docx

        made = docx.Document()
        made.add_heading(sentence(rng, 3))
        made.add_paragraph(sentence(rng, 40))
        made.add_table(2, 2).cell(0, 0).text = sentence(rng, 4)
        made.save(out)
    elif suffix == ".pptx":
        import pptx

        shown = pptx.Presentation()
        shown.slides.add_slide(shown.slide_layouts[0]).shapes.title.text = sentence(rng, 4)
        shown.save(out)
    else:
        import openpyxl

        book = openpyxl.Workbook()
        for _ in range(5):
            book.active.append([sentence(rng, 3), rng.random(), None, "=1/0"])
        book.save(out)
    return out.getvalue()


def fuzzed_office(rng):
    suffix = rng.choice((".docx", ".pptx", ".xlsx"))
    return suffix, mutated(rng, _office(rng, suffix))


def rezipped_office(rng):
    """Its parts exchanged, damaged, missing, without end or with entities, in a zip that is sound."""
    suffix = rng.choice((".docx", ".pptx", ".xlsx"))
    out, victim = io.BytesIO(), rng.randrange(6)
    way = rng.choice(("mutate", "drop", "nest", "entities", "grow", "empty"))
    with (
        zipfile.ZipFile(io.BytesIO(_office(rng, suffix))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        parts = [info for info in old.infolist() if info.filename.endswith(".xml")]
        chosen = parts[victim % len(parts)].filename
        for info in old.infolist():
            data = old.read(info)
            if info.filename == chosen or (way == "entities" and info.filename.endswith("document.xml")):
                if way == "drop":
                    continue
                data = {
                    "mutate": mutated(rng, data),
                    "nest": b"<?xml version='1.0'?>" + b"<a>" * 100_000 + b"</a>" * 100_000,
                    "entities": LAUGHS,
                    "grow": data.replace(b"</", b"x" * 5000 + b"</", 2000),
                    "empty": b"",
                }[way]
            new.writestr(info.filename, data)
    return suffix, out.getvalue()


LAUGHS = (
    b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'>"
    + b"".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>".encode() for n in range(12))
    + b"]><l>&m;</l>"
)


def fuzzed_epub(rng):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="../../c.opf"/><rootfile full-path="c.opf"/></rootfiles></container>',
        )
        items = "".join(
            f'<item id="i{n}" href="{rng.choice(("a", "../a", "b", "/etc/passwd"))}.xhtml"/>' for n in range(3)
        )
        spine = "".join(f'<itemref idref="i{n}"/>' for n in range(3)) * rng.choice((1, 1, 5000))
        book.writestr(
            "c.opf",
            f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>',
        )
        book.writestr("a.xhtml", f"<html><body><p>{sentence(rng, 30)}</p></body></html>")
    return ".epub", mutated(rng, out.getvalue()) if rng.random() < 0.6 else out.getvalue()


def _zip(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # without the time of day
    return out.getvalue()


def odd_zip(rng):
    way = rng.choice(("bomb", "nested", "names", "many", "link", "locked", "fuzzed", "overlap", "deep"))
    good = ("good.txt", sentence(rng, 20).encode())
    if way == "bomb":
        data = _zip([("zeros.txt", bytes(rng.choice((10, 80, 200)) << 20)), good])
    elif way == "nested":
        data = _zip([good])
        for level in range(12):
            data = _zip([(f"{level}.zip", data), (f"{level}.txt", sentence(rng).encode())])
    elif way == "names":
        names = (
            "../../../up.txt",
            "/etc/up.txt",
            "C:\\up.txt",
            "a\0b.txt",
            "..",
            "x/" * 2000 + "y.txt",
            "☃.txt",
            "con.txt",
            "a\nb.txt",
        )
        data = _zip([(name, sentence(rng).encode()) for name in names])
    elif way == "many":
        data = _zip([(f"{n}.txt", b"a") for n in range(25_000)])
    elif way == "link":
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(info, "/etc/passwd")
            archive.writestr(*good)
        data = out.getvalue()
    elif way == "locked":
        locked = bytearray(_zip([good]))
        locked[6] |= 1
        locked[locked.find(b"PK\x01\x02") + 8] |= 1
        data = bytes(locked)
    elif way == "overlap":
        data = _zip([(f"{n}.txt", bytes(5 << 20)) for n in range(40)])
    elif way == "deep":
        data = _zip([("/".join(["d"] * 500) + "/a.txt", b"deep")])
    else:
        data = mutated(rng, _zip([good, ("b.csv", b"a,b\n1,2\n")]))
    return ".zip", data


def odd_table(rng):
    suffix = rng.choice((".csv", ".tsv"))
    return suffix, rng.choice(
        (
            rng.randbytes(20_000),
            b'a,b\n"' + b"never closed," * 50_000,
            b",".join(b"column%d" % n for n in range(20_000)) + b"\n" + b"," * 20_000,
            b"a,b\n" + b"x" * 5_000_000 + b",1\n",
            b"\x00,\x00\n" * 5000,
            b"a;b\n1,2\n3\t4\n|5\n" * 500,
            ("é,ü\n" * 100).encode("utf-16") + b"\xff\xfe\x00",
            b"\n" * 100_000,
            b"a,a,a,a\n" + b"1,2,3,4,5,6\n" * 50,
        )
    )


def odd_encoding(rng):
    text = (sentence(rng, 60) + " café, naïve, 北京, Россия, 😀 ") * rng.randint(1, 50)
    code = rng.choice(CODES)
    data = text.encode(code, "replace")
    return rng.choice((".txt", ".md", ".html", ".csv", ".log")), rng.choice(
        (
            data,
            data[1:],
            data + data[: len(data) // 2 + 1],
            mutated(rng, data),
            b"\xef\xbb\xbf" + data,
            b"\xff\xfe" + data,
        )
    )


def binary_text(rng):
    contents = (b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"%PDF-", b" \n\t" * 2000, bytes(10_000), rng.randbytes(50_000))
    magics = (b"\x7fELF", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n")
    suffix = rng.choice((".txt", ".md", ".py", ".jsonl", ".html", ".eml", ".rst"))
    return suffix, rng.choice((*contents, rng.choice(magics) + rng.randbytes(5000)))


def wrong_suffix(rng):
    data = rng.choice((_pdf(rng), _zip([("a.txt", b"a")]), sentence(rng, 50).encode(), rng.randbytes(3000), b"{}"))
    return rng.choice((".pdf", ".docx", ".pptx", ".xlsx", ".epub", ".zip", ".eml", ".jsonl")), data


def odd_lines(rng):
    return ".jsonl", rng.choice(
        (
            b"[" * 100_000 + b"\n",
            b'{"title": "a", "text": ' + b'"' + b"\\ud800" * 500 + b'"}\n',
            b'{"title": 1e999, "text": ["a"]}\n{"text": null}\n' * 50,
            b'{"_id": "' + b"x" * 100_000 + b'", "text": "a"}\n',
            json.dumps({"text": sentence(rng, 30), "title": "../" * 500}).encode() + b"\n",
            b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n",
            b'{"text": ' + b"9" * 100_000 + b"}\n",
        )
    )


def odd_markup(rng):
    choices = (
        (".html", b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000),
        (".html", b"<script>alert(1)</script><p onclick=x>" + sentence(rng, 30).encode() + b"</p>" + b"<b" * 20_000),
        (".html", b"<table>" + b"<tr><td>" * 30_000),
        (".html", b"<!--" + b"-" * 500_000),
        (".md", b"*" * 100_000 + b"a" + b"*" * 100_000),
        (".md", b"[" * 50_000 + b"](" * 50_000),
        (".md", b"> " * 20_000 + b"quoted"),
        (".md", b"#" * 100_000),
        (".rst", b".. include:: /etc/passwd\n\n" + sentence(rng, 20).encode()),
        (".rst", b"=" * 100_000 + b"\n" + b"a\n" + b"=" * 100_000),
        (".rst", b".. raw:: html\n   :file: /etc/passwd\n\ntext\n"),
        (".py", b"(" * 100_000),
        (".js", b"/*" + b"x" * 3_000_000),
        (
            ".yaml",
            b"a: &a [x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (98 + n, 98 + n, 97 + n, 97 + n) for n in range(20)),
        ),
    )
    return rng.choice(choices)


def odd_mail(rng):
    head = b"From: a@b\nSubject: =?utf-8?B?" + b"4pi" * 500 + b"?=\nMIME-Version: 1.0\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(300))
    return ".eml", rng.choice(
        (
            head + nested + b"text",
            head + b"Content-Type: text/plain; charset=no-such-set\n\n" + rng.randbytes(3000),
            head + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + b"!" * 5000,
            head + b"X: " + b"y" * 1_000_000 + b"\n\ntext",
            head + b'Content-Type: multipart/mixed; boundary=""\n\n--\n--\n' + sentence(rng, 30).encode(),
            mutated(rng, head + b"Content-Type: text/html\n\n<p>" + sentence(rng, 30).encode()),
        )
    )


def endless_text(rng):
    return rng.choice(
        (
            (".txt", b"a" * 3_000_000),
            (".txt", b"word " * 600_000),
            (".txt", b"\n" * 2_000_000 + b"end"),
            (".txt", ("́" * 200_000 + "a").encode()),
            (".txt", ("\u202e" * 1000 + sentence(rng, 40)).encode()),
            (".txt", b". " * 500_000 + b"a"),
            (".txt", ("字" * 400_000).encode()),
            (".log", b"x\r" * 300_000),
            (".txt", b"http://" + b"a/" * 200_000),
        )
    )


def odd_tree(rng):
    deep = 10_000
    return rng.choice(
        (
            (".xml", LAUGHS),
            (".xml", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><x>&f;</x>"),
            (".xml", b"<?xml version='1.0'?><!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'><x>text</x>"),
            (
                ".xml",
                b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a '"
                + b"a" * 100_000
                + b"'>]><x>"
                + b"&a;" * 9000
                + b"</x>",
            ),
            (".xml", b"<a>" * deep + b"deep" + b"</a>" * deep),
            (".xml", b"<a " + b" ".join(b"n%d='v'" % n for n in range(50_000)) + b"/>"),
            (".xml", mutated(rng, b"<a><b>" + sentence(rng, 40).encode() + b"</b></a>")),
            (".json", b"[" * deep + b"]" * deep),
            (".json", b'{"a":' * deep + b'"deep"' + b"}" * deep),
            (".json", b'{"a": ' + b"9" * 100_000 + b"}"),
            (".json", b'{"' + b"k" * 1_000_000 + b'": "v"}'),
            (".json", json.dumps([{f"n{n}": "" for n in range(200)}] * 500).encode()),
            (".json", mutated(rng, json.dumps({"text": sentence(rng, 40)}).encode())),
        )
    )


def odd_notebook(rng):
    cell = {"cell_type": "markdown", "metadata": {}, "source": sentence(rng, 20)}
    image = {"output_type": "display_data", "data": {"image/png": "A" * 3_000_000}}
    return ".ipynb", rng.choice(
        (
            json.dumps({"cells": [cell] * 20_000}).encode(),
            json.dumps({"cells": [{**cell, "cell_type": 7, "source": {"a": 1}}, cell]}).encode(),
            json.dumps({"cells": [{"cell_type": "code", "source": ["x"], "outputs": [image]}]}).encode(),
            json.dumps({"cells": {"a": "b"}, "nbformat": "four"}).encode(),
            b'{"cells": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
            mutated(rng, json.dumps({"cells": [cell] * 3}).encode()),
        )
    )


def odd_opendocument(rng):
    office = b"urn:oasis:names:tc:opendocument:xmlns:"
    spaces = b" ".join(b"xmlns:%s='%s%s:1.0'" % (name, office, name) for name in (b"office", b"text", b"table"))
    suffix = rng.choice((".odt", ".ods", ".odp"))

    def document(body: bytes) -> bytes:
        return (
            b"<office:document-content "
            + spaces
            + b"><office:body>"
            + body
            + b"</office:body></office:document-content>"
        )

    row = b"<table:table-row table:number-rows-repeated='1000000'>"
    row += b"<table:table-cell table:number-columns-repeated='16000'>"
    content = rng.choice(
        (
            LAUGHS,
            document(b"<table:table>" + row + b"<text:p>a</text:p></table:table-cell></table:table-row></table:table>"),
            document(b"<text:section>" * 10_000 + b"</text:section>" * 10_000),
            document(b"<text:p><text:s text:c='2000000000'/>a</text:p>"),
            document(b"<text:p>" + bytes(rng.choice((10, 80))) * (1 << 20) + b"</text:p>"),
            mutated(rng, document(b"<text:p>" + sentence(rng, 40).encode() + b"</text:p>")),
        )
    )
    inner = _zip([("content.xml", content)])
    for level in range(rng.choice((0, 0, 12))):
        inner = _zip([(f"{level}.odt", inner)])
    return suffix, inner


def odd_rich_text(rng):
    return ".rtf", rng.choice(
        (
            b"{\\rtf1 " + b"{" * 100_000,
            b"{\\rtf1 " + b"\\u-10179?" * 50_000 + b"}",
            b"{\\rtf1 {\\object{\\objdata " + b"00" * 1_000_000 + b"}}" + sentence(rng, 10).encode() + b"}",
            b"{\\rtf1 \\bin999999999 " + b"x" * 5000 + b"}",
            mutated(rng, b"{\\rtf1\\ansi " + sentence(rng, 60).encode() + b"}"),
        )
    )


def odd_mailbox(rng):
    letter = b"From a@b Thu Jan  1 00:00:00 2026\nFrom: a@b\nSubject: s\n\n" + sentence(rng, 10).encode() + b"\n\n"
    return ".mbox", rng.choice(
        (
            letter * 5000,
            b"From \n" * 100_000,
            b"From a\nSubject: " + b"x\n " * 200_000 + b"\n\ntext\n",
            mutated(rng, letter * 20),
        )
    )


KINDS: dict[str, Callable[[random.Random], tuple[str, bytes]]] = {
    "fuzzed pdf": fuzzed_pdf,
    "odd zip": odd_zip,
    "fuzzed office": fuzzed_office,
    "odd table": odd_table,
    "odd encoding": odd_encoding,
    "lying pdf": lying_pdf,
    "binary text": binary_text,
    "rezipped office": rezipped_office,
    "odd lines": odd_lines,
    "odd markup": odd_markup,
    "odd mail": odd_mail,
    "endless text": endless_text,
    "wrong suffix": wrong_suffix,
    "fuzzed epub": fuzzed_epub,
    "odd tree": odd_tree,
    "odd notebook": odd_notebook,
    "odd opendocument": odd_opendocument,
    "odd rich text": odd_rich_text,
    "odd mailbox": odd_mailbox,
}
