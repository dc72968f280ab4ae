"""The way through the house: imports run one way only, and the heavy libraries wait until they are needed."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("corpus", "index", "assistant", "assistant.ui", "scripts")
MAY_IMPORT = {
    "corpus": {"corpus"},
    "index": {"corpus", "index"},
    "assistant": {"corpus", "index", "assistant"},
    "assistant.ui": {"corpus", "index", "assistant", "assistant.ui"},
    "scripts": set(ROOMS),
}
# Each heavy library, and the modules that wrap it: those may name it at their top, being imported late themselves.
HEAVY = {
    "gradio": ("assistant.ui",),
    "torch": ("assistant.training",),
    "tensorflow": (),
    "tensorflow_datasets": (),
    "keras": (),
    "keras_hub": (),
    "keras_nlp": (),
    "faiss": (),
    "sentence_transformers": (),
    "pandas": (),
    "matplotlib": (),
    "lxml": (),
}


def modules() -> dict[str, Path]:
    """Every module of the rooms: dotted name to file."""
    found = {}
    for room in ("corpus", "index", "assistant", "scripts"):
        for file in sorted((ROOT / room).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def room_of(name: str) -> str | None:
    """The innermost room that a module belongs to; None for a library's."""
    inside = [room for room in ROOMS if name == room or name.startswith(room + ".")]
    return max(inside, key=len, default=None)


def imported(node: ast.AST, module: str, is_package: bool) -> list[str]:
    """The dotted names that one statement imports, relative ones made absolute."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    start = node.module or ""
    if node.level:
        package = module.split(".") if is_package else module.split(".")[:-1]
        kept = package[: len(package) - node.level + 1]
        start = ".".join([*kept, *filter(None, [node.module])])
    # `from assistant import ui` names a module as well.
    return [f"{start}.{alias.name}" for alias in node.names]


def upward(source: str, module: str, is_package: bool = False) -> list[str]:
    """What `module` imports from rooms that it must not know."""
    allowed = MAY_IMPORT[room_of(module)]
    names = [name for node in ast.walk(ast.parse(source)) for name in imported(node, module, is_package)]
    return [name for name in names if room_of(name) not in {None, *allowed}]


def heavy_at_top(source: str, module: str) -> list[str]:
    """The heavy libraries that importing `module` would import, where it is not the one that wraps them."""
    found = []
    for node in _run_on_import(ast.parse(source)):
        for name in imported(node, module, False):
            library = name.split(".")[0]
            wrapped = HEAVY.get(library)
            if wrapped is not None and not any(module == room or module.startswith(room + ".") for room in wrapped):
                found.append(library)
    return found


def _run_on_import(tree: ast.AST):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _run_on_import(node)


@pytest.mark.parametrize("name", modules())
def test_module_imports_no_room_above_its_own(name):
    file = modules()[name]
    assert upward(file.read_text(encoding="utf-8"), name, file.name == "__init__.py") == []


@pytest.mark.parametrize("name", modules())
def test_module_leaves_heavy_libraries_until_they_are_needed(name):
    assert heavy_at_top(modules()[name].read_text(encoding="utf-8"), name) == []


@pytest.mark.parametrize("name", [name for name in modules() if room_of(name) != "assistant.ui"])
def test_only_the_app_knows_gradio(name):
    tree = ast.parse(modules()[name].read_text(encoding="utf-8"))
    names = [each for node in ast.walk(tree) for each in imported(node, name, False)]
    assert [each for each in names if each.split(".")[0].startswith("gradio")] == []


@pytest.mark.parametrize(
    ("module", "source", "caught"),
    [
        ("corpus.chunking", "from index.storage.store import Store", ["index.storage.store.Store"]),
        ("corpus.readers.pdf", "def read():\n    import assistant.pipeline", ["assistant.pipeline"]),
        ("index.retrieval.search", "from assistant import schema", ["assistant.schema"]),
        ("assistant.pipeline", "from assistant.ui.server import app", ["assistant.ui.server.app"]),
        ("assistant.pipeline", "from . import ui", ["assistant.ui"]),
        ("assistant.training.pretrain.tasks", "from ...ui.server.app import main", ["assistant.ui.server.app.main"]),
        ("assistant.ui.server.app", "import scripts.index", ["scripts.index"]),
        (
            "index.retrieval.search",
            "from corpus.document import Passage\nfrom index.retrieval.hit import Hit\nimport json",
            [],
        ),
        ("assistant.ui.panels.chat", "from ..schema import Answer\nfrom index.storage.store import Store", []),
        ("scripts.ask", "from assistant.ui.server.app import main", []),
    ],
)
def test_an_upward_import_is_caught(module, source, caught):
    assert upward(source, module) == caught


@pytest.mark.parametrize(
    ("module", "source", "caught"),
    [
        ("index.vectors.faiss_cache", "import faiss", ["faiss"]),
        ("index.vectors.faiss_cache", "try:\n    import faiss\nexcept ImportError:\n    faiss = None", ["faiss"]),
        ("index.vectors.faiss_cache", "class Vectors:\n    import faiss", ["faiss"]),
        ("assistant.pipeline", "from keras.models import Model", ["keras"]),
        ("index.vectors.faiss_cache", "def load():\n    import faiss", []),
        ("index.vectors.faiss_cache", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import faiss", []),
        ("assistant.ui.panels.chat", "import gradio as gr", []),
    ],
)
def test_a_heavy_import_at_the_top_is_caught(module, source, caught):
    assert heavy_at_top(source, module) == caught


def test_importing_the_rooms_loads_no_heavy_library():
    code = "import sys, assistant, index, corpus; print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(ran.stdout.split()) == set()


@pytest.mark.parametrize("name", sorted(file.stem for file in (ROOT / "scripts").glob("[!_]*.py")))
def test_command_explains_itself(name):
    ran = subprocess.run(
        [sys.executable, "-m", f"scripts.{name}", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"usage: python -m scripts.{name}")


def test_no_tracked_file_names_a_folder_of_somebody_s_machine():
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    somebody = re.compile(rb"(?<![\w./:-])/(?:root|home)/\w")
    files = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    contents = {file: file.read_bytes() for file in files if file.is_file()}
    texts = {file: content for file, content in contents.items() if b"\0" not in content[:8192]}
    assert [str(file.relative_to(ROOT)) for file, text in texts.items() if somebody.search(text)] == []
