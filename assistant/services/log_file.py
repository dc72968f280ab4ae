"""The app's log in the data folder: what failed and where, rotated, without a word of documents or questions."""

import logging
import traceback
from logging.handlers import RotatingFileHandler
from types import TracebackType

from corpus.errors import SourcierError
from corpus.home import Home

FILE = "sourcier.log"
LARGEST = 1_000_000  # bytes of one file
KEPT = 2  # older files beside the current one
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def start_logging(home: Home) -> None:
    """Sends warnings and errors of this process to standard error and to the data folder's log, and nowhere else.

    Raises OSError when the log cannot be written.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    to_file = RotatingFileHandler(home.logs / FILE, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    to_file.setFormatter(WithoutTexts(FORMAT))
    to_screen = logging.StreamHandler()
    to_screen.setFormatter(logging.Formatter(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[to_screen, to_file], force=True)


class WithoutTexts(logging.Formatter):
    """Writes exceptions without their messages: a library's may quote a question or a document.

    The place in the code, the kind of error, the system's reason and Sourcier's own codes are kept.
    """

    def format(self, record: logging.LogRecord) -> str:
        """As the base class does, but from a copy: another handler's formatter may have kept the full text in it."""
        copy = logging.makeLogRecord(record.__dict__)
        copy.exc_text = None
        return super().format(copy)

    def formatException(self, ei: _ExcInfo) -> str:
        """The tracebacks of an exception and of its causes, the first cause first."""
        parts, error = [], ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__name__}{_known(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(reversed(parts))


def _known(error: BaseException) -> str:
    if isinstance(error, SourcierError):
        return f": {error.code}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    return ""
