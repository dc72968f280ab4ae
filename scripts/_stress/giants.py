"""Files and folders of a size that nobody tries: a PDF of 300 MB, a table of 1 GB, 100,000 files in a folder."""

import os
import random
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from corpus.home import Home
from index.ingestion.parser import MEMORY
from index.ingestion.process import start_worker
from index.ingestion.queue import enqueue
from index.maintenance.check import check
from index.storage.store import Store
from index.views.status import collection_statuses
from scripts._common import say
from scripts._stress.app import command, descendants, weight
from scripts._stress.common import Report, kill, sentence
from scripts._stress.hostile import WORKER, is_sentence

PDF, TABLE = 300 << 20, 1 << 30  # bytes
FILES = 100_000
QUEUED_S = 120.0
FIRST_S = 60.0
FOLLOWED_S = 60.0  # of reading the 100,000 files; their rate is told, their end is not waited for
PDF_S, TABLE_S = 300.0, 7200.0


def run(report: Report, folder: Path, *, seed: int, scale: float = 1.0) -> None:
    """The lines of the table; `scale` makes all sizes smaller, or larger."""
    files = int(scale * FILES)
    pdf, table, many = folder / "large.pdf", folder / "large.csv", folder / "many"
    _write_pdf(pdf, int(scale * PDF), random.Random(seed))
    _write_table(table, int(scale * TABLE), random.Random(seed))
    report.say(f"giants: {pdf.stat().st_size >> 20} MB of PDF, {table.stat().st_size >> 20} MB of CSV")
    for path, seconds in ((pdf, PDF_S), (table, TABLE_S)):
        _read(report, folder / f"home {path.suffix[1:]}", path, seconds)
    many.mkdir()
    for number in range(files):
        (many / f"{number}.txt").write_text(f"File {number} of many.")
    _many(report, folder / "home many", many, files)


def _read(report: Report, where: Path, path: Path, longest: float) -> None:
    """One large file, until it is read; its passages are not embedded here, which takes as long as they are many."""
    home = Home(where).make()
    with closing(Store(home.index)) as store:
        enqueue(store, [path], "giants")
        peak, first, seconds = _follow(home, store, lambda: store.sources()[0].state in ("done", "failed"), longest)
        row = store.sources()[0]
        fine = row.state == "done" or (row.state == "failed" and is_sentence(say(row.reason)))
        passages = _passages(store)
        report.add(
            f"{path.suffix} of {path.stat().st_size >> 20} MB",
            f"{row.state} {say(row.reason)} in {seconds:.0f} s, {passages} passages",
            f"ends within {longest:.0f} s",
            fine,
        )
        if row.state == "done" and passages > 1000:
            report.add("its first passages are found after", f"{first:.0f} s", f"{FIRST_S:.0f} s", first <= FIRST_S)
        for kind, limit in (("reader", MEMORY), ("indexing process", WORKER)):
            report.add(
                f"most memory of the {kind}", f"{peak[kind] >> 20} MB", f"{limit >> 20} MB", 0 < peak[kind] <= limit
            )


def _many(report: Report, where: Path, many: Path, files: int) -> None:
    home = Home(where).make()
    with closing(Store(home.index)) as store:
        began = time.monotonic()
        queued = len(enqueue(store, [many], "giants").sources)
        seconds = time.monotonic() - began
        report.add(
            f"folder of {files} files queued",
            f"{queued} in {seconds:.0f} s",
            f"{QUEUED_S:.0f} s",
            queued == files and seconds <= QUEUED_S,
        )
        peak, first, _ = _follow(home, store, lambda: False, FOLLOWED_S)
        read = len(store.sources(state="done"))
        report.add("first of them found after", f"{first:.1f} s", f"{FIRST_S:.0f} s", first <= FIRST_S)
        report.add(
            f"read in {FOLLOWED_S:.0f} s", f"{read} files, {peak['indexing process'] >> 20} MB", "some", read > 0
        )
        report.none("invariants", [str(finding.reason) for finding in check(store, home.vectors)])


def _follow(home: Home, store: Store, ended: Callable[[], bool], longest: float) -> tuple[Counter, float, float]:
    """(most bytes by kind of process, seconds until the first passage was there, seconds in all)."""
    peak: Counter = Counter()
    began, first = time.monotonic(), float("inf")
    worker = start_worker(home)
    try:
        while time.monotonic() - began < longest and not ended():
            for pid in descendants(os.getpid())[1:]:
                line = command(pid)
                kind = (
                    "reader"
                    if "index.ingestion.parser" in line
                    else "indexing process"
                    if "index.ingestion.worker" in line
                    else ""
                )
                if kind:
                    peak[kind] = max(peak[kind], weight(pid, "VmHWM"))
            if first == float("inf") and _passages(store):
                first = time.monotonic() - began
            time.sleep(0.2)
        if first == float("inf") and _passages(store):  # it ended between two looks
            first = time.monotonic() - began
    finally:
        seconds = time.monotonic() - began
        kill(worker)
    return peak, first, seconds


def _passages(store: Store) -> int:
    return sum(status.passages for status in collection_statuses(store, "hashing"))


def _write_pdf(path: Path, size: int, rng: random.Random) -> None:
    """Pages of text, each with a picture of noise, as a scanned book has."""
    offsets, kids = {}, []
    with path.open("wb") as file:
        file.write(b"%PDF-1.5\n")

        def put(number: int, body: bytes) -> None:
            offsets[number] = file.tell()
            file.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")

        number = 4
        while file.tell() < size:
            stream = zlib.compress(f"BT /F1 12 Tf 40 700 Td ({sentence(rng, 60)}) Tj ET".encode())
            noise = rng.randbytes(512 * 512)
            look = f"/Resources<</Font<</F1 3 0 R>>/XObject<</I {number + 2} 0 R>>>>/MediaBox[0 0 612 792]"
            put(number, f"<</Type/Page/Parent 2 0 R{look}/Contents {number + 1} 0 R>>".encode())
            put(number + 1, f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode() + stream + b"\nendstream")
            about = (
                f"<</Subtype/Image/Width 512/Height 512/BitsPerComponent 8/ColorSpace/DeviceGray/Length {len(noise)}>>"
            )
            put(number + 2, about.encode() + b"stream\n" + noise + b"\nendstream")
            kids.append(f"{number} 0 R")
            number += 3
        put(1, b"<</Type/Catalog/Pages 2 0 R>>")
        put(2, f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode())
        put(3, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
        start = file.tell()
        file.write(f"xref\n0 {number}\n0000000000 65535 f \n".encode())
        file.write(b"".join(f"{offsets[n]:010d} 00000 n \n".encode() for n in range(1, number)))
        file.write(f"trailer<</Size {number}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())


def _write_table(path: Path, size: int, rng: random.Random) -> None:
    with path.open("w") as file:
        file.write("id,name,description\n")
        number = 0
        block = [" ".join(sentence(rng) for _ in range(25)) for _ in range(1000)]  # 2 kB a row
        while file.tell() < size:
            file.write("".join(f"{number + n},item {number + n},{text}\n" for n, text in enumerate(block)))
            number += len(block)
