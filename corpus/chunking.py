"""Documents into passages that the embedder can take whole.

A section's text is tiled into sentences; neighbouring tiles are packed into passages of about `budget` tokens. Every
passage is a slice of its section, so nothing is lost or reordered and lists keep their lines.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from corpus.cleaning import SURROGATE
from corpus.document import Document, Passage
from corpus.sentences import spans

Item = TypeVar("Item")
CountTokens = Callable[[Sequence[str]], list[int]]

SPECIAL_TOKENS = 2  # [CLS] and [SEP], which the embedder adds
BATCH_CHARACTERS = 500_000  # texts counted in one call by `chunk_many`
# A word of more than 100 letters is one unknown token to WordPiece: length bounds what a token can stand for.
CHARACTERS_PER_TOKEN = 12
CLAUSE = re.compile(r"[;:,.!?…)\]»”—–][ \t\n]+|\n")
SPACE = re.compile(r"\s+")
ELLIPSIS = "…"


@dataclass(frozen=True)
class _Tile:
    """A sentence, or part of one, up to the start of the next."""

    start: int
    end: int
    tokens: int
    opens: bool  # begins a paragraph
    leads: bool  # belongs to what follows: a heading, or "You need:" before a list


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
                text = stretch.text[start:end].strip()
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
        pending = []  # (stretch number, start, end, opens, leads)
        for at, stretch in enumerate(stretches):
            pending += [(at, *tile) for tile in _sentence_tiles(stretch.text, languages[stretch.document])]
        while pending:
            counts = self._counts([stretches[at].text[start:end] for at, start, end, *_ in pending])
            halves = []
            for (at, start, end, opens, leads), tokens in zip(pending, counts, strict=True):
                if tokens <= min(self.budget, rooms[at] - 2) or end - start <= 1:
                    stretches[at].tiles.append(_Tile(start, end, tokens, opens, leads))
                else:
                    middle = _middle(stretches[at].text, start, end)
                    halves += [(at, start, middle, opens, False), (at, middle, end, False, leads)]
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
            text = SURROGATE.sub("\ufffd", section.text)  # tokenizers refuse lone surrogates
            heading = SURROGATE.sub("\ufffd", _heading(document.title, section.heading, text))
            yield _Stretch(at, text, heading, section.page)


def _heading(title: str, section: str, text: str) -> str:
    """Title, and the section's heading where it says more; nothing where the text itself begins with it."""
    title, section = " ".join(title.split()), " ".join(section.split())
    if section and section.casefold() != title.casefold() and len(section) <= 120:
        title = f"{title} — {section}" if title else section
    start = " ".join(text[: len(title) + 40].split())
    return "" if start.startswith(title.rstrip(ELLIPSIS)) else title


def _language(document: Document) -> str:
    return document.language or "en"


def _sentence_tiles(text: str, language: str) -> Iterator[tuple[int, int, bool, bool]]:
    """(start, end, opens, leads) of each sentence with the white space behind it: together the whole text."""
    found = spans(text, language)
    starts = [start for start, _ in found] + [len(text)]
    opens = True
    for (start, end), following in zip(found, starts[1:], strict=True):
        closes = text.count("\n", end, following) > 1
        heading = opens and closes and end - start < 100 and text[end - 1].isalnum()
        yield start, following, opens, text[end - 1] == ":" or (heading and text[start].isalnum())
        opens = closes


def _middle(text: str, start: int, end: int) -> int:
    """Where to halve a text that is too long: a clause's end near the middle, else a word's, else the middle."""
    centre, quarter = (start + end) // 2, (end - start) // 4
    for pattern, low, high in ((CLAUSE, centre - quarter, centre + quarter), (SPACE, start, end)):
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
