"""Tiny files, one for each format and each kind of content: "barn" in the text, "mill" in a table, "weir" in a note,
"quay" in a header or footer, "dock" in the words of a link, "loft" where a program shows nothing."""

import json
from email.message import EmailMessage
from pathlib import Path

from opendocument_file import opendocument
from outlook_file import message
from test_docx import word
from test_epub import book

ADDRESS = "https://example.org/plan"
WORDS = {"text": "barn", "tables": "mill", "notes": "weir", "headers": "quay", "links": "dock", "hidden": "loft"}
ROW = (("Place", "Rooms", "Owner"), ("Old mill", "4", "Anna"), ("New house", "5", "Otto"))
ALWAYS = "The old barn is red and stands by the river."


def html_of(kind: str) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROW)
    return {
        "text": "",
        "tables": f"<table>{cells}</table>",
        "notes": "<aside role='doc-footnote'>Built like the weir.</aside>",
        "headers": "<header><p>The page of the quay</p></header><main><p>More of it.</p></main>",
        "links": f"<p>See the <a href='{ADDRESS}'>plan of the dock</a>.</p>",
        "hidden": "<p hidden>The loft is closed.</p>",
    }[kind]


def html(path: Path, kind: str) -> None:
    path.write_text(f"<html><body><p>{ALWAYS}</p>{html_of(kind)}</body></html>", "utf-8")


def plain(snippets: dict[str, str]):
    def make(path: Path, kind: str) -> None:
        path.write_text(f"{ALWAYS}\n\n{snippets.get(kind, '')}\n", "utf-8")

    return make


BARS = "\n".join(("| Place | Rooms |", "|---|---|", "| Old mill | 4 |", "| New house | 5 |"))
markdown = plain(
    {
        "tables": BARS,
        "notes": "It is high.[^1]\n\n[^1]: Like the weir.",
        "headers": "",
        "links": f"See the [plan of the dock]({ADDRESS}).",
        "hidden": "<!-- The loft is closed. -->",
    }
)
rst = plain(
    {
        "tables": "=========  =====\nPlace      Rooms\n=========  =====\nOld mill   4\nNew house  5\n=========  =====",
        "notes": "It is high [1]_.\n\n.. [1] Like the weir.",
        "headers": ".. header:: The page of the quay",
        "links": f"See the `plan of the dock <{ADDRESS}>`_.",
        "hidden": ".. The loft is closed.",
    }
)
text = plain({})


def pdf(path: Path, kind: str) -> None:
    from reportlab.pdfgen import canvas

    made = canvas.Canvas(str(path))
    for page in range(3):
        made.drawString(72, 700, ALWAYS if page == 0 else f"Page {page} says something else about the river.")
        if kind == "headers":
            made.drawString(72, 810, "The page of the quay")
        if kind == "tables" and page == 0:
            for down, row in enumerate(ROW):
                for right, cell in enumerate(row):
                    made.drawString(72 + 150 * right, 640 - 16 * down, cell)
        if kind == "notes" and page == 0:
            made.textAnnotation("Like the weir.", (72, 500, 90, 520))
        if kind == "links" and page == 0:
            made.drawString(72, 600, "See the plan of the dock.")
            made.linkURL(ADDRESS, (72, 590, 200, 612))
        if kind == "hidden" and page == 0:
            shown = made.beginText(72, 560)
            shown.setTextRenderMode(3)
            shown.textLine("The loft is closed.")
            made.drawText(shown)
        made.showPage()
    made.save()


def docx(path: Path, kind: str) -> None:
    def paragraph(inner: str) -> str:
        return f"<w:p>{inner}</w:p>"

    def run(said: str, properties: str = "") -> str:
        return f'<w:r>{properties}<w:t xml:space="preserve">{said}</w:t></w:r>'

    body, parts, relations = paragraph(run(ALWAYS)), {}, {}
    if kind == "tables":
        rows = "".join(f"<w:tr>{''.join(f'<w:tc>{paragraph(run(cell))}</w:tc>' for cell in row)}</w:tr>" for row in ROW)
        body += f"<w:tbl>{rows}</w:tbl>"
    if kind == "notes":
        body += paragraph(run("It is high.") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
        parts["footnotes"] = f'<w:footnote w:id="2">{paragraph(run("Like the weir."))}</w:footnote>'
    if kind == "headers":
        body += '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
        parts["header"] = paragraph(run("The page of the quay"))
    if kind == "links":
        body += paragraph(f'<w:hyperlink r:id="l">{run("plan of the dock")}</w:hyperlink>')
        relations = {"l": ("hyperlink", ADDRESS)}
    if kind == "hidden":
        body += paragraph(run("The loft is closed.", "<w:rPr><w:vanish/></w:rPr>"))
    word(path, body, relations, **parts)


def pptx(path: Path, kind: str) -> None:
    from pptx import Presentation
    from pptx.util import Inches

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "River"
    frame = slide.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame
    frame.text = ALWAYS
    if kind == "tables":
        table = slide.shapes.add_table(3, 3, 0, 0, Inches(3), Inches(1)).table
        for at, cell in enumerate(cell for row in ROW for cell in row):
            table.cell(at // 3, at % 3).text = cell
    if kind == "notes":
        slide.notes_slide.notes_text_frame.text = "Like the weir."
    if kind == "headers":
        for holder in made.slide_layouts[5].placeholders:
            if "Footer" in holder.name:
                slide.shapes.clone_placeholder(holder)
        for shape in slide.placeholders:
            if "Footer" in shape.name:
                shape.text_frame.text = "The page of the quay"
    if kind == "links":
        run = frame.add_paragraph().add_run()
        run.text, run.hyperlink.address = "plan of the dock", ADDRESS
    if kind == "hidden":
        other = made.slides.add_slide(made.slide_layouts[5])
        other.shapes.title.text = "The loft is closed."
        other._element.set("show", "0")
    made.save(path)


def xlsx(path: Path, kind: str) -> None:
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    made = Workbook()
    sheet = made.active
    sheet["A1"] = ALWAYS
    if kind == "tables":
        for row in ROW:
            sheet.append(row)
    if kind == "notes":
        sheet["A1"].comment = Comment("Like the weir.", "Anna")
    if kind == "headers":
        sheet.oddHeader.center.text = "The page of the quay"
    if kind == "links":
        sheet["A3"] = "plan of the dock"
        sheet["A3"].hyperlink = ADDRESS
    if kind == "hidden":
        other = made.create_sheet("Old")
        other["A1"], other.sheet_state = "The loft is closed.", "hidden"
    made.save(path)


def _paragraph(said: str) -> str:
    return f"<text:p>{said}</text:p>"


def _table(name: str = "", style: str = "", rows=ROW) -> str:
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{_paragraph(cell)}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="{name}" table:style-name="{style}">{cells}</table:table>'


HIDDEN_STYLE = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
LINK = f'<text:a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{ADDRESS}">plan of the dock</text:a>'
FURNITURE = f"<style:master-page><style:header>{_paragraph('The page of the quay')}</style:header></style:master-page>"


def odt(path: Path, kind: str) -> None:
    note = f"It is high.<text:note><text:note-body>{_paragraph('Like the weir.')}</text:note-body></text:note>"
    more = {
        "tables": _table(),
        "notes": _paragraph(note),
        "links": _paragraph(LINK),
        "hidden": f'<text:section text:display="none">{_paragraph("The loft is closed.")}</text:section>',
    }.get(kind, "")
    styles = FURNITURE if kind == "headers" else ""
    path.write_bytes(opendocument("text", _paragraph(ALWAYS) + more, page_styles=styles))


def ods(path: Path, kind: str) -> None:
    said = f"<table:table-cell>{_paragraph(ALWAYS)}</table:table-cell>"
    if kind == "notes":
        comment = f"<office:annotation>{_paragraph('Like the weir.')}</office:annotation>"
        said = f"<table:table-cell>{comment}{_paragraph(ALWAYS)}</table:table-cell>"
    if kind == "links":
        said += f"<table:table-cell>{_paragraph(LINK)}</table:table-cell>"
    body = f'<table:table table:name="S"><table:table-row>{said}</table:table-row></table:table>'
    body += _table("Places") if kind == "tables" else ""
    body += _table("Old", "h", [["The loft is closed."]]) if kind == "hidden" else ""
    styles = FURNITURE if kind == "headers" else ""
    path.write_bytes(opendocument("spreadsheet", body, HIDDEN_STYLE, page_styles=styles))


def odp(path: Path, kind: str) -> None:
    def frame(inner: str) -> str:
        return f"<draw:frame><draw:text-box>{inner}</draw:text-box></draw:frame>"

    body = frame(_paragraph(ALWAYS))
    body += f"<draw:frame>{_table()}</draw:frame>" if kind == "tables" else ""
    body += f"<presentation:notes>{frame(_paragraph('Like the weir.'))}</presentation:notes>" if kind == "notes" else ""
    body += frame(_paragraph(LINK)) if kind == "links" else ""
    footer = '<presentation:footer-decl presentation:name="f">The page of the quay</presentation:footer-decl>'
    declared = footer if kind == "headers" else ""
    page = '<draw:page presentation:use-footer-name="f">' if kind == "headers" else "<draw:page>"
    pages = f"{declared}{page}{body}</draw:page>"
    styles = ""
    if kind == "hidden":
        styles = (
            '<style:style style:name="h" style:family="drawing-page">'
            '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
        )
        pages += f'<draw:page draw:style-name="h">{frame(_paragraph("The loft is closed."))}</draw:page>'
    path.write_bytes(opendocument("presentation", pages, styles))


def rtf(path: Path, kind: str) -> None:
    edges = "\\trowd\\cellx1000\\cellx2000\\cellx3000 "
    rows = "".join(edges + "".join(f"{cell}\\cell " for cell in row) + "\\row " for row in ROW)
    more = {
        "tables": rows,
        "notes": "It is high.{\\footnote Like the weir.}\\par ",
        "headers": "{\\header The page of the quay\\par}",
        "links": f'{{\\field{{\\*\\fldinst{{HYPERLINK "{ADDRESS}"}}}}{{\\fldrslt{{plan of the dock}}}}}}\\par ',
        "hidden": "{\\v The loft is closed.}\\par ",
    }.get(kind, "")
    path.write_text(f"{{\\rtf1\\ansi {ALWAYS}\\par {more}}}", "ascii")


def epub(path: Path, kind: str) -> None:
    page = f"<html><head><title>Opening</title></head><body><p>{ALWAYS}</p>{html_of(kind)}</body></html>"
    book(path, **{"OEBPS/first.xhtml": page.replace("<p hidden>", '<p hidden="hidden">')})


def ipynb(path: Path, kind: str) -> None:
    snippet = {
        "tables": BARS,
        "notes": "Like the weir.[^1]\n\n[^1]: Like the weir.",
        "links": f"See the [plan of the dock]({ADDRESS}).",
        "hidden": "<!-- The loft is closed. -->",
    }.get(kind, "")
    cells = [{"cell_type": "markdown", "metadata": {}, "source": f"{ALWAYS}\n\n{snippet}"}]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")


def _mail(kind: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "River"
    if kind == "headers":
        mail.replace_header("Subject", "The page of the quay")
    mail.set_content(f"<p>{ALWAYS}</p>{html_of(kind) if kind != 'headers' else ''}", subtype="html")
    return mail


def eml(path: Path, kind: str) -> None:
    path.write_bytes(_mail(kind).as_bytes())


def mbox(path: Path, kind: str) -> None:
    path.write_bytes(b"From a@example.org Mon Jan 5 10:00:00 2026\n" + _mail(kind).as_bytes() + b"\n")


def msg(path: Path, kind: str) -> None:
    page = f"<p>{ALWAYS}</p>{html_of(kind) if kind != 'headers' else ''}"
    subject = "The page of the quay" if kind == "headers" else "River"
    path.write_bytes(message("", subject, html=page))


def csv(path: Path, kind: str) -> None:
    rows = [("Place", "Remark"), ("River", ALWAYS)]
    if kind == "tables":
        rows = [*ROW, ("Barn", "1", "barn")]
    sign = "\t" if path.suffix == ".tsv" else ","
    lines = "".join(sign.join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    note = "# Like the weir\n" if kind == "notes" else ""
    path.write_text(f"{note}{lines}", "utf-8")


def json_file(path: Path, kind: str) -> None:
    places = [dict(zip(ROW[0], row, strict=True)) for row in ROW[1:]]
    if path.suffix == ".jsonl":
        lines = [{"text": ALWAYS}, *(places if kind == "tables" else [])]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    else:
        path.write_text(json.dumps({"text": ALWAYS, **({"places": places} if kind == "tables" else {})}), "utf-8")


def xml(path: Path, kind: str) -> None:
    places = "".join(f"<place><name>{name}</name><rooms>{rooms}</rooms></place>" for name, rooms, _ in ROW[1:])
    more = {
        "tables": f"<places>{places}</places>",
        "links": f'<link href="{ADDRESS}">plan of the dock</link>',
        "hidden": "<!-- The loft is closed. -->",
    }.get(kind, "")
    path.write_text(f"<?xml version='1.0'?><list><p>{ALWAYS}</p>{more}</list>", "utf-8")


MAKERS = {
    "txt": text, "md": markdown, "rst": rst, "html": html, "pdf": pdf, "docx": docx, "pptx": pptx, "xlsx": xlsx,
    "odt": odt, "ods": ods, "odp": odp, "rtf": rtf, "epub": epub, "ipynb": ipynb, "eml": eml, "msg": msg,
    "mbox": mbox, "csv": csv, "tsv": csv, "json": json_file, "jsonl": json_file, "xml": xml,
}  # fmt: skip
