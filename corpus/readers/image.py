"""Pictures of text (scans, photographs, screenshots): recognised by Tesseract where it is installed."""

import warnings
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import ocr
from corpus.readers.pdf_layout import joined
from corpus.readers.text import title_of

KIND = Reason("kind.image")
PAGES = 200  # of a TIFF
PIXELS = 200_000_000  # of a picture: more only claims so


def read(path: Path) -> Iterator[Document | Dropped]:
    """One document with a section a page, a Dropped for each page that was not recognised.

    Raises ReadingError where no Tesseract is, and for a picture that is damaged or shows no text.
    """
    tesseract = ocr.installed()
    if tesseract is None:
        raise ReadingError("image.needs_ocr", name=path.name)
    sections: list[Section] = []
    for number, picture in _pages(path):
        try:
            text = joined(tesseract.recognise(picture).replace("\f", "\n")) if picture else ""
        except ocr.NotRecognised as error:
            yield Dropped(f"page {number}", error.reason)
            continue
        if text:
            sections.append(Section(text, page=number))
    if not sections:
        raise ReadingError("image.nothing_recognised", name=path.name)
    sections = sections if len(sections) > 1 else [Section(sections[0].text)]
    language = detect(" ".join(section.text for section in sections[:5]))
    yield Document(title_of(path), tuple(sections), path=str(path), language=language)


def _pages(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, picture in grey as PGM; empty when it is of one colour)."""
    from PIL import Image, ImageOps, ImageSequence

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes, which are checked here
            with Image.open(path) as image:
                for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                    if frame.width * frame.height > PIXELS:
                        raise ReadingError("image.too_large", name=path.name, megapixels=PIXELS // 1_000_000)
                    grey = ImageOps.exif_transpose(frame).convert("L")
                    grey.thumbnail((8000, 8000))
                    low, high = grey.getextrema()
                    header = f"P5\n{grey.width} {grey.height}\n255\n".encode()
                    yield number, header + grey.tobytes() if low != high else b""
                    if number >= PAGES or image.format == "GIF":
                        break
    except ReadingError:
        raise
    except Exception as error:  # each format's plug-in has its own errors
        if isinstance(error, MemoryError):
            raise
        raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
