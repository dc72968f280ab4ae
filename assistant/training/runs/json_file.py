"""Small JSON files of a run folder, replaced in one step."""

import contextlib
import json
import os
from pathlib import Path


def read_json(path: Path) -> dict:
    """The object in a file, empty where there is none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict) -> None:
    """Writes the file as a whole or not at all."""
    part = path.with_suffix(".part")
    try:
        part.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
