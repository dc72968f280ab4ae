"""Office files of before 2007 (doc, xls, ppt): LibreOffice, where it is installed, saves them in today's formats.

It runs without a window, under a profile of its own for each file, so that no macro, no template and no setting of the
user's takes part.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError
from corpus.readers.nested import moved

SECONDS = 90.0  # that one file may take; a reader that gives nothing for two minutes is taken for hanging
NEW = {".doc": "docx", ".dot": "docx", ".xls": "xlsx", ".ppt": "pptx", ".pps": "pptx"}
ELSEWHERE = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)


def command() -> str | None:
    """Where LibreOffice is, None where it is not."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((each for each in ELSEWHERE if os.path.isfile(each)), None)


def read(path: Path) -> Iterator[Document | Dropped]:
    """What the file holds. Raises ReadingError where LibreOffice is not, or cannot read it."""
    program = command()
    if program is None:
        raise ReadingError("office.needs_libreoffice", name=path.name)
    new = NEW[path.suffix.lower()]
    with tempfile.TemporaryDirectory(prefix="sourcier-") as folder:
        source = Path(folder) / f"file{path.suffix.lower()}"
        shutil.copyfile(path, source)
        _convert(program, source, new, path.name)
        copy = source.with_suffix(f".{new}")
        if not copy.is_file():
            raise ReadingError("office.not_converted", name=path.name)
        # An ordinary reader names the file that it reads: a copy with the right name says the right one.
        named = Path(folder) / "as" / f"{path.stem}.{new}"
        named.parent.mkdir()
        copy.replace(named)
        for item in import_module(f"corpus.readers.{new}").read(named):
            yield moved(item, named, path)


def _convert(program: str, source: Path, new: str, name: str) -> None:
    profile = (source.parent / "profile").as_uri()
    try:
        subprocess.run(
            [
                *(program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck"),
                *("--convert-to", new, "--outdir", str(source.parent), str(source)),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise ReadingError("office.conversion_slow", name=name, seconds=round(SECONDS)) from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise ReadingError("office.not_converted", name=name) from error
