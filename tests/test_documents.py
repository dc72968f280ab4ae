"""What the documents at the root say against what is there."""

import re
from pathlib import Path

import pytest

from scripts import _console

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/operations.md")
INTERNAL = {"SOURCIER_CAME", "SOURCIER_STRESS_LOG"}  # from one process of ours to another
ROOMS = r"(?:corpus|index|assistant|scripts|tests|livrables)"


def text(name: str) -> str:
    """A document's whole text."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_files_that_are_named_are_there(name):
    named = set(re.findall(rf"`({ROOMS}/[\w/.-]*)`", text(name)))
    linked = set(re.findall(r"\]\((?!https?:)([^)#\s]+)", text(name)))
    assert (
        sorted(each for each in named | linked if not re.search("NAME|odt", each) and not (ROOT / each).exists()) == []
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_commands_that_are_named_are_there(name):
    named = set(re.findall(r"python -m scripts\.(\w+)|`sourcier (\w+)", text(name)))
    assert {one or other for one, other in named} - set(_console.COMMANDS) - {"NAME"} == set()


def test_the_readme_lists_every_command():
    named = set(re.findall(r"python -m scripts\.(\w+)", text("README.md")))
    assert set(_console.COMMANDS) - named - {_console.APP, _console.COMPLETION} == set()


def test_the_readme_lists_every_environment_variable():
    sources = [
        file for room in ("corpus", "index", "assistant", "scripts", "tests") for file in (ROOT / room).rglob("*.py")
    ]
    read = {name for file in sources for name in re.findall(r"\bSOURCIER_[A-Z_]+\b", file.read_text(encoding="utf-8"))}
    listed = set(re.findall(r"^\| `(\w+)` \|", text("README.md"), re.MULTILINE))
    assert {name for name in read - INTERNAL if not name.endswith("_")} - listed == set()


def test_every_room_stands_in_the_architecture():
    rooms = {
        path.relative_to(ROOT).as_posix() + "/"
        for top in ("corpus", "index", "assistant")
        for path in (ROOT / top).iterdir()
        if (path / "__init__.py").exists()
    }
    assert rooms - set(re.findall(r"`([\w/]+/)`", text("ARCHITECTURE.md"))) == set()


def test_the_version_is_the_same_everywhere():
    version = re.search(r'^version = "(.+)"', text("pyproject.toml"), re.MULTILINE)
    assert version
    assert f"version: {version[1]}\n" in text("CITATION.cff")
    assert f"## [{version[1]}]" in text("CHANGELOG.md")
