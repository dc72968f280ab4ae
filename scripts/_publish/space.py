"""The folder of a Space: the app's own files, its requirements, an entry, and a README that configures it."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from scripts._setup import requirements as _requirements

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("corpus", "index", "assistant", "scripts")
BESIDE = ("LICENSE", "pyproject.toml")
# What pyproject.toml calls package data; anything else that lies in the folders stays at home.
KINDS = (".py", ".json", ".jsonl", ".txt", ".h5", ".npz", ".safetensors", ".css", ".js", ".svg", ".png", ".md")
ENTRY = '''\
"""Runs Sourcier on this Space."""

import sys

from assistant.ui.server.space import main

if __name__ == "__main__":
    sys.exit(main())
'''
# PyTorch without CUDA is a tenth of the default build; of two equal versions pip takes the one with "+cpu".
CPU_BUILDS = "--extra-index-url https://download.pytorch.org/whl/cpu"
SYSTEM = ("tesseract-ocr", "tesseract-ocr-eng", "tesseract-ocr-fra")  # Debian packages: scanned PDFs
TEXT = """\
# Sourcier

Ask questions to your own documents, and check every sentence of the answer: Sourcier finds the passages that speak of
the question, lets a small GPT-2 draft an answer from them, checks each sentence of the draft against the passages, and
refuses when the documents do not hold the answer.

Posez des questions à vos propres documents et vérifiez chaque phrase de la réponse.

**Everybody who can open this Space shares one history and one index.** So it starts only with a password, the secret
`SOURCIER_PASSWORD`, or, in a private Space, with the variable `SOURCIER_OPEN` set to 1. Without rented storage (mounted
at `/data`), what was asked and added is gone at the next restart. Answers about health are no medical advice.

The first start indexes about 20,000 short Wikipedia summaries in English and French (CC BY-SA): they are found by their
words within a minute, by their meaning some minutes later. `SOURCIER_HOME` names another data folder.
"""


@dataclass(frozen=True)
class Space:
    """The app to be published as `repo` ("owner/name"), with the model repositories that it tells of."""

    repo: str
    models: tuple[str, ...] = ()


def write(space: Space, folder: Path) -> None:
    """Writes the Space's files into `folder`."""
    for path in sources():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    texts = {
        "app.py": ENTRY,
        "requirements.txt": requirements(),
        "packages.txt": "\n".join(SYSTEM) + "\n",
        "README.md": readme(space),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def sources() -> Iterator[Path]:
    """The files of the repository that the app runs from."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in KINDS and path.is_file() and "__pycache__" not in path.parts:
                yield path
    yield from (ROOT / name for name in BESIDE)


def requirements() -> str:
    """What pyproject.toml asks for, for a machine without a GPU."""
    needed = _requirements.read(ROOT / "pyproject.toml")[_requirements.BASE]
    return "\n".join([CPU_BUILDS, *needed]) + "\n"


def readme(space: Space) -> str:
    """The Space's configuration, as its README has to begin, and what a visitor has to know."""
    settings: dict[str, object] = {
        "title": "Sourcier",
        "emoji": "💧",
        "colorFrom": "green",
        "colorTo": "blue",
        "sdk": "gradio",
        "sdk_version": version("gradio"),
        "python_version": "{}.{}".format(*sys.version_info),
        "app_file": "app.py",
        "pinned": False,
        "license": "apache-2.0",
        "short_description": "Answers from your documents, each sentence checked",
        "suggested_hardware": "cpu-basic",
        "startup_duration_timeout": "1h",
        "disable_embedding": True,
        "tags": ["rag", "gpt2", "keras", "faiss"],
    }
    if space.models:
        settings["models"] = list(space.models)
    # JSON is YAML, and escapes what has to be.
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items())
    return "---\n" + "\n".join(lines) + f"\n---\n{TEXT}"
