"""The text of a document beside the chat, with the words that support the answer marked in it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant.services.document_text import Part
from assistant.ui.i18n.texts import t
from assistant.ui.render.html import button, clipped, esc
from index.retrieval.hit import Hit

CODE = "    "  # begins a line of code, see `corpus.readers.outline`
ITEM = "- "
COLUMNS = " | "

Marks = Sequence[tuple[int, int]]
Lines = list[tuple[int, str]]  # the place of each line in the section, and its text


def text_viewer(parts: Sequence[Part], hit: Hit, turn: int, n: int, lang: str) -> str:
    """The document's sections, and the way back to the sources."""
    title = clipped(hit.title or hit.path, 120)
    close = button("icon:close", "close-page", name=t("viewer.close", lang))
    body = "".join(_part(part) for part in parts)
    return (
        f'<section class="pdf" data-view="{turn}.{n}" aria-label="{esc(t("viewer.text_name", lang, title=title))}">'
        f'<header><h2 dir="auto">{esc(title)}</h2>{close}</header>'
        f'<div class="sheet" tabindex="0"><div class="paper text" dir="auto">{body}</div></div></section>'
    )


def _part(part: Part) -> str:
    heading = f"<h3>{esc(clipped(part.heading, 300))}</h3>" if part.heading else ""
    at, lines = 0, []
    for line in part.text.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    blocks = (_block(kind, list(group), part.marks) for kind, group in groupby(lines, lambda line: _kind(line[1])))
    return heading + "".join(blocks)


def _kind(line: str) -> str:
    """What the line belongs to; rows with other columns belong to other tables."""
    if line.startswith(CODE):
        return "code"
    if line.startswith(ITEM):
        return "item"
    columns = _columns(line)
    return f"row {columns}" if columns else ("text" if line.strip() else "")


def _columns(line: str) -> list[str]:
    cells = line.split(COLUMNS)
    names = [cell.partition(": ")[0] for cell in cells]
    return names if len(cells) > 1 and all(": " in cell for cell in cells) else []


def _block(kind: str, lines: Lines, marks: Marks) -> str:
    if kind == "code":
        return "<pre>" + "\n".join(_marked(at + len(CODE), line[len(CODE) :], marks) for at, line in lines) + "</pre>"
    if kind == "item":
        items = (_marked(at + len(ITEM), line[len(ITEM) :], marks) for at, line in lines)
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    if kind.startswith("row"):
        head = "".join(f'<th scope="col">{esc(name)}</th>' for name in _columns(lines[0][1]))
        rows = "".join(f"<tr>{''.join(_cells(at, line, marks))}</tr>" for at, line in lines)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return "".join(f"<p>{_marked(at, line, marks)}</p>" for at, line in lines) if kind else ""


def _cells(at: int, line: str, marks: Marks) -> Iterator[str]:
    for cell in line.split(COLUMNS):
        name, _, value = cell.partition(": ")
        yield f"<td>{_marked(at + len(name) + 2, value, marks)}</td>"
        at += len(cell) + len(COLUMNS)


def _marked(at: int, text: str, marks: Marks) -> str:
    """The escaped text, which begins at `at` of its section, with what is marked of it in `<mark>`."""
    pieces, done = [], 0
    for start, end in sorted((start - at, end - at) for start, end in marks):
        start, end = max(start, done), min(end, len(text))
        if start < end:
            pieces.append(f"{esc(text[done:start])}<mark>{esc(text[start:end])}</mark>")
            done = end
    return "".join(pieces) + esc(text[done:])
