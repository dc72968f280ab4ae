"""Markdown documents as Word files, by pandoc, and as PDF, by pandoc and Typst: wheels that bring all they need."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import SourcierError
from scripts._course.livrables.typography import spaced

# GitHub's Markdown, so that a document reads the same in the repository, plus its title in a header.
FROM = "gfm+yaml_metadata_block+smart"
EPOCH = "1697760000"  # 2023-10-20: dates inside the files say when the course began, not when they were built

FIRST_HEADING = re.compile(r"^# .*\n", re.MULTILINE)

# Where a link leads to a file of the repository, a printed page can only name it.
WITHOUT_LOCAL_LINKS = """
function Link(link)
  if not link.target:match("^%a[%w+.-]*:") and not link.target:match("^#") then return link.content end
end
"""
LOOK = """
#set text(hyphenate: true)
#set par(justify: false, leading: 0.62em)
#show heading: set text(fill: rgb("1F2A44"))
#show heading.where(level: 1): set block(above: 1.6em, below: 0.9em)
#show link: set text(fill: rgb("2456A6"))
#set table.cell(breakable: false)
#set table(inset: 5pt, stroke: 0.5pt + rgb("C9CFDA"), fill: (_, y) => if y == 0 { rgb("EEF1F6") })
#show table: set text(size: 8.8pt)
#show table: set par(leading: 0.5em, justify: false)
#show table.cell.where(y: 0): set text(weight: "bold")
#show table.cell: set align(left)
#show figure: set block(breakable: true)
#show raw.where(block: true): it => block(fill: rgb("F4F6FA"), inset: 8pt, radius: 3pt, width: 100%, it)
#show raw: set text(font: "DejaVu Sans Mono", size: 8.5pt)
"""


def to_word(source: Path, target: Path) -> None:
    """Writes a .docx whose tables have lines to write between. Raises SourcierError with what to install."""
    text = spaced(source.read_text(encoding="utf-8"))
    with _filtered() as options:
        _pandoc().convert_text(text, "docx", format=FROM, outputfile=str(target), extra_args=options)
    _rule_tables(target)


def to_pdf(source: Path, target: Path) -> None:
    """Writes a PDF of A4 pages, with a table of contents.

    Pictures are looked for beside the source and in folders above it. Raises SourcierError with what to install.
    """
    pandoc, typst = _pandoc(), _typst()
    settings = {"papersize": "a4", "lang": "fr", "fontsize": "10.5pt", "mainfont": "Libertinus Serif"}
    settings |= {"margin-x": "2.2cm", "margin-y": "2.2cm"}
    with _filtered() as options, tempfile.TemporaryDirectory() as folder:
        look = Path(folder) / "look.typ"
        look.write_text(LOOK, encoding="utf-8")
        options += ["--standalone", f"--include-in-header={look}", "--toc", "--toc-depth=2"]
        options += [f"--variable={name}:{value}" for name, value in settings.items()]
        text = source.read_text(encoding="utf-8")
        if text.startswith("---\n"):
            text = FIRST_HEADING.sub("\n", text, count=1)  # the title says it already
        page = pandoc.convert_text(spaced(text), "typst", format=FROM, extra_args=options)
    beside = source.with_name(f".{source.stem}.typ")  # Typst finds pictures from where its own source lies
    beside.write_text(page, encoding="utf-8")
    try:
        target.write_bytes(typst.compile(str(beside), root=str(source.parent.parent)))
    except RuntimeError as error:
        raise SourcierError("livrables.not_typeset", name=source.name, reason=str(error).splitlines()[0]) from error
    finally:
        beside.unlink()


def _rule_tables(path: Path) -> None:
    """Pandoc's tables have no lines and are as narrow as their words."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    document = docx.Document(str(path))
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="9AA3B5"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    for table in document.tables:
        settings = table._tbl.tblPr
        for name in ("w:tblBorders", "w:tblW"):
            for old in settings.findall(qn(name)):
                settings.remove(old)
        # The order of these two is the schema's: Word refuses another.
        at = settings.find(qn("w:tblStyle"))
        settings.insert(0 if at is None else 1, parse_xml(f'<w:tblW {nsdecls("w")} w:w="5000" w:type="pct"/>'))
        for later in ("w:jc", "w:tblCellSpacing", "w:tblInd"):
            for found in settings.findall(qn(later)):
                settings.remove(found)
        settings.insert(1 if at is None else 2, parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))
    document.save(str(path))


@contextmanager
def _filtered() -> Iterator[list[str]]:
    """Options of every conversion, while the filter's file and the fixed date exist."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    try:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "links.lua"
            script.write_text(WITHOUT_LOCAL_LINKS, encoding="utf-8")
            yield [f"--lua-filter={script}"]
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _pandoc():
    try:
        import pypandoc
    except ImportError as error:
        raise SourcierError("livrables.tools") from error
    return pypandoc


def _typst():
    try:
        import typst
    except ImportError as error:
        raise SourcierError("livrables.tools") from error
    return typst
