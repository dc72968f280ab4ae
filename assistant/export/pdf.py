"""Conversations as PDF, with the fonts that come with matplotlib, so that accents, Greek and mathematics are there.

Text is set as it is, never read as markup; the file has no script, no form and no link but its own footnotes.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from assistant.export.footnotes import Chapter, Exchange, Note, Part
from assistant.export.texts import word
from assistant.text.sanitize import one_line, visible

FONT = "DejaVu"
STYLES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf", "I": "DejaVuSans-Oblique.ttf"}
INK, MUTED, ACCENT = (29, 38, 36), (91, 102, 98), (12, 97, 89)
LONGEST = 20_000  # characters of one text; a page takes some 4,000


def paper(chapters: Sequence[Chapter], lang: str) -> bytes:
    """The whole file."""
    pdf = _Paper(chapters[0].title if len(chapters) == 1 else "Sourcier", lang)
    for chapter in chapters:
        pdf.chapter(chapter)
    return bytes(pdf.output())


class _Paper(FPDF):
    def __init__(self, title: str, lang: str):
        super().__init__(format="A4")
        import matplotlib

        folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        for style, name in STYLES.items():
            self.add_font(FONT, style, folder / name)
        self._lang = lang
        self._running = one_line(title)[:90]
        self.set_title(self._running)
        self.set_lang(lang)
        self.set_creator("Sourcier")
        self.set_margins(22, 20)
        self.set_auto_page_break(True, margin=20)
        self.add_page()

    def header(self) -> None:
        """The title on every page but the first."""
        if self.page_no() > 1:
            self._style(8, MUTED)
            self.cell(0, 5, self._running, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            self.ln(3)

    def footer(self) -> None:
        """When the file was made, and the page's number."""
        self.set_y(-14)
        self._style(8, MUTED)
        self.cell(0, 5, f"Sourcier · {time.strftime('%Y-%m-%d')}")
        self.cell(0, 5, str(self.page_no()), align="R")

    def chapter(self, chapter: Chapter) -> None:
        """A conversation; further ones begin a page."""
        if self.page_no() > 1 or self.get_y() > 40:
            self.add_page()
        self._block(chapter.title, 17, style="B")
        self._block(chapter.date, 9, MUTED)
        for exchange in chapter.exchanges:
            self._exchange(exchange)

    def _exchange(self, exchange: Exchange) -> None:
        self.ln(6)
        self._block(exchange.question, 12, style="B")
        links = {note.number: self.add_link() for note in exchange.notes}
        self._answer(exchange.parts, links)
        if exchange.draft:
            self._block(f"{word('draft', self._lang)}: {exchange.draft}", 10, MUTED, "I")
        for text in (exchange.remark, exchange.facts):
            if text:
                self._block(text, 9, MUTED)
        if exchange.notes:
            self.ln(2)
            self._block(word("closest" if exchange.closest else "sources", self._lang), 9, MUTED, "B")
        for note in exchange.notes:
            self._note(note, links[note.number])

    def _answer(self, parts: Sequence[Part], links: dict[int, int]) -> None:
        for part in parts:
            if part.item:
                self._new_line()
            self._style(11, INK if part.supported else MUTED, "" if part.supported else "I")
            self._flow(("• " if part.item else "") + part.text)
            for number in part.notes:
                self._style(8, ACCENT, "B")
                self.write(6, f" [{number}]", links[number])
            self._style(11, MUTED)
            self._flow(" " if part.supported else f" ({word('doubt', self._lang)}) ")
        self._new_line()

    def _note(self, note: Note, link: int) -> None:
        self.set_link(link, page=self.page_no(), y=self.get_y())
        self._style(9, ACCENT, "B")
        self.write(5, f"[{note.number}] ")
        self._style(9, INK, "B")
        self._flow(note.title, 5)
        self._style(9, MUTED)
        self._flow("".join(f" · {text}" for text in (note.place, note.path) if text) + "\n", 5)
        for words, marked in note.passage:
            self._style(9, INK, "B" if marked else "")
            self._flow(words, 5)
        self._new_line(5)
        self.ln(2)

    def _new_line(self, height: float = 6) -> None:
        if self.get_x() > self.l_margin:
            self.ln(height)

    def _flow(self, text: str, height: float = 6) -> None:
        self.write(height, _cut(text))

    def _block(self, text: str, size: float, colour: tuple = INK, style: str = "") -> None:
        self._style(size, colour, style)
        self.multi_cell(0, size * 0.55, _cut(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _style(self, size: float, colour: tuple, style: str = "") -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)


def _cut(text: str) -> str:
    text = visible(text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
