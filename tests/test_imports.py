"""The way through the house: imports run one way only, and the heavy libraries wait until they are needed."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP = ("corpus", "index", "assistant", "scripts")
# The rooms from the lowest to the highest: each may import those that stand before it, and itself.
ORDER = (
    "corpus",
    "index.storage",
    "index.vectors",
    "index.reader",
    "index.retrieval",
    "index.ingestion",
    "index.vectors.starter.__main__",  # makes the vectors that are shipped
    "index.following",
    "index.maintenance",
    "index.views",
    "index",
    "assistant.settings",
    "assistant.schema",
    "assistant.serialization",
    "assistant.text",
    "assistant.generation",
    "assistant.storage",
    "assistant.query",
    "assistant.gate",
    "assistant.verification",
    "assistant.extraction",
    "assistant",  # the pipeline, and what it is handed
    "assistant.export",
    "assistant.training",
    "assistant.evaluation",
    "assistant.services",
    "assistant.api",
    "assistant.ui",
    "scripts",
)
# Neighbours that must not know each other.
APART = (("corpus.readers", "corpus.datasets"), ("assistant.api", "assistant.ui"))
# The one place that joins two neighbours.
JOINED = {"assistant.ui.server": "assistant.api"}
# Each heavy library, and the modules that wrap it: those may name it at their top, being imported late themselves.
HEAVY = {
    "gradio": ("assistant.ui",),
    "torch": ("assistant.training", "index.reader.network", "index.vectors.precision"),
    "transformers": ("index.reader.network",),
    "tensorflow": (),
    "tensorflow_datasets": (),
    "keras": (),
    "keras_hub": (),
    "keras_nlp": (),
    "faiss": (),
    "onnx": (),
    "onnxruntime": (),
    "sentence_transformers": (),
    "sklearn": (),
    "pandas": (),
    "matplotlib": (),
    "lxml": (),
    "prometheus_client": ("assistant.api.operations",),
    "psycopg": ("index.storage.postgres",),
    "psycopg_pool": ("index.storage.postgres",),
}


def modules() -> dict[str, Path]:
    """Every module of the rooms: dotted name to file."""
    found = {}
    for room in TOP:
        for file in sorted((ROOT / room).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """The syntax tree of every module."""
    return {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in modules().items()}


def inside(name: str, room: str) -> bool:
    """Whether a module is a room or stands in it."""
    return name == room or name.startswith(room + ".")


def floor(name: str) -> int | None:
    """How high the innermost room of a module stands; None for a library's."""
    if not any(inside(name, top) for top in TOP):
        return None
    return ORDER.index(max((room for room in ORDER if inside(name, room)), key=len))


def imported(node: ast.AST, module: str, is_package: bool = False) -> list[str]:
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


def imports(tree: ast.AST, module: str) -> list[str]:
    """All that a module imports, at its top or later."""
    is_package = (ROOT / module.replace(".", "/") / "__init__.py").exists()
    return [name for node in ast.walk(tree) for name in imported(node, module, is_package)]


def upward(tree: ast.AST, module: str) -> list[str]:
    """What `module` imports from rooms that it must not know."""
    own = floor(module)
    assert own is not None
    found = []
    for name in imports(tree, module):
        other = floor(name)
        if other is None:
            continue
        apart = any(
            (inside(module, one) and inside(name, two)) or (inside(module, two) and inside(name, one))
            for one, two in APART
            if not any(inside(module, hall) and inside(name, joined) for hall, joined in JOINED.items())
        )
        if other > own or apart:
            found.append(name)
    return found


def heavy_at_top(tree: ast.AST, module: str) -> list[str]:
    """The heavy libraries that importing `module` would import, where it is not the one that wraps them."""
    found = []
    for node in run_on_import(tree):
        for name in imported(node, module):
            library = name.split(".")[0]
            if library in HEAVY and not any(inside(module, room) for room in HEAVY[library]):
                found.append(library)
    return found


def run_on_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements that are run when a module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from run_on_import(node)


def scripts_named(tree: ast.AST) -> list[str]:
    """The texts that are a module of `scripts`, as a process would be told to run; sentences that name one are not."""
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"scripts(\.\w+)*|scripts/[\w/]+\.py", node.value)
    ]


def test_no_module_imports_a_room_above_its_own(trees):
    assert [(name, found) for name, tree in trees.items() if (found := upward(tree, name))] == []


def test_no_module_loads_a_heavy_library_until_it_is_needed(trees):
    assert [(name, found) for name, tree in trees.items() if (found := heavy_at_top(tree, name))] == []


def test_only_the_app_knows_gradio(trees):
    others = {name: tree for name, tree in trees.items() if not inside(name, "assistant.ui")}
    assert [
        name for name, tree in others.items() if any(each.startswith("gradio") for each in imports(tree, name))
    ] == []


def test_nothing_but_a_script_starts_a_script(trees):
    others = {name: tree for name, tree in trees.items() if not inside(name, "scripts")}
    assert [(name, found) for name, tree in others.items() if (found := scripts_named(tree))] == []


@pytest.mark.parametrize(
    ("module", "source", "caught"),
    [
        ("corpus.chunking", "from index.storage.store import Store", ["index.storage.store.Store"]),
        ("corpus.readers.pdf", "def read():\n    import assistant.pipeline", ["assistant.pipeline"]),
        ("corpus.readers.pdf", "from corpus.datasets import medquad", ["corpus.datasets.medquad"]),
        ("index.retrieval.search", "from assistant import schema", ["assistant.schema"]),
        ("index.storage.store", "from index.retrieval import search", ["index.retrieval.search"]),
        ("assistant.gate.gate", "from assistant.pipeline import Assistant", ["assistant.pipeline.Assistant"]),
        ("assistant.pipeline", "from assistant.ui.server import app", ["assistant.ui.server.app"]),
        ("assistant.pipeline", "from . import ui", ["assistant.ui"]),
        ("assistant.training.pretrain.run", "from ...ui.server.app import main", ["assistant.ui.server.app.main"]),
        ("assistant.api.routes", "from assistant.ui import window", ["assistant.ui.window"]),
        ("assistant.ui.panels.ask", "from assistant.api import routes", ["assistant.api.routes"]),
        ("assistant.ui.server.app", "import scripts.index", ["scripts.index"]),
        ("assistant.ui.server.app", "from assistant.api import routes", []),
        ("index.retrieval.search", "from corpus.document import Passage\nfrom index.retrieval.hit import Hit", []),
        ("assistant.ui.panels.chat", "from ...schema import Answer\nfrom index.storage.store import Store", []),
        ("scripts.ask", "from assistant.ui.server.app import main\nimport json", []),
    ],
)
def test_an_upward_import_is_caught(module, source, caught):
    assert upward(ast.parse(source), module) == caught


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
    assert heavy_at_top(ast.parse(source), module) == caught


def test_a_started_script_is_caught():
    assert scripts_named(ast.parse("run([python, '-m', 'scripts.finetune'])\nsay('see python -m scripts.index')")) == [
        "scripts.finetune"
    ]


def test_importing_the_rooms_loads_no_heavy_library():
    code = "import sys, assistant, index, corpus; print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(ran.stdout.split()) == set()


def test_every_command_explains_itself():
    names = sorted(file.stem for file in (ROOT / "scripts").glob("[!_]*.py"))
    started = {
        name: subprocess.Popen(
            [sys.executable, "-m", f"scripts.{name}", "--help"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in names
    }
    outputs = {name: process.communicate(timeout=120)[0] for name, process in started.items()}
    wrong = {
        name: outputs[name]
        for name, process in started.items()
        if process.returncode or not outputs[name].startswith(f"usage: python -m scripts.{name}")
    }
    assert wrong == {}


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
