"""Text recognition of a page's picture by Tesseract, where the user has installed it."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from corpus.errors import SourcierError

PAGE_S = 20.0  # seconds that one page may take
DOTS_PER_INCH = 300
POINTS_PER_INCH = 72
PIXELS = 30_000_000  # of a page's picture at most; A3 at 300 dots per inch has 17
LANGUAGES = ("eng", "fra")
WINDOWS = r"C:\Program Files\Tesseract-OCR\tesseract.exe"  # its installer leaves the search path alone


class NotRecognised(SourcierError):
    """A page whose text could not be recognised."""


@dataclass(frozen=True)
class Tesseract:
    """The program and the languages that it is asked for."""

    command: str
    languages: str

    def read(self, page) -> str:
        """The text of a pypdfium2 page, empty when it shows none. Raises NotRecognised."""
        picture = _picture(page)
        return self.recognise(picture) if picture else ""

    def recognise(self, picture: bytes) -> str:
        """The text of a picture in grey as PGM. Raises NotRecognised."""
        try:
            ran = subprocess.run(
                [self.command, "stdin", "stdout", "-l", self.languages],
                input=picture,
                capture_output=True,
                timeout=PAGE_S,
                # Its threads gain little, and the user works on the same machine.
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.TimeoutExpired:
            raise NotRecognised("ocr.too_slow", seconds=round(PAGE_S)) from None
        except OSError as error:
            raise NotRecognised("ocr.not_started", error=error.strerror) from error
        if ran.returncode:
            raise NotRecognised("ocr.failed")
        return ran.stdout.decode("utf-8", "replace")


def program() -> str | None:
    """Where Tesseract is, None where it is not."""
    return shutil.which("tesseract") or (WINDOWS if os.path.isfile(WINDOWS) else None)


def installed() -> Tesseract | None:
    """Tesseract with those of our languages that it knows, or None when it is not there."""
    command = program()
    if command is None:
        return None
    try:
        ran = subprocess.run([command, "--list-langs"], capture_output=True, timeout=PAGE_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    known = ran.stdout.decode("utf-8", "replace").split()
    languages = [language for language in LANGUAGES if language in known]
    return Tesseract(command, "+".join(languages)) if languages else None


def _picture(page) -> bytes:
    """The page in grey as PGM, empty when it is of one colour. Raises NotRecognised."""
    from pypdfium2 import PdfiumError

    try:
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            raise NotRecognised("pdf.no_size")
        scale = min(DOTS_PER_INCH / POINTS_PER_INCH, (PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
    except (PdfiumError, ValueError, OverflowError, OSError) as error:
        raise NotRecognised("pdf.damaged_page") from error
    try:
        rows, stride = memoryview(bitmap.buffer).cast("B"), bitmap.stride
        pixels = b"".join(rows[at * stride : at * stride + bitmap.width] for at in range(bitmap.height))
        header = f"P5\n{bitmap.width} {bitmap.height}\n255\n".encode()
    finally:
        bitmap.close()
    return header + pixels if pixels and min(pixels) < max(pixels) else b""
