"""Small JSON files of a run folder."""

import json
from pathlib import Path
from typing import Any

from corpus.files import parsed, replacing


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file; empty when the file is missing, damaged, or holds something else."""
    try:
        value = parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replaces the file in one step. Raises OSError; the old file then stays."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
