"""What each format's reader reads: the table of corpus/readers/FORMATS.md, each cell tried on a file."""

import re
from pathlib import Path

import pytest
from format_files import ADDRESS, MAKERS, WORDS

from corpus.document import Document
from corpus.readers import SUFFIXES, read

TABLE = Path(__file__).resolve().parents[3] / "corpus" / "readers" / "FORMATS.md"
ELSEWHERE = {  # with a file of their own kind in other tests, or the same reader under another name
    *"text log markdown htm xhtml pptm xlsm ndjson zip".split(),
    *"png jpg jpeg tif tiff bmp webp gif doc dot xls ppt pps".split(),
}


def cells():
    """(format, kind of content, what the table says) of each cell."""
    lines = [line.strip("| ").split(" | ") for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")]
    head = lines[0]
    for name, *row in lines[1:]:
        for kind, said in zip(head[1:], row, strict=True):
            yield name.strip("` "), kind.strip(), said.strip()


CELLS = list(cells())


@pytest.mark.parametrize(("name", "kind", "said"), CELLS, ids=[f"{name} {kind}" for name, kind, _ in CELLS])
def test_what_the_table_of_formats_says_is_so(tmp_path, name, kind, said):
    if said == "–":
        return  # the format has none
    path = tmp_path / f"x.{name}"
    MAKERS[name](path, kind)
    documents = [each for each in read(path) if isinstance(each, Document)]
    text = "\n".join(f"{section.heading}\n{section.text}" for each in documents for section in each.sections)
    titles = " ".join(each.title for each in documents)
    assert ("barn" in text) or kind == "tables"
    assert (WORDS[kind] in f"{titles} {text}") == (said != "left out")
    if kind == "tables":
        assert re.search(r"(?i)\brooms: 4\b", text)  # each row with its columns' names
    if kind == "links":
        assert (ADDRESS in text) == (said == "words, address")
    if kind == "hidden":
        assert ("hidden" in text) == (said == "marked")


def test_every_format_stands_in_the_table_with_all_kinds_of_content():
    named = {name for name, _, _ in CELLS}
    code = set(re.findall(r"`\.(\w+)`", TABLE.read_text("utf-8").partition("Code:")[2]))
    assert named == set(MAKERS)
    assert {suffix.removeprefix(".") for suffix in SUFFIXES} == named | ELSEWHERE | code
    assert {kind for _, kind, _ in CELLS} == set(WORDS)
