"""Pages of PDFs as pictures, with the places of the words that support an answer.

A page is drawn by PDFium in a process of its own, under a time and memory limit: a broken or hostile file can end that
process, not the app, and what reaches the browser is a picture, in which nothing can run.
"""

import base64
import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.storage.history_schema import folded
from corpus.errors import SourcierError
from index.storage.store import Store
from index.views.documents import file_of

LIMIT_S = 20.0
MEMORY = 2 << 30  # bytes of address space
WIDTH = 1200  # pixels of the picture
TALLEST = 2.5  # times its width: a page a kilometre long is drawn to this height
LETTERS = 12  # that a quote must have to be looked for
FINE = 10_000  # steps in which a place on a page is measured


class PageError(SourcierError):
    """A page that cannot be shown."""


@dataclass(frozen=True)
class Page:
    """A drawn page. `boxes` are left, top, width and height of found words, as shares of the page."""

    png: bytes
    number: int
    pages: int
    ratio: float  # height / width
    boxes: tuple[tuple[float, float, float, float], ...] = ()


def pdf_of(store: Store, document_id: str, collection: str) -> Path | None:
    """The PDF that the index read this document from; None when it was none, or is gone."""
    path = file_of(store, document_id, collection)
    return path if path is not None and path.suffix.lower() == ".pdf" and path.is_file() else None


def draw(path: Path, number: int, quotes: Sequence[str] = (), limit_s: float = LIMIT_S) -> Page:
    """Page `number` (from 1, cut to those that are there) with the places of `quotes`. Raises PageError."""
    request = json.dumps({"path": str(path), "number": number, "quotes": list(quotes)})
    try:
        child = subprocess.run(
            [sys.executable, "-m", "assistant.services.pdf_pages"],
            input=request.encode(),
            capture_output=True,
            timeout=limit_s,
            cwd=Path(__file__).parents[2],
            check=False,
        )
        answer = json.loads(child.stdout)
    except subprocess.TimeoutExpired as error:
        raise PageError("page.timeout") from error
    except (OSError, ValueError) as error:
        raise PageError("page.not_drawn") from error
    if "error" in answer:
        raise PageError("page.not_drawn_because", reason=answer["error"])
    boxes = tuple(tuple(box) for box in answer["boxes"])
    return Page(base64.b64decode(answer["png"]), answer["number"], answer["pages"], answer["ratio"], boxes)


# --- the child ------------------------------------------------------------------------------------------------


def main() -> int:
    """The child's entry: a request on standard input, the answer on standard output."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit, macOS does not hold it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    request = json.load(sys.stdin)
    try:
        answer = _drawn(request["path"], request["number"], request["quotes"])
    except Exception as error:  # whatever the library raises on a broken file
        answer = {"error": type(error).__name__}
    sys.stdout.write(json.dumps(answer))
    return 0


def _drawn(path: str, number: int, quotes: Sequence[str]) -> dict:
    import io

    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    number = min(max(number, 1), len(pdf))
    page = pdf[number - 1]
    width, height = page.get_size()
    image = page.render(scale=min(WIDTH / width, WIDTH * TALLEST / height), rev_byteorder=True).to_pil()
    data = io.BytesIO()
    image.save(data, "png")
    boxes = _boxes(page, quotes)
    png = base64.b64encode(data.getvalue()).decode("ascii")
    return {"png": png, "number": number, "pages": len(pdf), "ratio": height / width, "boxes": boxes}


def _boxes(page, quotes: Sequence[str]) -> list[list[float]]:
    """The rectangles of the quotes on the page, whatever line breaks and hyphens stand between their letters."""
    text_page = page.get_textpage()
    said, places = letters([text_page.get_text_range(at, 1) for at in range(text_page.count_chars())])
    boxes = []
    for quote in quotes:
        wanted, _ = letters(quote)
        at = said.find(wanted) if len(wanted) >= LETTERS else -1
        if at < 0:
            continue
        first, last = places[at], places[at + len(wanted) - 1]
        for n in range(text_page.count_rects(first, last - first + 1)):
            x0, y0, x1, y1 = text_page.get_rect(n)
            corners = _share(page, x0, y0), _share(page, x1, y1)
            (left, right), (top, bottom) = (sorted(values) for values in zip(*corners, strict=True))
            boxes.append([round(value, 4) for value in (left, top, right - left, bottom - top)])
    return boxes


def _share(page, x: float, y: float) -> tuple[float, float]:
    """A point of the page in shares of its picture, from the left and the top.

    PDFium says itself where it draws a point: boxes may be inherited or lie within one another, and pages be turned.
    """
    import ctypes

    import pypdfium2.raw

    across, down = ctypes.c_int(), ctypes.c_int()
    pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, FINE, FINE, 0, x, y, across, down)
    return across.value / FINE, down.value / FINE


def letters(characters: Sequence[str]) -> tuple[str, list[int]]:
    """Letters and digits only, without case and accents, and the place of each in `characters`."""
    found, places = [], []
    for at, character in enumerate(characters):
        for plain in folded(character):
            if plain.isalnum():
                found.append(plain)
                places.append(at)
    return "".join(found), places


if __name__ == "__main__":
    sys.exit(main())
