"""Tables as rows of cells, from what the index holds of a document: for what is computed over one.

Documents are not read again from their files, which would mean to parse them outside the parser's limits; their
tables stand in the index as lines that name the columns (`corpus.tables.facts`). Rows of CSV files are documents, and
the index keeps two equal ones once, so these files are read again, row by row, and compared with the index.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath

from corpus.document import Document, Section
from corpus.errors import SourcierError
from corpus.readers import table as csv_table
from corpus.tables import CELL, LONGEST_ROW
from index.retrieval.candidates import marks
from index.retrieval.hit import Hit
from index.storage.rows import sections_of
from index.storage.store import Store
from index.views.lookup import passage_hits

MOST_ROWS = 50_000
MOST_BYTES = 20_000_000  # of a CSV file
MOST_PARTS = 40  # of a workbook that was read in parts
ROW_FILES = (".csv", ".tsv")
CUT = ".pdf"  # its tables may go on over pages without their header: what is computed of one page would be wrong
BLOCK = re.compile(r", rows \d{1,9}–\d{1,9}")  # of a long sheet, in its sections' headings
HIDDEN = " (hidden row)"


@dataclass(frozen=True)
class Row:
    """A row: cells by column ("" is the column without a name), the line of the index, and its document's hash."""

    cells: Mapping[str, str]
    line: str
    document: str


@dataclass(frozen=True)
class Table:
    """A whole table. `file` is its file's name, `named` all words that name it: title, sheet, caption."""

    file: str
    named: str
    language: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    collection: int


@dataclass
class _Growing:
    place: str  # heading of its section
    columns: dict[str, None] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def takes(self, cells: Mapping[str, str]) -> bool:
        """Whether a row with these columns may belong to it: most of them are its own."""
        return not self.rows or 2 * sum(name in self.columns for name in cells) > len(cells)

    def add(self, cells: dict[str, str], line: str, document: str) -> None:
        last = self.rows[-1] if self.rows else None
        if last is not None and _goes_on(last, cells, line):
            self.rows[-1] = Row({**last.cells, **cells}, last.line, document)
        else:
            self.rows.append(Row(cells, line, document))
        self.columns.update(dict.fromkeys(cells))


def tables_with(store: Store, hit: Hit) -> list[Table]:
    """The tables that rows of this passage belong to; [] where it holds none, or where a table cannot be had whole."""
    if CELL not in hit.text:
        return []
    row = store.database.connection.execute(
        """SELECT d.id, d.sha256, d.path, d.title, d.language, d.collection_id, l.source_id, s.path AS file, s.kind
           FROM passages p JOIN documents d ON d.id = p.document_id JOIN source_documents l ON l.document_id = d.id
           JOIN sources s ON s.id = l.source_id WHERE p.id = ? ORDER BY l.source_id LIMIT 1""",
        (hit.passage_id,),
    ).fetchone()
    if row is None or PurePath(row["path"]).suffix.lower() == CUT:
        return []
    file = Path(row["file"])
    if row["kind"] == "file" and file.suffix.lower() in ROW_FILES:
        found = _of_rows(store, file, row)
        return [found] if found else []
    lines = set(hit.text.split("\n"))
    return [table for table in _of_sections(store, row) if any(each.line in lines for each in table.rows)]


def located(store: Store, table: Table, rows: Sequence[Row]) -> list[tuple[Hit, int, int]]:
    """Where rows of a table stand in the index: passage, and characters [start, end) of its text; in their order,
    without rows that no passage holds whole."""
    documents = list(dict.fromkeys(row.document for row in rows))
    found = store.database.connection.execute(
        f"""SELECT p.id, p.text, d.sha256 FROM passages p JOIN documents d ON d.id = p.document_id
            WHERE d.collection_id = ? AND d.sha256 IN ({marks(documents)}) ORDER BY d.id, p.ordinal""",
        (table.collection, *documents),
    ).fetchall()
    places: list[tuple[int, int, int]] = []
    for row in rows:
        for passage in found:
            at = passage["text"].find(row.line) if passage["sha256"] == row.document else -1
            if at >= 0:
                places.append((passage["id"], at, at + len(row.line)))
                break
    hits = {hit.passage_id: hit for hit in passage_hits(store, [place[0] for place in places])}
    return [(hits[passage], start, end) for passage, start, end in places if passage in hits]


def cells_of(line: str) -> dict[str, str]:
    """The cells of a line by column; {} where it names no column. What has no name belongs to the cell before it."""
    cells: dict[str, str] = {}
    last = ""
    for part in line.removesuffix(HIDDEN).split(CELL):
        name, colon, value = part.partition(": ")
        if colon:
            last = name if name not in cells else f"{name} ({len(cells) + 1})"
            cells[last] = value
        elif cells:
            cells[last] += f"{CELL}{part}"
        else:
            cells[""] = part
    return cells if set(cells) - {""} else {}


def _goes_on(last: Row, cells: Mapping[str, str], line: str) -> bool:
    """Whether a line is the rest of the row before it, which was too long: it says the first cell again."""
    key = next(iter(cells), "")
    rest = [name for name in cells if name != key]
    if last.cells.get(key) != cells.get(key) or any(name in last.cells for name in rest):
        return False
    return len(last.line) + len(line) > LONGEST_ROW


def _of_rows(store: Store, file: Path, row) -> Table | None:
    try:
        if file.stat().st_size > MOST_BYTES:
            return None
        read = list(islice(csv_table.records(file), MOST_ROWS + 1))
    except (OSError, SourcierError):
        return None
    known = {
        each["sha256"]
        for each in store.database.connection.execute(
            "SELECT d.sha256 FROM source_documents l JOIN documents d ON d.id = l.document_id WHERE l.source_id = ?",
            (row["source_id"],),
        )
    }
    rows = [
        Row({name: value for name, value in cells.items() if value.strip()}, document.sections[0].text, document.id)
        for cells, document in read
        if cells is not None and isinstance(document, Document)
    ]
    changed = any(each.document not in known for each in rows)
    if changed or len(rows) < 2 or len(read) > MOST_ROWS:
        return None
    columns = tuple(dict.fromkeys(name for each in rows for name in each.cells))
    return Table(file.name, file.stem, row["language"], columns, tuple(rows), row["collection_id"])


def _of_sections(store: Store, row) -> Iterator[Table]:
    base = row["path"].rpartition(", part ")[0] or row["path"]
    parts = store.database.connection.execute(
        """SELECT d.sha256, d.sections FROM source_documents l JOIN documents d ON d.id = l.document_id
           WHERE l.source_id = ? AND (d.path = ? OR substr(d.path, 1, ?) = ?) ORDER BY d.id LIMIT ?""",
        (row["source_id"], base, len(base) + len(", part "), f"{base}, part ", MOST_PARTS + 1),
    ).fetchall()
    if len(parts) > MOST_PARTS:
        return
    sections = [(section, part["sha256"]) for part in parts for section in sections_of(part["sections"])]
    path = PurePath(base.replace("\\", "/"))
    for growing in _grown(sections):
        if len(growing.rows) > 1 and len(growing.columns) > 1 and len(growing.rows) <= MOST_ROWS:
            named = " ".join((row["title"], path.stem, growing.place))
            yield Table(
                path.name, named, row["language"], tuple(growing.columns), tuple(growing.rows), row["collection_id"]
            )


def _grown(sections: Sequence[tuple[Section, str]]) -> list[_Growing]:
    """The tables of sections. A table ends at an empty line, at other columns and at another sheet; it goes on in the
    next section of its sheet where nothing stands between."""
    tables: list[_Growing] = []
    open_table: _Growing | None = None
    for section, document in sections:
        place = BLOCK.sub("", section.heading)
        if open_table is not None and open_table.place != place:
            open_table = None
        for line in section.text.split("\n"):
            single = open_table is not None and line.partition(": ")[0] in open_table.columns
            cells = cells_of(line) if CELL in line or single else {}
            if cells:
                if open_table is None or not open_table.takes(cells):
                    open_table = _Growing(place)
                    tables.append(open_table)
                open_table.add(cells, line, document)
            elif not line.strip():
                open_table = None
    return tables
