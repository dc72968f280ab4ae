"""Conversations as one HTML file: no script, nothing fetched, dark or light as its reader's system is."""

import html
import time
from collections.abc import Sequence

from assistant.export.footnotes import Chapter, Exchange, Note, Part
from assistant.export.texts import word
from assistant.text.sanitize import visible

# Even if an escape were forgotten, the reader's browser would run and fetch nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --ink: #1d2624; --muted: #5b6662; --line: #e1ded5; --accent: #0c6159; --mark: #ffe8a3;
  --ground: #fffefb; --soft: #f1efe8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ece9; --muted: #9ba7a2; --line: #2f3835; --accent: #7accbf;
  --mark: #5d4c12; --ground: #191f1d; --soft: #222a27; } }
body { font: 16px/1.6 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 46rem;
  margin: 0 auto; padding: 2rem 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 2.5rem 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.muted, footer { color: var(--muted); font-size: .875rem; } a { color: var(--accent); }
.mark { text-decoration: none; font-size: .75rem; font-weight: 600; vertical-align: super; line-height: 0; }
.doubt { text-decoration: underline dotted; color: var(--muted); } mark { background: var(--mark); color: inherit; }
.remark { border-left: 3px solid var(--line); padding-left: .75rem; color: var(--muted); }
ol { list-style: none; margin: 1rem 0 0; padding: .5rem 1rem; background: var(--soft); border-radius: .5rem; }
ol li { margin: .6rem 0; font-size: .875rem; } ol li:target { outline: 2px solid var(--accent); outline-offset: 4px; }
@media print { ol li, h2 { break-inside: avoid; } }
"""


def page(chapters: Sequence[Chapter], lang: str) -> str:
    """The whole file."""
    title = chapters[0].title if len(chapters) == 1 else "Sourcier"
    made = word("made", lang, date=time.strftime("%Y-%m-%d"))
    body = "\n".join(_chapter(chapter, n, lang) for n, chapter in enumerate(chapters, start=1))
    return (
        f'<!doctype html>\n<html lang="{_esc(lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_esc(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_esc(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{_contents(chapters, lang)}"
        f"{body}\n<footer><p>{_esc(made)}</p></footer>\n</body>\n</html>\n"
    )


def _esc(text: object) -> str:
    return html.escape(visible(text), quote=True)


def _contents(chapters: Sequence[Chapter], lang: str) -> str:
    if len(chapters) < 2:
        return ""
    items = "".join(f'<li><a href="#c{n}">{_esc(c.title)}</a></li>' for n, c in enumerate(chapters, start=1))
    return f"<nav><h2>{_esc(word('contents', lang))}</h2><ul>{items}</ul></nav>\n"


def _chapter(chapter: Chapter, number: int, lang: str) -> str:
    exchanges = "".join(_exchange(exchange, lang) for exchange in chapter.exchanges)
    return (
        f'<article id="c{number}">\n<h1 dir="auto">{_esc(chapter.title)}</h1>'
        f'<p class="muted">{_esc(chapter.date)}</p>\n{exchanges}</article>'
    )


def _exchange(exchange: Exchange, lang: str) -> str:
    blocks = [f'<h2 dir="auto">{_esc(exchange.question)}</h2>']
    if exchange.parts:
        blocks.append(f'<div dir="auto">{_answer(exchange.parts, lang)}</div>')
    if exchange.draft:
        blocks.append(f'<p dir="auto"><em>{_esc(word("draft", lang))}:</em> {_esc(exchange.draft)}</p>')
    if exchange.remark:
        blocks.append(f'<p class="remark">{_esc(exchange.remark)}</p>')
    if exchange.facts:
        blocks.append(f'<p class="muted">{_esc(exchange.facts)}</p>')
    if exchange.notes:
        heading = word("closest" if exchange.closest else "sources", lang)
        notes = "".join(_note(note) for note in exchange.notes)
        blocks.append(f'<ol aria-label="{_esc(heading)}">{notes}</ol>')
    return f"<section>{''.join(blocks)}</section>\n"


def _answer(parts: Sequence[Part], lang: str) -> str:
    pieces, listed = ["<p>"], False
    for part in parts:
        if part.item != listed:
            pieces.append("</p><ul>" if part.item else "</ul><p>")
            listed = part.item
        pieces.append(f"<li>{_part(part, lang)}</li>" if listed else f"{_part(part, lang)} ")
    return "".join((*pieces, "</ul>" if listed else "</p>")).replace("<p></p>", "")


def _part(part: Part, lang: str) -> str:
    marks = "".join(f'<a class="mark" href="#n{n}">[{n}]</a>' for n in part.notes)
    if part.supported:
        return _esc(part.text) + marks
    return f'<span class="doubt" title="{_esc(word("doubt", lang))}">{_esc(part.text)}</span>{marks}'


def _note(note: Note) -> str:
    passage = "".join(f"<mark>{_esc(words)}</mark>" if marked else _esc(words) for words, marked in note.passage)
    place = f' <span class="muted">{_esc(note.place)}</span>' if note.place else ""
    place += f" · <code>{_esc(note.path)}</code>" if note.path else ""
    name = f"[{note.number}] <strong>{_esc(note.title)}</strong>{place}"
    return f'<li id="n{note.number}" dir="auto">{name}<br>{passage}</li>'
