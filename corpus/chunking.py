"""Documents into passages that the embedder can take whole.

A section's text is tiled into sentences, rows of tables and blocks of code; neighbouring tiles are packed into
passages of about `budget` tokens. Every passage is a slice of its section, so nothing is lost or reordered and lists
keep their lines. A row or a block of code that an embedder can take is never cut; the caption of a long table stands
in the heading of each of its parts.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from corpus.cleaning import SURROGATE
from corpus.document import Document, Passage
from corpus.layout import is_code, is_row
from corpus.sentences import spans
from corpus.tables import CELL

Item = TypeVar("Item")
CountTokens = Callable[[Sequence[str]], list[int]]

SPECIAL_TOKENS = 2  # [CLS] and [SEP], which the embedder adds
BATCH_CHARACTERS = 500_000  # texts counted in one call by `chunk_many`
# A word of more than 100 letters is one unknown token to WordPiece: length bounds what a token can stand for.
CHARACTERS_PER_TOKEN = 12
CLAUSE = re.compile(r"[;:,.!?…)\]»”—–][ \t\n]+|\n")
BETWEEN_CELLS = re.compile(r" \| ")
LINE = re.compile(r"\n")
CAPTION = 150  # characters of a line above a table
LONG_TABLE = 600  # characters of a table that may not fit in one passage with what stands around it
SPACE = re.compile(r"\s+")
ELLIPSIS = "…"


@dataclass(frozen=True)
class _Tile:
    """A sentence, or part of one, up to the start of the next."""

    start: int
    end: int
    tokens: int
    opens: bool  # begins a paragraph
    leads: bool  # belongs to what follows: a heading, a table's caption, or "You need:" before a list
    whole: bool = False  # a row or code, which may take all the room that there is


@dataclass
class _Stretch:
    """A section while it is cut: its text, its tiles, and the heading of its passages."""

    document: int
    text: str
    heading: str
    page: int | None
    tiles: list[_Tile] = field(default_factory=list)


def chunk(
    document: Document,
    count_tokens: CountTokens,
    *,
    budget: int = 180,
    overlap_sentences: int = 1,
    limit: int = 256,
) -> list[Passage]:
    """The passages of one document, in order; see `chunk_many`."""
    options = {"budget": budget, "overlap_sentences": overlap_sentences, "limit": limit}
    return next(chunk_many([document], count_tokens, **options))


def chunk_many(
    documents: Iterable[Document],
    count_tokens: CountTokens,
    *,
    budget: int = 180,
    overlap_sentences: int = 1,
    limit: int = 256,
) -> Iterator[list[Passage]]:
    """The passages of each document, in the documents' order, counting the tokens of many texts in one call.

    `count_tokens` takes texts and gives their lengths in tokens of the embedder, special tokens left out. A passage
    holds about `budget` tokens, begins with the last `overlap_sentences` sentences of its neighbour when they are
    short, and its `indexed_text` never exceeds `limit` less the two special tokens. A passage lies in one section, so
    its page is exact. A document without text has no passages.
    """
    if limit < 16 or budget < 1:
        raise ValueError("a passage needs a limit of at least 16 tokens and a budget of at least 1")
    packer = _Packer(count_tokens, budget, overlap_sentences, limit - SPECIAL_TOKENS)
    for batch in _batches(documents, _characters):
        yield from packer.passages(batch)


def _batches(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size(item) + 16  # so that a million empty items are not one batch
        if total >= BATCH_CHARACTERS:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _characters(document: Document) -> int:
    return sum(len(section.text) for section in document.sections)


@dataclass(frozen=True)
class _Packer:
    count_tokens: CountTokens
    budget: int
    overlap: int
    limit: int  # tokens of heading and text together

    def passages(self, documents: list[Document]) -> Iterator[list[Passage]]:
        stretches = [stretch for at, document in enumerate(documents) for stretch in _stretches(at, document)]
        rooms = self._rooms(stretches)
        self._tile(stretches, rooms, [_language(document) for document in documents])
        found: list[list[Passage]] = [[] for _ in documents]
        for stretch, ranges in zip(stretches, self._ranges(stretches, rooms), strict=True):
            passages = found[stretch.document]
            for start, end in ranges:
                text = stretch.text[start:end].strip("\n").rstrip()
                text = text if is_code(text, 0) else text.lstrip()
                if text:
                    passages.append(Passage(text, stretch.heading, len(passages), stretch.page))
        yield from found

    def _rooms(self, stretches: list[_Stretch]) -> list[int]:
        """Tokens left for text beside each heading; headings of more than a quarter of the limit are shortened."""
        headings = list({stretch.heading for stretch in stretches})
        short = dict(
            zip(headings, self._counts([f"{heading}\n" if heading else "" for heading in headings]), strict=True)
        )
        names = {}
        for heading in headings:
            names[heading] = heading
            if short[heading] > self.limit // 4:
                names[heading], short[heading] = self._shortened(heading)
        rooms = []
        for stretch in stretches:
            rooms.append(self.limit - short[stretch.heading])
            stretch.heading = names[stretch.heading]
        return rooms

    def _shortened(self, heading: str) -> tuple[str, int]:
        """The longest start of the heading, at a word's end if possible, that takes a quarter of the limit."""
        room = self.limit // 4
        heading = heading[: room * CHARACTERS_PER_TOKEN]
        ends = [match.start() for match in SPACE.finditer(heading)] or list(range(1, len(heading)))
        tries = [heading[:end].rstrip(" ,;:—-") + ELLIPSIS for end in ends[-64:] + ends[:-64][::8]]
        counted = zip(self._counts([f"{text}\n" for text in tries]), tries, strict=True)
        fitting = [(len(text), text, tokens) for tokens, text in counted if tokens <= room]
        return max(fitting)[1:] if fitting else ("", 0)

    def _tile(self, stretches: list[_Stretch], rooms: list[int], languages: list[str]) -> None:
        """Fills in the tiles; those too long for a passage are halved until none is."""
        pending = []  # (stretch number, start, end, opens, leads, whole)
        for at, stretch in enumerate(stretches):
            pending += [(at, *tile) for tile in _sentence_tiles(stretch.text, languages[stretch.document])]
        while pending:
            counts = self._counts([stretches[at].text[start:end] for at, start, end, *_ in pending])
            halves = []
            for (at, start, end, opens, leads, whole), tokens in zip(pending, counts, strict=True):
                # A row or a block of code is cut only where it does not fit at all.
                most = (rooms[at] if whole else min(self.budget, rooms[at])) - 2
                if tokens <= most or end - start <= 1:
                    stretches[at].tiles.append(_Tile(start, end, max(1, tokens), opens, leads, whole))
                else:
                    middle = _middle(stretches[at].text, start, end)
                    halves += [(at, start, middle, opens, False, whole), (at, middle, end, False, leads, whole)]
            pending = halves
        for stretch in stretches:
            stretch.tiles.sort(key=lambda tile: tile.start)

    def _ranges(self, stretches: list[_Stretch], rooms: list[int]) -> list[list[tuple[int, int]]]:
        """Passages of each stretch as characters [start, end), counted again where the sum of the tiles
        does not prove that they fit."""
        packed = [self._pack(stretch.tiles, room) for stretch, room in zip(stretches, rooms, strict=True)]
        doubtful = list(range(len(stretches)))
        while doubtful:
            texts, owners = [], []
            for at in doubtful:
                tiles = stretches[at].tiles
                for first, last in packed[at]:
                    # A tokenizer may see up to one token more at each join than in the parts.
                    if sum(tile.tokens + 1 for tile in tiles[first:last]) > rooms[at]:
                        start, end = tiles[first].start, tiles[last - 1].end
                        texts.append(_joined(stretches[at].heading, stretches[at].text[start:end].strip()))
                        owners.append((at, last - first))
            over: dict[int, int] = {}
            for (at, width), tokens in zip(owners, self._counts(texts), strict=True):
                if tokens > self.limit and width > 1:
                    over[at] = max(over.get(at, 0), tokens - self.limit)
            for at, excess in over.items():
                rooms[at] = max(1, rooms[at] - excess)
                packed[at] = self._pack(stretches[at].tiles, rooms[at])
            doubtful = list(over)
        return [
            [(stretch.tiles[first].start, stretch.tiles[last - 1].end) for first, last in ranges]
            for stretch, ranges in zip(stretches, packed, strict=True)
        ]

    def _pack(self, tiles: list[_Tile], room: int) -> list[tuple[int, int]]:
        """Ranges of tiles, each a passage: whole paragraphs while they fit, else sentences; a small tail joins."""
        budget = min(self.budget, room)
        ranges: list[tuple[int, int]] = []
        first = fresh = 0  # `fresh`: the first tile that no earlier passage holds
        while fresh < len(tiles):
            total = sum(tile.tokens for tile in tiles[first:fresh])
            last = fresh
            while last < len(tiles) and (last == fresh or total + tiles[last].tokens <= budget):
                total += tiles[last].tokens
                last += 1
            if last < len(tiles):
                last = _at_paragraph(tiles, first, fresh, last, budget)
                while last > fresh + 1 and tiles[last - 1].leads:
                    last -= 1
            ranges.append((first, last))
            fresh = last
            first = self._overlapped(tiles, ranges[-1], fresh, budget)
        return _tail_joined(tiles, ranges, budget, room)

    def _overlapped(self, tiles: list[_Tile], before: tuple[int, int], fresh: int, budget: int) -> int:
        """Where the next passage starts: some sentences back, if they are short and leave room for the next one."""
        if fresh >= len(tiles):
            return fresh
        start, total = fresh, tiles[fresh].tokens
        while start > before[0] + 1 and fresh - start < self.overlap:
            total += tiles[start - 1].tokens
            if tiles[start - 1].tokens > budget / 3 or total > budget:
                break
            start -= 1
        return start

    def _counts(self, texts: list[str]) -> list[int]:
        counts: list[int] = []
        for batch in _batches(texts, len):
            found = zip(self.count_tokens(batch), batch, strict=True)
            counts += [max(tokens, len(text) // CHARACTERS_PER_TOKEN) for tokens, text in found]
        return counts


def _stretches(at: int, document: Document) -> Iterator[_Stretch]:
    for section in document.sections:
        if section.text.strip():
            whole = SURROGATE.sub("\ufffd", section.text)  # tokenizers refuse lone surrogates
            for text, caption in _parts(whole):
                name = f"{section.heading} › {caption}" if section.heading and caption else section.heading or caption
                heading = SURROGATE.sub("\ufffd", _heading(document.title, name, text))
                yield _Stretch(at, text, heading, section.page)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """(text, caption) of the section's parts: a long table with a caption is one by itself."""
    start = 0
    for first, last, caption in _long_tables(text):
        if text[start:first].strip():
            yield text[start:first], ""
        yield text[first:last], caption
        start = last
    if text[start:].strip():
        yield text[start:], ""


def _long_tables(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, caption) of each long table below a short line of its own; the caption is part of it."""
    if CELL not in text or len(text) < LONG_TABLE:
        return
    at = 0
    first, caption = -1, ""  # where the table begins, and what stands above it
    above: tuple[int, str] = (0, "")  # where the last line that is no row begins, and the line
    for line in [*text.split("\n"), ""]:
        if CELL in line:
            if first < 0:
                first, caption = above[0], above[1].strip()
        else:
            if first >= 0 and at - first > LONG_TABLE and 0 < len(caption) <= CAPTION:
                yield first, min(at, len(text)), caption.rstrip(" :")
            first = -1
            if line.strip():
                above = at, line
        at += len(line) + 1


def _heading(title: str, section: str, text: str) -> str:
    """Title, and the section's heading where it says more; nothing where the text itself begins with it."""
    title, section = " ".join(title.split()), " ".join(section.split())
    if section and section.casefold() != title.casefold() and len(section) <= 120:
        title = f"{title} — {section}" if title else section
    start = " ".join(text[: len(title) + 40].split())
    return "" if start.startswith(title.rstrip(ELLIPSIS)) else title


def _language(document: Document) -> str:
    return document.language or "en"


def _sentence_tiles(text: str, language: str) -> Iterator[tuple[int, int, bool, bool, bool]]:
    """(start, end, opens, leads, whole) of each sentence with the white space behind it: together the whole text.

    Lines of code that stand together are one.
    """
    found: list[tuple[int, int, bool]] = []  # start, end, is code
    for start, end in spans(text, language):
        code = is_code(text, start)
        if code and found and found[-1][2] and not text[found[-1][1] : start].strip():
            found[-1] = found[-1][0], end, True
        else:
            found.append((text.rfind("\n", 0, start) + 1 if code else start, end, code))
    starts = [start for start, _, _ in found] + [len(text)]
    behind = [*(is_row(text, start, end) for start, end, _ in found[1:]), False]  # whether a table's row comes next
    opens = True
    for (start, end, code), following, before_row in zip(found, starts[1:], behind, strict=True):
        row = is_row(text, start, end)
        closes = text.count("\n", end, following) > 1
        heading = opens and closes and end - start < 100 and text[end - 1].isalnum() and text[start].isalnum()
        caption = before_row and not row and end - start <= CAPTION
        yield start, following, opens, not code and (text[end - 1] == ":" or heading or caption), row or code
        opens = closes


def _middle(text: str, start: int, end: int) -> int:
    """Where to halve a text that is too long: a line's end near the middle, else a cell's, a clause's, a word's."""
    centre, quarter = (start + end) // 2, (end - start) // 4
    near = centre - quarter, centre + quarter
    for pattern, low, high in ((LINE, *near), (BETWEEN_CELLS, start, end), (CLAUSE, *near), (SPACE, start, end)):
        ends = [match.end() for match in pattern.finditer(text, low, high) if start < match.end() < end]
        if ends:
            return min(ends, key=lambda at: abs(at - centre))
    return centre


def _at_paragraph(tiles: list[_Tile], first: int, fresh: int, last: int, budget: int) -> int:
    """An earlier end at which a paragraph begins, where that leaves the passage at least half full."""
    total = sum(tile.tokens for tile in tiles[first:last])
    for at in range(last, fresh, -1):
        if tiles[at].opens:
            return at if total >= budget / 2 else last
        total -= tiles[at - 1].tokens
    return last


def _tail_joined(tiles: list[_Tile], ranges: list[tuple[int, int]], budget: int, room: int) -> list[tuple[int, int]]:
    """The last passage joins the one before when what it adds is small and both fit."""
    if len(ranges) < 2:
        return ranges
    (first, middle), (_, last) = ranges[-2:]
    added = sum(tile.tokens for tile in tiles[middle:last])
    if added <= budget / 4 and sum(tile.tokens for tile in tiles[first:last]) <= room:
        return [*ranges[:-2], (first, last)]
    return ranges


def _joined(heading: str, text: str) -> str:
    return f"{heading}\n{text}" if heading else text
