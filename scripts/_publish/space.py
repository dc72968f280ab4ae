"""The folder of a Space: the app's own files, its requirements, an entry, and a README that configures it."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from assistant.services.application import STARTER_COLLECTIONS
from assistant.ui.server import space as entry
from corpus.home import Home
from index.maintenance.backup import export
from index.storage.store import Store
from scripts._publish.model import copied
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


DEMONSTRATION = """\
# Sourcier: a public demonstration

Ask a question and check every sentence of the answer against the passages beside it. / Posez une question et vérifiez
chaque phrase de la réponse dans les passages à côté.

This Space can be read by everybody and changed by nobody: visitors ask the collections below, at most six questions a
minute each. Nothing can be uploaded, trained or fetched, and what is asked is not kept. Answers about health are no
medical advice.

{collections}

Whoever publishes the Space publishes the texts of these collections: their licences have to allow it.
"""
CARRIES = """
Its answers are drafted by the generator `{name}`, which lies in `carried/models`.
"""


@dataclass(frozen=True)
class Space:
    """The app to be published as `repo` ("owner/name"), with the model repositories that it tells of.

    `carried` is the folder of a generator that goes with it. With `demonstration`, names of collections, it is a public
    demonstration of them; `home` is the data folder that those which are not shipped come from.
    """

    repo: str
    models: tuple[str, ...] = ()
    carried: Path | None = None
    demonstration: tuple[str, ...] = ()
    home: Home | None = None


def write(space: Space, folder: Path) -> None:
    """Writes the Space's files into `folder`."""
    for path in sources():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    _carry(space, folder / entry.CARRIED)
    texts = {
        "app.py": ENTRY,
        "requirements.txt": requirements(),
        "packages.txt": "\n".join(SYSTEM) + "\n",
        "README.md": readme(space),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _carry(space: Space, folder: Path) -> None:
    """The generator and the collections that go with the app. Raises StoreError for a collection that is not there."""
    if space.carried is not None:
        copied(space.carried, folder / "models" / space.carried.name)
    if not space.demonstration:
        return
    folder.mkdir(exist_ok=True)
    (folder / entry.CHOSEN).write_text("\n".join(space.demonstration) + "\n", encoding="utf-8", newline="\n")
    for n, name in enumerate(space.demonstration, start=1):
        if name not in STARTER_COLLECTIONS and space.home is not None:
            store = Store(space.home.index)
            try:
                export(store, name, folder / "collections" / f"{n}.zip", originals=True)
            finally:
                store.close()


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
    text = TEXT
    if space.demonstration:
        listed = "\n".join(f"- {name}" for name in space.demonstration)
        text = DEMONSTRATION.format(collections=listed)
    if space.carried is not None:
        text += CARRIES.format(name=space.carried.name)
    return "---\n" + "\n".join(lines) + f"\n---\n{text}"
