"""Slides: Markdown for Marp, with figures of stored runs put in, as HTML and PDF."""

import os
import shutil
import subprocess
from pathlib import Path

from corpus.errors import SourcierError
from scripts._course.livrables.figures import fill, known
from scripts._course.livrables.typography import spaced

MARP = "@marp-team/marp-cli@4"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
LONGEST_S = 300


def build(source: Path, folder: Path) -> None:
    """Writes NAME.html and NAME.pdf. Raises SourcierError with what is missing, or with Marp's own words.

    Pictures are looked for beside `source`.
    """
    filled = source.with_name(f".{source.name}")
    filled.write_text(spaced(fill(source.read_text(encoding="utf-8"), known())), encoding="utf-8")
    try:
        for form in ("html", "pdf"):
            _marp(filled, folder / f"{source.stem}.{form}")
    finally:
        filled.unlink()


def _marp(source: Path, target: Path) -> None:
    command = [*_program(), "--allow-local-files", "--html", "-o", str(target), source.name]
    if target.suffix == ".html":
        command.remove("--allow-local-files")
    environment = {**os.environ, "CHROME_PATH": _chromium(), "CHROME_NO_SANDBOX": "1"}
    try:
        subprocess.run(
            command,
            cwd=source.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=LONGEST_S,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise SourcierError("slides.too_slow", name=target.name, seconds=LONGEST_S) from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or "it says nothing").splitlines()[-1]
        raise SourcierError("slides.failed", name=target.name, reason=last.rstrip(".")) from error


def _program() -> list[str]:
    """Marp as it is installed, else through npx, which fetches it from the npm registry."""
    if found := shutil.which("marp"):
        return [found]
    if found := shutil.which("npx"):
        return [found, "--yes", MARP]
    raise SourcierError("slides.no_node")


def _chromium() -> str:
    found = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not found:
        raise SourcierError("slides.no_chromium")
    return found
